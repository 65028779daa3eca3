//! A transaction on either engine. It is opened by [`crate::Db`] alone, and dropped without commit it leaves no trace.

use std::{collections::HashMap, sync::Arc};

use hoagiai_types::{Env, Uuid};
use sqlx::{PgConnection, SqliteConnection};
use tokio::sync::oneshot;

use crate::{
    Db, NewEvent, Origin, Position, RequestKey, StoreError, Stream, Version,
    journal::Pending,
    pool::Pooled,
    postgres,
    seal::DataKey,
    sqlite::{self, Lease, Returned},
};

/// What [`crate::on!`] hands to its expression.
pub enum Connection<'a> {
    /// SQLite.
    Sqlite(&'a mut SqliteConnection),
    /// PostgreSQL.
    Postgres(&'a mut PgConnection),
}

pub(crate) enum Conn {
    SqliteRead(Pooled<SqliteConnection>),
    SqliteWrite(Lease),
    PostgresRead(Pooled<PgConnection>),
    /// Its transaction is opened by the first statement, so that a claim can do both in one trip.
    PostgresWrite(Pooled<PgConnection>),
}

impl Conn {
    /// Notes whether the last statement was run to its end.
    fn trust(&mut self, sound: bool) {
        match self {
            Self::SqliteRead(c) => c.trust(sound),
            Self::PostgresRead(c) | Self::PostgresWrite(c) => c.trust(sound),
            // The writer undoes whatever a lease left.
            Self::SqliteWrite(_) => {}
        }
    }
}

/// The answer of a claimed request.
#[derive(Debug)]
pub(crate) struct Settled {
    pub(crate) request: RequestKey,
    pub(crate) resource: Uuid,
}

/// What a transaction adds when it commits.
#[derive(Debug, Default)]
pub(crate) struct Additions {
    pub(crate) entries: Vec<Pending>,
    pub(crate) settled: Option<Settled>,
    /// Whether what it overwrote must be gone from every file.
    pub(crate) scrub: bool,
}

/// A transaction, reading or writing.
pub struct Tx {
    db: Db,
    conn: Conn,
    poisoned: bool,
    running: bool,
    touched: bool,
    pub(crate) claimed: bool,
    pub(crate) settled: Option<Settled>,
    appended: Vec<Pending>,
    /// Version of each stream that this transaction appended to.
    versions: HashMap<Stream, Version>,
    /// Id of the last entry written before the commit, PostgreSQL only.
    written: Option<i64>,
    /// Data keys met in this transaction: they may be shared with others only once it is committed.
    pub(crate) keys: HashMap<Uuid, Arc<DataKey>>,
    pub(crate) erased: Vec<Uuid>,
    /// Whether what this transaction overwrites must be gone from every file.
    pub(crate) scrub: bool,
}

/// A commit that is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Committed {
    /// Position of the last event that the transaction appended, or the head when it appended none.
    pub position: Position,
}

impl Tx {
    pub(crate) fn new(db: Db, conn: Conn) -> Self {
        Self {
            db,
            conn,
            poisoned: false,
            running: false,
            touched: false,
            claimed: false,
            settled: None,
            appended: Vec::new(),
            versions: HashMap::new(),
            written: None,
            keys: HashMap::new(),
            erased: Vec::new(),
            scrub: false,
        }
    }

    /// The database that this transaction is open on.
    #[must_use]
    pub fn db(&self) -> &Db {
        &self.db
    }

    pub(crate) fn env(&self) -> &Env {
        self.db.env()
    }

    pub(crate) fn is_touched(&self) -> bool {
        self.touched
    }

    pub(crate) fn is_writing(&self) -> bool {
        matches!(self.conn, Conn::SqliteWrite(_) | Conn::PostgresWrite(_))
    }

