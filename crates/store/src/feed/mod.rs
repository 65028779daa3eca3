//! Consumers of a journal: a projection applies each entry exactly once, because its cursor and what it wrote commit
//! together. What it keeps can be thrown away and built again from position 0.

mod at_least;
mod outage;
mod quarantine;

use std::{
    collections::HashMap,
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};

use futures_util::{StreamExt, stream::BoxStream};
use parking_lot::Mutex;
use tokio_util::sync::CancellationToken;

pub use at_least::wait_for;
use outage::Outage;
pub use quarantine::{quarantined, replay};

use crate::{Connection, Db, Entry, Position, StoreError, Tx, on};

/// Most entries applied in one transaction, and fetched at once.
const BATCH: i64 = 256;
/// How often one entry is tried before it is put aside.
const TRIES: u32 = 5;
/// Waits between tries: 50 ms doubling up to 5 s.
const FIRST_WAIT: Duration = Duration::from_millis(50);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Why a feed broke off. It is opened again from the cursor.
#[derive(Debug, thiserror::Error)]
#[error("the feed broke off: {0}")]
pub struct FeedError(pub String);

impl From<StoreError> for FeedError {
    fn from(error: StoreError) -> Self {
        Self(error.to_string())
    }
}

/// Where entries come from: a journal in this process, or another service's over gRPC.
pub trait FeedSource: Send + Sync {
    /// Opens the entries after `after`, in order and without gaps; follows the journal and never ends by itself.
    fn open(
        &self,
        after: Position,
    ) -> impl Future<Output = Result<BoxStream<'static, Result<Vec<Entry>, FeedError>>, FeedError>> + Send;
}

/// A journal in this process.
#[derive(Clone)]
pub struct LocalFeed(pub Db);

impl FeedSource for LocalFeed {
    async fn open(&self, after: Position) -> Result<BoxStream<'static, Result<Vec<Entry>, FeedError>>, FeedError> {
        let state = (self.0.clone(), self.0.watch_head(), after);
        Ok(futures_util::stream::unfold(state, |(db, mut head, mut after)| async move {
            loop {
                let before = *head.borrow_and_update();
                match db.entries(after, BATCH).await {
                    Ok(entries) if entries.is_empty() => {}
                    Ok(entries) => {
                        after = entries.last().map_or(after, |e| e.position);
                        return Some((Ok(entries), (db, head, after)));
                    }
                    Err(error) => return Some((Err(error.into()), (db, head, after))),
                }
                // The limit is for what another process wrote and nobody announced.
                let moved = head.wait_for(|position| *position > before.max(after));
                if matches!(tokio::time::timeout(Duration::from_secs(1), moved).await, Ok(Err(_))) {
                    return None;
                }
            }
        })
        .boxed())
    }
}

/// Why an entry could not be applied.
#[derive(Debug, thiserror::Error)]
pub enum ProjectionError {
    /// The database is at fault; the same entry is tried again for as long as it takes.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The entry itself makes no sense here. After a few tries it is put aside with the rest of its stream.
    #[error("{0}")]
    Refused(String),
}

/// What one service keeps of another's facts.
pub trait Projection: Send + Sync {
    /// Its name: the key of its cursor. One name follows one journal: `<own journal>.<followed journal>`, so that a reader who
    /// waits for a position of that journal finds it.
    fn name(&self) -> &'static str;

    /// Writes what an entry changes. The transaction commits together with the cursor.
    fn apply(&self, tx: &mut Tx, entry: &Entry) -> impl Future<Output = Result<(), ProjectionError>> + Send;

    /// Writes what some entries change, one after the other. A projection may write a run of equal facts together; when one of
    /// them is refused, all are taken again one by one, so that it is known which.
    fn apply_all(&self, tx: &mut Tx, entries: &[&Entry]) -> impl Future<Output = Result<(), ProjectionError>> + Send {
        async move {
            for entry in entries {
                self.apply(tx, entry).await?;
            }
            Ok(())
        }
    }

