//! Named counts: what a column may add up. Each is a set of slots of one kind of record.

use std::collections::BTreeMap;

use super::{CASE_CATEGORIES, CASE_STATES, words::mediator_slot};

/// Kinds of records that are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Thôn, tổ dân phố.
    Area,
    /// Teams in force on the last day, in the units of that day (rule 54).
    Team,
    /// Mediators in force on the last day.
    Mediator,
    /// Cases ended in the period or open on its last day: what was carried over and what came in (rule 50).
    Case,
    /// Assessments of the years of the period, by the furthest step taken.
    Assessment,
    /// Mediators in force on the last day who attended a session of training in the period.
    Trained,
}

impl Kind {
    /// All of them.
    pub const ALL: [Kind; 6] = [Kind::Area, Kind::Team, Kind::Mediator, Kind::Case, Kind::Assessment, Kind::Trained];

    /// The word in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Area => "area_unit",
            Kind::Team => "team",
            Kind::Mediator | Kind::Trained => "mediator",
            Kind::Case => "case",
            Kind::Assessment => "assessment",
        }
    }
}

/// A set of slots, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slots(u128);

impl Slots {
    /// As many slots as any kind has.
    pub const WIDTH: i32 = 128;
    /// Every slot.
    pub const ALL: Slots = Slots(u128::MAX);

    /// The slots that `choose` chooses.
    pub fn of(choose: impl Fn(i32) -> bool) -> Self {
        (0..Self::WIDTH).filter(|slot| choose(*slot)).fold(Slots(0), |set, slot| Slots(set.0 | 1 << slot))
    }

    /// Whether a slot is in the set.
    pub fn contains(self, slot: i32) -> bool {
        (0..Self::WIDTH).contains(&slot) && self.0 >> slot & 1 == 1
    }

    /// Slots of either set.
    #[must_use]
    pub fn or(self, other: Slots) -> Slots {
        Slots(self.0 | other.0)
    }

    /// As `0` and `1`, the first slot first: `substr(mask, slot + 1, 1)` asks for one in SQL of either engine.
    pub fn mask(self) -> String {
        (0..Self::WIDTH).map(|slot| if self.contains(slot) { '1' } else { '0' }).collect()
    }
}

/// The place of a count in a table of counts.
pub type CountId = usize;

/// One named count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    /// Its name in expressions.
    pub name: String,
    /// What is counted.
    pub kind: Kind,
    /// Which of them.
    pub slots: Slots,
}

/// The words of a group: `civil = ["civil_dispute"]`.
pub type Groups = BTreeMap<String, Vec<String>>;

/// The counts that every form may use.
pub(crate) fn fixed() -> Vec<Count> {
    let count = |name: &str, kind, slots| Count { name: name.to_owned(), kind, slots };
    let mediators = |name: &str, choose: &dyn Fn(i32, i32, i32) -> bool| {
        let chosen =
            |slot| (0..3).any(|g| (0..3).any(|e| (0..4).any(|d| slot == mediator_slot(g, e, d) && choose(g, e, d))));
        count(name, Kind::Mediator, Slots::of(chosen))
    };
    vec![
        count("areas", Kind::Area, Slots::ALL),
        count("teams", Kind::Team, Slots::ALL),
        count("mediators", Kind::Mediator, Slots::ALL),
        mediators("mediators_male", &|gender, _, _| gender == 1),
        mediators("mediators_female", &|gender, _, _| gender == 2),
        mediators("mediators_kinh", &|_, ethnic, _| ethnic == 1),
        mediators("mediators_other_ethnic", &|_, ethnic, _| ethnic == 2),
        mediators("mediators_law", &|_, _, education| education == 1),
        mediators("mediators_other_profession", &|_, _, education| education == 2),
        mediators("mediators_untrained", &|_, _, education| education == 3),
        // A part of the mediators by construction: column 11 is never more than column 3.
        count("mediators_in_training", Kind::Trained, Slots::ALL),
        count("assessed", Kind::Assessment, Slots::of(|slot| (0..=2).contains(&slot))),
        count("proposed", Kind::Assessment, Slots::of(|slot| (1..=2).contains(&slot))),
        count("recognized", Kind::Assessment, Slots::of(|slot| slot == 2)),
    ]
}

