//! What may be told of mediators outside of grassroots mediation (rule 57): policies by consumer as dated data, default
//! deny, and what an entry is cut to.

use hoagiai_types::Date;

use super::{Decision, MediatorId, TeamId, UnitId, words};

words! {
    /// What an entry may show beyond its ids.
    DirectoryField {
        /// Name.
        FullName = "full_name",
        /// The contact that the mediator chose to have published.
        Contact = "contact",
        /// The team.
        Team = "team",
        /// Area and commune.
        Area = "area",
        /// The decision of recognition, for a verification.
        Decision = "decision",
    }
}

/// What a kind of consumer is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consumer {
    /// Name of the kind.
    pub name: String,
    /// Roles of those who belong to it.
    pub roles: Vec<String>,
    /// What it is shown.
    pub fields: Vec<DirectoryField>,
    /// Whether it may ask about days before today and knowledge before now.
    pub history: bool,
    /// Whether it may ask by name.
    pub by_name: bool,
    /// Seconds for which an answer may be kept.
    pub max_age_seconds: i32,
}

/// One dated set of policies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryPolicy {
    /// Name of the set.
    pub version: String,
    /// First day on which it holds.
    pub valid_from: Date,
    /// Where it stands.
    pub source: String,
    /// Consumers; the first that matches decides.
    pub consumers: Vec<Consumer>,
}

/// The sets in the order of their first days. Before the first, nothing is disclosed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DirectoryPolicies(Vec<DirectoryPolicy>);

/// What a question reaches beyond the present.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reach {
    /// A day before today, or what was known before now.
    pub history: bool,
    /// By name.
    pub by_name: bool,
    /// Whether somebody was a mediator, with the decision.
    pub decision: bool,
}

impl Consumer {
    /// Whether it is shown a field.
    pub fn sees(&self, field: DirectoryField) -> bool {
        self.fields.contains(&field)
    }

    /// Whether it may ask a question that reaches so far.
    pub fn may(&self, reach: Reach) -> bool {
        (self.history || !reach.history)
            && (self.by_name || !reach.by_name)
            && (self.sees(DirectoryField::Decision) || !reach.decision)
    }
}

impl DirectoryPolicies {
    /// Takes the sets; `None` when two begin on one day.
    pub fn new(mut sets: Vec<DirectoryPolicy>) -> Option<Self> {
        sets.sort_by_key(|set| set.valid_from);
        let distinct = sets.windows(2).all(|pair| pair[0].valid_from < pair[1].valid_from);
        distinct.then_some(Self(sets))
    }

    /// Who is disclosed to on a day, if a role of those matches: the consumer and the version of the set.
    pub fn consumer<'r>(&self, day: Date, roles: impl IntoIterator<Item = &'r str>) -> Option<(&Consumer, &str)> {
        let set = self.0.iter().rev().find(|set| set.valid_from <= day)?;
        let roles: Vec<&str> = roles.into_iter().collect();
        let matches = |one: &&Consumer| one.roles.iter().any(|role| roles.contains(&role.as_str()));
        set.consumers.iter().find(matches).map(|consumer| (consumer, set.version.as_str()))
    }
}

/// A team and where it is, by names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryPlace {
    /// The team.
    pub team: TeamId,
    /// Its name; empty when not shown.
    pub team_name: String,
    /// The area.
    pub area_unit: UnitId,
    /// Its name.
    pub area_name: String,
    /// The commune.
    pub commune: UnitId,
    /// Its name.
    pub commune_name: String,
    /// The province: says where the record lies, never shown.
    pub province: UnitId,
}

/// An entry, its person opened.
#[derive(Clone, PartialEq, Eq)]
pub struct DirectoryEntry {
    /// Who.
    pub mediator: MediatorId,
    /// Name.
    pub full_name: String,
    /// Contact; empty: none published.
    pub contact: String,
    /// Team and area.
    pub place: DirectoryPlace,
    /// The decision of recognition.
    pub decision: Decision,
}

impl std::fmt::Debug for DirectoryEntry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DirectoryEntry").field("mediator", &self.mediator).finish_non_exhaustive()
    }
}

/// What is shown of an entry; what is not is absent, so that a converter cannot show it by mistake.
#[derive(Clone, PartialEq, Eq)]
pub struct Shown {
    /// Who.
    pub mediator: MediatorId,
    /// Name.
    pub full_name: Option<String>,
    /// Contact.
    pub contact: Option<String>,
    /// The team.
    pub team: Option<(TeamId, String)>,
    /// Area and commune.
    pub area: Option<[(UnitId, String); 2]>,
    /// The decision.
    pub decision: Option<Decision>,
}

