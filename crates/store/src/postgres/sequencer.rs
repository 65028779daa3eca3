//! The sequencer: moves committed entries, in the order of their ids, to the end of the journal. Every replica has one; each
//! batch is one statement that takes effect only if the head is still where the sequencer saw it, so that of several one
//! wins, the others look again, and a crashed one leaves nothing behind.
//!
//! Its commit is the durable one: transactions that append commit without waiting for the disk, because the flush of this
//! later commit takes theirs along, and only then is anybody told.

use std::{collections::HashMap, sync::Arc, time::Duration};

use sqlx::{Connection as _, PgConnection, PgPool, Postgres, pool::PoolConnection, postgres::PgListener};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::{
    Checkpoint, Connection, Position, StoreError,
    journal::{Chain, Node, head_row, last_checkpoint, rebuild_chain, to_hash},
    shared::Shared,
};

/// Most entries numbered in one transaction.
const BATCH: i64 = 1_024;
/// How often leftovers are looked for: entries of a process that died between its commit and its call for a number.
const TICK: Duration = Duration::from_millis(500);
const CHANNEL: &str = "hoagiai_journal";

const TAKE: &str = "SELECT id, leaf FROM journal_pending ORDER BY id LIMIT $1";
const NUMBER: &str = "WITH head AS (
        UPDATE journal_head SET position = $6, hash = $7, root = $8, checkpoints = $9, signed_at = $10, key_id = $11, signature = $12
        WHERE id = 1 AND position = $4 AND checkpoints = $5 RETURNING position),
    taken AS (DELETE FROM journal_pending WHERE id = ANY($2) AND EXISTS (SELECT 1 FROM head)),
    numbered AS (
        INSERT INTO journal_position (position, entry_id, hash)
        SELECT n.position, n.entry_id, n.hash
        FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[]), CAST($3 AS BYTEA[])) AS n (position, entry_id, hash)
        WHERE EXISTS (SELECT 1 FROM head))
    SELECT CAST(pg_notify('hoagiai_journal', CAST(position AS TEXT)) AS TEXT) FROM head";
const NODES: &str = "INSERT INTO journal_nodes (level, number, hash)
    SELECT * FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[]), CAST($3 AS BYTEA[])) ON CONFLICT DO NOTHING";
const CHECKPOINT: &str = "INSERT INTO journal_checkpoints (number, position, hash, root, signed_at, key_id, signature)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const WHERE: &str = "SELECT entry_id, position FROM journal_position WHERE entry_id = ANY($1)";
// A record in the log whose commit waits for the disk, and takes every earlier commit along.
const FLUSH: &str = "SELECT CAST(pg_logical_emit_message(true, 'hoagiai', 'flush') AS TEXT)";
const PENDING: &str = "SELECT EXISTS (SELECT 1 FROM journal_pending)";

type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

pub(crate) enum Request {
    Number(i64, Reply<Position>),
    Checkpoint(Reply<Checkpoint>),
    Flush(Reply<()>),
    Close(oneshot::Sender<()>),
}

/// How writers reach the task.
pub(crate) struct Sequencer(mpsc::UnboundedSender<Request>);

impl Sequencer {
    pub(crate) fn new() -> (Self, mpsc::UnboundedReceiver<Request>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (Self(sender), receiver)
    }

    /// The position of a committed entry, as soon as it has one.
    pub(crate) async fn number(&self, entry: i64) -> Result<Position, StoreError> {
        let (reply, numbered) = oneshot::channel();
        self.0.send(Request::Number(entry, reply)).map_err(|_| StoreError::Unavailable(None))?;
        numbered.await.map_err(|_| StoreError::Unavailable(None))?
    }

    pub(crate) fn checkpoint(&self, reply: Reply<Checkpoint>) -> Result<(), StoreError> {
        self.0.send(Request::Checkpoint(reply)).map_err(|_| StoreError::Unavailable(None))
    }

    /// Waits until everything visible now is on the disk.
    pub(crate) async fn flush(&self) -> Result<(), StoreError> {
        let (reply, flushed) = oneshot::channel();
        self.0.send(Request::Flush(reply)).map_err(|_| StoreError::Unavailable(None))?;
        flushed.await.map_err(|_| StoreError::Unavailable(None))?
    }