/// The counts of cases that the groups of a form make: `pending`, and `pending_civil` and so on.
pub(crate) fn of_cases(states: &Groups, categories: &Groups) -> Vec<Count> {
    let place = |words: &[&str], word: &str| words.iter().position(|known| *known == word);
    let state_of = |slot: i32| usize::try_from(slot / 8).unwrap_or(usize::MAX);
    let category_of = |slot: i32| usize::try_from(slot % 8).ok().and_then(|number| number.checked_sub(1));
    let in_states = |words: &[String], slot| words.iter().any(|w| place(&CASE_STATES, w) == Some(state_of(slot)));
    let in_categories = |words: &[String], slot| {
        category_of(slot).is_some_and(|of| words.iter().any(|w| place(&CASE_CATEGORIES, w) == Some(of)))
    };
    let mut counts = Vec::new();
    for (state, state_words) in states {
        let slots = Slots::of(|slot| in_states(state_words, slot));
        counts.push(Count { name: state.clone(), kind: Kind::Case, slots });
        for (category, words) in categories {
            let slots = Slots::of(|slot| in_states(state_words, slot) && in_categories(words, slot));
            counts.push(Count { name: format!("{state}_{category}"), kind: Kind::Case, slots });
        }
    }
    counts
}

/// The values of a table of counts for one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counts(pub Vec<i64>);

impl Counts {
    /// All zero.
    pub fn zero(counts: &[Count]) -> Self {
        Counts(vec![0; counts.len()])
    }

    /// Adds `number` records of a kind and slot to every count that they belong to.
    pub fn add(&mut self, counts: &[Count], kind: Kind, slot: i32, number: i64) {
        for (value, count) in self.0.iter_mut().zip(counts) {
            if count.kind == kind && count.slots.contains(slot) {
                *value += number;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{CaseState, case_slot};

    #[test]
    fn slots_of_every_kind_fit_and_differ() {
        let mut seen = std::collections::HashSet::new();
        for state in CaseState::ALL {
            for category in 0..=7 {
                let slot = case_slot(state, category);
                assert!(slot < Slots::WIDTH && seen.insert(slot));
            }
        }
        assert!(mediator_slot(2, 2, 3) < Slots::WIDTH);
    }

    #[test]
    fn a_mask_has_a_one_at_each_slot() {
        let mask = Slots::of(|slot| slot == 0 || slot == 127).mask();
        assert_eq!((mask.len(), &mask[..2], &mask[126..]), (128, "10", "01"));
    }

    #[test]
    fn states_and_categories_are_numbered_as_the_contract_numbers_them() {
        for (number, state) in CaseState::ALL.into_iter().enumerate() {
            assert_eq!(state as usize, number);
        }
        assert_eq!(CASE_STATES[CaseState::Paused as usize], "paused");
    }

    #[test]
    fn rule_50_every_slot_of_a_case_lies_in_one_group_alone() {
        let forms = crate::rules::builtin();
        let form = forms.find("results", "2013").unwrap();
        let states = ["successful", "unsuccessful", "pending", "in_progress", "not_counted"];
        for state in CaseState::ALL {
            for category in 1..=7 {
                let slot = case_slot(state, category);
                let hit = |name: &str| form.counts.iter().any(|count| count.name == name && count.slots.contains(slot));
                assert_eq!(states.iter().filter(|name| hit(name)).count(), 1, "{slot}");
                let groups = states.iter().flat_map(|s| ["civil", "family", "other"].map(|c| format!("{s}_{c}")));
                assert_eq!(groups.filter(|name| hit(name)).count(), 1, "{slot}");
            }
        }
    }
}
