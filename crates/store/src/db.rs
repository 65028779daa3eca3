//! `Db`: one service's database, opened once, cloned freely.

use std::{collections::HashMap, sync::Arc};

use hoagiai_types::Env;
use parking_lot::Mutex;
use sqlx::{Executor, PgConnection, SqlSafeStr, SqliteConnection};
use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    Checkpoint, Connection, DatabaseConfig, EngineUrl, Entry, Keyring, Migrations, Position, Proof, StoreError, Tx,
    feed::Statuses,
    journal::{self, Chain},
    pool::Pool,
    postgres,
    seal::KeyCache,
    shared::{Health, Shared},
    sqlite::{self, Command, Lease, Turn},
    tx::Conn,
};

/// One service's database. Clones share it.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    shared: Arc<Shared>,
    engine: Engine,
    cache: KeyCache,
    /// How far each projection of this process has come.
    progress: Mutex<HashMap<String, watch::Sender<Position>>>,
    statuses: Statuses,
}

enum Engine {
    Sqlite { readers: Pool<SqliteConnection>, writer: mpsc::Sender<Command> },
    Postgres { readers: Pool<PgConnection>, writers: Pool<PgConnection>, sequencer: postgres::Sequencer },
}

impl Db {
    /// Opens the database of `journal` (`registry`, `cases` …): connects, checks that the engine is fit, migrates, and
    /// verifies that head, chain and witness agree.
    ///
    /// # Errors
    /// [`StoreError::Refused`] for an engine or file that is not fit, [`StoreError::Tampered`] when the journal is not
    /// what was signed, and those of connecting and migrating.
    pub async fn open(
        config: &DatabaseConfig,
        journal: &'static str,
        migrations: Migrations,
        keys: Arc<Keyring>,
        env: Env,
    ) -> Result<Self, StoreError> {
        let (witness, default_readers) = match config.engine()? {
            EngineUrl::Sqlite(path) => {
                (Some(config.witness.clone().unwrap_or_else(|| path.with_extension("witness"))), 4)
            }
            EngineUrl::Postgres(_) => (config.witness.clone(), 8),
        };
        let shared = Arc::new(Shared::new(config, witness, journal, keys, env));
        let readers = config.readers.unwrap_or(default_readers).max(1);
        match config.engine()? {
            EngineUrl::Sqlite(path) => Self::open_sqlite(shared, &path, readers, migrations).await,
            EngineUrl::Postgres(url) => {
                let opened = postgres::open(url, config, journal, readers, migrations).await?;
                let (sequencer, requests) = postgres::Sequencer::new();
                let engine = Engine::Postgres { readers: opened.readers, writers: opened.writers, sequencer };
                let db = Self::assemble(shared.clone(), engine);
                let mut conn = opened.sequencer.acquire().await?;
                db.settle_head(&mut Connection::Postgres(&mut conn)).await?;
                drop(conn);
                postgres::start(shared, opened.sequencer, requests);
                Ok(db)
            }
        }
    }

    async fn open_sqlite(
        shared: Arc<Shared>,
        path: &std::path::Path,
        readers: u32,
        migrations: Migrations,
    ) -> Result<Self, StoreError> {
        let mut conn = sqlite::open(path, migrations).await?;
        let (writer, commands) = mpsc::channel(1_024);
        let engine = Engine::Sqlite { readers: sqlite::readers(path, readers).await?, writer };
        let db = Self::assemble(shared, engine);
        let (chain, head, last) = db.settle_head(&mut Connection::Sqlite(&mut conn)).await?;
        sqlite::Writer::start(&db, conn, commands, chain, head, last).await?;
        Ok(db)
    }

    fn assemble(shared: Arc<Shared>, engine: Engine) -> Self {
        Self(Arc::new(Inner {
            shared,
            engine,
            cache: KeyCache::default(),
            progress: Mutex::default(),
            statuses: Statuses::default(),
        }))
    }

    /// Signs a head for an empty journal, or verifies the one that is there.
    async fn settle_head(&self, conn: &mut Connection<'_>) -> Result<(Chain, Checkpoint, Checkpoint), StoreError> {
        let shared = &self.0.shared;
        let genesis = Checkpoint::sign(shared.journal, 0, &Chain::genesis(shared.journal), shared.now(), &shared.keys);
        journal::insert_head(conn, &genesis).await?;
        // One snapshot: another replica or command may be writing while this one opens.
        journal::begin_snapshot(conn).await?;
        let checked =
            journal::check_head(conn, shared.journal, &shared.keys.verifying(), shared.witness.as_ref()).await;
        let last = journal::last_checkpoint(conn, shared.journal).await;
        journal::end_snapshot(conn).await?;
        let ((chain, head), last) = (checked?, last?.unwrap_or(genesis));
        shared.publish(head.position);
        Ok((chain, head, last))
    }

