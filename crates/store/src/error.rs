//! Every way in which the store says no. Engines are mapped by kind here and nowhere else.

use std::sync::Arc;

use sqlx::error::ErrorKind;

/// What the store answers when it cannot do what was asked. `Display` never carries text of the database: that text may
/// quote values, and ends in line numbers of a server's own source.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A row that was to be there is not (`fetch_one`).
    #[error("no such row")]
    NotFound,
    /// A unique key is taken.
    #[error("a row with this key exists already")]
    Duplicate(#[source] sqlx::Error),
    /// A foreign key points nowhere, or is still pointed at.
    #[error("a referenced row is missing or still in use")]
    Reference(#[source] sqlx::Error),
    /// A CHECK or NOT NULL of the schema refuses the row: a fault of ours, because rules are checked before storing.
    #[error("the schema refuses the row")]
    Constraint(#[source] sqlx::Error),
    /// The stream or row has moved on since it was read.
    #[error("the record has changed since it was read")]
    Stale,
    /// The same request id came before with another method or body.
    #[error("this request_id was used for another request")]
    RequestIdReused,
    /// The subject's data key was destroyed: nothing can be sealed for them any more.
    #[error("the data key of this subject was destroyed")]
    Erased,
    /// Sealed bytes do not open: altered, moved to another subject or field, or sealed under a key that this keyring lacks.
    #[error("sealed data does not open")]
    Unsealable,
    /// A lock could not be had in time, or two transactions stood in each other's way. Trying again may help.
    #[error("the database is busy")]
    Busy(#[source] Option<sqlx::Error>),
    /// The database cannot be reached. Trying again may help.
    #[error("the database is unavailable")]
    Unavailable(#[source] Option<sqlx::Error>),
    /// The shared commit failed: nothing of any transaction in it was kept.
    #[error("the commit failed and nothing was kept")]
    CommitFailed(#[source] Arc<sqlx::Error>),
    /// The outcome of a commit is unknown: look the request_id up before doing anything again.
    #[error("the outcome of the commit is unknown")]
    Unknown(#[source] Arc<sqlx::Error>),
    /// An earlier statement of this transaction failed or was cut off; it can only be dropped.
    #[error("the transaction failed earlier and cannot go on")]
    Poisoned,
    /// A write was asked of a transaction that reads.
    #[error("a reading transaction cannot write")]
    ReadOnly,
    /// The caller broke a rule of this crate: a fault of ours.
    #[error("{0}")]
    Misuse(&'static str),
    /// A stored value makes no sense.
    #[error("inconsistent data: {table}.{column} of {row}")]
    Inconsistent {
        /// Table.
        table: &'static str,
        /// Column.
        column: &'static str,
        /// Key of the row, never its content.
        row: String,
    },
    /// The journal does not agree with its chain, its signed head or its witness.
    #[error("the journal was altered at position {position}: {what}")]
    Tampered {
        /// The first position at which it shows.
        position: i64,
        /// What does not agree.
        what: &'static str,
    },
    /// The database or its configuration is not fit to hold this data.
    #[error("{0}")]
    Refused(String),
    /// Migrating failed.
    #[error("the schema could not be brought up to date")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A file could not be read or written.
    #[error("file {path}")]
    File {
        /// Which file.
        path: String,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The keyring is missing a key or its file is malformed.
    #[error("keyring: {0}")]
    Keys(&'static str),
    /// Anything else the database said.
    #[error("the database failed")]
    Database(#[source] sqlx::Error),
}

impl StoreError {
    /// Whether trying the whole use case again may help.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::Unavailable(_) | Self::CommitFailed(_))
    }

    /// A stored word, number or key that its reader cannot make sense of.
    #[must_use]
    pub fn inconsistent(table: &'static str, column: &'static str, row: impl std::fmt::Display) -> Self {
        Self::Inconsistent { table, column, row: row.to_string() }
    }

    pub(crate) fn file(path: &std::path::Path, source: std::io::Error) -> Self {
        Self::File { path: path.display().to_string(), source }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        let database = match &error {
            sqlx::Error::RowNotFound => return Self::NotFound,
            sqlx::Error::PoolTimedOut => return Self::Busy(Some(error)),
            sqlx::Error::PoolClosed | sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::WorkerCrashed => {
                return Self::Unavailable(Some(error));
            }
            sqlx::Error::Database(database) => database,
            _ => return Self::Database(error),
        };
        match database.kind() {
            ErrorKind::UniqueViolation => return Self::Duplicate(error),
            ErrorKind::ForeignKeyViolation => return Self::Reference(error),
            ErrorKind::NotNullViolation | ErrorKind::CheckViolation => return Self::Constraint(error),
            _ => {}
        }
        match database.code().as_deref() {
            // SQLite: BUSY, BUSY_RECOVERY, BUSY_SNAPSHOT, LOCKED. PostgreSQL: serialization, deadlock, lock timeout, statement timeout.
            Some("5" | "261" | "517" | "6" | "262" | "40001" | "40P01" | "55P03" | "57014") => Self::Busy(Some(error)),
            // PostgreSQL: shutting down, crashed, starting, too many connections, idle transaction cut, connection failures.
            Some("57P01" | "57P02" | "57P03" | "53300" | "25P03" | "08000" | "08003" | "08006") => {
                Self::Unavailable(Some(error))
            }
            // SQLite READONLY (query_only), PostgreSQL read_only_sql_transaction.
            Some("8" | "25006") => Self::ReadOnly,
            _ => Self::Database(error),
        }
    }
}