    /// Removes everything that the projection keeps, before it is built again.
    fn clear(&self, tx: &mut Tx) -> impl Future<Output = Result<(), ProjectionError>> + Send;
}

/// How a projection fares.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FeedStatus {
    /// Position of the last entry applied.
    pub position: Position,
    /// Failures since the last success.
    pub failures: u32,
    /// What the last failure was.
    pub last_error: Option<String>,
}

/// Statuses by projection, for a metrics page.
#[derive(Clone, Default)]
pub(crate) struct Statuses(Arc<Mutex<HashMap<&'static str, FeedStatus>>>);

impl Db {
    /// How the projections followed in this process fare.
    #[must_use]
    pub fn feed_statuses(&self) -> Vec<(&'static str, FeedStatus)> {
        self.statuses().0.lock().iter().map(|(name, status)| (*name, status.clone())).collect()
    }

    fn note(&self, name: &'static str, change: impl FnOnce(&mut FeedStatus)) {
        change(self.statuses().0.lock().entry(name).or_default());
    }
}

const CURSOR_SQLITE: &str = "SELECT position FROM feed_cursors WHERE projection = $1";
const CURSOR_POSTGRES: &str = "SELECT position FROM feed_cursors WHERE projection = $1 FOR UPDATE";
const CURSOR_FIRST: &str = "INSERT INTO feed_cursors (projection, position) VALUES ($1, 0) ON CONFLICT DO NOTHING";
const CURSOR_MOVE: &str = "UPDATE feed_cursors SET position = $3 WHERE projection = $1 AND position = $2";
const RELEASE_ALL: &str = "DELETE FROM feed_quarantine WHERE projection = $1";

/// Reads the cursor and locks it, so that of several replicas one applies at a time.
async fn cursor(tx: &mut Tx, name: &str) -> Result<Position, StoreError> {
    // differs by engine: a SQLite transaction that writes is alone already.
    let found: Option<i64> = match tx.connection().await? {
        Connection::Sqlite(c) => {
            let found = sqlx::query_scalar(CURSOR_SQLITE).bind(name).fetch_optional(c).await;
            tx.check(found)?
        }
        Connection::Postgres(c) => {
            let found = sqlx::query_scalar(CURSOR_POSTGRES).bind(name).fetch_optional(c).await;
            tx.check(found)?
        }
    };
    if found.is_none() {
        on!(tx, |c| sqlx::query(CURSOR_FIRST).bind(name).execute(c).await.map(drop))?;
    }
    Ok(found.unwrap_or(0))
}

async fn move_cursor(tx: &mut Tx, name: &str, from: Position, to: Position) -> Result<(), StoreError> {
    let moved = on!(tx, |c| sqlx::query(CURSOR_MOVE)
        .bind(name)
        .bind(from)
        .bind(to)
        .execute(c)
        .await
        .map(|d| d.rows_affected()))?;
    if moved == 1 { Ok(()) } else { Err(StoreError::Stale) }
}

/// Why a batch was not applied, and at which entry.
struct Stop {
    position: Position,
    error: ProjectionError,
}

/// Applies a batch in one transaction; entries at or before the cursor are passed over. Together first, which is faster; one
/// by one when an entry is refused, or some are aside.
async fn apply<P: Projection>(
    db: &Db,
    projection: &P,
    batch: &[Entry],
    set_aside: Option<Position>,
) -> Result<Position, Stop> {
    if set_aside.is_none() {
        match apply_together(db, projection, batch).await {
            Ok(Some(at)) => return Ok(at),
            Ok(None) | Err(Stop { error: ProjectionError::Refused(_), .. }) => {}
            Err(stop) => return Err(stop),
        }
    }
    apply_singly(db, projection, batch, set_aside).await
}

/// Applies a batch as a whole; none: some entries are aside, and each must be looked at.
async fn apply_together<P: Projection>(db: &Db, projection: &P, batch: &[Entry]) -> Result<Option<Position>, Stop> {
    let name = projection.name();
    let stop = |error: StoreError| Stop { position: 0, error: error.into() };
    let mut tx = db.write().await.map_err(stop)?;
    let from = cursor(&mut tx, name).await.map_err(stop)?;
    if quarantine::any(&mut tx, name).await.map_err(stop)? {
        return Ok(None);
    }
    let entries: Vec<&Entry> = batch.iter().filter(|entry| entry.position > from).collect();
    if entries.iter().zip(from + 1..).any(|(entry, next)| entry.position != next) {
        return Err(stop(StoreError::Misuse("the feed has a gap")));
    }
    let at = entries.last().map_or(from, |entry| entry.position);
    if at > from {
        projection.apply_all(&mut tx, &entries).await.map_err(|error| Stop { position: 0, error })?;
        move_cursor(&mut tx, name, from, at).await.map_err(stop)?;
        tx.commit().await.map_err(stop)?;
    }
    db.progress(name).send_if_modified(|p| std::mem::replace(p, at.max(*p)) < at);
    Ok(Some(at))
}

async fn apply_singly<P: Projection>(
    db: &Db,
    projection: &P,
    batch: &[Entry],
    set_aside: Option<Position>,
) -> Result<Position, Stop> {
    let name = projection.name();
    let stop = |position| move |error: StoreError| Stop { position, error: error.into() };
    let mut tx = db.write().await.map_err(stop(0))?;
    let from = cursor(&mut tx, name).await.map_err(stop(0))?;
    let mut some_aside = quarantine::any(&mut tx, name).await.map_err(stop(0))?;
    let mut at = from;
    for entry in batch.iter().filter(|e| e.position > from) {
        if entry.position != at + 1 {
            return Err(Stop { position: 0, error: StoreError::Misuse("the feed has a gap").into() });
        }
        at = entry.position;
        let reason = if set_aside == Some(at) {
            Some("refused")
        } else if some_aside && quarantine::holds_stream_of(&mut tx, name, entry).await.map_err(stop(at))? {
            Some("follows a refused entry of its stream")
        } else {
            None
        };
        match reason {
            Some(reason) => {
                quarantine::put_aside(&mut tx, name, entry, reason).await.map_err(stop(at))?;
                some_aside = true;
            }
            None => projection.apply(&mut tx, entry).await.map_err(|error| Stop { position: at, error })?,
        }
    }
    if at > from {
        move_cursor(&mut tx, name, from, at).await.map_err(stop(0))?;
        tx.commit().await.map_err(stop(0))?;
    }
    db.progress(name).send_if_modified(|p| std::mem::replace(p, at.max(*p)) < at);
    Ok(at)
}

/// Follows a journal until `shutdown`: applies every entry exactly once, in order. A database that fails is waited for; an
/// entry that is refused five times is put aside with what follows it in its stream, so that the others go on.
pub async fn follow<S: FeedSource, P: Projection>(db: Db, source: S, projection: P, shutdown: CancellationToken) {
    let name = projection.name();
    // Known as followed from now on, before anything is read.
    drop(db.progress(name));
    let work = async {
        let (mut wait, mut outage) = (FIRST_WAIT, Outage::default());
        loop {
            let error = follow_once(&db, &source, &projection, &mut wait, &mut outage).await;
            if outage.failed(Instant::now()) {
                tracing::warn!(
                    projection = name,
                    error,
                    "a feed has been broken off for a while; it is opened again and again"
                );
            } else {
                tracing::debug!(projection = name, error, "a feed is opened again");
            }
            db.note(name, |s| {
                s.failures += 1;
                s.last_error = Some(error);
            });
            tokio::time::sleep(wait).await;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    };
    tokio::select! { () = work => {}, () = shutdown.cancelled() => {} }
}

/// Follows until the feed breaks off, and answers why.
async fn follow_once<S: FeedSource, P: Projection>(
    db: &Db,
    source: &S,
    projection: &P,
    wait: &mut Duration,
    outage: &mut Outage,
) -> String {
    match follow_from_cursor(db, source, projection, wait, outage).await {
        Ok(()) => "the source ended".to_owned(),
        Err(error) => error,
    }
}

async fn follow_from_cursor<S: FeedSource, P: Projection>(
    db: &Db,
    source: &S,
    projection: &P,
    wait: &mut Duration,
    outage: &mut Outage,
) -> Result<(), String> {
    let name = projection.name();
    let from = position(db, name).await.map_err(|e| e.to_string())?;
    db.progress(name).send_if_modified(|p| std::mem::replace(p, from.max(*p)) < from);
    let mut feed = source.open(from).await.map_err(|e| e.to_string())?;
    while let Some(batch) = feed.next().await {
        let batch = batch.map_err(|e| e.to_string())?;
        let (mut tries, mut set_aside, mut last) = (0, None, 0);
        let at = loop {
            let stop = match apply(db, projection, &batch, set_aside).await {
                Ok(at) => break at,
                Err(stop) => stop,
            };
            let ProjectionError::Refused(reason) = &stop.error else { return Err(stop.error.to_string()) };
            tries = if stop.position == last { tries + 1 } else { 1 };
            last = stop.position;
            if tries == 1 {
                tracing::warn!(projection = name, position = last, reason, "an entry is refused; it is tried again");
            }
            db.note(name, |s| {
                s.failures += 1;
                s.last_error = Some(reason.clone());
            });
            if tries >= TRIES {
                set_aside = Some(last);
            } else {
                tokio::time::sleep(FIRST_WAIT * 2_u32.pow(tries - 1)).await;
            }
        };
        *wait = FIRST_WAIT;
        if outage.over() {
            tracing::info!(projection = name, "a feed goes on");
        }
        db.note(name, |s| *s = FeedStatus { position: at, ..FeedStatus::default() });
    }
    Ok(())
}

/// Position of the last entry that a projection applied, from the database; 0: none yet.
///
/// # Errors
/// Those of the database.
pub async fn position(db: &Db, name: &str) -> Result<Position, StoreError> {
    let mut tx = db.read_one().await?;
    let found: Option<i64> = on!(&mut tx, |c| sqlx::query_scalar(CURSOR_SQLITE).bind(name).fetch_optional(c).await)?;
    Ok(found.unwrap_or(0))
}

/// Builds a projection again from position 0 up to the present head of its source; `progress` is told each position reached.
/// Nobody may follow the same projection meanwhile. It can be stopped and started again by [`follow`].
///
/// # Errors
/// The first that the projection or the source answers.
pub async fn rebuild<S: FeedSource, P: Projection>(
    db: &Db,
    source: &S,
    projection: &P,
    up_to: Position,
    mut progress: impl FnMut(Position),
) -> Result<(), ProjectionError> {
    let name = projection.name();
    let mut tx = db.write().await?;
    let from = cursor(&mut tx, name).await?;
    projection.clear(&mut tx).await?;
    on!(&mut tx, |c| sqlx::query(RELEASE_ALL).bind(name).execute(c).await.map(drop))?;
    move_cursor(&mut tx, name, from, 0).await?;
    tx.commit().await?;
    db.progress(name).send_replace(0);
    let mut feed = source.open(0).await.map_err(|e| ProjectionError::Refused(e.to_string()))?;
    let mut at = 0;
    while at < up_to {
        let Some(batch) = feed.next().await else { break };
        let batch = batch.map_err(|e| ProjectionError::Refused(e.to_string()))?;
        at = apply(db, projection, &batch, None).await.map_err(|stop| stop.error)?;
        progress(at);
    }
    Ok(())
}
