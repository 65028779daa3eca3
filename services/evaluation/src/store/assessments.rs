//! Assessments. Results lie in the row as JSON: they are read and written whole, never searched.

use hoagiai_identity::Scope;
use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Timestamp, Uuid};
use sqlx::{FromRow, QueryBuilder};

use crate::domain::{Assessment, AssessmentId, AssessmentState, CycleId, Decision, Lateness, TeamId, UnitId};

pub(super) const STATEMENTS: &[&str] = &[GET, INSERT, UPDATE];

macro_rules! columns {
    () => {
        "id, cycle_id, team_id, province_id, commune_id, area_unit_id, state, results, meeting_date, member_count, \
         votes_in_favour, proposable, propose_date, review_date, decision_number, decision_date, decision_issuer, \
         set_digest, revision, create_time, update_time, self_assessed_late, proposed_late, decided_late"
    };
}

const GET: &str = concat!("SELECT ", columns!(), " FROM assessments WHERE id = $1");
const INSERT: &str = concat!(
    "INSERT INTO assessments (",
    columns!(),
    ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $20, $21, $22, $23)"
);
const UPDATE: &str = "UPDATE assessments SET state = $3, results = $4, propose_date = $5, review_date = $6,
        decision_number = $7, decision_date = $8, decision_issuer = $9, update_time = $10, proposed_late = $11, decided_late = $12,
        revision = $2 + 1
    WHERE id = $1 AND revision = $2";
const PAGE: &str = concat!("SELECT ", columns!(), " FROM assessments WHERE cycle_id = ");

#[derive(FromRow)]
struct AssessmentRow {
    id: AssessmentId,
    cycle_id: CycleId,
    team_id: TeamId,
    province_id: UnitId,
    commune_id: UnitId,
    area_unit_id: UnitId,
    state: String,
    results: String,
    meeting_date: Date,
    member_count: i32,
    votes_in_favour: i32,
    proposable: bool,
    propose_date: Option<Date>,
    review_date: Option<Date>,
    decision_number: Option<String>,
    decision_date: Option<Date>,
    decision_issuer: Option<String>,
    set_digest: String,
    revision: i64,
    create_time: Timestamp,
    update_time: Timestamp,
    self_assessed_late: bool,
    proposed_late: bool,
    decided_late: bool,
}

impl TryFrom<AssessmentRow> for Assessment {
    type Error = StoreError;

    fn try_from(row: AssessmentRow) -> Result<Self, StoreError> {
        let fault = |column| StoreError::inconsistent("assessments", column, row.id);
        let state = AssessmentState::ALL.into_iter().find(|state| state.word() == row.state);
        Ok(Assessment {
            state: state.ok_or_else(|| fault("state"))?,
            results: serde_json::from_str(&row.results).map_err(|_| fault("results"))?,
            decision: row.decision_number.zip(row.decision_date).map(|(number, issue_date)| Decision {
                number,
                issue_date,
                issuer: row.decision_issuer.unwrap_or_default(),
            }),
            id: row.id,
            cycle_id: row.cycle_id,
            team_id: row.team_id,
            province: row.province_id,
            commune: row.commune_id,
            area_unit: row.area_unit_id,
            meeting_date: row.meeting_date,
            member_count: row.member_count,
            votes_in_favour: row.votes_in_favour,
            proposable: row.proposable,
            propose_date: row.propose_date,
            review_date: row.review_date,
            late: Lateness {
                self_assessed: row.self_assessed_late,
                proposed: row.proposed_late,
                decided: row.decided_late,
            },
            set_digest: row.set_digest,
            revision: row.revision,
            create_time: row.create_time,
            update_time: row.update_time,
        })
    }
}

fn results_text(assessment: &Assessment) -> Result<String, StoreError> {
    let fault = |_| StoreError::inconsistent("assessments", "results", assessment.id);
    serde_json::to_string(&assessment.results).map_err(fault)
}

/// Finds an assessment.
pub async fn find(tx: &mut Tx, id: AssessmentId) -> Result<Option<Assessment>, StoreError> {
    let row: Option<AssessmentRow> = on!(tx, |c| sqlx::query_as(GET).bind(id).fetch_optional(c).await)?;
    row.map(Assessment::try_from).transpose()
}

