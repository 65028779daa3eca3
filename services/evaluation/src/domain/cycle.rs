//! A yearly cycle of a place and its states (domain §14.4).

use std::{fmt, sync::Arc};

use hoagiai_types::{Date, Etag, Timestamp};

use super::{CompiledSet, CycleId, Refusal, Steps, UnitId};

/// A cycle.
#[derive(Clone, Debug)]
pub struct Cycle {
    /// Id.
    pub id: CycleId,
    /// The province or city.
    pub province: UnitId,
    /// The year evaluated.
    pub year: i32,
    /// State.
    pub state: CycleState,
    /// The criteria: those of the release while a draft, frozen from publication on (rule 43).
    pub set: Arc<CompiledSet>,
    /// Last day for self-assessment.
    pub self_assess_due: Date,
    /// Last day for the proposal.
    pub propose_due: Date,
    /// Last day for the decision.
    pub decide_due: Date,
    /// In favour must be more than this share of the members (rule 44).
    pub majority_over_percent: i64,
    /// Version of the record.
    pub revision: i64,
    /// When the record was made.
    pub create_time: Timestamp,
    /// When it last changed.
    pub update_time: Timestamp,
}

/// States of a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CycleState {
    /// Being prepared.
    Draft,
    /// Made known.
    Published,
    /// Teams assess, communes decide.
    Open,
    /// Over.
    Closed,
}

impl CycleState {
    /// All of them, for reading back.
    pub const ALL: [CycleState; 4] = [CycleState::Draft, CycleState::Published, CycleState::Open, CycleState::Closed];

    /// The word in the database and in metadata.
    pub const fn word(self) -> &'static str {
        match self {
            CycleState::Draft => "draft",
            CycleState::Published => "published",
            CycleState::Open => "open",
            CycleState::Closed => "closed",
        }
    }
}

impl fmt::Display for CycleState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl Cycle {
    /// A draft for a place and a year.
    ///
    /// # Errors
    /// [`Refusal::CriteriaSetNotInForce`]: set or steps are of another time or place.
    pub fn draft(
        id: CycleId,
        province: UnitId,
        place_code: &str,
        year: i32,
        set: Arc<CompiledSet>,
        steps: &[Steps],
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let not_in_force = || Refusal::CriteriaSetNotInForce {
            code: set.definition.code.clone(),
            version: set.definition.version.clone(),
            year,
        };
        let date = |month, day| i16::try_from(year).ok().and_then(|year| Date::new(year, month, day).ok());
        let (Some(first), Some(last)) = (date(1, 1), date(12, 31)) else { return Err(not_in_force()) };
        if !set.definition.holds(place_code, first, last) {
            return Err(not_in_force());
        }
        let steps = steps.iter().find(|steps| steps.holds(place_code, last)).ok_or_else(not_in_force)?;
        let due = |day: super::MonthDay| day.in_year(year).map_err(|_| not_in_force());
        Ok(Cycle {
            id,
            province,
            year,
            state: CycleState::Draft,
            self_assess_due: due(steps.self_assess_due)?,
            propose_due: due(steps.propose_due)?,
            decide_due: due(steps.decide_due)?,
            majority_over_percent: steps.majority_over_percent,
            set,
            revision: 1,
            create_time: now,
            update_time: now,
        })
    }

    /// Publishes a draft with the set as the release has it now; from here on the set is frozen.
    ///
    /// # Errors
    /// In any state but draft.
    pub fn publish(&mut self, set_of_now: Option<Arc<CompiledSet>>) -> Result<(), Refusal> {
        self.step(CycleState::Draft, CycleState::Published)?;
        if let Some(set) = set_of_now {
            self.set = set;
        }
        Ok(())
    }

    /// Opens for self-assessment.
    ///
    /// # Errors
    /// In any state but published.
    pub fn open(&mut self) -> Result<(), Refusal> {
        self.step(CycleState::Published, CycleState::Open)
    }

