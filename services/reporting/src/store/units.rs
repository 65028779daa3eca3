//! Units and teams as rows of reports: who stood where on the last day of a period.

use hoagiai_store::{StoreError, Tx, on};
use hoagiai_types::{Date, Uuid, text};
use sqlx::FromRow;

use crate::domain::{Period, Positions, Subject, UnitId, UnitKind};

pub(super) const STATEMENTS: &[&str] = &[FIND, FIND_LATEST, COMMUNES, TEAMS, POSITIONS];

const FIND: &str = "SELECT unit_id, kind, parent_id, code, display_name FROM units
    WHERE unit_id = $1 AND valid_from <= $2 AND valid_until > $2";
const FIND_LATEST: &str = "SELECT unit_id, kind, parent_id, code, display_name FROM units
    WHERE unit_id = $1 ORDER BY valid_from DESC LIMIT 1";
// The communes of a province on a day; until 30 June 2025 there is a district between.
const COMMUNES: &str = "SELECT unit_id, kind, parent_id, code, display_name FROM units
    WHERE kind = 3 AND valid_from <= $2 AND valid_until > $2
        AND (parent_id = $1 OR parent_id IN
            (SELECT unit_id FROM units WHERE parent_id = $1 AND kind = 2 AND valid_from <= $2 AND valid_until > $2))
    ORDER BY code, unit_id";
// Teams that were in force on some day of the period (one dissolved within it leaves its cases behind), where they lie on
// the day of the boundaries.
const TEAMS: &str = "SELECT t.team_id, t.display_name FROM team_places p CROSS JOIN teams t
    WHERE p.commune_id = $1 AND p.valid_from <= $4 AND p.valid_until > $4
        AND t.team_id = p.team_id AND t.valid_from <= $3 AND t.valid_until > $2";
// The cursors of the store, read in the snapshot of the figures.
const POSITIONS: &str = "SELECT projection, position FROM feed_cursors";

/// A unit on a day.
#[derive(Clone, Debug, FromRow)]
pub struct UnitRow {
    /// Id.
    pub unit_id: UnitId,
    kind: i32,
    /// The unit above.
    pub parent_id: Option<UnitId>,
    /// Code.
    pub code: String,
    /// Name.
    pub display_name: String,
}

impl UnitRow {
    /// Its kind.
    pub fn kind(&self) -> Result<UnitKind, StoreError> {
        let kind = UnitKind::ALL.into_iter().find(|kind| kind.number() == self.kind);
        kind.ok_or_else(|| StoreError::inconsistent("units", "kind", self.unit_id))
    }

    /// As the subject of a row.
    pub fn subject(self) -> Subject {
        Subject { id: self.unit_id.uuid(), code: self.code, display_name: self.display_name }
    }
}

/// A unit on a day.
pub async fn find(tx: &mut Tx, unit: UnitId, day: Date) -> Result<Option<UnitRow>, StoreError> {
    on!(tx, |c| sqlx::query_as(FIND).bind(unit).bind(day).fetch_optional(c).await)
}

/// A unit in its latest version, ended or not.
pub async fn find_latest(tx: &mut Tx, unit: UnitId) -> Result<Option<UnitRow>, StoreError> {
    on!(tx, |c| sqlx::query_as(FIND_LATEST).bind(unit).fetch_optional(c).await)
}

/// The communes of a province on a day, by code.
pub async fn communes(tx: &mut Tx, province: UnitId, day: Date) -> Result<Vec<Subject>, StoreError> {
    let rows: Vec<UnitRow> = on!(tx, |c| sqlx::query_as(COMMUNES).bind(province).bind(day).fetch_all(c).await)?;
    Ok(rows.into_iter().map(UnitRow::subject).collect())
}

/// The teams of a commune in a period, by name as people sort it (numbers by value), then id.
pub async fn teams(
    tx: &mut Tx,
    commune: UnitId,
    (period, boundaries): (Period, Date),
) -> Result<Vec<Subject>, StoreError> {
    let mut rows: Vec<(Uuid, String)> = on!(tx, |c| sqlx::query_as(TEAMS)
        .bind(commune)
        .bind(period.first)
        .bind(period.last)
        .bind(boundaries)
        .fetch_all(c)
        .await)?;
    rows.sort_by_cached_key(|(id, name)| (sort_key(name), *id));
    let subject = |(id, display_name)| Subject { id, code: String::new(), display_name };
    Ok(rows.into_iter().map(subject).collect())
}

/// Folded text with numbers padded, so that team 7 stands before team 12.
fn sort_key(name: &str) -> String {
    let mut key = String::new();
    let mut digits = String::new();
    for c in text::fold(name).chars().chain([' ']) {
        if c.is_ascii_digit() {
            digits.push(c);
        } else {
            if !digits.is_empty() {
                key.push_str(&format!("{digits:0>9}"));
                digits.clear();
            }
            key.push(c);
        }
    }
    key
}

/// The positions that the projections have reached in this snapshot.
pub async fn positions(tx: &mut Tx) -> Result<Positions, StoreError> {
    let rows: Vec<(String, i64)> = on!(tx, |c| sqlx::query_as(POSITIONS).fetch_all(c).await)?;
    let of = |name: &str| rows.iter().find(|(projection, _)| projection == name).map_or(0, |(_, position)| *position);
    Ok(Positions {
        registry: of(crate::feeds::REGISTRY),
        cases: of(crate::feeds::CASES),
        evaluation: of(crate::feeds::EVALUATION),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn teams_are_sorted_as_people_number_them() {
        let mut names = ["Tổ hòa giải số 12", "Tổ hòa giải số 7", "Tổ hoà giải Đông", "Tổ hòa giải Cầu"];
        names.sort_by_key(|name| sort_key(name));
        assert_eq!(names, ["Tổ hòa giải Cầu", "Tổ hoà giải Đông", "Tổ hòa giải số 7", "Tổ hòa giải số 12"]);
    }
}
