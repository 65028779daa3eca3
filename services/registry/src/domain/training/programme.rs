//! Framework programmes in their versions: dated data (QĐ 2372/QĐ-BTP replaces 4077/QĐ-BTP).

use hoagiai_types::Date;

use crate::domain::Decision;

/// One version of a programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programme {
    /// Code, common to the versions.
    pub code: String,
    /// Version.
    pub version: String,
    /// Title.
    pub title: String,
    /// The decision that issued it.
    pub decision: Decision,
    /// First day in force.
    pub valid_from: Date,
    /// Last day in force, where another version follows.
    pub valid_to: Option<Date>,
}

/// All programmes by code and first day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Programmes(Vec<Programme>);

impl Programmes {
    /// Takes the versions; each ends the day before the next of its code begins. `None` when two of a code begin on one
    /// day or carry one version.
    pub fn new(mut versions: Vec<Programme>) -> Option<Self> {
        versions.sort_by(|a, b| (&a.code, a.valid_from).cmp(&(&b.code, b.valid_from)));
        for at in 1..versions.len() {
            let (before, rest) = versions.split_at_mut(at);
            let (Some(one), Some(next)) = (before.last_mut(), rest.first()) else { continue };
            if one.code == next.code {
                if one.valid_from == next.valid_from
                    || before.iter().any(|b| (&b.code, &b.version) == (&next.code, &next.version))
                {
                    return None;
                }
                if let Some(one) = before.last_mut() {
                    one.valid_to = Some(next.valid_from.plus_days(-1));
                }
            }
        }
        Some(Self(versions))
    }

    /// The version of a code on a day.
    pub fn on(&self, code: &str, day: Date) -> Option<&Programme> {
        self.0.iter().find(|one| one.code == code && one.holds_on(day))
    }

    /// Versions after a code and first day, all or those in force on a day.
    pub fn after(&self, key: Option<(&str, Date)>, day: Option<Date>) -> impl Iterator<Item = &Programme> {
        let rest = move |one: &&Programme| key.is_none_or(|key| (one.code.as_str(), one.valid_from) > key);
        self.0.iter().filter(rest).filter(move |one| day.is_none_or(|day| one.holds_on(day)))
    }
}

impl Programme {
    fn holds_on(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|last| last >= day)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(code: &str, version: &str, from: &str) -> Programme {
        let day: Date = from.parse().unwrap();
        Programme {
            code: code.into(),
            version: version.into(),
            title: String::new(),
            decision: Decision { number: "1".into(), issue_date: day, issuer: String::new() },
            valid_from: day,
            valid_to: None,
        }
    }

    #[test]
    fn rule_62_a_version_holds_until_the_next_begins() {
        let versions =
            vec![version("a", "2", "2025-07-18"), version("b", "1", "2020-01-01"), version("a", "1", "2014-12-31")];
        let all = Programmes::new(versions).unwrap();
        let on = |day: &str| all.on("a", day.parse().unwrap()).map(|one| one.version.as_str());
        assert_eq!(
            (on("2014-12-30"), on("2025-07-17"), on("2025-07-18"), on("2099-01-01")),
            (None, Some("1"), Some("2"), Some("2"))
        );
        assert!(all.on("c", "2025-01-01".parse().unwrap()).is_none());
        let codes = |day: Option<&str>, key| all.after(key, day.map(|d| d.parse().unwrap())).count();
        assert_eq!((codes(None, None), codes(Some("2025-07-17"), None), codes(Some("2014-01-01"), None)), (3, 2, 0));
        assert_eq!(codes(None, Some(("a", "2014-12-31".parse().unwrap()))), 2);
    }

    #[test]
    fn two_versions_of_one_day_or_name_are_refused() {
        assert!(Programmes::new(vec![version("a", "1", "2020-01-01"), version("a", "2", "2020-01-01")]).is_none());
        assert!(Programmes::new(vec![version("a", "1", "2020-01-01"), version("a", "1", "2021-01-01")]).is_none());
    }
}
