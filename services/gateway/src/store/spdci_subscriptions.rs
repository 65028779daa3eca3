//! What agencies follow over SPDCI. What they asked for and stated is sealed under the subscription's own data key.

use hoagiai_spdci::EventType;
use hoagiai_store::{Sealed, StoreError, Tx, on};
use hoagiai_types::{Timestamp, Uuid};
use sqlx::FromRow;

use super::{builder, opened};
use crate::domain::{
    ConsumerId, CredentialId, SpdciFollowing, SpdciSubscription, SpdciSubscriptionId, SpdciSubscriptionState,
};

pub(super) const STATEMENTS: &[&str] = &[INSERT, RUNNING, DUE, AGENCIES_DUE, PAGE, FIND, TAKE, REST, GO_ON, WAKE];

/// What is sealed of what was asked is bound to.
const ASKED: &str = "spdci.subscription";
/// Rows of one statement.
const CHUNK: usize = 200;

// No row is made of what the agency follows there already.
const INSERT: &str =
    "INSERT INTO spdci_subscriptions (id, consumer_id, credential_id, correlation_id, event, followed_id,
        callback, locale, asked_sealed, start_time, end_time, state, attempt_count, revision, create_time)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) ON CONFLICT DO NOTHING";
const RUNNING: &str = "SELECT count(*) FROM spdci_subscriptions WHERE consumer_id = $1 AND state = 'active'";
const DUE: &str =
    "SELECT id, consumer_id, credential_id, correlation_id, event, followed_id, callback, locale, asked_sealed,
        start_time, end_time, state, attempt_count, next_attempt_time, revision, create_time
    FROM spdci_subscriptions WHERE consumer_id = $1 AND next_attempt_time <= $2 ORDER BY next_attempt_time LIMIT 1";
const AGENCIES_DUE: &str = "SELECT id FROM consumers c WHERE EXISTS
        (SELECT 1 FROM spdci_subscriptions s WHERE s.consumer_id = c.id AND s.next_attempt_time <= $1)
    ORDER BY id";
const PAGE: &str = "SELECT id, consumer_id, event, followed_id, callback, start_time, end_time, state, attempt_count,
        next_attempt_time, create_time
    FROM spdci_subscriptions WHERE consumer_id = $1 AND id > $2 AND ($3 = '' OR state = $3) ORDER BY id LIMIT $4";
const FIND: &str =
    "SELECT id, consumer_id, credential_id, correlation_id, event, followed_id, callback, locale, asked_sealed,
        start_time, end_time, state, attempt_count, next_attempt_time, revision, create_time
    FROM spdci_subscriptions WHERE id = $1";
const TAKE: &str = "UPDATE spdci_subscriptions SET next_attempt_time = $3, revision = $2 + 1
    WHERE id = $1 AND revision = $2";
const REST: &str = "UPDATE spdci_subscriptions SET attempt_count = $3, next_attempt_time = $4, revision = $2 + 1
    WHERE id = $1 AND revision = $2";
// Something was put in line, or the subscription ended, while notices of it were sent.
const GO_ON: &str = "UPDATE spdci_subscriptions SET attempt_count = $2, next_attempt_time = $3, revision = revision + 1
    WHERE id = $1 AND state = 'active'";
const WAKE: &str = "UPDATE spdci_subscriptions SET attempt_count = 0, next_attempt_time = $2, revision = revision + 1
    WHERE id = $1 AND state = 'active'";

#[derive(FromRow)]
struct Row {
    id: SpdciSubscriptionId,
    consumer_id: ConsumerId,
    credential_id: CredentialId,
    correlation_id: Uuid,
    event: String,
    followed_id: Uuid,
    callback: String,
    locale: Option<String>,
    asked_sealed: Vec<u8>,
    start_time: Option<Timestamp>,
    end_time: Option<Timestamp>,
    state: String,
    attempt_count: i64,
    next_attempt_time: Option<Timestamp>,
    revision: i64,
    create_time: Timestamp,
}

