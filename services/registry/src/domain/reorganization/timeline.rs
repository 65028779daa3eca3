//! The versions of one unit as they are known now, and how a change makes others of them. The past is never touched: what
//! was known before is superseded as a whole version, not overwritten.

use hoagiai_types::Date;

use super::super::{UnitChange, UnitId, UnitVersion, level};

/// What becomes of a unit's versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// The unit.
    pub id: UnitId,
    /// What happened to it, for the journal.
    pub change: Option<UnitChange>,
    /// As known before, in the order of days; empty for a new unit.
    pub before: Vec<UnitVersion>,
    /// As known from now on.
    pub after: Vec<UnitVersion>,
}

impl Timeline {
    /// Versions that are believed no more.
    pub fn superseded(&self) -> impl Iterator<Item = &UnitVersion> {
        self.before.iter().filter(|version| !self.after.contains(version))
    }

    /// Versions that are new.
    pub fn recorded(&self) -> impl Iterator<Item = &UnitVersion> {
        self.after.iter().filter(|version| !self.before.contains(version))
    }

    /// Whether the unit came to be.
    pub fn is_new(&self) -> bool {
        self.before.is_empty()
    }

    /// The first day on which something differs.
    pub fn differs_from(&self) -> Option<Date> {
        self.superseded().chain(self.recorded()).map(|version| version.valid_from).max()
    }
}

/// Versions before a day and from it on; one that holds on both sides is cut in two.
pub(super) fn cut(versions: &[UnitVersion], day: Date) -> (Vec<UnitVersion>, Vec<UnitVersion>) {
    let (mut head, mut tail) = (Vec::new(), Vec::new());
    for version in versions {
        if version.valid_to < day {
            head.push(version.clone());
        } else if version.valid_from >= day {
            tail.push(version.clone());
        } else {
            head.push(UnitVersion { valid_to: day.plus_days(-1), ..version.clone() });
            tail.push(UnitVersion { valid_from: day, ..version.clone() });
        }
    }
    (head, tail)
}

/// Head and tail as one; what a cut parted without need is one version again.
pub(super) fn joined(mut head: Vec<UnitVersion>, mut tail: Vec<UnitVersion>) -> Vec<UnitVersion> {
    if let (Some(last), Some(first)) = (head.last_mut(), tail.first()) {
        let same = UnitVersion { valid_from: last.valid_from, valid_to: last.valid_to, ..first.clone() } == *last;
        if same && last.valid_to.plus_days(1) == first.valid_from {
            last.valid_to = first.valid_to;
            tail.remove(0);
        }
    }
    head.extend(tail);
    head
}

/// The versions with another number of households from a day on, up to the next version that is known; none if the unit
/// is not there on that day.
pub fn recount(versions: &[UnitVersion], day: Date, households: u32) -> Option<Timeline> {
    let (head, mut tail) = cut(versions, day);
    let first = tail.first_mut().filter(|version| version.holds_on(day))?;
    first.households = households;
    let id = first.id;
    Some(Timeline { id, change: None, before: versions.to_vec(), after: joined(head, tail) })
}

/// The versions with one of them, that begins on `valid_from`, replaced; none if there is none.
pub fn correct(versions: &[UnitVersion], corrected: UnitVersion) -> Option<Timeline> {
    let mut after = versions.to_vec();
    let place = after.iter_mut().find(|version| version.valid_from == corrected.valid_from)?;
    let id = place.id;
    *place = UnitVersion { valid_to: place.valid_to, ..corrected };
    Some(Timeline { id, change: None, before: versions.to_vec(), after })
}

/// The versions of a unit from a day on below another unit above.
pub fn reattach(versions: &[UnitVersion], above: &UnitVersion, day: Date) -> Timeline {
    let (head, mut tail) = cut(versions, day);
    let moves = tail.first().is_some_and(|version| version.parent != Some(above.id));
    let id = versions.first().map_or(above.id, |version| version.id);
    for version in &mut tail {
        let commune = if level(version.kind) == 2 { Some(version.id) } else { above.commune };
        (version.parent, version.province, version.commune) = (Some(above.id), above.province, commune);
    }
    let change = moves.then_some(UnitChange::Moved);
    Timeline { id, change, before: versions.to_vec(), after: joined(head, tail) }
}
