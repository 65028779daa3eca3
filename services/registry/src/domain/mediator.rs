//! The mediator, from candidacy to the end; how one moves from state to state is in `steps`.

use hoagiai_types::{Date, Id, Timestamp};

use super::{
    Decision, Details, ElectionId, InTime, ListId, Refusal, Team, TeamId, UnitId, Verdict, timeline::follow, words,
};

/// Id of a mediator.
pub type MediatorId = Id<Mediator>;

words! {
    /// Gender as the forms count it.
    Gender {
        /// Nam.
        Male = "male",
        /// Nữ.
        Female = "female",
    }
}

words! {
    /// Ethnic group as the forms count it.
    EthnicClass {
        /// Kinh.
        Kinh = "kinh",
        /// Another.
        Other = "other",
    }
}

words! {
    /// Professional education as the forms count it.
    EducationClass {
        /// Law.
        Law = "law",
        /// Another profession.
        Other = "other",
        /// None.
        None = "none",
    }
}

words! {
    /// States of a mediator (§14.1).
    MediatorState {
        /// Put forward for election.
        Nominated = "nominated",
        /// Taken off before the vote.
        Withdrawn = "withdrawn",
        /// Elected.
        Elected = "elected",
        /// Not elected.
        NotElected = "not_elected",
        /// Tied at the cut.
        Tied = "tied",
        /// On a list.
        Submitted = "submitted",
        /// In force.
        Recognized = "recognized",
        /// Refused.
        Rejected = "rejected",
        /// In force, ceasing proposed.
        CeasingProposed = "ceasing_proposed",
        /// In force, ceasing before the chairman.
        CeasingSubmitted = "ceasing_submitted",
        /// No longer in force.
        Ceased = "ceased",
    }
}

words! {
    /// Grounds of ceasing: those of Điều 11, and three of the system (rule 17).
    Cessation {
        /// Điểm a.
        OwnWish = "own_wish",
        /// Điểm b.
        StandardLost = "standard_lost",
        /// Điểm c.
        Breach = "breach",
        /// Died.
        Deceased = "deceased",
        /// The team was dissolved.
        TeamDissolved = "team_dissolved",
        /// The record was found to be of a person who has another.
        Merged = "merged",
    }
}

impl Cessation {
    /// Điều 11 khoản 1: decided by the chairman; the others are of the system.
    pub fn is_of_law(self) -> bool {
        matches!(self, Self::OwnWish | Self::StandardLost | Self::Breach)
    }
}

/// What statistics count of a person; kept in the clear, under the pseudonym of the mediator's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statistics {
    /// Gender.
    pub gender: Gender,
    /// Ethnic class.
    pub ethnic_class: EthnicClass,
    /// Education class.
    pub education_class: EducationClass,
}

/// A person; never stored but sealed.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// Full name.
    pub full_name: String,
    /// Year of birth.
    pub birth_year: Option<i32>,
    /// Phone number.
    pub phone: String,
    /// What statistics count.
    pub statistics: Statistics,
    /// What else is known.
    pub details: Details,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person").field("statistics", &self.statistics).finish_non_exhaustive()
    }
}

/// A mediator's record, from candidacy on.
#[derive(Debug, Clone)]
pub struct Mediator {
    /// Id.
    pub id: MediatorId,
    /// The team.
    pub team: TeamId,
    /// The team's area.
    pub area_unit: UnitId,
    /// The team's commune.
    pub commune: UnitId,
    /// The team's province.
    pub province: UnitId,
    /// The election of the candidacy; nil for one who is only nominated, or withdrew before any.
    pub election: ElectionId,
    /// Place in the minutes, from 0.
    pub index: i32,
    /// State.
    pub state: MediatorState,
    /// Votes for.
    pub votes_for: u32,
    /// Put forward by the Front's committee.
    pub nominated_by_front: bool,
    /// What statistics count.
    pub statistics: Statistics,
    /// The person, sealed under the key of the mediator.
    pub sealed_person: Vec<u8>,
    /// The list that put the person before the chairman.
    pub list: Option<ListId>,
    /// The decision of recognition.
    pub recognition: Option<Decision>,
    /// Last day in force.
    pub cessation_date: Option<Date>,
    /// Why no longer in force.
    pub cessation: Option<Cessation>,
    /// The decision of ceasing.
    pub cessation_decision: Option<Decision>,
    /// Sealed reason of a refusal, or evidence of death.
    pub sealed_note: Option<Vec<u8>>,
    /// Leader in force of the team.
    pub leader: bool,
    /// Version.
    pub revision: i64,
    /// When the record was made.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

impl MediatorState {
    /// The state that an election gives.
    pub fn of(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Elected => Self::Elected,
            Verdict::Tied => Self::Tied,
            Verdict::NotElected => Self::NotElected,
        }
    }

    /// Rule 15: in force between the recognition and the ceasing decision.
    pub fn in_force(self) -> bool {
        matches!(self, Self::Recognized | Self::CeasingProposed | Self::CeasingSubmitted)
    }

    /// On the way to recognition: takes a place of the team already.
    pub fn pending(self) -> bool {
        matches!(self, Self::Elected | Self::Submitted)
    }
}