    /// Closes: no result changes any more.
    ///
    /// # Errors
    /// In any state but open.
    pub fn close(&mut self) -> Result<(), Refusal> {
        self.step(CycleState::Open, CycleState::Closed)
    }

    /// Whether results may still change.
    ///
    /// # Errors
    /// In any state but open.
    pub fn must_be_open(&self) -> Result<(), Refusal> {
        match self.state {
            CycleState::Open => Ok(()),
            state => Err(Refusal::CycleStateWrong { state }),
        }
    }

    /// First day of the year evaluated.
    pub fn first_day(&self) -> Date {
        // 1 January exists in every year of the calendar.
        Date::new(self.self_assess_due.year(), 1, 1).unwrap_or(self.self_assess_due)
    }

    /// The version as clients see it.
    pub fn etag(&self) -> Etag {
        Etag::new(self.revision)
    }

    fn step(&mut self, from: CycleState, to: CycleState) -> Result<(), Refusal> {
        if self.state != from {
            return Err(Refusal::CycleStateWrong { state: self.state });
        }
        self.state = to;
        Ok(())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::rules;

    pub(crate) fn draft(year: i32, version: &str) -> Result<Cycle, Refusal> {
        let rules = rules::builtin();
        let set = rules.set("five_good_team", version).unwrap();
        let id = |n| hoagiai_types::Uuid::from_u128(n);
        let now = Timestamp::from_micros(0);
        Cycle::draft(CycleId::from_uuid(id(1)), UnitId::from_uuid(id(2)), "01", year, set, &rules.steps, now)
    }

    #[test]
    fn rule_44_due_dates_are_those_of_the_dated_rules() {
        let cycle = draft(2025, "2023").unwrap();
        let dates = [cycle.self_assess_due, cycle.propose_due, cycle.decide_due].map(|date| date.to_string());
        assert_eq!(dates, ["2025-11-15", "2025-11-30", "2025-12-15"]);
        assert_eq!(cycle.majority_over_percent, 50);
        assert_eq!(cycle.first_day().to_string(), "2025-01-01");
    }

    #[test]
    fn a_set_of_another_year_or_place_is_refused() {
        assert!(matches!(draft(2025, "2021"), Err(Refusal::CriteriaSetNotInForce { year: 2025, .. })));
        assert!(draft(2022, "2021").is_ok() && draft(2022, "2023").is_err());
        assert!(draft(2014, "2021").is_err());
        let rules = rules::builtin();
        let set = rules.set("five_good_team", "2023").unwrap();
        let (id, unit) = (CycleId::from_uuid(Default::default()), UnitId::from_uuid(Default::default()));
        assert!(Cycle::draft(id, unit, "79", 2025, set, &rules.steps, Timestamp::from_micros(0)).is_err());
    }

    #[test]
    fn a_cycle_walks_its_states_in_order_and_no_other_way() {
        let mut cycle = draft(2025, "2023").unwrap();
        assert!(cycle.open().is_err() && cycle.close().is_err() && cycle.must_be_open().is_err());
        cycle.publish(None).unwrap();
        assert!(cycle.publish(None).is_err() && cycle.close().is_err() && cycle.must_be_open().is_err());
        cycle.open().unwrap();
        cycle.must_be_open().unwrap();
        assert!(cycle.open().is_err());
        cycle.close().unwrap();
        assert!(cycle.open().is_err() && cycle.publish(None).is_err() && cycle.must_be_open().is_err());
    }

    #[test]
    fn rule_43_a_set_is_that_of_the_release_until_published() {
        let rules = rules::builtin();
        let mut cycle = draft(2022, "2021").unwrap();
        let newer = rules.set("five_good_team", "2023").unwrap();
        cycle.publish(Some(newer.clone())).unwrap();
        assert_eq!(cycle.set.digest, newer.digest);
        cycle.open().unwrap();
        assert_eq!(cycle.set.digest, newer.digest);
    }
}
