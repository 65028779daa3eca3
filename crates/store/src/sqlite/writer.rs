//! The one writer. It owns the writing connection and lends it to one request after another, each in a savepoint of a
//! shared transaction; when nobody waits or the batch is full, one COMMIT (one fsync) answers them all.

use std::{sync::Arc, time::Duration};

use sqlx::{Connection as _, Row as _, SqliteConnection, query::Query, sqlite::SqliteArguments};
use tokio::sync::{mpsc, oneshot};

use super::{
    additions::keep,
    lease::{Body, Command, Lease, Returned, Turn},
};
use crate::{
    Checkpoint, Connection, Db, Health, Position, StoreError,
    journal::{Chain, head_row, rebuild_chain},
    shared::Shared,
};

/// Most requests that share one commit.
const BATCH: usize = 64;

const BEGIN: &str = "BEGIN IMMEDIATE; SAVEPOINT lease; PRAGMA data_version";
const UNDO: &str = "ROLLBACK TO lease";
/// A request that is alone has no savepoint; one is opened for what [`keep`] closes.
const LEAVE_ALONE: &str = "RELEASE lease";
const END_ALONE: &str = "SAVEPOINT lease";
const UNDO_ALONE: &str = "ROLLBACK";
const BEGIN_AGAIN: &str = "BEGIN IMMEDIATE; SAVEPOINT lease";
const HEAD_COMMIT: &str =
    "UPDATE journal_head SET position = $1, hash = $2, root = $3, checkpoints = $4, signed_at = $5,
        key_id = $6, signature = $7 WHERE id = 1;
    COMMIT";
// Moves the log into the file, where what was overwritten is overwritten too, and cuts it to nothing. Waits shortly for
// readers of older states: they hold up the writer.
const EMPTY_LOG: &str = "PRAGMA busy_timeout = 250; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA busy_timeout = 5000";
/// How long after a reader was in the way the log is emptied again.
const SCRUB_AGAIN: Duration = Duration::from_secs(1);
const CHECKPOINT: &str = "INSERT INTO journal_checkpoints (number, position, hash, root, signed_at, key_id, signature)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";

type SqliteQuery = Query<'static, sqlx::Sqlite, SqliteArguments>;

/// The task.
pub(crate) struct Writer {
    db: Arc<Shared>,
    commands: mpsc::Receiver<Command>,
    body: Option<Box<Body>>,
    /// The chain and the head as they are on the disk.
    durable: Chain,
    head: Checkpoint,
    last_checkpoint: Checkpoint,
    /// As SQLite counts other connections' changes; -1 makes the next batch look at the disk.
    data_version: i64,
    closing: Vec<oneshot::Sender<()>>,
    /// Whether bytes that were overwritten may still lie in the log.
    scrub: bool,
}

type Ack = (oneshot::Sender<Result<Position, StoreError>>, Position);

impl Writer {
    pub(crate) async fn start(
        db: &Db,
        conn: SqliteConnection,
        commands: mpsc::Receiver<Command>,
        chain: Chain,
        head: Checkpoint,
        last_checkpoint: Checkpoint,
    ) -> Result<(), StoreError> {
        let body = Some(Box::new(Body { conn, chain: chain.clone(), shared: false }));
        let writer = Self {
            db: db.shared(),
            commands,
            body,
            durable: chain,
            head,
            last_checkpoint,
            data_version: -1,
            closing: Vec::new(),
            scrub: false,
        };
        tokio::spawn(writer.run());
        Ok(())
    }

    async fn run(mut self) {
        let mut carried = None;
        loop {
            let command = match carried.take() {
                Some(first) => Command::Write(first),
                None => match self.next().await {
                    Some(command) => command,
                    None => break,
                },
            };
            match command {
                Command::Close(done) => self.stop(done),
                Command::Write(first) => carried = self.batch(Some(first), Vec::new()).await,
                Command::Checkpoint(reply) => carried = self.batch(None, vec![reply]).await,
            }
        }
        self.close().await;
    }

    /// The next command; while none comes, a checkpoint falls due.
    async fn next(&mut self) -> Option<Command> {
        loop {
            let limit = if self.scrub { SCRUB_AGAIN } else { self.db.checkpoint_age() };
            match tokio::time::timeout(limit, self.commands.recv()).await {
                Ok(command) => return command,
                Err(_) if self.durable.position > self.last_checkpoint.position => {
                    let (reply, _) = oneshot::channel();
                    return Some(Command::Checkpoint(reply));
                }
                Err(_) if self.scrub => self.empty_log().await,
                Err(_) => {}
            }
        }
    }

    /// Takes no more commands; those already sent are still done.
    fn stop(&mut self, done: oneshot::Sender<()>) {
        self.commands.close();
        self.closing.push(done);
    }

    async fn close(&mut self) {
        if let Some(body) = self.body.take() {
            let _ = body.conn.close().await;
        }
        for done in self.closing.drain(..) {
            let _ = done.send(());
        }
    }