    pub(crate) async fn close(&self) {
        let (done, closed) = oneshot::channel();
        if self.0.send(Request::Close(done)).is_ok() {
            let _ = closed.await;
        }
    }
}

/// Starts the sequencer and the listener that hears of other replicas' work.
pub(crate) fn start(shared: Arc<Shared>, pool: PgPool, requests: mpsc::UnboundedReceiver<Request>) {
    let stop = CancellationToken::new();
    tokio::spawn(listen(shared.clone(), pool.clone(), stop.clone()));
    let task = Task {
        shared,
        pool,
        conn: None,
        requests,
        state: None,
        numbers: HashMap::new(),
        checkpoints: Vec::new(),
        flushes: Vec::new(),
        closing: Vec::new(),
    };
    tokio::spawn(async move {
        let _stop = stop.drop_guard();
        task.run().await;
    });
}

async fn listen(shared: Arc<Shared>, pool: PgPool, stop: CancellationToken) {
    let hear = async {
        loop {
            if let Ok(mut listener) = PgListener::connect_with(&pool).await
                && listener.listen(CHANNEL).await.is_ok()
            {
                while let Ok(notice) = listener.recv().await {
                    if let Ok(position) = notice.payload().parse() {
                        shared.publish(position);
                    }
                }
            }
            tokio::time::sleep(TICK).await;
        }
    };
    tokio::select! { () = hear => {}, () = stop.cancelled() => {} }
}

/// The end of the chain as this process last saw it.
#[derive(Clone)]
struct State {
    chain: Chain,
    /// Number of checkpoints that the head counts.
    checkpoints: i64,
    last_checkpoint: Checkpoint,
}

struct Task {
    shared: Arc<Shared>,
    pool: PgPool,
    /// Kept from round to round: taking it from the pool each time would cost a trip.
    conn: Option<PoolConnection<Postgres>>,
    requests: mpsc::UnboundedReceiver<Request>,
    state: Option<State>,
    numbers: HashMap<i64, Reply<Position>>,
    checkpoints: Vec<Reply<Checkpoint>>,
    flushes: Vec<Reply<()>>,
    closing: Vec<oneshot::Sender<()>>,
}

