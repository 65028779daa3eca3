//! How many identity numbers an account may have compared with those that are kept, in one day.

use hoagiai_types::Date;

/// One dated set of limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupLimits {
    /// Name of the set.
    pub version: String,
    /// First day on which it holds.
    pub valid_from: Date,
    /// Why it is so.
    pub source: String,
    /// Roles, and how many numbers each admits a day.
    pub limits: Vec<(Vec<String>, u32)>,
}

/// The sets in the order of their first days; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupRules(Vec<LookupLimits>);

impl LookupRules {
    /// Takes the sets; `None` when there is none or two begin on one day.
    pub fn new(mut sets: Vec<LookupLimits>) -> Option<Self> {
        sets.sort_by_key(|set| set.valid_from);
        let distinct = sets.windows(2).all(|pair| pair[0].valid_from < pair[1].valid_from);
        (!sets.is_empty() && distinct).then_some(Self(sets))
    }

    /// How many numbers these roles admit on a day: the largest figure, 0 if none of them is named. Before the first set
    /// the first holds.
    pub fn quota<'r>(&self, day: Date, roles: impl IntoIterator<Item = &'r str>) -> u32 {
        let set = self.0.iter().rev().find(|set| set.valid_from <= day).unwrap_or(&self.0[0]);
        let of_role = |role: &'r str| {
            let named = set.limits.iter().filter(|(roles, _)| roles.iter().any(|one| one == role));
            named.map(|(_, numbers)| *numbers).max().unwrap_or(0)
        };
        roles.into_iter().map(of_role).max().unwrap_or(0)
    }
}

/// What an account had compared on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupDay {
    /// The account.
    pub account: String,
    /// The day.
    pub day: Date,
    /// Numbers compared.
    pub numbers: u32,
    /// How many its roles admitted when it last asked.
    pub quota: u32,
    /// Numbers refused.
    pub refused: u32,
    /// When one was first refused.
    pub refused_at: Option<hoagiai_types::Timestamp>,
    /// When it last asked.
    pub updated_at: hoagiai_types::Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn set(version: &str, from: &str, limits: &[(&str, u32)]) -> LookupLimits {
        LookupLimits {
            version: version.into(),
            valid_from: day(from),
            source: String::new(),
            limits: limits.iter().map(|(role, numbers)| (vec![(*role).to_owned()], *numbers)).collect(),
        }
    }

    #[test]
    fn the_largest_figure_of_the_roles_holds_and_who_is_not_named_has_none() {
        let rules = LookupRules::new(vec![set("a", "2026-01-01", &[("officer", 10), ("head", 3)])]).unwrap();
        let on = day("2026-03-02");
        assert_eq!(rules.quota(on, ["head", "officer", "nobody"]), 10);
        assert_eq!((rules.quota(on, ["head"]), rules.quota(on, ["nobody"]), rules.quota(on, [])), (3, 0, 0));
    }

    #[test]
    fn the_set_of_the_day_holds() {
        let (old, new) = (set("a", "2026-01-01", &[("head", 3)]), set("b", "2027-01-01", &[("head", 5)]));
        let rules = LookupRules::new(vec![new.clone(), old]).unwrap();
        let of = |on: &str| rules.quota(day(on), ["head"]);
        assert_eq!((of("2025-12-31"), of("2026-12-31"), of("2027-01-01")), (3, 3, 5));
        assert!(LookupRules::new(vec![]).is_none() && LookupRules::new(vec![new.clone(), new]).is_none());
    }
}