    /// One shared transaction. Answers a request that must begin the next one.
    async fn batch(
        &mut self,
        first: Option<Turn>,
        mut checkpoints: Vec<oneshot::Sender<Result<Checkpoint, StoreError>>>,
    ) -> Option<Turn> {
        if let Err(error) = self.begin().await {
            tracing::warn!(error = &error as &dyn std::error::Error, "the writer could not begin a transaction");
            self.undo_all().await;
            if let Some(first) = first {
                let _ = first.reply.send(Err(error));
            }
            return None;
        }
        let (mut acks, mut carried, mut next) = (Vec::<Ack>::new(), None, first);
        while let Some(request) = next.take() {
            if request.alone && !acks.is_empty() {
                carried = Some(request);
                break;
            }
            let alone = request.alone;
            let kept = self.lend(request, &mut acks, &mut carried).await;
            if let Err(error) = kept {
                self.fail(acks, checkpoints, error).await;
                return carried;
            }
            if carried.is_none() && !alone && acks.len() < BATCH {
                match self.commands.try_recv() {
                    Ok(Command::Write(request)) => next = Some(request),
                    Ok(Command::Checkpoint(reply)) => checkpoints.push(reply),
                    Ok(Command::Close(done)) => self.stop(done),
                    Err(_) => {}
                }
            }
        }
        match self.commit(!checkpoints.is_empty()).await {
            Ok(()) => {
                if self.scrub {
                    self.empty_log().await;
                }
                self.db.publish(self.durable.position);
                for (ack, position) in acks {
                    let position = if position == 0 { self.durable.position } else { position };
                    let _ = ack.send(Ok(position));
                }
                self.witness().await;
                for reply in checkpoints {
                    let _ = reply.send(Ok(self.last_checkpoint.clone()));
                }
            }
            Err(error) => self.fail(acks, checkpoints, error).await,
        }
        carried
    }

    /// Lends the connection to one request and keeps or undoes what it did. An error ends the whole batch.
    async fn lend(
        &mut self,
        Turn { reply, alone }: Turn,
        acks: &mut Vec<Ack>,
        carried: &mut Option<Turn>,
    ) -> Result<(), sqlx::Error> {
        let Some(mut body) = self.body.take() else { return Err(sqlx::Error::WorkerCrashed) };
        body.shared = !acks.is_empty();
        let before = body.chain.clone();
        if alone && let Err(error) = sqlx::query(LEAVE_ALONE).execute(&mut body.conn).await {
            self.body = Some(body);
            return Err(error);
        }
        let (back, returned) = oneshot::channel();
        // A requester that no longer waits drops the lease, which comes straight back.
        drop(reply.send(Ok(Lease { body: Some(body), back: Some(back) })));
        let Ok(returned) = returned.await else { return Err(sqlx::Error::WorkerCrashed) };
        match returned {
            Returned::Commit { mut body, additions, ack } => {
                let scrub = additions.scrub;
                let result = match end_alone(&mut body.conn, alone).await {
                    Ok(()) => keep(&mut body, additions, self.db.now()).await,
                    Err(error) => Err(error.into()),
                };
                let appended = body.chain.position > before.position;
                match result {
                    Ok(()) => {
                        self.scrub |= scrub;
                        acks.push((ack, if appended { body.chain.position } else { 0 }));
                    }
                    Err(error) => {
                        let _ = ack.send(Err(error));
                        body.chain = before;
                        let undone = undo(&mut body.conn, alone).await;
                        self.body = Some(body);
                        return undone;
                    }
                }
                self.body = Some(body);
            }
            Returned::Abandon { mut body } => {
                body.chain = before;
                let undone = undo(&mut body.conn, alone).await;
                self.body = Some(body);
                undone?;
            }
            Returned::Harden { body, reply } => {
                self.body = Some(body);
                *carried = Some(Turn { reply, alone: false });
            }
        }
        Ok(())
    }

    async fn begin(&mut self) -> Result<(), StoreError> {
        let body = self.body.as_mut().ok_or(StoreError::Unavailable(None))?;
        let data_version: i64 = sqlx::query_scalar(BEGIN).fetch_one(&mut body.conn).await?;
        if data_version != self.data_version {
            // Another process wrote (a command beside the server): what is in memory is no longer the end of the chain.
            let mut conn = Connection::Sqlite(&mut body.conn);
            let head = head_row(&mut conn).await?.checkpoint()?;
            if !head.is_signed(&self.db.keys().verifying()) {
                return Err(StoreError::Tampered {
                    position: head.position,
                    what: "the head is not signed by this keyring",
                });
            }
            if head.position != self.durable.position {
                self.durable = rebuild_chain(&mut conn, self.db.journal(), &head).await?;
                body.chain = self.durable.clone();
            }
            self.head = head;
            self.data_version = data_version;
        }
        Ok(())
    }

