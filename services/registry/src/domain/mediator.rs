//! The mediator, from candidacy to the end (rules 13 and 15 to 19, §14.1).

use hoagiai_types::{Date, Id, Timestamp};

use super::{
    Decision, ElectionId, InTime, ListId, Refusal, TeamId, UnitId, Verdict, in_order, timeline::follow, words,
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
    /// Grounds of ceasing: those of Điều 11, and two of the system (rule 17).
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
    /// The election of the candidacy.
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
    fn wrong_state(&self) -> Refusal {
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

    /// On a list (rule 13): only from the election whose minutes go with it, only elected or tied.
    pub fn submit(&mut self, list: ListId, election: ElectionId) -> Result<(), Refusal> {
        match self.state {
            _ if self.election != election => Err(Refusal::NotElected { mediator: self.id }),
            MediatorState::NotElected => Err(Refusal::NotElected { mediator: self.id }),
            MediatorState::Elected | MediatorState::Tied => {
                self.state = MediatorState::Submitted;
                self.list = Some(list);
                self.revision += 1;
                Ok(())
            }
            _ => Err(self.wrong_state()),
        }
    }

    /// Recognised or refused by the chairman.
    pub fn decide(&mut self, decision: &Decision, recognized: bool) -> Result<(), Refusal> {
        if self.state != MediatorState::Submitted {
            return Err(self.wrong_state());
        }
        self.revision += 1;
        if recognized {
            self.state = MediatorState::Recognized;
            self.recognition = Some(decision.clone());
        } else {
            self.state = MediatorState::Rejected;
        }
        Ok(())
    }

    /// No longer in force from the day after `last_day` (rules 15 and 17).
    pub fn cease(&mut self, ground: Cessation, last_day: Date, decision: Option<Decision>) -> Result<(), Refusal> {
        self.expect_in_force()?;
        self.state = MediatorState::Ceased;
        self.cessation = Some(ground);
        self.cessation_date = Some(last_day);
        self.cessation_decision = decision;
        self.leader = false;
        self.revision += 1;
        Ok(())
    }

    /// Rule 18: proposal, receipt and decision follow each other and the recognition.
    pub fn admit_cessation(
        &self,
        propose: Date,
        receive: Date,
        decision: &Decision,
        today: Date,
    ) -> Result<(), Refusal> {
        self.expect_in_force()?;
        let recognized = self.recognition_date().unwrap_or(propose);
        in_order("propose_date", propose, recognized, today)?;
        in_order("receive_date", receive, propose, today)?;
        in_order("decision.issue_date", decision.issue_date, receive, today)
    }
}

impl InTime for Mediator {
    fn carried(&self, before: &Self, after: &Self) -> Self {
        let mut told = self.clone();
        follow!(told, before, after: team, area_unit, commune, province, state, votes_for, nominated_by_front);
        follow!(told, before, after: statistics, sealed_person, list, recognition, cessation_date, cessation);
        follow!(told, before, after: cessation_decision, sealed_note);
        told
    }
}

#[cfg(test)]
mod tests {
    use hoagiai_types::Uuid;

    use super::*;

    fn id<T>(n: u128) -> Id<T> {
        Id::from_uuid(Uuid::from_u128(n))
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn decision(date: &str) -> Decision {
        Decision { number: "12/QĐ-UBND".into(), issue_date: day(date), issuer: "Chủ tịch".into() }
    }

    fn mediator(state: MediatorState) -> Mediator {
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
    fn rule_17_grounds_are_those_of_article_11_and_the_two_of_the_system() {
        let words: Vec<_> = Cessation::ALL.iter().map(|ground| ground.word()).collect();
        assert_eq!(words, ["own_wish", "standard_lost", "breach", "deceased", "team_dissolved"]);
    }

    #[test]
    fn rule_18_proposal_receipt_and_decision_follow_each_other() {
        let mut one = mediator(MediatorState::Submitted);
        one.decide(&decision("2025-09-01"), true).unwrap();
        let admit = |propose, receive, decided| {
            one.admit_cessation(day(propose), day(receive), &decision(decided), day("2025-12-01"))
        };
        assert_eq!(admit("2025-10-01", "2025-10-05", "2025-10-08"), Ok(()));
        for (dates, field) in [
            (("2025-08-31", "2025-10-05", "2025-10-08"), "propose_date"),
            (("2025-10-06", "2025-10-05", "2025-10-08"), "receive_date"),
            (("2025-10-01", "2025-10-05", "2025-10-04"), "decision.issue_date"),
            (("2025-10-01", "2025-10-05", "2025-12-02"), "decision.issue_date"),
        ] {
            assert_eq!(admit(dates.0, dates.1, dates.2), Err(Refusal::DateOutOfOrder { field }));
        }
        let candidate = mediator(MediatorState::Elected);
        assert!(
            candidate
                .admit_cessation(day("2025-10-01"), day("2025-10-01"), &decision("2025-10-01"), day("2025-12-01"))
                .is_err()
        );
    }

    #[test]
    fn a_person_is_never_printed() {
        let person = Person {
            full_name: "Nguyễn Thị Kín".into(),
            birth_year: None,
            phone: "0912345678".into(),
            statistics: mediator(MediatorState::Elected).statistics,
        };
        let printed = format!("{person:?}");
        assert!(!printed.contains("Kín") && !printed.contains("0912"), "{printed}");
    }
}
