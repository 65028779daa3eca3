//! What is known of the units that a reorganisation touches, before it.

use std::collections::{BTreeMap, HashMap};

use hoagiai_types::Date;

use super::super::{UnitId, UnitVersion};

/// What is known of the units before: every version of every unit that the request names, and of all units below those
/// that end or go on otherwise.
#[derive(Debug, Clone, Default)]
pub struct Known {
    pub(super) timelines: BTreeMap<UnitId, Vec<UnitVersion>>,
}

impl Known {
    /// Takes versions in any order.
    pub fn new(versions: Vec<UnitVersion>) -> Self {
        let mut timelines: BTreeMap<UnitId, Vec<UnitVersion>> = BTreeMap::new();
        for version in versions {
            timelines.entry(version.id).or_default().push(version);
        }
        for versions in timelines.values_mut() {
            versions.sort_by_key(|version| version.valid_from);
            versions.dedup();
        }
        Self { timelines }
    }

    /// The version of a unit on a day.
    pub fn on(&self, unit: UnitId, day: Date) -> Option<&UnitVersion> {
        self.timelines.get(&unit)?.iter().find(|version| version.holds_on(day))
    }

    /// Every version of a unit.
    pub fn of(&self, unit: UnitId) -> &[UnitVersion] {
        self.timelines.get(&unit).map_or(&[], Vec::as_slice)
    }

    /// Every version of every unit.
    pub(super) fn versions(&self) -> impl Iterator<Item = &UnitVersion> {
        self.timelines.values().flatten()
    }

    /// The units that had a code on a day: one, unless what is kept is broken.
    pub(super) fn by_code(&self, day: Date) -> HashMap<&str, &UnitVersion> {
        let all = self.versions().filter(|version| version.holds_on(day));
        all.map(|version| (version.code.as_str(), version)).collect()
    }
}
