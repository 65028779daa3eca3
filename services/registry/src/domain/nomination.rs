//! Who may stand for election (rule 8): every fault of every candidate at once.

use hoagiai_types::{Date, Uuid};

use super::{MediatorId, Person, words};

words! {
    /// What rule 8 asks of a candidate.
    Standard {
        /// Agreed to stand.
        Consent = "consent",
        /// Vietnamese citizen.
        Citizen = "citizen",
        /// Permanent residence in the area.
        Resident = "resident",
        /// Good character, standing in the community.
        GoodCharacter = "good_character",
        /// Able to convince.
        Persuasive = "persuasive",
        /// Knows the law.
        LegalKnowledge = "legal_knowledge",
    }
}

/// A person put forward.
#[derive(Debug, Clone)]
pub struct Nomination {
    /// Who.
    pub person: Person,
    /// Put forward by the Front's committee; otherwise by himself or herself.
    pub by_front: bool,
    /// The member organisation that joined in it.
    pub organization: String,
    /// When the person agreed.
    pub consent: Option<Date>,
    /// What is on file, without the consent.
    pub met: Vec<Standard>,
}

/// What is kept of a candidacy beside the mediator's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidacy {
    /// Whose.
    pub mediator: MediatorId,
    /// The request that put the person forward, and the place in it; none if the candidacy came with the election.
    pub nomination: Option<(Uuid, i32)>,
    /// The day of the nomination; none if the candidacy came with the election.
    pub nominate_date: Option<Date>,
    /// The member organisation that joined in it.
    pub organization: String,
    /// When the person agreed.
    pub consent_date: Option<Date>,
    /// Votes against, where the minutes tell them.
    pub votes_against: u32,
}

impl Nomination {
    /// What is lacking on the day of the nomination.
    pub fn lacks(&self, nominate_date: Date) -> Vec<Standard> {
        let consented = self.consent.is_some_and(|day| day <= nominate_date);
        let lacking = |standard: &Standard| match standard {
            Standard::Consent => !consented,
            other => !self.met.contains(other),
        };
        Standard::ALL.iter().copied().filter(lacking).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::mediator::tests::{day, mediator},
        *,
    };
    use crate::domain::MediatorState;

    fn nomination(consent: Option<&str>, met: &[Standard]) -> Nomination {
        let statistics = mediator(MediatorState::Nominated).statistics;
        Nomination {
            person: Person {
                full_name: "A".into(),
                birth_year: None,
                phone: String::new(),
                statistics,
                details: Default::default(),
            },
            by_front: true,
            organization: String::new(),
            consent: consent.map(day),
            met: met.to_vec(),
        }
    }

    #[test]
    fn rule_08_a_candidate_agreed_before_being_put_forward_and_meets_every_standard() {
        let on = day("2025-08-10");
        let whole = &Standard::ALL[1..];
        assert!(nomination(Some("2025-08-10"), whole).lacks(on).is_empty());
        assert_eq!(nomination(Some("2025-08-11"), whole).lacks(on), [Standard::Consent], "agreed afterwards");
        assert_eq!(nomination(None, whole).lacks(on), [Standard::Consent]);
    }

    #[test]
    fn rule_08_every_fault_is_told_at_once() {
        assert_eq!(nomination(None, &[]).lacks(day("2025-08-10")), Standard::ALL);
        let words: Vec<_> = Standard::ALL.iter().map(|standard| standard.word()).collect();
        assert_eq!(words, ["consent", "citizen", "resident", "good_character", "persuasive", "legal_knowledge"]);
    }
}