    /// Signs the head and commits. On success what is in memory is what is on the disk.
    async fn commit(&mut self, want_checkpoint: bool) -> Result<(), sqlx::Error> {
        let Some(body) = self.body.as_mut() else { return Err(sqlx::Error::WorkerCrashed) };
        let grown = body.chain.position > self.durable.position;
        let now = self.db.now();
        let due = want_checkpoint || grown && self.db.checkpoint_due(&self.last_checkpoint, body.chain.position, now);
        if !grown && !due {
            sqlx::query("COMMIT").execute(&mut body.conn).await?;
            return Ok(());
        }
        let number = self.head.number + i64::from(due);
        let head = Checkpoint::sign(self.db.journal(), number, &body.chain, now, self.db.keys());
        if due {
            bind_checkpoint(sqlx::query(CHECKPOINT).bind(number).bind(head.position), &head)
                .execute(&mut body.conn)
                .await?;
        }
        let update = sqlx::query(HEAD_COMMIT).bind(head.position).bind(head.hash.to_vec()).bind(head.root.to_vec());
        let update = update.bind(number).bind(head.signed_at).bind(head.key_id.clone()).bind(head.signature.clone());
        update.execute(&mut body.conn).await?;
        self.durable = body.chain.clone();
        if due {
            self.last_checkpoint = head.clone();
            self.db.owe_witness();
        }
        self.head = head;
        Ok(())
    }

    /// Everybody in a failed batch is told so, and memory goes back to what the disk has.
    async fn fail(
        &mut self,
        acks: Vec<Ack>,
        checkpoints: Vec<oneshot::Sender<Result<Checkpoint, StoreError>>>,
        error: sqlx::Error,
    ) {
        let code = error.as_database_error().and_then(|e| e.code()).map(|c| c.into_owned());
        // IOERR_FSYNC, IOERR_DIR_FSYNC: the kernel may have dropped the pages, and a second fsync would lie.
        let unsure = matches!(code.as_deref(), Some("1034" | "1290"));
        tracing::error!(error = &error as &dyn std::error::Error, requests = acks.len(), "a shared commit failed");
        let error = Arc::new(error);
        for (ack, _) in acks {
            let error = error.clone();
            let _ = ack.send(Err(if unsure { StoreError::Unknown(error) } else { StoreError::CommitFailed(error) }));
        }
        for reply in checkpoints {
            let _ = reply.send(Err(StoreError::CommitFailed(error.clone())));
        }
        if unsure {
            self.db.set_health(Health::Broken(
                "fsync failed: what was acknowledged before is safe, the process must restart",
            ));
        }
        self.undo_all().await;
    }

    async fn undo_all(&mut self) {
        let Some(body) = self.body.as_mut() else {
            self.db.set_health(Health::Broken("the writing connection was lost"));
            return;
        };
        // Refused when SQLite has rolled back by itself already.
        let _ = sqlx::query("ROLLBACK").execute(&mut body.conn).await;
        body.chain = self.durable.clone();
        // Forces a look at the disk before the next batch.
        self.data_version = -1;
    }

    /// Makes sure that a destroyed key is in no file any more; tried again while somebody still reads an older state.
    async fn empty_log(&mut self) {
        let Some(body) = self.body.as_mut() else { return };
        let answers = sqlx::query(EMPTY_LOG).fetch_all(&mut body.conn).await;
        // The answers are the timeout, (busy, pages, pages moved), the timeout.
        let busy = answers.and_then(|rows| rows.get(1).ok_or(sqlx::Error::RowNotFound)?.try_get::<i64, _>(0));
        self.scrub = !matches!(busy, Ok(0));
        if let Err(error) = busy {
            tracing::warn!(error = &error as &dyn std::error::Error, "the log could not be emptied after an erasure");
        }
    }

    async fn witness(&mut self) {
        if let Some((witness, checkpoint)) = self.db.take_owed_witness().map(|w| (w, self.last_checkpoint.clone())) {
            let written = tokio::task::spawn_blocking(move || witness.append(&checkpoint)).await;
            if !matches!(written, Ok(Ok(()))) {
                tracing::error!("a checkpoint could not be written to the witness file");
            }
        }
    }
}

async fn end_alone(conn: &mut SqliteConnection, alone: bool) -> Result<(), sqlx::Error> {
    if alone { sqlx::query(END_ALONE).execute(conn).await.map(drop) } else { Ok(()) }
}

/// Undoes one request and nothing of the others that share its transaction.
async fn undo(conn: &mut SqliteConnection, alone: bool) -> Result<(), sqlx::Error> {
    if !alone {
        return sqlx::query(UNDO).execute(conn).await.map(drop);
    }
    // Refused when SQLite has rolled back by itself already.
    let _ = sqlx::query(UNDO_ALONE).execute(&mut *conn).await;
    sqlx::query(BEGIN_AGAIN).execute(conn).await.map(drop)
}

fn bind_checkpoint(query: SqliteQuery, checkpoint: &Checkpoint) -> SqliteQuery {
    query
        .bind(checkpoint.hash.to_vec())
        .bind(checkpoint.root.to_vec())
        .bind(checkpoint.signed_at)
        .bind(checkpoint.key_id.clone())
        .bind(checkpoint.signature.clone())
}