impl Mediator {
    pub(super) fn wrong_state(&self) -> Refusal {
        Refusal::MediatorStateWrong { mediator: self.id, state: self.state }
    }

    /// Rule 15.
    pub fn expect_in_force(&self) -> Result<(), Refusal> {
        if self.state.in_force() { Ok(()) } else { Err(self.wrong_state()) }
    }

    /// First day in force.
    pub fn recognition_date(&self) -> Option<Date> {
        self.recognition.as_ref().map(|decision| decision.issue_date)
    }

    /// Goes on where a team lies now, in that team.
    pub fn move_to(&mut self, team: &Team) {
        (self.team, self.area_unit, self.commune, self.province) =
            (team.id, team.area_unit, team.commune, team.province);
        self.leader = team.leader == Some(self.id);
        self.revision += 1;
    }
}

impl InTime for Mediator {
    fn carried(&self, before: &Self, after: &Self) -> Self {
        let mut told = self.clone();
        follow!(told, before, after: team, area_unit, commune, province, election, index, state, votes_for, nominated_by_front);
        follow!(told, before, after: statistics, sealed_person, list, recognition, cessation_date, cessation);
        follow!(told, before, after: cessation_decision, sealed_note);
        told
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use hoagiai_types::Uuid;

    use super::*;

    pub(crate) fn id<T>(n: u128) -> Id<T> {
        Id::from_uuid(Uuid::from_u128(n))
    }

    pub(crate) fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    pub(crate) fn decision(date: &str) -> Decision {
        Decision { number: "12/QĐ-UBND".into(), issue_date: day(date), issuer: "Chủ tịch".into() }
    }

    pub(crate) fn mediator(state: MediatorState) -> Mediator {
        Mediator {
            id: id(7),
            team: id(1),
            area_unit: id(2),
            commune: id(3),
            province: id(4),
            election: id(5),
            index: 0,
            state,
            votes_for: 60,
            nominated_by_front: true,
            statistics: Statistics {
                gender: Gender::Female,
                ethnic_class: EthnicClass::Kinh,
                education_class: EducationClass::None,
            },
            sealed_person: Vec::new(),
            list: None,
            recognition: None,
            cessation_date: None,
            cessation: None,
            cessation_decision: None,
            sealed_note: None,
            leader: false,
            revision: 1,
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
        }
    }

    #[test]
    fn rule_13_only_those_elected_in_that_election_come_before_the_chairman() {
        for state in [MediatorState::Elected, MediatorState::Tied] {
            let mut one = mediator(state);
            assert_eq!(one.submit(id(6), id(99)), Err(Refusal::NotElected { mediator: id(7) }), "other minutes");
            one.submit(id(6), id(5)).unwrap();
            assert_eq!((one.state, one.list, one.revision), (MediatorState::Submitted, Some(id(6)), 2));
        }
        let mut not = mediator(MediatorState::NotElected);
        assert_eq!(not.submit(id(6), id(5)), Err(Refusal::NotElected { mediator: id(7) }));
        let mut twice = mediator(MediatorState::Submitted);
        assert!(matches!(twice.submit(id(6), id(5)), Err(Refusal::MediatorStateWrong { .. })));
    }

    #[test]
    fn rule_15_in_force_only_between_recognition_and_ceasing() {
        let mut one = mediator(MediatorState::Submitted);
        assert!(one.expect_in_force().is_err());
        one.decide(&decision("2025-09-01"), true).unwrap();
        assert_eq!((one.expect_in_force(), one.recognition_date()), (Ok(()), Some(day("2025-09-01"))));
        one.cease(Cessation::OwnWish, day("2025-11-01"), Some(decision("2025-11-01"))).unwrap();
        assert_eq!((one.state, one.cessation_date), (MediatorState::Ceased, Some(day("2025-11-01"))));
        assert!(one.expect_in_force().is_err());
        assert!(one.cease(Cessation::OwnWish, day("2025-11-01"), None).is_err(), "once");
    }

    #[test]
    fn rule_15_every_state_is_in_force_or_not_as_the_law_says() {
        let in_force: Vec<_> = MediatorState::ALL.iter().filter(|s| s.in_force()).map(|s| s.word()).collect();
        assert_eq!(in_force, ["recognized", "ceasing_proposed", "ceasing_submitted"]);
    }

    #[test]
    fn rule_17_grounds_are_those_of_article_11_and_the_three_of_the_system() {
        let words: Vec<_> = Cessation::ALL.iter().map(|ground| ground.word()).collect();
        assert_eq!(words, ["own_wish", "standard_lost", "breach", "deceased", "team_dissolved", "merged"]);
    }

    #[test]
    fn a_person_is_never_printed() {
        let person = Person {
            full_name: "Nguyễn Thị Kín".into(),
            birth_year: None,
            phone: "0912345678".into(),
            statistics: mediator(MediatorState::Elected).statistics,
            details: Details::default(),
        };
        let printed = format!("{person:?}");
        assert!(!printed.contains("Kín") && !printed.contains("0912"), "{printed}");
    }
}
