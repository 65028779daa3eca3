//! Tables of the registry: SQL and rows, nothing that decides. One text for both engines.

pub(crate) mod acting;
pub(crate) mod candidacies;
pub(crate) mod ceasings;
pub(crate) mod deadlines;
pub(crate) mod deviations;
pub(crate) mod directory;
pub(crate) mod duplicates;
pub(crate) mod elections;
pub(crate) mod lineage;
pub(crate) mod lists;
pub(crate) mod lookups;
pub(crate) mod mediator_versions;
pub(crate) mod mediators;
pub(crate) mod moves;
pub(crate) mod reorganizations;
pub(crate) mod rosters;
pub(crate) mod search;
pub(crate) mod successions;
pub(crate) mod team_versions;
pub(crate) mod teams;
pub(crate) mod terms;
pub(crate) mod timelines;
pub(crate) mod training;
pub(crate) mod units;

use hoagiai_store::StoreError;
use hoagiai_types::{Date, Timestamp, Uuid};
use sqlx::{Executor, QueryBuilder};

use crate::domain::{Decision, LAST_DAY, OnDay, UnitId};

/// The end of record time, as stored for what is known now.
pub(crate) const FOREVER: Timestamp = Timestamp::from_micros(253_402_300_799_999_999);
/// An instant of knowledge after everything recorded so far.
pub(crate) const NOW: Timestamp = Timestamp::from_micros(FOREVER.as_micros() - 1);

/// Every constant statement, for the test that prepares each on both engines.
pub const STATEMENTS: &[&str] = &[
    duplicates::GET,
    duplicates::OF_PAIR,
    duplicates::SURVIVOR,
    duplicates::PUT,
    elections::INSERT,
    elections::GET,
    elections::LATEST_OF_TEAM,
    acting::INSERT,
    acting::GET,
    acting::OPEN_OF_TEAM,
    acting::END,
    candidacies::OF_ELECTION,
    candidacies::GET,
    candidacies::VOTES,
    candidacies::PUT_ABSENCE,
    candidacies::CLEAR_ABSENCE,
    ceasings::INSERT,
    ceasings::GET,
    ceasings::KNOWN,
    ceasings::OPEN_OF_MEDIATOR,
    ceasings::OPEN_OF_TEAM,
    ceasings::UPDATE,
    ceasings::WORDS,
    deadlines::BEGIN,
    deadlines::MEET,
    deadlines::CLOSE,
    deadlines::CLOSE_OF_TEAM,
    lists::INSERT,
    lists::GET,
    lists::KNOWN,
    lists::DECIDE,
    lists::RETURN_OF_TEAM,
    lists::LATEST_RETURNED,
    lists::SEND_BACK,
    mediators::GET,
    mediators::OF_ELECTION,
    mediators::OF_LIST,
    mediators::ALIVE_OF_TEAM,
    mediators::COUNT_ON,
    mediators::COUNT_PENDING,
    mediators::RECOGNIZE_LIST,
    mediators::UPDATE,
    mediator_versions::GET,
    mediator_versions::OF_ELECTION,
    team_versions::GET,
    mediators::STAND,
    mediators::OF_NOMINATION,
    teams::ALIVE_IN,
    teams::SET_SOLE,
    ceasings::LIMITS_FOLLOW,
    deadlines::FOLLOW_TEAM,
    successions::PREDECESSORS,
    successions::SUCCESSORS,
    successions::INSERT_REVIEW,
    successions::GET_REVIEW,
    successions::INSERT_EXCEPTION,
    search::ERASED_SINCE,
    search::PUT_IDENTITY,
    teams::GET,
    teams::OF_PLAN,
    teams::UPDATE,
    terms::INSERT,
    terms::GET,
    terms::KNOWN,
    terms::OPEN_OF_TEAM,
    terms::UPDATE,
    terms::VOTES,
    units::REGISTER,
    units::BUMP_REGISTER,
    units::BUMP,
    units::SUPERSEDE,
    units::GET,
    units::LATEST,
    units::FIND,
    units::LIST,
    units::AREAS_OF_COMMUNE,
    units::INSERT_IMPORT,
    units::GET_IMPORT,
    timelines::OF_UNIT,
    moves::FREE,
    moves::MOVE,
    moves::SEAT,
    moves::MOVE_MEDIATORS,
    moves::MOVE_DEADLINES,
    moves::SHARED,
    moves::END_PEOPLE,
    moves::PEOPLE_BEFORE,
    moves::PEOPLE_SINCE,
    reorganizations::INSERT,
    reorganizations::GET,
    reorganizations::ATTACHMENT,
    reorganizations::RESOLVE,
    rosters::INSERT,
    rosters::GET,
    rosters::TEAMS_OF_COMMUNE,
    rosters::PEOPLE_OF_COMMUNE,
];

