//! Notices of what agencies follow over SPDCI: which fact, of which record, and what became of it. Never what was told.

use std::collections::{BTreeMap, HashMap};

use hoagiai_spdci::EventType;
use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Timestamp, Uuid};
use sqlx::FromRow;

use super::builder;
use crate::domain::{CallbackId, CallbackState, ConsumerId, Notice, SpdciSubscriptionId, Spot};

pub(super) const STATEMENTS: &[&str] = &[OPEN, REDELIVER, FORGET, CLEAR_TEAMS];

const OPEN: &str =
    "SELECT id, subscription_id, consumer_id, position, event, record_id, commune_id, day, record_time FROM spdci_notices
    WHERE subscription_id = $1 AND settle_time IS NULL ORDER BY position LIMIT $2";
const REDELIVER: &str = "UPDATE spdci_notices SET state = 'waiting', attempt_count = 0, settle_time = NULL,
        revision = $2 + 1
    WHERE id = $1 AND revision = $2";
const FORGET: &str = "DELETE FROM spdci_notices WHERE id IN
    (SELECT id FROM spdci_notices WHERE settle_time < $1 ORDER BY settle_time LIMIT $2)";
const CLEAR_TEAMS: &str = "DELETE FROM spdci_teams";

/// Rows of one statement.
const CHUNK: usize = 100;

#[derive(FromRow)]
struct Row {
    id: CallbackId,
    subscription_id: SpdciSubscriptionId,
    consumer_id: ConsumerId,
    position: i64,
    event: String,
    record_id: Uuid,
    commune_id: Uuid,
    day: Date,
    record_time: Timestamp,
}

impl Row {
    fn notice(self) -> Result<Notice, StoreError> {
        let event = EventType::from_word(&self.event);
        Ok(Notice {
            event: event.ok_or_else(|| StoreError::inconsistent("spdci_notices", "event", self.id))?,
            id: self.id,
            subscription: self.subscription_id,
            consumer: self.consumer_id,
            position: self.position,
            record: self.record_id,
            commune: self.commune_id,
            day: self.day,
            record_time: self.record_time,
        })
    }
}

/// Puts facts in line, each once: those that are there stay as they are.
pub async fn put_in_line(tx: &mut Tx, notices: &[Notice], now: Timestamp) -> Result<(), StoreError> {
    for notices in notices.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query = builder(
                &c,
                "INSERT INTO spdci_notices (id, subscription_id, consumer_id, position, event, record_id, commune_id, day,
                    record_time, state, attempt_count, last_outcome, revision, create_time) ",
            );
            query.push_values(notices, |mut row, one| {
                row.push_bind(one.id).push_bind(one.subscription).push_bind(one.consumer).push_bind(one.position);
                row.push_bind(one.event.word()).push_bind(one.record).push_bind(one.commune).push_bind(one.day);
                row.push_bind(one.record_time).push_bind(CallbackState::Waiting.word()).push_bind(0_i64).push_bind("");
                row.push_bind(1_i64).push_bind(now);
            });
            query.push(" ON CONFLICT (subscription_id, position) DO NOTHING");
            query.build().persistent(false).execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// Those of a subscription that are in line, oldest first.
pub async fn open(tx: &mut Tx, subscription: SpdciSubscriptionId, limit: i64) -> Result<Vec<Notice>, StoreError> {
    let rows: Vec<Row> = on!(tx, |c| sqlx::query_as(OPEN).bind(subscription).bind(limit).fetch_all(c).await)?;
    rows.into_iter().map(Row::notice).collect()
}

