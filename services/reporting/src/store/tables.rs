//! Counting: one grouped query a kind of record, answering (row, slot, how many). `CROSS JOIN` fixes the order of the join
//! on SQLite: from the few records of a period to their teams for a city, from the few teams to their records for a
//! commune. PostgreSQL chooses for itself.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Uuid};

use crate::domain::{Kind, Period, UnitId};

pub(super) const STATEMENTS: &[&str] = &[
    CITY_AREAS,
    CITY_TEAMS,
    CITY_MEDIATORS,
    CITY_ENDED,
    CITY_OPEN,
    CITY_ASSESSMENTS,
    CITY_TRAINED,
    COMMUNE_AREAS,
    COMMUNE_TEAMS,
    COMMUNE_MEDIATORS,
    COMMUNE_ENDED,
    COMMUNE_OPEN,
    COMMUNE_ASSESSMENTS,
    COMMUNE_TRAINED,
];

// The furthest step taken: by the last day, or at any time if the year evaluated is over by then.
macro_rules! step {
    () => {
        "CASE WHEN a.recognize_date <= $2 OR (a.recognize_date IS NOT NULL AND a.year_end <= $2) THEN 2
            WHEN a.propose_date <= $2 OR (a.propose_date IS NOT NULL AND a.year_end <= $2) THEN 1 ELSE 0 END"
    };
}
pub(super) use step;

// Of a day: $1 the unit, $2 the day.
const CITY_AREAS: &str = "SELECT u.parent_id AS row_id, 0 AS slot, count(*) AS number
    FROM units k CROSS JOIN units u
    WHERE k.kind = 3 AND k.valid_from <= $2 AND k.valid_until > $2
        AND (k.parent_id = $1 OR k.parent_id IN
            (SELECT unit_id FROM units WHERE parent_id = $1 AND kind = 2 AND valid_from <= $2 AND valid_until > $2))
        AND u.parent_id = k.unit_id AND u.kind = 4 AND u.valid_from <= $2 AND u.valid_until > $2
    GROUP BY 1";
const CITY_TEAMS: &str = "SELECT commune_id AS row_id, 0 AS slot, count(*) AS number FROM teams
    WHERE province_id = $1 AND valid_from <= $2 AND valid_until > $2 GROUP BY 1";
const CITY_MEDIATORS: &str = "SELECT t.commune_id AS row_id, m.slot AS slot, count(*) AS number
    FROM teams t CROSS JOIN mediators m
    WHERE t.province_id = $1 AND m.team_id = t.team_id AND m.valid_from <= $2 AND m.valid_until > $2 GROUP BY 1, 2";
// An area without a team is in no row of a commune: it counts in the total alone, hence the unit as its row.
const COMMUNE_AREAS: &str = "SELECT x.row_id, 0 AS slot, count(*) AS number FROM
        (SELECT COALESCE((SELECT t.team_id FROM teams t WHERE t.area_unit_id = u.unit_id AND t.valid_from <= $2
                AND t.valid_until > $2 ORDER BY t.team_id LIMIT 1), u.parent_id) AS row_id
            FROM units u WHERE u.parent_id = $1 AND u.kind = 4 AND u.valid_from <= $2 AND u.valid_until > $2) AS x
    GROUP BY 1";
const COMMUNE_TEAMS: &str = "SELECT team_id AS row_id, 0 AS slot, count(*) AS number FROM teams
    WHERE commune_id = $1 AND valid_from <= $2 AND valid_until > $2 GROUP BY 1";
const COMMUNE_MEDIATORS: &str = "SELECT t.team_id AS row_id, m.slot AS slot, count(*) AS number
    FROM teams t CROSS JOIN mediators m
    WHERE t.commune_id = $1 AND m.team_id = t.team_id AND m.valid_from <= $2 AND m.valid_until > $2 GROUP BY 1, 2";

// Of a period: $1 the unit, $2 the last day, $3 the first day.
const CITY_ENDED: &str = "SELECT t.commune_id AS row_id, s.slot AS slot, count(*) AS number
    FROM case_spans s CROSS JOIN teams t
    WHERE s.ended = 1 AND s.valid_from >= $3 AND s.valid_from <= $2 AND t.team_id = s.team_id AND t.province_id = $1
    GROUP BY 1, 2";
const COMMUNE_ENDED: &str = "SELECT t.team_id AS row_id, s.slot AS slot, count(*) AS number
    FROM teams t CROSS JOIN case_spans s
    WHERE t.commune_id = $1 AND s.team_id = t.team_id AND s.ended = 1 AND s.valid_from >= $3 AND s.valid_from <= $2
    GROUP BY 1, 2";
const CITY_OPEN: &str = "SELECT t.commune_id AS row_id, s.slot AS slot, count(*) AS number
    FROM case_spans s CROSS JOIN teams t
    WHERE s.ended = 0 AND s.valid_until > $2 AND s.valid_from <= $2 AND t.team_id = s.team_id AND t.province_id = $1
    GROUP BY 1, 2";
