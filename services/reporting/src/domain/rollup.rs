//! Figures in the boundaries of a day (rule 54): where a record is counted as units were, as they are, and when what was
//! counted in a unit that ended is told of the unit that took all of it. Nothing is divided by estimate: what lies in a unit
//! that was divided is told of none, and stands in the total alone.

use std::collections::{BTreeMap, BTreeSet};

use hoagiai_types::Date;

use super::UnitId;

/// How records of different days are put into the units of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attribution {
    /// In the unit that each lay in on its own day.
    AsWas,
    /// In the unit that its area lies in on the day of the boundaries.
    AsNow,
    /// As now; and what lies in a unit that ended follows it into the one that took all of it.
    Successors,
}

/// Where a record is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Row {
    /// In a unit that is in force on the day of the boundaries.
    In(UnitId),
    /// In none: the last unit that it lay in has ended, or was divided.
    Ended(UnitId),
}

/// What became of units that ended: all of one went into one other, or it was divided.
#[derive(Clone, Debug, Default)]
pub struct Successions {
    whole: BTreeMap<UnitId, Vec<(Date, UnitId)>>,
}

impl Successions {
    /// From edges: the unit before, the unit after, the first day after, whether all of it went there.
    pub fn new(edges: impl IntoIterator<Item = (UnitId, UnitId, Date, bool)>) -> Self {
        let mut whole: BTreeMap<UnitId, Vec<(Date, UnitId)>> = BTreeMap::new();
        for (before, after, day, all) in edges {
            // A unit that goes on under its id is its own successor, and no step.
            if all && before != after {
                whole.entry(before).or_default().push((day, after));
            }
        }
        Self { whole }
    }

    /// The unit in which a unit went on until a day, step by step; itself when it did not end whole.
    #[must_use]
    pub fn follow(&self, unit: UnitId, until: Date) -> UnitId {
        let (mut at, mut seen) = (unit, BTreeSet::from([unit]));
        while let Some((_, next)) =
            self.whole.get(&at).and_then(|steps| steps.iter().filter(|(day, _)| *day <= until).min())
        {
            // What is kept may be wrong, but never keeps a report from ending.
            if !seen.insert(*next) {
                break;
            }
            at = *next;
        }
        at
    }
}

/// Units in time: on which days each lay in which unit above.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// First day, first day no more, unit above.
    spans: BTreeMap<UnitId, Vec<(Date, Date, Option<UnitId>)>>,
}

impl Places {
    /// From versions: the unit, first day, first day no more, the unit above.
    pub fn new(versions: impl IntoIterator<Item = (UnitId, Date, Date, Option<UnitId>)>) -> Self {
        let mut spans: BTreeMap<UnitId, Vec<_>> = BTreeMap::new();
        for (unit, from, until, above) in versions {
            spans.entry(unit).or_default().push((from, until, above));
        }
        Self { spans }
    }

    /// Whether a unit is in force on a day.
    #[must_use]
    pub fn in_force(&self, unit: UnitId, day: Date) -> bool {
        self.above(unit, day).is_some()
    }

    /// The unit above on a day; none when the unit is not in force.
    fn above(&self, unit: UnitId, day: Date) -> Option<Option<UnitId>> {
        let spans = self.spans.get(&unit)?;
        spans.iter().find(|(from, until, _)| *from <= day && day < *until).map(|(.., above)| *above)
    }
}

/// Where a record of an area on a day is counted in the communes of the day `at`.
#[must_use]
pub fn attribute(
    places: &Places,
    successions: &Successions,
    (area, day): (UnitId, Date),
    at: Date,
    how: Attribution,
) -> Row {
    let commune = |area: UnitId, day: Date| places.above(area, day).flatten();
    match how {
        Attribution::AsWas => commune(area, day).map_or(Row::Ended(area), Row::In),
        Attribution::AsNow => match commune(area, at) {
            Some(commune) if places.in_force(commune, at) => Row::In(commune),
            other => Row::Ended(other.unwrap_or(area)),
        },
        Attribution::Successors => {
            let last = successions.follow(area, at);
            // An area that was divided ended in the commune that it lay in on the day of the record.
            let commune_then = commune(last, at).or_else(|| commune(area, day));
            let Some(commune_then) = commune_then else { return Row::Ended(area) };
            let commune = successions.follow(commune_then, at);
            if places.in_force(commune, at) { Row::In(commune) } else { Row::Ended(commune) }
        }
    }
}