#[derive(FromRow)]
struct Short {
    id: SpdciSubscriptionId,
    consumer_id: ConsumerId,
    event: String,
    followed_id: Uuid,
    callback: String,
    start_time: Option<Timestamp>,
    end_time: Option<Timestamp>,
    state: String,
    attempt_count: i64,
    next_attempt_time: Option<Timestamp>,
    create_time: Timestamp,
}

impl Short {
    fn following(self) -> Result<SpdciFollowing, StoreError> {
        Ok(SpdciFollowing {
            event: event(&self.event, self.id)?,
            state: state(&self.state, self.id)?,
            id: self.id,
            consumer: self.consumer_id,
            followed: self.followed_id,
            callback: self.callback,
            start_time: self.start_time,
            end_time: self.end_time,
            attempt_count: self.attempt_count,
            next_attempt_time: self.next_attempt_time,
            create_time: self.create_time,
        })
    }
}

fn state(word: &str, id: SpdciSubscriptionId) -> Result<SpdciSubscriptionState, StoreError> {
    SpdciSubscriptionState::read(word).ok_or_else(|| StoreError::inconsistent("spdci_subscriptions", "state", id))
}

fn event(word: &str, id: impl std::fmt::Display) -> Result<EventType, StoreError> {
    EventType::from_word(word).ok_or_else(|| StoreError::inconsistent("spdci_subscriptions", "event", id))
}

async fn subscription(tx: &mut Tx, row: Option<Row>) -> Result<Option<SpdciSubscription>, StoreError> {
    let Some(row) = row else { return Ok(None) };
    let asked = opened(tx, ASKED, &row.asked_sealed, row.id).await?;
    Ok(Some(SpdciSubscription {
        event: event(&row.event, row.id)?,
        state: state(&row.state, row.id)?,
        id: row.id,
        consumer: row.consumer_id,
        credential: row.credential_id,
        correlation: row.correlation_id,
        followed: row.followed_id,
        callback: row.callback,
        locale: row.locale,
        asked,
        start_time: row.start_time,
        end_time: row.end_time,
        attempt_count: row.attempt_count,
        next_attempt_time: row.next_attempt_time,
        revision: row.revision,
        create_time: row.create_time,
    }))
}

/// Seals what was asked.
pub async fn seal(tx: &mut Tx, one: &SpdciSubscription) -> Result<Sealed, StoreError> {
    let asked = one.asked.as_deref().ok_or(StoreError::Misuse("a subscription is kept with what was asked"))?;
    tx.seal(one.id.into(), ASKED, asked).await
}

/// Inserts a subscription; false: the agency follows this already, there.
pub async fn insert(tx: &mut Tx, one: &SpdciSubscription, asked: &Sealed) -> Result<bool, StoreError> {
    let asked = asked.to_bytes();
    let done = on!(tx, |c| sqlx::query(INSERT)
        .bind(one.id)
        .bind(one.consumer)
        .bind(one.credential)
        .bind(one.correlation)
        .bind(one.event.word())
        .bind(one.followed)
        .bind(&one.callback)
        .bind(&one.locale)
        .bind(&asked)
        .bind(one.start_time)
        .bind(one.end_time)
        .bind(one.state.word())
        .bind(one.attempt_count)
        .bind(one.revision)
        .bind(one.create_time)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done == 1)
}

/// How many of an agency run.
pub async fn running(tx: &mut Tx, consumer: ConsumerId) -> Result<i64, StoreError> {
    on!(tx, |c| sqlx::query_scalar(RUNNING).bind(consumer).fetch_one(c).await)
}

/// Finds one.
pub async fn find(tx: &mut Tx, id: SpdciSubscriptionId) -> Result<Option<SpdciSubscription>, StoreError> {
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(FIND).bind(id).fetch_optional(c).await)?;
    subscription(tx, row).await
}

