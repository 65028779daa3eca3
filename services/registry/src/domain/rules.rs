//! The numbers of the law as dated data: a decision is taken under the set in force on its day.

use hoagiai_types::Date;

/// A share that must be exceeded, never merely reached: `1/2` reads "more than half".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Above the line.
    pub numerator: u32,
    /// Below it; not 0.
    pub denominator: u32,
}

impl Share {
    /// Whether `part` of `whole` is more than the share: on integers, so that no rounding decides (rule 11).
    pub fn is_exceeded_by(self, part: u32, whole: u32) -> bool {
        u64::from(part) * u64::from(self.denominator) > u64::from(whole) * u64::from(self.numerator)
    }

    /// The least part of `whole` that is more than the share: what a paper tells people that they needed.
    pub fn least_over(self, whole: u32) -> u64 {
        u64::from(whole) * u64::from(self.numerator) / u64::from(self.denominator) + 1
    }
}

/// One dated set of numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    /// Name of the set.
    pub version: String,
    /// First day on which it holds.
    pub valid_from: Date,
    /// Where the numbers stand.
    pub source: String,
    /// Rule 2: whether a second team in an area needs a stated reason.
    pub one_team_per_area: bool,
    /// Rule 3.
    pub min_mediators: u32,
    /// Rule 4.
    pub min_women: u32,
    /// Rule 5, in an area so flagged.
    pub min_ethnic_minority: u32,
    /// Rule 10.
    pub quorum: Share,
    /// Rule 11.
    pub elected_over: Share,
    /// Rule 21.
    pub leader_elected_over: Share,
    /// Rule 14, working days.
    pub recognition_working_days: u16,
    /// Rule 22, calendar days for the Front.
    pub leader_submit_days: u16,
    /// Rule 22, working days for the chairman.
    pub leader_decide_working_days: u16,
    /// Rule 18, calendar days for the Front and the area head.
    pub cessation_verify_days: u16,
    /// Rule 18, working days for the chairman.
    pub cessation_decide_working_days: u16,
    /// Rule 23: whether a team with an acting leader lacks no leader.
    pub acting_leader_suffices: bool,
    /// Rule 7: month and day after which the review of the year is overdue.
    pub review_due: (i8, i8),
}

/// The sets in the order of their first days; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleSets(Vec<Rules>);

impl RuleSets {
    /// Takes the sets; `None` when there is none or two begin on one day.
    pub fn new(mut sets: Vec<Rules>) -> Option<Self> {
        sets.sort_by_key(|set| set.valid_from);
        let distinct = sets.windows(2).all(|pair| pair[0].valid_from < pair[1].valid_from);
        (!sets.is_empty() && distinct).then_some(Self(sets))
    }

    /// The set in force on a day; before the first, the first.
    pub fn on(&self, day: Date) -> &Rules {
        self.0.iter().rev().find(|set| set.valid_from <= day).unwrap_or(&self.0[0])
    }
}

#[cfg(test)]
pub(crate) fn law_of_2013() -> Rules {
    let half = Share { numerator: 1, denominator: 2 };
    Rules {
        version: "test".into(),
        valid_from: super::FIRST_DAY,
        source: String::new(),
        one_team_per_area: true,
        min_mediators: 3,
        min_women: 1,
        min_ethnic_minority: 1,
        quorum: half,
        elected_over: half,
        leader_elected_over: half,
        recognition_working_days: 5,
        leader_submit_days: 5,
        leader_decide_working_days: 5,
        cessation_verify_days: 10,
        cessation_decide_working_days: 5,
        acting_leader_suffices: false,
        review_due: (12, 31),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_exceeded_not_reached() {
        let half = Share { numerator: 1, denominator: 2 };
        assert!(!half.is_exceeded_by(50, 100) && half.is_exceeded_by(51, 100));
        assert!(half.is_exceeded_by(51, 101) && !half.is_exceeded_by(0, 0));
        assert!(half.is_exceeded_by(u32::MAX, u32::MAX), "no overflow");
        for (whole, least) in [(100, 51), (101, 51), (1, 1), (0, 1)] {
            assert_eq!(half.least_over(whole), least);
        }
    }

    #[test]
    fn the_set_in_force_on_the_day_decides() {
        let old = law_of_2013();
        let new = Rules { version: "new".into(), valid_from: "2027-01-01".parse().unwrap(), ..old.clone() };
        let sets = RuleSets::new(vec![new.clone(), old.clone()]).unwrap();
        assert_eq!(sets.on("2026-12-31".parse().unwrap()).version, "test");
        assert_eq!(sets.on("2027-01-01".parse().unwrap()).version, "new");
        assert!(RuleSets::new(vec![old.clone(), old]).is_none() && RuleSets::new(vec![]).is_none());
    }
}
