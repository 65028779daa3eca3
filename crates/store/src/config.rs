//! What an operator may decide about a database, and the two migration sets of a service.

use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};

use crate::StoreError;

/// Where a service keeps its data.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DatabaseConfig {
    /// `sqlite:///var/lib/hoagiai/registry.db` or `postgres://user@host/database`. May hold a password: prints as `***`.
    pub url: SecretString,
    /// Connections for reading. SQLite: default 4. PostgreSQL: default 8.
    pub readers: Option<u32>,
    /// Connections for writing, PostgreSQL only (SQLite has one writer that many requests share). Default 16.
    pub writers: Option<u32>,
    /// Signed checkpoints are appended to this file, which ought to lie on other storage than the database: it is what
    /// shows that the database was rolled back. Default on SQLite: beside the data, ending in `.witness`.
    pub witness: Option<PathBuf>,
    /// A checkpoint is made after this many entries. Default 1,000.
    pub checkpoint_entries: i64,
    /// A checkpoint is made this many seconds after an entry that has none. Default 60.
    pub checkpoint_seconds: u64,
    /// Accepts a PostgreSQL server that may lose acknowledged writes in a power cut (fsync off and the like). Tests only.
    pub accept_unsafe_server: bool,
}

impl Default for DatabaseConfig {
    fn default() -> Self {
        Self {
            url: SecretString::from("sqlite://hoagiai.db"),
            readers: None,
            writers: None,
            witness: None,
            checkpoint_entries: 1_000,
            checkpoint_seconds: 60,
            accept_unsafe_server: false,
        }
    }
}

impl DatabaseConfig {
    /// A SQLite file with default settings.
    #[must_use]
    pub fn sqlite(path: impl AsRef<std::path::Path>) -> Self {
        Self::at(format!("sqlite://{}", path.as_ref().display()))
    }

    /// Any URL with default settings.
    #[must_use]
    pub fn at(url: impl Into<String>) -> Self {
        Self { url: SecretString::from(url.into()), ..Self::default() }
    }

    /// Which engine the URL names.
    ///
    /// # Errors
    /// [`StoreError::Refused`] when it names neither.
    pub fn engine(&self) -> Result<EngineUrl<'_>, StoreError> {
        let url = self.url.expose_secret();
        if let Some(path) = url.strip_prefix("sqlite://") {
            if path.is_empty() || path.contains(['?', '#']) || path.starts_with(':') {
                return Err(StoreError::Refused(
                    "a SQLite URL is sqlite:// and the path of a file, nothing more".into(),
                ));
            }
            Ok(EngineUrl::Sqlite(PathBuf::from(path)))
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            Ok(EngineUrl::Postgres(url))
        } else {
            Err(StoreError::Refused("the database URL must begin with sqlite:// or postgres://".into()))
        }
    }
}

/// The engine that a URL names.
#[derive(Debug)]
pub enum EngineUrl<'a> {
    /// An embedded file.
    Sqlite(PathBuf),
    /// A server.
    Postgres(&'a str),
}

/// The migrations of one service: the same file names in both folders.
#[derive(Debug, Clone, Copy)]
pub struct Migrations {
    /// `sqlx::migrate!("migrations/sqlite")`.
    pub sqlite: &'static sqlx::migrate::Migrator,
    /// `sqlx::migrate!("migrations/postgres")`.
    pub postgres: &'static sqlx::migrate::Migrator,
}

static NO_MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate::Migrator::DEFAULT;

impl Migrations {
    /// For a database that has the store's own tables alone.
    pub const NONE: Self = Self { sqlite: &NO_MIGRATIONS, postgres: &NO_MIGRATIONS };
}