/// Which of these are an agency's, and whether each runs.
pub async fn states(
    tx: &mut Tx,
    consumer: ConsumerId,
    ids: &[SpdciSubscriptionId],
) -> Result<Vec<(SpdciSubscriptionId, bool)>, StoreError> {
    let mut found = Vec::new();
    for ids in ids.chunks(CHUNK) {
        let rows: Vec<(SpdciSubscriptionId, String)> = on!(tx, |c| {
            let mut query = builder(&c, "SELECT id, state FROM spdci_subscriptions WHERE consumer_id = ");
            query.push_bind(consumer).push(" AND id IN (");
            let mut listed = query.separated(", ");
            ids.iter().for_each(|id| _ = listed.push_bind(*id));
            query.push(")").build_query_as().persistent(ids.len() == 1).fetch_all(c).await
        })?;
        found.extend(rows.into_iter().map(|(id, state)| (id, state == SpdciSubscriptionState::Active.word())));
    }
    Ok(found)
}

/// Ends those of these that run, in a transaction of the agency's.
pub async fn end(
    tx: &mut Tx,
    consumer: ConsumerId,
    ids: &[SpdciSubscriptionId],
    correlation: Uuid,
) -> Result<Vec<SpdciSubscriptionId>, StoreError> {
    let mut ended = Vec::new();
    for ids in ids.chunks(CHUNK) {
        ended.extend(on!(tx, |c| {
            let mut query = builder(
                &c,
                "UPDATE spdci_subscriptions SET state = 'ended', next_attempt_time = NULL, revision = revision + 1,
                    end_correlation_id = ",
            );
            query.push_bind(correlation).push(" WHERE state = 'active' AND consumer_id = ").push_bind(consumer);
            query.push(" AND id IN (");
            let mut listed = query.separated(", ");
            ids.iter().for_each(|id| _ = listed.push_bind(*id));
            query.push(") RETURNING id");
            query.build_query_scalar::<SpdciSubscriptionId>().persistent(ids.len() == 1).fetch_all(c).await
        })?);
    }
    Ok(ended)
}

/// Who follows something, in short.
#[derive(Clone, Debug)]
pub struct Follower {
    /// The subscription.
    pub id: SpdciSubscriptionId,
    /// Whose.
    pub consumer: ConsumerId,
    /// The event.
    pub event: EventType,
    /// What is followed.
    pub followed: Uuid,
    since: Timestamp,
    start_time: Option<Timestamp>,
    end_time: Option<Timestamp>,
}

impl Follower {
    /// Whether it is told of what was recorded at an instant: not of what was before it, and within its window.
    pub fn listens(&self, recorded: Timestamp) -> bool {
        self.since <= recorded
            && self.start_time.is_none_or(|start| start <= recorded)
            && self.end_time.is_none_or(|end| recorded <= end)
    }
}

#[derive(FromRow)]
struct FollowerRow {
    id: SpdciSubscriptionId,
    consumer_id: ConsumerId,
    event: String,
    followed_id: Uuid,
    create_time: Timestamp,
    start_time: Option<Timestamp>,
    end_time: Option<Timestamp>,
}