impl DirectoryEntry {
    /// Cuts an entry to what a consumer sees; the decision only where the question asks for it.
    pub fn cut(self, consumer: &Consumer, verified: bool) -> Shown {
        let DirectoryEntry { mediator, full_name, contact, place, decision } = self;
        let sees = |field| consumer.sees(field);
        Shown {
            mediator,
            // A verification answers who was meant by the question, it names nobody.
            full_name: (sees(DirectoryField::FullName) && !verified).then_some(full_name),
            contact: (sees(DirectoryField::Contact) && !verified && !contact.is_empty()).then_some(contact),
            team: sees(DirectoryField::Team).then_some((place.team, place.team_name)),
            area: sees(DirectoryField::Area)
                .then_some([(place.area_unit, place.area_name), (place.commune, place.commune_name)]),
            decision: (sees(DirectoryField::Decision) && verified).then_some(decision),
        }
    }
}

/// A team that serves an area.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryTeam {
    /// Team and area.
    pub place: DirectoryPlace,
    /// Mediators in force.
    pub mediators: i32,
}

#[cfg(test)]
mod tests {
    use hoagiai_types::{Id, Uuid};

    use super::*;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn consumer(name: &str, roles: &[&str], fields: &[DirectoryField]) -> Consumer {
        Consumer {
            name: name.into(),
            roles: roles.iter().map(|role| (*role).to_owned()).collect(),
            fields: fields.to_vec(),
            history: false,
            by_name: false,
            max_age_seconds: 60,
        }
    }

    fn entry() -> DirectoryEntry {
        let unit = Id::from_uuid(Uuid::from_u128(7));
        DirectoryEntry {
            mediator: Id::from_uuid(Uuid::from_u128(1)),
            full_name: "Nguyễn Thị Kín".into(),
            contact: "0912345678".into(),
            place: DirectoryPlace {
                team: Id::from_uuid(Uuid::from_u128(2)),
                team_name: "Tổ hòa giải".into(),
                area_unit: unit,
                area_name: "Tổ dân phố số 1".into(),
                commune: unit,
                commune_name: "Phường Ba Đình".into(),
                province: unit,
            },
            decision: Decision { number: "1".into(), issue_date: day("2026-01-01"), issuer: String::new() },
        }
    }

    #[test]
    fn rule_57_nothing_is_told_by_default() {
        let policy = DirectoryPolicy {
            version: "v".into(),
            valid_from: day("2026-01-01"),
            source: String::new(),
            consumers: vec![consumer("agency", &["agency"], &[DirectoryField::FullName])],
        };
        let policies = DirectoryPolicies::new(vec![policy]).unwrap();
        let told = |on: &str, roles: &[&str]| policies.consumer(day(on), roles.iter().copied()).is_some();
        assert!(told("2026-01-01", &["party", "agency"]));
        assert!(!told("2025-12-31", &["agency"]) && !told("2026-01-01", &["party"]) && !told("2026-01-01", &[]));
        let consumer = &policies.0[0].consumers[0];
        assert!(consumer.may(Reach::default()));
        for reach in [
            Reach { history: true, ..Reach::default() },
            Reach { by_name: true, ..Reach::default() },
            Reach { decision: true, ..Reach::default() },
        ] {
            assert!(!consumer.may(reach), "{reach:?}");
        }
    }

    #[test]
    fn rule_57_an_entry_is_cut_to_the_fields_of_the_consumer() {
        let nothing = entry().cut(&consumer("none", &[], &[]), false);
        assert!(nothing.full_name.is_none() && nothing.contact.is_none() && nothing.team.is_none());
        assert!(nothing.area.is_none() && nothing.decision.is_none());
        let all = consumer("all", &[], DirectoryField::ALL);
        let listed = entry().cut(&all, false);
        assert!(listed.full_name.is_some() && listed.contact.is_some() && listed.decision.is_none());
        let verified = entry().cut(&all, true);
        assert!(verified.full_name.is_none() && verified.contact.is_none() && verified.decision.is_some());
        let silent = DirectoryEntry { contact: String::new(), ..entry() };
        assert!(silent.cut(&all, false).contact.is_none(), "no contact chosen");
        assert!(!format!("{:?}", entry()).contains("Kín"));
    }
}