impl Task {
    async fn run(mut self) {
        let mut open = true;
        while open || self.is_asked() {
            if !self.is_asked() {
                match tokio::time::timeout(TICK, self.requests.recv()).await {
                    Ok(Some(request)) => self.take(request),
                    Ok(None) => open = false,
                    Err(_) if !self.has_leftovers().await => continue,
                    Err(_) => {}
                }
            }
            while let Ok(request) = self.requests.try_recv() {
                self.take(request);
            }
            if let Err(error) = self.round().await {
                tracing::warn!(
                    error = &error as &dyn std::error::Error,
                    "the sequencer could not number entries; it tries again"
                );
                self.state = None;
                if !error.is_transient() && !matches!(error, StoreError::Database(_)) {
                    self.refuse_all(&error);
                }
                if !open {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
        self.conn = None;
        self.pool.close().await;
        for done in self.closing {
            let _ = done.send(());
        }
    }

    fn is_asked(&self) -> bool {
        !(self.numbers.is_empty() && self.checkpoints.is_empty() && self.flushes.is_empty())
    }

    fn take(&mut self, request: Request) {
        match request {
            Request::Number(entry, reply) => drop(self.numbers.insert(entry, reply)),
            Request::Checkpoint(reply) => self.checkpoints.push(reply),
            Request::Flush(reply) => self.flushes.push(reply),
            Request::Close(done) => {
                self.requests.close();
                self.closing.push(done);
            }
        }
    }

    /// The entries are committed, but their numbers cannot be had: the callers learn that the outcome is open.
    fn refuse_all(&mut self, error: &StoreError) {
        tracing::error!(error = error as &dyn std::error::Error, "entries cannot be numbered");
        for (_, reply) in self.numbers.drain() {
            let _ = reply.send(Err(StoreError::Unavailable(None)));
        }
        for reply in self.checkpoints.drain(..) {
            let _ = reply.send(Err(StoreError::Unavailable(None)));
        }
        for reply in self.flushes.drain(..) {
            let _ = reply.send(Err(StoreError::Unavailable(None)));
        }
    }

    async fn has_leftovers(&mut self) -> bool {
        let due = self.state.as_ref().is_some_and(|s| {
            let grown = s.chain.position > s.last_checkpoint.position;
            grown && self.shared.checkpoint_due(&s.last_checkpoint, s.chain.position, self.shared.now())
        });
        due || matches!(self.has_pending().await, Ok(true))
    }

    async fn has_pending(&mut self) -> Result<bool, StoreError> {
        let mut conn = self.connection().await?;
        let pending = sqlx::query_scalar(PENDING).fetch_one(&mut *conn).await?;
        self.conn = Some(conn);
        Ok(pending)
    }

    async fn connection(&mut self) -> Result<PoolConnection<Postgres>, StoreError> {
        match self.conn.take() {
            Some(conn) => Ok(conn),
            None => Ok(self.pool.acquire().await?),
        }
    }

    /// One round on the connection, which is let go when anything fails.
    async fn round(&mut self) -> Result<(), StoreError> {
        let mut conn = self.connection().await?;
        self.number_batch(&mut conn).await?;
        self.conn = Some(conn);
        Ok(())
    }

    /// Numbers one batch in one transaction, then answers whoever waits.
    async fn number_batch(&mut self, conn: &mut PgConnection) -> Result<(), StoreError> {
        if !self.flushes.is_empty() {
            sqlx::query(FLUSH).execute(&mut *conn).await?;
            self.flushes.drain(..).for_each(|reply| drop(reply.send(Ok(()))));
        }
        let seen = match self.state.take() {
            Some(state) => state,
            None => self.look(conn).await?,
        };
        let pending: Vec<(i64, Vec<u8>)> = sqlx::query_as(TAKE).bind(BATCH).fetch_all(&mut *conn).await?;
        let (mut state, mut batch, mut nodes) = (seen.clone(), Batch::default(), Vec::new());
        for (id, leaf) in &pending {
            state.chain.push(to_hash(leaf), &mut nodes);
            batch.add(state.chain.position, *id, state.chain.hash.to_vec());
        }
        let now = self.shared.now();
        let grown = state.chain.position > state.last_checkpoint.position;
        let due = !self.checkpoints.is_empty()
            || grown && self.shared.checkpoint_due(&state.last_checkpoint, state.chain.position, now);
        if !pending.is_empty() || due {
            state.checkpoints += i64::from(due);
            let signed =
                Checkpoint::sign(self.shared.journal(), state.checkpoints, &state.chain, now, self.shared.keys());
            let won = if due || !nodes.is_empty() {
                let mut tx = conn.begin().await?;
                let won = batch.number(&mut tx, &seen, &signed).await?;
                if won {
                    insert_nodes(&mut tx, nodes).await?;
                    if due {
                        insert_checkpoint(&mut tx, &signed).await?;
                    }
                    tx.commit().await?;
                }
                won
            } else {
                batch.number(conn, &seen, &signed).await?
            };
            if !won {
                // Another replica was first: look again where the journal ends.
                return Ok(());
            }
            if due {
                state.last_checkpoint = signed;
            }
        }
        self.shared.publish(state.chain.position);
        for (id, position) in batch.ids.iter().zip(&batch.positions) {
            if let Some(reply) = self.numbers.remove(id) {
                let _ = reply.send(Ok(*position));
            }
        }
        if due {
            self.witness(&state.last_checkpoint).await;
            for reply in self.checkpoints.drain(..) {
                let _ = reply.send(Ok(state.last_checkpoint.clone()));
            }
        }
        self.state = Some(state);
        if i64::try_from(batch.ids.len()) != Ok(BATCH) && !self.numbers.is_empty() {
            self.find_others(conn).await?;
        }
        Ok(())
    }

    /// Answers for entries that are committed, no longer pending and not in this batch: another replica numbered them.
    async fn find_others(&mut self, conn: &mut PgConnection) -> Result<(), StoreError> {
        let ids: Vec<i64> = self.numbers.keys().copied().collect();
        let found: Vec<(i64, i64)> = sqlx::query_as(WHERE).bind(ids).fetch_all(conn).await?;
        for (id, position) in found {
            if let Some(reply) = self.numbers.remove(&id) {
                let _ = reply.send(Ok(position));
            }
        }
        // Neither pending nor numbered: the server crashed between the commit and its flush, and the entry with it.
        for (id, reply) in self.numbers.drain() {
            tracing::warn!(entry = id, "a commit was lost in a crash of the server before it was acknowledged");
            let _ = reply.send(Err(StoreError::Unavailable(None)));
        }
        Ok(())
    }

    /// Finds the end of the chain on the server, in one snapshot.
    async fn look(&self, conn: &mut PgConnection) -> Result<State, StoreError> {
        let journal = self.shared.journal();
        let mut tx = conn.begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        let mut conn = Connection::Postgres(&mut tx);
        let head = head_row(&mut conn).await?.checkpoint()?;
        if !head.is_signed(&self.shared.keys().verifying()) {
            return Err(StoreError::Tampered {
                position: head.position,
                what: "the head is not signed by this keyring",
            });
        }
        let chain = rebuild_chain(&mut conn, journal, &head).await?;
        let last = last_checkpoint(&mut conn, journal).await?;
        let genesis = || Checkpoint::sign(journal, 0, &Chain::genesis(journal), self.shared.now(), self.shared.keys());
        Ok(State { chain, checkpoints: head.number, last_checkpoint: last.unwrap_or_else(genesis) })
    }

    async fn witness(&self, checkpoint: &Checkpoint) {
        self.shared.owe_witness();
        if let Some(witness) = self.shared.take_owed_witness() {
            let checkpoint = checkpoint.clone();
            let written = tokio::task::spawn_blocking(move || witness.append(&checkpoint)).await;
            if !matches!(written, Ok(Ok(()))) {
                tracing::error!("a checkpoint could not be written to the witness file");
            }
        }
    }
}

#[derive(Default)]
struct Batch {
    positions: Vec<i64>,
    ids: Vec<i64>,
    hashes: Vec<Vec<u8>>,
}

impl Batch {
    fn add(&mut self, position: i64, id: i64, hash: Vec<u8>) {
        self.positions.push(position);
        self.ids.push(id);
        self.hashes.push(hash);
    }

    /// Numbers the batch and moves the head, or does nothing when the head is no longer where it was seen.
    async fn number(&self, conn: &mut PgConnection, seen: &State, head: &Checkpoint) -> Result<bool, StoreError> {
        let query = sqlx::query(NUMBER).bind(&self.positions).bind(&self.ids).bind(&self.hashes);
        let query = query.bind(seen.chain.position).bind(seen.checkpoints).bind(head.position).bind(head.hash.to_vec());
        let query = query.bind(head.root.to_vec()).bind(head.number).bind(head.signed_at).bind(&head.key_id);
        Ok(query.bind(&head.signature).fetch_optional(conn).await?.is_some())
    }
}

async fn insert_nodes(conn: &mut PgConnection, nodes: Vec<Node>) -> Result<(), StoreError> {
    if nodes.is_empty() {
        return Ok(());
    }
    let levels: Vec<i64> = nodes.iter().map(|n| n.subtree.level.into()).collect();
    let numbers: Vec<i64> = nodes.iter().map(|n| i64::try_from(n.subtree.number).unwrap_or(i64::MAX)).collect();
    let hashes: Vec<Vec<u8>> = nodes.iter().map(|n| n.hash.to_vec()).collect();
    sqlx::query(NODES).bind(levels).bind(numbers).bind(hashes).execute(conn).await?;
    Ok(())
}

async fn insert_checkpoint(conn: &mut PgConnection, checkpoint: &Checkpoint) -> Result<(), StoreError> {
    let query =
        sqlx::query(CHECKPOINT).bind(checkpoint.number).bind(checkpoint.position).bind(checkpoint.hash.to_vec());
    let query = query.bind(checkpoint.root.to_vec()).bind(checkpoint.signed_at).bind(&checkpoint.key_id);
    query.bind(&checkpoint.signature).execute(conn).await?;
    Ok(())
}