    pub(crate) fn shared(&self) -> Arc<Shared> {
        self.0.shared.clone()
    }
    pub(crate) fn statuses(&self) -> &Statuses {
        &self.0.statuses
    }
    pub(crate) fn key_cache(&self) -> &KeyCache {
        &self.0.cache
    }
    pub(crate) fn sequencer(&self) -> Option<&postgres::Sequencer> {
        match &self.0.engine {
            Engine::Sqlite { .. } => None,
            Engine::Postgres { sequencer, .. } => Some(sequencer),
        }
    }

    /// Name of the journal.
    #[must_use]
    pub fn journal(&self) -> &'static str {
        self.0.shared.journal
    }

    /// The clock and ids this database was opened with.
    #[must_use]
    pub fn env(&self) -> &Env {
        &self.0.shared.env
    }

    /// The keyring this database was opened with.
    #[must_use]
    pub fn keys(&self) -> &Arc<Keyring> {
        &self.0.shared.keys
    }

    /// Whether the data lies in an embedded file.
    #[must_use]
    pub fn is_sqlite(&self) -> bool {
        matches!(self.0.engine, Engine::Sqlite { .. })
    }

    /// Opens a transaction that reads one snapshot, however many statements it runs.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when no connection is free in time, [`StoreError::Unavailable`].
    pub async fn read(&self) -> Result<Tx, StoreError> {
        let conn = match &self.0.engine {
            Engine::Sqlite { readers, .. } => Conn::SqliteRead(readers.begin("BEGIN").await?),
            Engine::Postgres { readers, .. } => {
                Conn::PostgresRead(readers.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?)
            }
        };
        Ok(Tx::new(self.clone(), conn))
    }

    /// Opens a reader for a single statement: no BEGIN and no end, a third of the trips. Two statements on it may see two
    /// states of the data.
    ///
    /// # Errors
    /// Those of [`Db::read`].
    pub async fn read_one(&self) -> Result<Tx, StoreError> {
        let conn = match &self.0.engine {
            Engine::Sqlite { readers, .. } => Conn::SqliteRead(readers.acquire().await?),
            Engine::Postgres { readers, .. } => Conn::PostgresRead(readers.acquire().await?),
        };
        Ok(Tx::new(self.clone(), conn))
    }

    /// Opens a transaction that writes. On SQLite it waits for its turn and shares its commit with others: await nothing but
    /// the transaction while it is open.
    ///
    /// # Errors
    /// Those of [`Db::read`].
    pub async fn write(&self) -> Result<Tx, StoreError> {
        self.open_writing(false).await
    }

    /// [`Db::write`] for a request that writes very much, an import or a reorganisation: on SQLite it shares its commit with
    /// nobody, and its cost grows with what it writes.
    ///
    /// # Errors
    /// Those of [`Db::read`].
    pub async fn write_much(&self) -> Result<Tx, StoreError> {
        self.open_writing(true).await
    }

    async fn open_writing(&self, alone: bool) -> Result<Tx, StoreError> {
        if let Health::Broken(_) = *self.0.shared.health.borrow() {
            return Err(StoreError::Unavailable(None));
        }
        let conn = match &self.0.engine {
            Engine::Sqlite { writer, .. } => Conn::SqliteWrite(lease(writer, alone).await?),
            Engine::Postgres { writers, .. } => Conn::PostgresWrite(writers.acquire().await?),
        };
        Ok(Tx::new(self.clone(), conn))
    }

    /// Position of the last entry known to be durable.
    #[must_use]
    pub fn head(&self) -> Position {
        *self.0.shared.head.borrow()
    }

    /// Follows [`Db::head`].
    #[must_use]
    pub fn watch_head(&self) -> watch::Receiver<Position> {
        self.0.shared.head.subscribe()
    }

    /// Follows the health of the database; a process whose database is broken must exit.
    #[must_use]
    pub fn watch_health(&self) -> watch::Receiver<Health> {
        self.0.shared.health.subscribe()
    }

    /// Answers whether the database answers.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn ping(&self) -> Result<(), StoreError> {
        if let Health::Broken(_) = *self.0.shared.health.borrow() {
            return Err(StoreError::Unavailable(None));
        }
        let mut tx = self.read_one().await?;
        crate::on!(&mut tx, |c| sqlx::query("SELECT 1").execute(c).await.map(drop))
    }

    /// Makes a signed checkpoint of everything durable now, stores it and appends it to the witness file.
    ///
    /// # Errors
    /// Those of writing.
    pub async fn checkpoint(&self) -> Result<Checkpoint, StoreError> {
        let (reply, made) = oneshot::channel();
        match &self.0.engine {
            Engine::Sqlite { writer, .. } => {
                writer.send(Command::Checkpoint(reply)).await.map_err(|_| StoreError::Unavailable(None))?;
            }
            Engine::Postgres { sequencer, .. } => sequencer.checkpoint(reply)?,
        }
        made.await.map_err(|_| StoreError::Unavailable(None))?
    }

    /// The signed head: what a report prints and the bus carries.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn signed_head(&self) -> Result<Checkpoint, StoreError> {
        let mut tx = self.read_one().await?;
        let mut conn = tx.connection().await?;
        let row = journal::head_row(&mut conn).await;
        tx.check(row)?.checkpoint()
    }

    /// Entries after `after`, at most `limit`, in order.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn entries(&self, after: Position, limit: i64) -> Result<Vec<Entry>, StoreError> {
        let mut tx = self.read_one().await?;
        tx.entries(after, limit).await
    }

    /// Proves that the entry at `position` is in the journal that the signed head covers.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] when there is no such entry.
    pub async fn proof(&self, position: Position) -> Result<Proof, StoreError> {
        let mut tx = self.read().await?;
        let journal = self.journal();
        let mut conn = tx.connection().await?;
        let proof = journal::prove(&mut conn, journal, position).await;
        tx.check(proof)
    }

    /// Closes every connection after the work under way. Other clones find the database unavailable.
    pub async fn close(&self) {
        match &self.0.engine {
            Engine::Sqlite { readers, writer } => {
                readers.close().await;
                let (done, closed) = oneshot::channel();
                if writer.send(Command::Close(done)).await.is_ok() {
                    let _ = closed.await;
                }
            }
            Engine::Postgres { readers, writers, sequencer } => {
                sequencer.close().await;
                readers.close().await;
                writers.close().await;
            }
        }
    }

    /// Whether a projection of that name is followed in this process.
    pub(crate) fn follows(&self, projection: &str) -> bool {
        self.0.progress.lock().contains_key(projection)
    }

    /// The channel on which the progress of a projection is announced inside this process.
    pub(crate) fn progress(&self, projection: &str) -> watch::Sender<Position> {
        let mut progress = self.0.progress.lock();
        if let Some(sender) = progress.get(projection) {
            return sender.clone();
        }
        progress.entry(projection.to_owned()).or_insert_with(|| watch::Sender::new(0)).clone()
    }
}