const COMMUNE_OPEN: &str = "SELECT t.team_id AS row_id, s.slot AS slot, count(*) AS number
    FROM teams t CROSS JOIN case_spans s
    WHERE t.commune_id = $1 AND s.team_id = t.team_id AND s.ended = 0 AND s.valid_from <= $2 AND s.valid_until > $2
    GROUP BY 1, 2";
// Those of the last day who were trained between the first and the last.
const CITY_TRAINED: &str = "SELECT t.commune_id AS row_id, m.slot AS slot, count(*) AS number
    FROM teams t CROSS JOIN mediators m
    WHERE t.province_id = $1 AND m.team_id = t.team_id AND m.valid_from <= $2 AND m.valid_until > $2
        AND EXISTS (SELECT 1 FROM trainings r
            WHERE r.mediator_id = m.mediator_id AND r.session_date >= $3 AND r.session_date <= $2)
    GROUP BY 1, 2";
const COMMUNE_TRAINED: &str = "SELECT t.team_id AS row_id, m.slot AS slot, count(*) AS number
    FROM teams t CROSS JOIN mediators m
    WHERE t.commune_id = $1 AND m.team_id = t.team_id AND m.valid_from <= $2 AND m.valid_until > $2
        AND EXISTS (SELECT 1 FROM trainings r
            WHERE r.mediator_id = m.mediator_id AND r.session_date >= $3 AND r.session_date <= $2)
    GROUP BY 1, 2";

// Of years: $1 the unit, $2 the last day, $3 and $4 the first and the last year, $5 the criteria set.
const CITY_ASSESSMENTS: &str = concat!(
    "SELECT t.commune_id AS row_id, ",
    step!(),
    " AS slot, count(*) AS number FROM assessments a CROSS JOIN teams t
    WHERE a.set_code = $5 AND a.year >= $3 AND a.year <= $4 AND (a.assess_date <= $2 OR a.year_end <= $2)
        AND t.team_id = a.team_id AND t.province_id = $1 GROUP BY 1, 2"
);
const COMMUNE_ASSESSMENTS: &str = concat!(
    "SELECT t.team_id AS row_id, ",
    step!(),
    " AS slot, count(*) AS number FROM teams t CROSS JOIN assessments a
    WHERE t.commune_id = $1 AND a.team_id = t.team_id AND a.set_code = $5 AND a.year >= $3 AND a.year <= $4
        AND (a.assess_date <= $2 OR a.year_end <= $2) GROUP BY 1, 2"
);

/// So many records of a slot in a row.
pub type Tally = (Uuid, i32, i64);

/// Which unit, and by what its rows go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A province by communes.
    Province(UnitId),
    /// A commune by teams.
    Commune(UnitId),
}

/// Counts the records of a kind in a place.
pub async fn tally(
    tx: &mut Tx,
    kind: Kind,
    place: Place,
    period: Period,
    criteria_set: &str,
) -> Result<Vec<Tally>, StoreError> {
    let (unit, city) = match place {
        Place::Province(unit) => (unit, true),
        Place::Commune(unit) => (unit, false),
    };
    let choose = |of_city, of_commune| if city { of_city } else { of_commune };
    match kind {
        Kind::Area => of_day(tx, choose(CITY_AREAS, COMMUNE_AREAS), unit, period.last).await,
        Kind::Team => of_day(tx, choose(CITY_TEAMS, COMMUNE_TEAMS), unit, period.last).await,
        Kind::Mediator => of_day(tx, choose(CITY_MEDIATORS, COMMUNE_MEDIATORS), unit, period.last).await,
        Kind::Trained => of_period(tx, choose(CITY_TRAINED, COMMUNE_TRAINED), unit, period).await,
        Kind::Case => {
            let mut tallies = of_period(tx, choose(CITY_ENDED, COMMUNE_ENDED), unit, period).await?;
            tallies.extend(of_day(tx, choose(CITY_OPEN, COMMUNE_OPEN), unit, period.last).await?);
            Ok(tallies)
        }
        Kind::Assessment => {
            let sql = choose(CITY_ASSESSMENTS, COMMUNE_ASSESSMENTS);
            on!(tx, |c| sqlx::query_as(sql)
                .bind(unit)
                .bind(period.last)
                .bind(i32::from(period.first.year()))
                .bind(i32::from(period.last.year()))
                .bind(criteria_set)
                .fetch_all(c)
                .await)
        }
    }
}

async fn of_period(tx: &mut Tx, sql: &'static str, unit: UnitId, period: Period) -> Result<Vec<Tally>, StoreError> {
    on!(tx, |c| sqlx::query_as(sql).bind(unit).bind(period.last).bind(period.first).fetch_all(c).await)
}

async fn of_day(tx: &mut Tx, sql: &'static str, unit: UnitId, day: Date) -> Result<Vec<Tally>, StoreError> {
    on!(tx, |c| sqlx::query_as(sql).bind(unit).bind(day).fetch_all(c).await)
}
