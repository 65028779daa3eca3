//! The records behind a count, in the order of their ids. The unit is a province or a commune; no other unit has its id, so
//! one text serves both.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::Uuid;

use super::tables::step;
use crate::domain::{Kind, Period, Slots, UnitId};

pub(super) const STATEMENTS: &[&str] = &[AREAS, TEAMS, MEDIATORS, TRAINED, CASES, ASSESSMENTS];

// $1 the unit, $2 the last day, $3 the mask of slots, $4 after which id, $5 how many.
const AREAS: &str = "SELECT u.unit_id AS record_id, t.team_id AS team_id
    FROM units u LEFT JOIN teams t ON t.team_id = (SELECT s.team_id FROM team_places p CROSS JOIN teams s
        WHERE p.area_unit_id = u.unit_id AND p.valid_from <= $2 AND p.valid_until > $2
            AND s.team_id = p.team_id AND s.valid_from <= $2 AND s.valid_until > $2 ORDER BY s.team_id LIMIT 1)
    WHERE u.kind = 4 AND u.valid_from <= $2 AND u.valid_until > $2
        AND u.parent_id IN (SELECT k.unit_id FROM units k
            WHERE k.kind = 3 AND k.valid_from <= $2 AND k.valid_until > $2
                AND (k.unit_id = $1 OR k.parent_id = $1 OR k.parent_id IN (SELECT d.unit_id FROM units d
                    WHERE d.parent_id = $1 AND d.kind = 2 AND d.valid_from <= $2 AND d.valid_until > $2)))
        AND substr(CAST($3 AS TEXT), 1, 1) = '1' AND u.unit_id > $4
    ORDER BY 1 LIMIT $5";
const TEAMS: &str = "SELECT t.team_id AS record_id, t.team_id AS team_id
    FROM teams t JOIN team_places p ON p.team_id = t.team_id
    WHERE (p.province_id = $1 OR p.commune_id = $1) AND p.valid_from <= $2 AND p.valid_until > $2
        AND t.valid_from <= $2 AND t.valid_until > $2
        AND substr(CAST($3 AS TEXT), 1, 1) = '1' AND t.team_id > $4
    ORDER BY 1 LIMIT $5";
const MEDIATORS: &str = "SELECT m.mediator_id AS record_id, m.team_id AS team_id
    FROM mediators m JOIN team_places t ON t.team_id = m.team_id
    WHERE (t.province_id = $1 OR t.commune_id = $1) AND t.valid_from <= $2 AND t.valid_until > $2
        AND m.valid_from <= $2 AND m.valid_until > $2
        AND substr(CAST($3 AS TEXT), m.slot + 1, 1) = '1' AND m.mediator_id > $4
    ORDER BY 1 LIMIT $5";
// $6 the first day.
const TRAINED: &str = "SELECT m.mediator_id AS record_id, m.team_id AS team_id
    FROM mediators m JOIN team_places t ON t.team_id = m.team_id
    WHERE (t.province_id = $1 OR t.commune_id = $1) AND t.valid_from <= $2 AND t.valid_until > $2
        AND m.valid_from <= $2 AND m.valid_until > $2
        AND EXISTS (SELECT 1 FROM trainings r
            WHERE r.mediator_id = m.mediator_id AND r.session_date >= $6 AND r.session_date <= $2)
        AND substr(CAST($3 AS TEXT), m.slot + 1, 1) = '1' AND m.mediator_id > $4
    ORDER BY 1 LIMIT $5";
const CASES: &str = "SELECT s.case_id AS record_id, s.team_id AS team_id
    FROM case_spans s JOIN team_places t ON t.team_id = s.team_id
    WHERE (t.province_id = $1 OR t.commune_id = $1) AND t.valid_from <= $2 AND t.valid_until > $2
        AND s.valid_from <= $2 AND s.valid_until > $2
        AND (s.ended = 0 OR s.valid_from >= $6) AND substr(CAST($3 AS TEXT), s.slot + 1, 1) = '1' AND s.case_id > $4
    ORDER BY 1 LIMIT $5";
// $6 and $7 the first and the last year, $8 the criteria set.
const ASSESSMENTS: &str = concat!(
    "SELECT a.assessment_id AS record_id, a.team_id AS team_id
    FROM assessments a JOIN team_places t ON t.team_id = a.team_id
    WHERE (t.province_id = $1 OR t.commune_id = $1) AND t.valid_from <= $2 AND t.valid_until > $2
        AND a.set_code = $8 AND a.year >= $6 AND a.year <= $7
        AND (a.assess_date <= $2 OR a.year_end <= $2) AND substr(CAST($3 AS TEXT), ",
    step!(),
    " + 1, 1) = '1' AND a.assessment_id > $4
    ORDER BY 1 LIMIT $5"
);

/// A record that was counted, and its team if it has one.
pub type Counted = (Uuid, Option<Uuid>);

/// Which records, of which kind.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Kind of record.
    pub kind: Kind,
    /// Of which slots.
    pub slots: Slots,
    /// In which province or commune.
    pub unit: UnitId,
    /// In which period.
    pub period: Period,
    /// Of which criteria set, for assessments.
    pub criteria_set: &'a str,
}

/// The records of a kind after an id, at most `limit`.
pub async fn records(tx: &mut Tx, asked: Asked<'_>, after: Uuid, limit: i64) -> Result<Vec<Counted>, StoreError> {
    let Asked { kind, slots, unit, period, criteria_set } = asked;
    let mask = slots.mask();
    let sql = match kind {
        Kind::Area => AREAS,
        Kind::Team => TEAMS,
        Kind::Mediator => MEDIATORS,
        Kind::Trained => TRAINED,
        Kind::Case => CASES,
        Kind::Assessment => ASSESSMENTS,
    };
    on!(tx, |c| {
        let query = sqlx::query_as(sql).bind(unit).bind(period.last).bind(&mask).bind(after).bind(limit);
        let query = match kind {
            Kind::Case | Kind::Trained => query.bind(period.first),
            Kind::Assessment => {
                let (first, last) = (i32::from(period.first.year()), i32::from(period.last.year()));
                query.bind(first).bind(last).bind(criteria_set)
            }
            Kind::Area | Kind::Team | Kind::Mediator => query,
        };
        query.fetch_all(c).await
    })
}