/// Writes what became of an attempt on some: `settled` is when nothing more will come of them.
pub async fn move_to(
    tx: &mut Tx,
    ids: &[CallbackId],
    (state, outcome): (CallbackState, &str),
    settled: Option<Timestamp>,
) -> Result<(), StoreError> {
    for ids in ids.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query = builder(
                &c,
                "UPDATE spdci_notices SET attempt_count = attempt_count + 1, revision = revision + 1, state = ",
            );
            query.push_bind(state.word()).push(", last_outcome = ").push_bind(outcome);
            query.push(", settle_time = ").push_bind(settled).push(" WHERE settle_time IS NULL AND id IN (");
            let mut listed = query.separated(", ");
            ids.iter().for_each(|id| _ = listed.push_bind(*id));
            query.push(")").build().persistent(false).execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// Parks what is in line of subscriptions that have ended.
pub async fn park(
    tx: &mut Tx,
    subscriptions: &[SpdciSubscriptionId],
    outcome: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    for subscriptions in subscriptions.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query =
                builder(&c, "UPDATE spdci_notices SET state = 'parked', revision = revision + 1, last_outcome = ");
            query.push_bind(outcome).push(", settle_time = ").push_bind(now);
            query.push(" WHERE settle_time IS NULL AND subscription_id IN (");
            let mut listed = query.separated(", ");
            subscriptions.iter().for_each(|id| _ = listed.push_bind(*id));
            query.push(")").build().persistent(false).execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// Puts one in line again.
pub async fn redeliver(tx: &mut Tx, id: CallbackId, revision: i64) -> Result<(), StoreError> {
    let done =
        on!(tx, |c| sqlx::query(REDELIVER).bind(id).bind(revision).execute(c).await.map(|done| done.rows_affected()))?;
    if done == 1 { Ok(()) } else { Err(StoreError::Stale) }
}

/// Removes what was settled before an instant, some at a time. Answers whether more may be left.
pub async fn forget(tx: &mut Tx, before: Timestamp, limit: i64) -> Result<bool, StoreError> {
    let done =
        on!(tx, |c| sqlx::query(FORGET).bind(before).bind(limit).execute(c).await.map(|done| done.rows_affected()))?;
    Ok(i64::try_from(done) == Ok(limit))
}

#[derive(FromRow)]
struct TeamRow {
    team_id: Uuid,
    province_id: Uuid,
    commune_id: Uuid,
    area_unit_id: Uuid,
}

/// Where these teams lie.
pub async fn spots(tx: &mut Tx, teams: &[Uuid]) -> Result<HashMap<Uuid, Spot>, StoreError> {
    let mut found = HashMap::new();
    for teams in teams.chunks(CHUNK) {
        let rows: Vec<TeamRow> = on!(tx, |c| {
            let mut query = builder(
                &c,
                "SELECT team_id, province_id, commune_id, area_unit_id FROM spdci_teams WHERE team_id IN (",
            );
            let mut listed = query.separated(", ");
            teams.iter().for_each(|id| _ = listed.push_bind(*id));
            query.push(")").build_query_as().persistent(teams.len() == 1).fetch_all(c).await
        })?;
        let spot = |row: TeamRow| {
            let spot = Spot { province: row.province_id, commune: row.commune_id, area_unit: row.area_unit_id };
            (row.team_id, spot)
        };
        found.extend(rows.into_iter().map(spot));
    }
    Ok(found)
}

/// Keeps where teams lie.
pub async fn put_spots(tx: &mut Tx, teams: &BTreeMap<Uuid, Spot>) -> Result<(), StoreError> {
    let teams: Vec<_> = teams.iter().collect();
    for teams in teams.chunks(CHUNK) {
        on!(tx, |c| {
            let mut query = builder(&c, "INSERT INTO spdci_teams (team_id, province_id, commune_id, area_unit_id) ");
            query.push_values(teams, |mut row, (team, spot)| {
                row.push_bind(**team).push_bind(spot.province).push_bind(spot.commune).push_bind(spot.area_unit);
            });
            query.push(
                " ON CONFLICT (team_id) DO UPDATE SET province_id = excluded.province_id, commune_id = excluded.commune_id,
                    area_unit_id = excluded.area_unit_id",
            );
            query.build().persistent(teams.len() == 1).execute(c).await.map(drop)
        })?;
    }
    Ok(())
}

/// Forgets where teams lie, to be built again from the journal.
pub async fn clear_spots(tx: &mut Tx) -> Result<(), StoreError> {
    on!(tx, |c| sqlx::query(CLEAR_TEAMS).execute(c).await.map(drop))
}