/// Those of training, for the same test.
pub const TRAINING_STATEMENTS: &[&[&str]] = training::STATEMENTS;

/// Those of look-ups, for the same test.
pub const LOOKUP_STATEMENTS: &[&str] = lookups::STATEMENTS;

/// Those of the directory, for the same test.
pub const DIRECTORY_STATEMENTS: &[&str] = directory::STATEMENTS;

/// A point on both axes of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct AsOf {
    /// The day that is asked about.
    pub(crate) day: Date,
    /// The instant whose knowledge is asked for; [`NOW`] for all there is.
    pub(crate) known: Timestamp,
}

impl AsOf {
    /// Everything that is known, whichever the day.
    pub(crate) const ALL: Self = Self { day: LAST_DAY, known: NOW };

    /// The instant whose knowledge a request asks for.
    pub(crate) fn known(at: Option<Self>) -> Timestamp {
        at.map_or(NOW, |at| at.known)
    }
}

/// A record as it stood on the day that a request asks for; where none is asked for, as it is.
pub(crate) fn on_day<T: OnDay>(found: Option<T>, at: Option<AsOf>) -> Option<T> {
    match at {
        None => found,
        Some(at) => found.and_then(|found| found.on_day(at.day)),
    }
}

/// The records of a page as they stood on the day that a request asks for.
pub(crate) fn all_on_day<T: OnDay>(found: Vec<T>, at: Option<AsOf>) -> Vec<T> {
    found.into_iter().filter_map(|one| on_day(Some(one), at)).collect()
}

/// What a list of teams or mediators shows.
#[derive(Debug, Clone)]
pub(crate) struct Filter {
    /// Only records of this province, commune or area unit.
    pub(crate) unit: Option<UnitFilter>,
    /// Only records of this team.
    pub(crate) team: Option<Uuid>,
    /// Only this state.
    pub(crate) state: Option<&'static str>,
    /// Only records in these units and teams; none: no restriction.
    pub(crate) within: Option<(Vec<Uuid>, Vec<Uuid>)>,
    /// Of a table of versions, those of this day as known at this instant; none for a table of today.
    pub(crate) at: Option<AsOf>,
    /// Only ids after this one.
    pub(crate) after: Uuid,
    /// How many rows.
    pub(crate) limit: i64,
}

/// A unit by its level, so that the right index is used.
#[derive(Debug, Clone, Copy)]
pub(crate) enum UnitFilter {
    /// A province.
    Province(UnitId),
    /// A commune.
    Commune(UnitId),
    /// An area unit of a commune.
    Area(UnitId, UnitId),
    /// A level at which no record lies.
    Nowhere,
}

impl UnitFilter {
    /// The unit itself; for a level at which no record lies: one that none lies in.
    pub(crate) fn id(self) -> Uuid {
        match self {
            Self::Province(unit) | Self::Commune(unit) | Self::Area(_, unit) => unit.uuid(),
            Self::Nowhere => Uuid::max(),
        }
    }
}

