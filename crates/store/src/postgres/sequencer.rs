//! The sequencer: moves committed entries, in the order of their ids, to the end of the journal. Every replica has one; the
//! lock on the head's row lets one of them work at a time, so a crashed one is simply followed by the next.

use std::{collections::HashMap, sync::Arc, time::Duration};

use sqlx::{Acquire, PgConnection, PgPool, postgres::PgListener};
use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use crate::{
    Checkpoint, Connection, Position, StoreError,
    db::Shared,
    journal::{Chain, HeadRow, Node, last_checkpoint, rebuild_chain, to_hash},
};

/// Most entries numbered in one transaction.
const BATCH: i64 = 512;
/// How often leftovers are looked for: entries of a process that died between its commit and its call for a number.
const TICK: Duration = Duration::from_millis(500);
const CHANNEL: &str = "hoagiai_journal";

const LOCK: &str = "SELECT journal, position, hash, root, checkpoints, signed_at, key_id, signature FROM journal_head
    WHERE id = 1 FOR UPDATE";
const TAKE: &str =
    "DELETE FROM journal_pending WHERE id IN (SELECT id FROM journal_pending ORDER BY id LIMIT $1) RETURNING id, leaf";
const NUMBER: &str = "WITH numbered AS (
        INSERT INTO journal_position (position, entry_id, hash)
        SELECT * FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[]), CAST($3 AS BYTEA[])))
    UPDATE journal_head SET position = $4, hash = $5, root = $6, checkpoints = $7, signed_at = $8, key_id = $9, signature = $10
    WHERE id = 1 RETURNING pg_notify('hoagiai_journal', CAST($4 AS TEXT))";
const NODES: &str = "INSERT INTO journal_nodes (level, number, hash)
    SELECT * FROM unnest(CAST($1 AS BIGINT[]), CAST($2 AS BIGINT[]), CAST($3 AS BYTEA[])) ON CONFLICT DO NOTHING";
const CHECKPOINT: &str = "INSERT INTO journal_checkpoints (number, position, hash, root, signed_at, key_id, signature)
    VALUES ($1, $2, $3, $4, $5, $6, $7)";
const WHERE: &str = "SELECT entry_id, position FROM journal_position WHERE entry_id = ANY($1)";
const PENDING: &str = "SELECT EXISTS (SELECT 1 FROM journal_pending)";

type Reply<T> = oneshot::Sender<Result<T, StoreError>>;

pub(crate) enum Request {
    Number(i64, Reply<Position>),
    Checkpoint(Reply<Checkpoint>),
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
        requests,
        state: None,
        numbers: HashMap::new(),
        checkpoints: Vec::new(),
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
struct State {
    chain: Chain,
    last_checkpoint: Checkpoint,
}

struct Task {
    shared: Arc<Shared>,
    pool: PgPool,
    requests: mpsc::UnboundedReceiver<Request>,
    state: Option<State>,
    numbers: HashMap<i64, Reply<Position>>,
    checkpoints: Vec<Reply<Checkpoint>>,
    closing: Vec<oneshot::Sender<()>>,
}

impl Task {
    async fn run(mut self) {
        let mut open = true;
        while open || !self.numbers.is_empty() || !self.checkpoints.is_empty() {
            if self.numbers.is_empty() && self.checkpoints.is_empty() {
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
        self.pool.close().await;
        for done in self.closing {
            let _ = done.send(());
        }
    }

    fn take(&mut self, request: Request) {
        match request {
            Request::Number(entry, reply) => drop(self.numbers.insert(entry, reply)),
            Request::Checkpoint(reply) => self.checkpoints.push(reply),
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
    }

    async fn has_leftovers(&self) -> bool {
        let due = self.state.as_ref().is_some_and(|s| {
            let grown = s.chain.position > s.last_checkpoint.position;
            grown && self.shared.checkpoint_due(&s.last_checkpoint, s.chain.position, self.shared.now())
        });
        due || matches!(sqlx::query_scalar(PENDING).fetch_one(&self.pool).await, Ok(true))
    }

    /// Numbers one batch in one transaction, then answers whoever waits.
    async fn round(&mut self) -> Result<(), StoreError> {
        let pool = self.pool.clone();
        let mut conn = pool.acquire().await?;
        let mut tx = conn.begin().await?;
        let head = sqlx::query_as::<_, HeadRow>(LOCK).fetch_one(&mut *tx).await?.checkpoint()?;
        let mut state = match self.state.take() {
            Some(state) if state.chain.position == head.position => state,
            _ => self.look(&mut tx, &head).await?,
        };
        let mut pending: Vec<(i64, Vec<u8>)> = sqlx::query_as(TAKE).bind(BATCH).fetch_all(&mut *tx).await?;
        pending.sort_unstable_by_key(|(id, _)| *id);
        let now = self.shared.now();
        let (mut batch, mut nodes) = (Batch::default(), Vec::new());
        for (id, leaf) in &pending {
            state.chain.push(to_hash(leaf), &mut nodes);
            batch.add(state.chain.position, *id, state.chain.hash.to_vec());
        }
        let grown = state.chain.position > state.last_checkpoint.position;
        let due = !self.checkpoints.is_empty()
            || grown && self.shared.checkpoint_due(&state.last_checkpoint, state.chain.position, now);
        if !pending.is_empty() || due {
            let signed = Checkpoint::sign(
                self.shared.journal(),
                head.number + i64::from(due),
                &state.chain,
                now,
                self.shared.keys(),
            );
            if due {
                insert_checkpoint(&mut tx, &signed).await?;
                state.last_checkpoint = signed.clone();
            }
            insert_nodes(&mut tx, nodes).await?;
            batch.number(&mut tx, &signed).await?;
        }
        tx.commit().await?;
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
        if batch.ids.len() as i64 != BATCH && !self.numbers.is_empty() {
            // Committed, no longer pending and not in this batch: another replica numbered them.
            let ids: Vec<i64> = self.numbers.keys().copied().collect();
            let found: Vec<(i64, i64)> = sqlx::query_as(WHERE).bind(ids).fetch_all(&mut *conn).await?;
            for (id, position) in found {
                if let Some(reply) = self.numbers.remove(&id) {
                    let _ = reply.send(Ok(position));
                }
            }
        }
        Ok(())
    }

    /// Finds the end of the chain that another replica left.
    async fn look(&self, conn: &mut PgConnection, head: &Checkpoint) -> Result<State, StoreError> {
        if !head.is_signed(&self.shared.keys().verifying()) {
            return Err(StoreError::Tampered {
                position: head.position,
                what: "the head is not signed by this keyring",
            });
        }
        let mut conn = Connection::Postgres(conn);
        let chain = rebuild_chain(&mut conn, self.shared.journal(), head).await?;
        let last = last_checkpoint(&mut conn, self.shared.journal()).await?;
        let genesis = || {
            Checkpoint::sign(
                self.shared.journal(),
                0,
                &Chain::genesis(self.shared.journal()),
                self.shared.now(),
                self.shared.keys(),
            )
        };
        Ok(State { chain, last_checkpoint: last.unwrap_or_else(genesis) })
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

    async fn number(&self, conn: &mut PgConnection, head: &Checkpoint) -> Result<(), StoreError> {
        let query = sqlx::query(NUMBER).bind(&self.positions).bind(&self.ids).bind(&self.hashes).bind(head.position);
        let query = query.bind(head.hash.to_vec()).bind(head.root.to_vec()).bind(head.number).bind(head.signed_at);
        query.bind(&head.key_id).bind(&head.signature).execute(conn).await?;
        Ok(())
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