    /// The open connection; for [`crate::on!`], which must hand the result to [`Tx::check`].
    ///
    /// # Errors
    /// [`StoreError::Poisoned`].
    pub async fn connection(&mut self) -> Result<Connection<'_>, StoreError> {
        self.enter()?;
        Ok(match &mut self.conn {
            Conn::SqliteRead(c) => Connection::Sqlite(c),
            Conn::SqliteWrite(lease) => Connection::Sqlite(lease.connection()?),
            Conn::PostgresRead(c) => Connection::Postgres(c),
            Conn::PostgresWrite(c) => {
                if !c.is_open() {
                    c.begin("BEGIN").await?;
                }
                Connection::Postgres(c)
            }
        })
    }

    /// Notes that a statement begins.
    fn enter(&mut self) -> Result<(), StoreError> {
        // A statement that was begun and never checked was cancelled half way: nobody knows what it did.
        if self.poisoned || self.running {
            return Err(StoreError::Poisoned);
        }
        (self.running, self.touched) = (true, true);
        self.conn.trust(false);
        Ok(())
    }

    /// The connection of a writing transaction on PostgreSQL that is not open yet: whoever asks opens it.
    pub(crate) fn unopened(&mut self) -> Result<Option<&mut PgConnection>, StoreError> {
        if !matches!(&self.conn, Conn::PostgresWrite(c) if !c.is_open()) {
            return Ok(None);
        }
        self.enter()?;
        let Conn::PostgresWrite(c) = &mut self.conn else { return Ok(None) };
        c.set_open();
        Ok(Some(&mut **c))
    }

    /// Takes the result of a statement: anything but "no such row" poisons the transaction, as PostgreSQL does and SQLite
    /// does not.
    ///
    /// # Errors
    /// The statement's, mapped.
    pub fn check<T, E: Into<StoreError>>(&mut self, result: Result<T, E>) -> Result<T, StoreError> {
        self.running = false;
        let result = result.map_err(Into::into);
        self.poisoned |= !matches!(result, Ok(_) | Err(StoreError::NotFound));
        self.conn.trust(!self.poisoned);
        result
    }

    /// Appends events to a stream whose version is `expected` (0: a new stream), and answers its new version.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when the stream has another version: here, or at the latest when the transaction commits.
    #[expect(clippy::unused_async, reason = "entries are gathered and written with the commit in one statement, today")]
    pub async fn append(
        &mut self,
        stream: Stream,
        expected: Version,
        origin: &Origin,
        events: &[NewEvent],
    ) -> Result<Version, StoreError> {
        if !self.is_writing() {
            return Err(StoreError::ReadOnly);
        }
        if self.poisoned || self.running {
            return Err(StoreError::Poisoned);
        }
        let mine = self.versions.get(&stream).copied();
        if expected < 0 || mine.is_some_and(|version| version != expected) {
            self.poisoned = true;
            return Err(StoreError::Stale);
        }
        let (mut version, origin) = (expected, Arc::new(origin.clone()));
        for event in events {
            // The first of a stream is what the database must hold against those of others; the rest follow it.
            let first = mine.is_none() && version == expected;
            version += 1;
            let (journal, event) = (self.db.journal(), event.clone());
            self.appended.push(Pending::new(journal, stream, version, event, origin.clone(), first));
        }
        if version > expected {
            self.versions.insert(stream, version);
        }
        Ok(version)
    }

    /// Writes what was appended so far, so that this transaction can read it.
    pub(crate) async fn flush(&mut self) -> Result<(), StoreError> {
        if self.appended.is_empty() {
            return Ok(());
        }
        if self.poisoned || self.running {
            return Err(StoreError::Poisoned);
        }
        self.running = true;
        let additions = Additions { entries: std::mem::take(&mut self.appended), ..Additions::default() };
        let result = match &mut self.conn {
            Conn::SqliteWrite(lease) => sqlite::flush_early(lease, additions).await,
            Conn::PostgresWrite(c) => postgres::flush(c, additions).await.map(|id| self.written = id.or(self.written)),
            _ => Err(StoreError::ReadOnly),
        };
        self.check(result)
    }

    /// Waits until what this transaction has seen of others is on the disk. Only for one that has written nothing.
    pub(crate) async fn harden(&mut self) -> Result<(), StoreError> {
        let hardened = match (&mut self.conn, self.db.sequencer()) {
            (Conn::SqliteWrite(lease), _) => lease.harden().await,
            (Conn::PostgresWrite(_), Some(sequencer)) => sequencer.flush().await,
            _ => Ok(()),
        };
        self.check(hardened)
    }

    /// Commits. When this returns, the transaction is on the disk and its events are numbered.
    ///
    /// # Errors
    /// [`StoreError::Stale`] when a stream moved on; [`StoreError::CommitFailed`], after which nothing was kept;
    /// [`StoreError::Unknown`], after which only the request id tells.
    pub async fn commit(mut self) -> Result<Committed, StoreError> {
        if self.poisoned || self.running {
            return Err(StoreError::Poisoned);
        }
        if self.claimed && self.settled.is_none() {
            return Err(StoreError::Misuse("a claimed request was not settled"));
        }
        let head = self.db.head();
        let (entries, settled) = (std::mem::take(&mut self.appended), self.settled.take());
        let additions = Additions { entries, settled, scrub: self.scrub };
        // Blocked for good before the erasure shows, so that no reader of an older snapshot can put the key back.
        self.db.key_cache().block(&self.erased);
        let position = match self.conn {
            Conn::SqliteRead(_) | Conn::PostgresRead(_) => head,
            Conn::SqliteWrite(lease) => {
                let (ack, acked) = oneshot::channel();
                lease.give_back(|body| Returned::Commit { body, additions, ack })?;
                acked.await.map_err(|_| StoreError::Unavailable(None))??
            }
            Conn::PostgresWrite(c) => postgres::commit(&self.db, c, self.written, additions).await?,
        };
        self.db.key_cache().share(self.keys);
        Ok(Committed { position })
    }
}