impl Filter {
    /// Adds the conditions; `team` is the column with the team's id, and `id` the one that orders the list.
    fn push<DB: sqlx::Database>(&self, query: &mut QueryBuilder<DB>, id: &'static str, team: &'static str)
    where
        for<'q> Uuid: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
        for<'q> String: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
        for<'q> i64: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
        for<'q> Date: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
        for<'q> Timestamp: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    {
        query.push(" WHERE ").push(id).push(" > ").push_bind(self.after);
        self.push_place(query, team);
        if let Some(at) = self.at {
            query.push(" AND ");
            push_as_of(query, "t", at);
        }
        if let Some(state) = self.state {
            query.push(" AND t.state = ").push_bind(state.to_owned());
        }
        query.push(" ORDER BY ").push(id).push(" LIMIT ").push_bind(self.limit);
    }

    /// Adds the condition of the unit asked for.
    fn push_unit<DB: sqlx::Database>(&self, query: &mut QueryBuilder<DB>)
    where
        for<'q> Uuid: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    {
        match self.unit {
            Some(UnitFilter::Province(unit)) => drop(query.push(" AND t.province_id = ").push_bind(unit.uuid())),
            Some(UnitFilter::Commune(unit)) => drop(query.push(" AND t.commune_id = ").push_bind(unit.uuid())),
            Some(UnitFilter::Area(commune, area)) => {
                query.push(" AND t.commune_id = ").push_bind(commune.uuid());
                query.push(" AND t.area_unit_id = ").push_bind(area.uuid());
            }
            Some(UnitFilter::Nowhere) => drop(query.push(" AND 1 = 0")),
            None => {}
        }
    }

    /// Adds the conditions of the unit and the team asked for, and those of the areas of the caller.
    fn push_place<DB: sqlx::Database>(&self, query: &mut QueryBuilder<DB>, team: &'static str)
    where
        for<'q> Uuid: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    {
        self.push_unit(query);
        if let Some(one) = self.team {
            query.push(" AND ").push(team).push(" = ").push_bind(one);
        }
        if let Some((units, teams)) = &self.within {
            query.push(" AND (1 = 0");
            for (column, ids) in
                [("t.province_id", units), ("t.commune_id", units), ("t.area_unit_id", units), (team, teams)]
            {
                if !ids.is_empty() {
                    query.push(" OR ").push(column).push(" IN (");
                    let mut list = query.separated(", ");
                    for one in ids {
                        list.push_bind(*one);
                    }
                    query.push(")");
                }
            }
            query.push(")");
        }
    }
}

/// Adds the condition that a version held on a day, as known at an instant.
fn push_as_of<DB: sqlx::Database>(query: &mut QueryBuilder<DB>, alias: &'static str, AsOf { day, known }: AsOf)
where
    for<'q> Date: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    for<'q> Timestamp: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
{
    query.push(alias).push(".valid_from <= ").push_bind(day);
    query.push(" AND ").push(alias).push(".valid_to >= ").push_bind(day);
    query.push(" AND ").push(alias);
    if known == NOW {
        query.push(".superseded_at = ").push_bind(FOREVER);
    } else {
        query.push(".recorded_at <= ").push_bind(known);
        query.push(" AND ").push(alias).push(".superseded_at > ").push_bind(known);
    }
}

/// Adds the condition that a row of a view of past and present, `t`, was what was known at an instant.
fn push_known<DB: sqlx::Database>(query: &mut QueryBuilder<DB>, known: Timestamp)
where
    for<'q> Timestamp: sqlx::Encode<'q, DB> + sqlx::Type<DB>,
{
    query.push(" AND t.recorded_at <= ").push_bind(known).push(" AND t.superseded_at > ").push_bind(known);
}

/// A builder for the engine of a connection.
fn builder<'c, E: Executor<'c>>(_: &E, start: &'static str) -> QueryBuilder<E::Database> {
    QueryBuilder::new(start)
}

/// Statements of few shapes are kept prepared; larger ones would only push them out.
fn keep_prepared(rows: usize) -> bool {
    rows <= 12
}

/// A stored word as its value.
fn word<T>(
    read: impl Fn(&str) -> Option<T>,
    word: &str,
    table: &'static str,
    column: &'static str,
    row: Uuid,
) -> Result<T, StoreError> {
    read(word).ok_or_else(|| StoreError::inconsistent(table, column, row))
}

/// A stored number that is never negative.
fn count(number: i32) -> u32 {
    u32::try_from(number).unwrap_or(0)
}

/// A number of the domain as it is stored; the contract keeps them far below the limit.
fn number(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// Three columns as a decision.
fn decision(number: Option<String>, date: Option<Date>, issuer: Option<String>) -> Option<Decision> {
    match (number, date, issuer) {
        (Some(number), Some(issue_date), Some(issuer)) => Some(Decision { number, issue_date, issuer }),
        _ => None,
    }
}

/// One row changed, or the record has moved on.
fn guarded(rows: u64) -> Result<(), StoreError> {
    if rows == 1 { Ok(()) } else { Err(StoreError::Stale) }
}