async fn lease(writer: &mpsc::Sender<Command>, alone: bool) -> Result<Lease, StoreError> {
    let turn = async {
        let (reply, lent) = oneshot::channel();
        writer.send(Command::Write(Turn { reply, alone })).await.map_err(|_| StoreError::Unavailable(None))?;
        lent.await.map_err(|_| StoreError::Unavailable(None))?
    };
    tokio::time::timeout(sqlite::TURN, turn).await.map_err(|_| StoreError::Busy(None))?
}

/// Prepares every statement on the engine, so that a test of each service proves its SQL on both. Names the first that fails.
///
/// # Errors
/// [`StoreError::Refused`] with the statement and what the engine says of it.
pub async fn prepare_all(db: &Db, statements: &[&'static str]) -> Result<(), StoreError> {
    for statement in statements {
        let result = match &db.0.engine {
            Engine::Sqlite { readers, .. } => {
                let mut conn = readers.acquire().await?;
                (*conn).prepare(statement.into_sql_str()).await.map(drop)
            }
            Engine::Postgres { readers, .. } => {
                let mut conn = readers.acquire().await?;
                (*conn).prepare(statement.into_sql_str()).await.map(drop)
            }
        };
        result.map_err(|error| StoreError::Refused(format!("{statement}\n{error}")))?;
    }
    Ok(())
}