/// Those that follow one of these mediators, teams and units.
pub async fn followers(tx: &mut Tx, followed: &[Uuid]) -> Result<Vec<Follower>, StoreError> {
    let mut found = Vec::new();
    for followed in followed.chunks(CHUNK) {
        let rows: Vec<FollowerRow> = on!(tx, |c| {
            let mut query = builder(
                &c,
                "SELECT id, consumer_id, event, followed_id, create_time, start_time, end_time FROM spdci_subscriptions
                    WHERE state = 'active' AND followed_id IN (",
            );
            let mut listed = query.separated(", ");
            followed.iter().for_each(|id| _ = listed.push_bind(*id));
            query.push(") ORDER BY id").build_query_as().persistent(false).fetch_all(c).await
        })?;
        for row in rows {
            found.push(Follower {
                event: event(&row.event, row.id)?,
                id: row.id,
                consumer: row.consumer_id,
                followed: row.followed_id,
                since: row.create_time,
                start_time: row.start_time,
                end_time: row.end_time,
            });
        }
    }
    Ok(found)
}

/// Notices are about to be put in line: those that wait for nothing are due now. Answers which run; each is held until the
/// transaction ends, so that none ends, or is left without being looked at, in between.
pub async fn announce(
    tx: &mut Tx,
    ids: &[SpdciSubscriptionId],
    now: Timestamp,
) -> Result<Vec<SpdciSubscriptionId>, StoreError> {
    let mut running = Vec::new();
    for ids in ids.chunks(CHUNK) {
        running.extend(on!(tx, |c| {
            let mut query =
                builder(&c, "UPDATE spdci_subscriptions SET revision = revision + 1, next_attempt_time = COALESCE(next_attempt_time, ");
            query.push_bind(now).push(") WHERE state = 'active' AND id IN (");
            let mut listed = query.separated(", ");
            ids.iter().for_each(|id| _ = listed.push_bind(*id));
            query.push(") RETURNING id");
            query.build_query_scalar::<SpdciSubscriptionId>().persistent(false).fetch_all(c).await
        })?);
    }
    Ok(running)
}

/// The one of an agency whose notices are due first.
pub async fn due(tx: &mut Tx, consumer: ConsumerId, now: Timestamp) -> Result<Option<SpdciSubscription>, StoreError> {
    let row: Option<Row> = on!(tx, |c| sqlx::query_as(DUE).bind(consumer).bind(now).fetch_optional(c).await)?;
    subscription(tx, row).await
}

/// A page of what an agency follows, in the order of the ids.
pub async fn page(
    tx: &mut Tx,
    consumer: ConsumerId,
    state: Option<SpdciSubscriptionState>,
    after: Option<SpdciSubscriptionId>,
    limit: i64,
) -> Result<Vec<SpdciFollowing>, StoreError> {
    let after = after.unwrap_or(SpdciSubscriptionId::from_uuid(Uuid::nil()));
    let state = state.map_or("", SpdciSubscriptionState::word);
    let rows: Vec<Short> =
        on!(tx, |c| sqlx::query_as(PAGE).bind(consumer).bind(after).bind(state).bind(limit).fetch_all(c).await)?;
    rows.into_iter().map(Short::following).collect()
}

/// The agencies to which notices are due.
pub async fn agencies_due(tx: &mut Tx, now: Timestamp) -> Result<Vec<ConsumerId>, StoreError> {
    on!(tx, |c| sqlx::query_scalar(AGENCIES_DUE).bind(now).fetch_all(c).await)
}

/// Takes one for sending, until the lease ends. False: another did, or something was put in line.
pub async fn take(tx: &mut Tx, one: &mut SpdciSubscription, until: Timestamp) -> Result<bool, StoreError> {
    let done = on!(tx, |c| sqlx::query(TAKE)
        .bind(one.id)
        .bind(one.revision)
        .bind(until)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    one.revision += done.cast_signed();
    Ok(done == 1)
}

/// Lets go of one: `next` is when it is due again; none: nothing more is in line. If something was put in line meanwhile, it is
/// due at `otherwise`.
pub async fn rest(
    tx: &mut Tx,
    one: &SpdciSubscription,
    next: Option<Timestamp>,
    otherwise: Timestamp,
) -> Result<(), StoreError> {
    let done = on!(tx, |c| sqlx::query(REST)
        .bind(one.id)
        .bind(one.revision)
        .bind(one.attempt_count)
        .bind(next)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if done == 0 {
        let next = next.unwrap_or(otherwise);
        on!(tx, |c| sqlx::query(GO_ON).bind(one.id).bind(one.attempt_count).bind(next).execute(c).await.map(drop))?;
    }
    Ok(())
}

/// Something of it is due now, with a schedule from its beginning.
pub async fn wake(tx: &mut Tx, id: SpdciSubscriptionId, now: Timestamp) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(WAKE).bind(id).bind(now).execute(c).await.map(drop))
}
