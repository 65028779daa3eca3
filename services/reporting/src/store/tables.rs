//! Counting: one grouped query a kind of record, answering (row, slot, how many). `CROSS JOIN` fixes the order of the join
//! on SQLite: from the few records of a period to their teams for a city, from the few teams to their records for a
//! commune. PostgreSQL chooses for itself. A record is counted where its team lies on
//! the day of the boundaries, the last of the period unless another is asked for (rule 54).

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Uuid};

use crate::domain::{Kind, Period, UnitId};

pub(super) const STATEMENTS: &[&str] = &[
    CITY_AREAS,
    CITY_AREAS_ENDED,
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

// Of a day: $1 the unit, $2 the day, $3 the day of the boundaries.
const CITY_AREAS: &str = "SELECT w.parent_id AS row_id, 0 AS slot, count(*) AS number
    FROM units k CROSS JOIN units w
    WHERE k.kind = 3 AND k.valid_from <= $3 AND k.valid_until > $3
        AND (k.parent_id = $1 OR k.parent_id IN
            (SELECT unit_id FROM units WHERE parent_id = $1 AND kind = 2 AND valid_from <= $3 AND valid_until > $3))
        AND w.parent_id = k.unit_id AND w.kind = 4 AND w.valid_from <= $3 AND w.valid_until > $3
        AND EXISTS (SELECT 1 FROM units u WHERE u.unit_id = w.unit_id AND u.valid_from <= $2 AND u.valid_until > $2)
    GROUP BY 1";
// Areas that were there on the day and are not on that of the boundaries, or lie in a commune that is not: by the commune
// that they lay in.
const CITY_AREAS_ENDED: &str = "SELECT u.parent_id AS row_id, 0 AS slot, count(*) AS number
    FROM units k CROSS JOIN units u
    WHERE k.kind = 3 AND k.valid_from <= $2 AND k.valid_until > $2
        AND (k.parent_id = $1 OR k.parent_id IN
            (SELECT unit_id FROM units WHERE parent_id = $1 AND kind = 2 AND valid_from <= $2 AND valid_until > $2))
        AND u.parent_id = k.unit_id AND u.kind = 4 AND u.valid_from <= $2 AND u.valid_until > $2
        AND NOT EXISTS (SELECT 1 FROM units w JOIN units a ON a.unit_id = w.parent_id
            WHERE w.unit_id = u.unit_id AND w.valid_from <= $3 AND w.valid_until > $3
                AND a.valid_from <= $3 AND a.valid_until > $3)
    GROUP BY 1";
const CITY_TEAMS: &str = "SELECT p.commune_id AS row_id, 0 AS slot, count(*) AS number
    FROM team_places p CROSS JOIN teams t
    WHERE p.province_id = $1 AND p.valid_from <= $3 AND p.valid_until > $3
        AND t.team_id = p.team_id AND t.valid_from <= $2 AND t.valid_until > $2 GROUP BY 1";
const CITY_MEDIATORS: &str = "SELECT t.commune_id AS row_id, m.slot AS slot, count(*) AS number
    FROM team_places t CROSS JOIN mediators m
    WHERE t.province_id = $1 AND t.valid_from <= $3 AND t.valid_until > $3
        AND m.team_id = t.team_id AND m.valid_from <= $2 AND m.valid_until > $2 GROUP BY 1, 2";
// An area without a team is in no row of a commune: it counts in the total alone, hence the unit as its row.
const COMMUNE_AREAS: &str = "SELECT x.row_id, 0 AS slot, count(*) AS number FROM
        (SELECT COALESCE((SELECT t.team_id FROM team_places p CROSS JOIN teams t
                WHERE p.area_unit_id = u.unit_id AND p.valid_from <= $3 AND p.valid_until > $3
                    AND t.team_id = p.team_id AND t.valid_from <= $2 AND t.valid_until > $2
                ORDER BY t.team_id LIMIT 1), u.parent_id) AS row_id
            FROM units u WHERE u.parent_id = $1 AND u.kind = 4 AND u.valid_from <= $3 AND u.valid_until > $3
                AND EXISTS (SELECT 1 FROM units w
                    WHERE w.unit_id = u.unit_id AND w.valid_from <= $2 AND w.valid_until > $2)) AS x
    GROUP BY 1";
const COMMUNE_TEAMS: &str = "SELECT t.team_id AS row_id, 0 AS slot, count(*) AS number
    FROM team_places p CROSS JOIN teams t
    WHERE p.commune_id = $1 AND p.valid_from <= $3 AND p.valid_until > $3
        AND t.team_id = p.team_id AND t.valid_from <= $2 AND t.valid_until > $2 GROUP BY 1";
const COMMUNE_MEDIATORS: &str = "SELECT t.team_id AS row_id, m.slot AS slot, count(*) AS number
    FROM team_places t CROSS JOIN mediators m
    WHERE t.commune_id = $1 AND t.valid_from <= $3 AND t.valid_until > $3
        AND m.team_id = t.team_id AND m.valid_from <= $2 AND m.valid_until > $2 GROUP BY 1, 2";

// Of a period: $1 the unit, $2 the last day, $3 the first day (of what ended), then the day of the boundaries.
const CITY_ENDED: &str = "SELECT t.commune_id AS row_id, s.slot AS slot, count(*) AS number
    FROM case_spans s CROSS JOIN team_places t
    WHERE s.ended = 1 AND s.valid_from >= $3 AND s.valid_from <= $2 AND t.team_id = s.team_id
        AND t.province_id = $1 AND t.valid_from <= $4 AND t.valid_until > $4
    GROUP BY 1, 2";
const COMMUNE_ENDED: &str = "SELECT t.team_id AS row_id, s.slot AS slot, count(*) AS number
    FROM team_places t CROSS JOIN case_spans s
    WHERE t.commune_id = $1 AND t.valid_from <= $4 AND t.valid_until > $4
        AND s.team_id = t.team_id AND s.ended = 1 AND s.valid_from >= $3 AND s.valid_from <= $2
    GROUP BY 1, 2";
const CITY_OPEN: &str = "SELECT t.commune_id AS row_id, s.slot AS slot, count(*) AS number
    FROM case_spans s CROSS JOIN team_places t
    WHERE s.ended = 0 AND s.valid_until > $2 AND s.valid_from <= $2 AND t.team_id = s.team_id
        AND t.province_id = $1 AND t.valid_from <= $3 AND t.valid_until > $3
    GROUP BY 1, 2";
const COMMUNE_OPEN: &str = "SELECT t.team_id AS row_id, s.slot AS slot, count(*) AS number
    FROM team_places t CROSS JOIN case_spans s
    WHERE t.commune_id = $1 AND t.valid_from <= $3 AND t.valid_until > $3
        AND s.team_id = t.team_id AND s.ended = 0 AND s.valid_from <= $2 AND s.valid_until > $2
    GROUP BY 1, 2";
// Those of the last day who were trained between the first and the last.
const CITY_TRAINED: &str = "SELECT t.commune_id AS row_id, m.slot AS slot, count(*) AS number
    FROM team_places t CROSS JOIN mediators m
    WHERE t.province_id = $1 AND t.valid_from <= $4 AND t.valid_until > $4
        AND m.team_id = t.team_id AND m.valid_from <= $2 AND m.valid_until > $2
        AND EXISTS (SELECT 1 FROM trainings r
            WHERE r.mediator_id = m.mediator_id AND r.session_date >= $3 AND r.session_date <= $2)
    GROUP BY 1, 2";
const COMMUNE_TRAINED: &str = "SELECT t.team_id AS row_id, m.slot AS slot, count(*) AS number
    FROM team_places t CROSS JOIN mediators m
    WHERE t.commune_id = $1 AND t.valid_from <= $4 AND t.valid_until > $4
        AND m.team_id = t.team_id AND m.valid_from <= $2 AND m.valid_until > $2
        AND EXISTS (SELECT 1 FROM trainings r
            WHERE r.mediator_id = m.mediator_id AND r.session_date >= $3 AND r.session_date <= $2)
    GROUP BY 1, 2";

// Of years: $1 the unit, $2 the last day, $3 and $4 the first and the last year, $5 the criteria set,
// $6 the day of the boundaries.
const CITY_ASSESSMENTS: &str = concat!(
    "SELECT t.commune_id AS row_id, ",
    step!(),
    " AS slot, count(*) AS number FROM assessments a CROSS JOIN team_places t
    WHERE a.set_code = $5 AND a.year >= $3 AND a.year <= $4 AND (a.assess_date <= $2 OR a.year_end <= $2)
        AND t.team_id = a.team_id AND t.province_id = $1 AND t.valid_from <= $6 AND t.valid_until > $6 GROUP BY 1, 2"
);
const COMMUNE_ASSESSMENTS: &str = concat!(
    "SELECT t.team_id AS row_id, ",
    step!(),
    " AS slot, count(*) AS number FROM team_places t CROSS JOIN assessments a
    WHERE t.commune_id = $1 AND t.valid_from <= $6 AND t.valid_until > $6
        AND a.team_id = t.team_id AND a.set_code = $5 AND a.year >= $3 AND a.year <= $4
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

/// Counts the records of a kind in a place, in the boundaries of a day.
pub async fn tally(
    tx: &mut Tx,
    kind: Kind,
    place: Place,
    (period, boundaries): (Period, Date),
    criteria_set: &str,
) -> Result<Vec<Tally>, StoreError> {
    let (unit, city) = match place {
        Place::Province(unit) => (unit, true),
        Place::Commune(unit) => (unit, false),
    };
    let days = (period.last, boundaries);
    let choose = |of_city, of_commune| if city { of_city } else { of_commune };
    match kind {
        Kind::Area => {
            let mut tallies = of_day(tx, choose(CITY_AREAS, COMMUNE_AREAS), unit, days).await?;
            if city && boundaries != period.last {
                tallies.extend(of_day(tx, CITY_AREAS_ENDED, unit, days).await?);
            }
            Ok(tallies)
        }
        Kind::Team => of_day(tx, choose(CITY_TEAMS, COMMUNE_TEAMS), unit, days).await,
        Kind::Mediator => of_day(tx, choose(CITY_MEDIATORS, COMMUNE_MEDIATORS), unit, days).await,
        Kind::Trained => of_period(tx, choose(CITY_TRAINED, COMMUNE_TRAINED), unit, (period, boundaries)).await,
        Kind::Case => {
            let mut tallies = of_period(tx, choose(CITY_ENDED, COMMUNE_ENDED), unit, (period, boundaries)).await?;
            tallies.extend(of_day(tx, choose(CITY_OPEN, COMMUNE_OPEN), unit, days).await?);
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
                .bind(boundaries)
                .fetch_all(c)
                .await)
        }
    }
}

async fn of_period(
    tx: &mut Tx,
    sql: &'static str,
    unit: UnitId,
    (period, boundaries): (Period, Date),
) -> Result<Vec<Tally>, StoreError> {
    on!(tx, |c| sqlx::query_as(sql).bind(unit).bind(period.last).bind(period.first).bind(boundaries).fetch_all(c).await)
}

async fn of_day(
    tx: &mut Tx,
    sql: &'static str,
    unit: UnitId,
    (day, boundaries): (Date, Date),
) -> Result<Vec<Tally>, StoreError> {
    on!(tx, |c| sqlx::query_as(sql).bind(unit).bind(day).bind(boundaries).fetch_all(c).await)
}