/// Inserts an assessment.
pub async fn insert(tx: &mut Tx, assessment: &Assessment) -> Result<(), StoreError> {
    let results = results_text(assessment)?;
    let decision = assessment.decision.as_ref();
    on!(tx, |c| sqlx::query(INSERT)
        .bind(assessment.id)
        .bind(assessment.cycle_id)
        .bind(assessment.team_id)
        .bind(assessment.province)
        .bind(assessment.commune)
        .bind(assessment.area_unit)
        .bind(assessment.state.word())
        .bind(&results)
        .bind(assessment.meeting_date)
        .bind(assessment.member_count)
        .bind(assessment.votes_in_favour)
        .bind(assessment.proposable)
        .bind(assessment.propose_date)
        .bind(assessment.review_date)
        .bind(decision.map(|d| &d.number))
        .bind(decision.map(|d| d.issue_date))
        .bind(decision.map(|d| &d.issuer))
        .bind(&assessment.set_digest)
        .bind(assessment.revision)
        .bind(assessment.create_time)
        .bind(assessment.late.self_assessed)
        .bind(assessment.late.proposed)
        .bind(assessment.late.decided)
        .execute(c)
        .await
        .map(drop))
}

/// Writes what a step changed, guarded by the revision that was read.
pub async fn update(tx: &mut Tx, assessment: &mut Assessment, now: Timestamp) -> Result<(), StoreError> {
    assessment.update_time = now;
    let results = results_text(assessment)?;
    let decision = assessment.decision.as_ref();
    let done = on!(tx, |c| sqlx::query(UPDATE)
        .bind(assessment.id)
        .bind(assessment.revision)
        .bind(assessment.state.word())
        .bind(&results)
        .bind(assessment.propose_date)
        .bind(assessment.review_date)
        .bind(decision.map(|d| &d.number))
        .bind(decision.map(|d| d.issue_date))
        .bind(decision.map(|d| &d.issuer))
        .bind(now)
        .bind(assessment.late.proposed)
        .bind(assessment.late.decided)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if done != 1 {
        return Err(StoreError::Stale);
    }
    assessment.revision += 1;
    Ok(())
}

/// What a list of assessments is cut to.
#[derive(Debug)]
pub struct Filter {
    /// The cycle.
    pub cycle: CycleId,
    /// Only this commune.
    pub commune: Option<UnitId>,
    /// Only this state.
    pub state: Option<AssessmentState>,
    /// Only what the caller may see.
    pub scope: Scope,
}

/// A page of assessments in the order of their ids.
pub async fn page(
    tx: &mut Tx,
    filter: &Filter,
    after: Option<AssessmentId>,
    limit: i64,
) -> Result<Vec<Assessment>, StoreError> {
    let (units, teams) = (filter.scope.units(), filter.scope.teams());
    if !filter.scope.is_everywhere() && units.is_empty() && teams.is_empty() {
        return Ok(Vec::new());
    }
    let rows: Vec<AssessmentRow> = on!(tx, |c| {
        let mut sql = QueryBuilder::new(PAGE);
        sql.push_bind(filter.cycle);
        if let Some(commune) = filter.commune {
            sql.push(" AND commune_id = ").push_bind(commune);
        }
        if let Some(state) = filter.state {
            sql.push(" AND state = ").push_bind(state.word());
        }
        if let Some(after) = after {
            sql.push(" AND id > ").push_bind(after);
        }
        if !filter.scope.is_everywhere() {
            let mut word = " AND (";
            for (column, ids) in
                [("province_id", &units), ("commune_id", &units), ("area_unit_id", &units), ("team_id", &teams)]
            {
                if ids.is_empty() {
                    continue;
                }
                sql.push(word).push(column).push(" IN (");
                let mut list = sql.separated(", ");
                for id in ids {
                    list.push_bind(Uuid::clone(id));
                }
                sql.push(")");
                word = " OR ";
            }
            sql.push(")");
        }
        sql.push(" ORDER BY id LIMIT ").push_bind(limit);
        sql.build_query_as().fetch_all(c).await
    })?;
    rows.into_iter().map(Assessment::try_from).collect()
}