#[cfg(test)]
mod tests {
    use hoagiai_types::Id;
    use proptest::prelude::*;

    use super::*;

    fn id(n: u128) -> UnitId {
        Id::from_uuid(hoagiai_types::Uuid::from_u128(n))
    }

    fn day(n: i64) -> Date {
        Date::from_days_since_epoch(18_000 + n)
    }

    /// A history as it happens: communes and areas that merge, divide, move, end.
    #[derive(Default)]
    struct History {
        /// Unit, level, first day, unit above; open.
        open: BTreeMap<UnitId, (u8, Date, Option<UnitId>)>,
        versions: Vec<(UnitId, Date, Date, Option<UnitId>)>,
        edges: Vec<(UnitId, UnitId, Date, bool)>,
        next: u128,
    }

    impl History {
        fn new() -> Self {
            let mut history = Self { next: 100, ..Self::default() };
            for commune in 1..=4 {
                history.open.insert(id(commune), (2, day(0), None));
                for area in 0..3 {
                    history.open.insert(id(10 + 3 * commune + area), (3, day(0), Some(id(commune))));
                }
            }
            history
        }

        fn of(&self, level: u8) -> Vec<UnitId> {
            self.open.iter().filter(|(_, open)| open.0 == level).map(|(unit, _)| *unit).collect()
        }

        fn end(&mut self, unit: UnitId, on: Date) {
            if let Some((_, from, above)) = self.open.remove(&unit) {
                self.versions.push((unit, from, on, above));
            }
        }

        fn begin(&mut self, level: u8, above: Option<UnitId>, on: Date) -> UnitId {
            self.next += 1;
            self.open.insert(id(self.next), (level, on, above));
            id(self.next)
        }

        fn move_to(&mut self, area: UnitId, to: UnitId, on: Date) {
            self.end(area, on);
            self.open.insert(area, (3, on, Some(to)));
        }

        fn areas_of(&self, commune: UnitId) -> Vec<UnitId> {
            self.open.iter().filter(|(_, open)| open.2 == Some(commune)).map(|(unit, _)| *unit).collect()
        }

        /// Ends units of one level whole into a new one; areas below follow.
        fn merge(&mut self, level: u8, units: &[UnitId], on: Date) {
            let above = self.open[&units[0]].2;
            let new = self.begin(level, above, on);
            for unit in units {
                for area in self.areas_of(*unit) {
                    self.move_to(area, new, on);
                }
                self.end(*unit, on);
                self.edges.push((*unit, new, on, true));
            }
        }

        /// Divides a unit in two; the first area below goes to the first, the others wait in what ended.
        fn divide(&mut self, level: u8, unit: UnitId, on: Date) {
            let above = self.open[&unit].2;
            let parts = [self.begin(level, above, on), self.begin(level, above, on)];
            if let Some(area) = self.areas_of(unit).first() {
                self.move_to(*area, parts[0], on);
            }
            self.end(unit, on);
            self.edges.extend(parts.map(|part| (unit, part, on, false)));
        }

        fn close(mut self) -> (Places, Successions, BTreeSet<UnitId>) {
            let areas: BTreeSet<UnitId> =
                self.versions.iter().filter(|(.., above)| above.is_some()).map(|(unit, ..)| *unit).collect();
            let areas = areas.into_iter().chain(self.of(3)).collect();
            for (unit, (_, from, above)) in std::mem::take(&mut self.open) {
                self.versions.push((unit, from, day(1_000_000), above));
            }
            (Places::new(self.versions), Successions::new(self.edges), areas)
        }
    }

    /// What happens, to which two units, how many days after the step before.
    type Step = (u8, usize, usize, i64);

    /// Steps, and the records that are to be attributed.
    fn history() -> impl Strategy<Value = (Vec<Step>, Vec<(usize, i64)>)> {
        let steps = proptest::collection::vec((0u8..5, 0usize..50, 0usize..50, 1i64..30), 0..12);
        (steps, proptest::collection::vec((0usize..100, 0i64..200), 1..60))
    }

    fn played(steps: &[Step]) -> (History, Date, bool) {
        let (mut history, mut on, mut divided) = (History::new(), 0, false);
        for (what, one, two, days) in steps {
            on += days;
            let level = if what % 2 == 0 { 2 } else { 3 };
            let pool = history.of(level);
            let (first, second) = (pool[one % pool.len()], pool[two % pool.len()]);
            match what {
                0 | 1 if first != second => history.merge(level, &[first, second], day(on)),
                2 | 3 => {
                    divided = true;
                    history.divide(level, first, day(on));
                }
                4 => {
                    let areas = history.of(3);
                    history.move_to(areas[one % areas.len()], second, day(on));
                }
                _ => {}
            }
        }
        (history, day(on), divided)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn rule_54_totals_as_was_as_now_and_by_successors_agree_with_the_records((steps, picks) in history()) {
            let (history, last, divided) = played(&steps);
            let (places, successions, areas) = history.close();
            let areas: Vec<UnitId> = areas.into_iter().collect();
            // Records lie in areas that were in force on their day: the source.
            let records: Vec<(UnitId, Date)> = picks
                .iter()
                .map(|(area, on)| (areas[area % areas.len()], day(*on)))
                .filter(|(area, on)| places.in_force(*area, *on))
                .collect();
            for how in [Attribution::AsWas, Attribution::AsNow, Attribution::Successors] {
                let mut rows: BTreeMap<Row, usize> = BTreeMap::new();
                for record in &records {
                    *rows.entry(attribute(&places, &successions, *record, last, how)).or_default() += 1;
                }
                prop_assert_eq!(rows.values().sum::<usize>(), records.len(), "{:?}", how);
                for row in rows.keys() {
                    match (row, how) {
                        (Row::In(unit), Attribution::AsNow | Attribution::Successors) => {
                            prop_assert!(places.in_force(*unit, last), "{:?} {:?}", how, unit);
                        }
                        (Row::Ended(unit), Attribution::AsNow | Attribution::Successors) => {
                            prop_assert!(!places.in_force(*unit, last) || how == Attribution::AsNow);
                            prop_assert!(divided || how == Attribution::AsNow, "nothing was divided: all is told of a unit");
                        }
                        (Row::In(_), Attribution::AsWas) => {}
                        (Row::Ended(unit), Attribution::AsWas) => prop_assert!(false, "{:?} was in force", unit),
                    }
                }
            }
        }

        #[test]
        fn rule_54_on_the_day_itself_the_three_say_the_same_of_communes_in_force((steps, picks) in history()) {
            let (history, _, _) = played(&steps);
            let (places, successions, areas) = history.close();
            let areas: Vec<UnitId> = areas.into_iter().collect();
            for (area, on) in picks.iter().map(|(area, on)| (areas[area % areas.len()], day(*on))) {
                let say = |how| attribute(&places, &successions, (area, on), on, how);
                if let Row::In(commune) = say(Attribution::AsWas)
                    && places.in_force(commune, on)
                {
                    prop_assert_eq!(say(Attribution::AsNow), Row::In(commune));
                    prop_assert_eq!(say(Attribution::Successors), Row::In(commune));
                }
            }
        }
    }

    #[test]
    fn successions_are_followed_step_by_step_and_never_round() {
        let edges = [(id(1), id(2), day(10), true), (id(2), id(3), day(20), true), (id(3), id(1), day(30), true)];
        let successions = Successions::new(edges);
        let on = [9, 10, 20, 40].map(|n| successions.follow(id(1), day(n)));
        assert_eq!(on, [id(1), id(2), id(3), id(3)]);
        let divided = Successions::new([(id(1), id(2), day(10), false), (id(1), id(1), day(5), true)]);
        assert_eq!(divided.follow(id(1), day(50)), id(1));
    }
}
