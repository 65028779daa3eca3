//! The leader of a team (rules 20 to 22).

use hoagiai_types::{Calendar, Date, Id, Timestamp};

use super::{DeadlineStep, Decision, ElectionForm, MediatorId, Refusal, Rules, TeamId, in_order, words};

/// Id of a leader's term.
pub type LeaderTermId = Id<LeaderTerm>;

words! {
    /// States of a leader's term (§14.1, leader role).
    LeaderTermState {
        /// Elected by the team.
        Elected = "elected",
        /// Before the chairman.
        Submitted = "submitted",
        /// In force.
        Recognized = "recognized",
        /// Refused.
        Rejected = "rejected",
        /// Over.
        Ended = "ended",
    }
}

words! {
    /// Why a leader's term ended (§14.1).
    LeaderEndGround {
        /// Resigned as leader.
        Resigned = "resigned",
        /// Ended by the chairman.
        Decided = "decided",
        /// No longer a mediator in force.
        Ceased = "ceased",
        /// The team ended.
        TeamEnded = "team_ended",
    }
}

/// How a leader's term ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaderEnd {
    /// Last day as leader.
    pub date: Date,
    /// Why.
    pub ground: LeaderEndGround,
    /// The decision that ended it; none when it went with the mediator or the team.
    pub decision: Option<Decision>,
}

/// The term of a leader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaderTerm {
    /// Id.
    pub id: LeaderTermId,
    /// The team.
    pub team: TeamId,
    /// Who.
    pub mediator: MediatorId,
    /// State.
    pub state: LeaderTermState,
    /// How the team voted; none for votes recorded before it was kept.
    pub form: Option<ElectionForm>,
    /// The day of the vote.
    pub election_date: Date,
    /// Last day for the Front to submit.
    pub submit_due_date: Date,
    /// When the chairman's office received it, and his last day.
    pub received: Option<(Date, Date)>,
    /// The decision.
    pub decision: Option<Decision>,
    /// How it ended; none for terms that ended before it was kept.
    pub ended: Option<LeaderEnd>,
    /// The minutes of the vote, sealed.
    pub sealed_minutes: Option<Vec<u8>>,
    /// Sealed reason of a refusal, or of an end.
    pub sealed_note: Option<Vec<u8>>,
    /// Version.
    pub revision: i64,
    /// When the record was made.
    pub created_at: Timestamp,
}

/// The votes of one mediator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeaderVote {
    /// For whom.
    pub mediator: MediatorId,
    /// How many.
    pub votes: u32,
}

/// Rule 21: who is elected by `in_force` mediators.
pub fn elect_leader(rules: &Rules, in_force: u32, votes: &[LeaderVote]) -> Result<MediatorId, Refusal> {
    let none = Refusal::NoMajority { highest: 0, mediators: in_force };
    let Some(first) = votes.iter().max_by_key(|vote| vote.votes).filter(|vote| vote.votes > 0) else {
        return Err(none);
    };
    if votes.iter().filter(|vote| vote.votes == first.votes).count() > 1 {
        return Err(Refusal::LeaderTie);
    }
    if !rules.leader_elected_over.is_exceeded_by(first.votes, in_force) {
        return Err(Refusal::NoMajority { highest: first.votes, mediators: in_force });
    }
    Ok(first.mediator)
}

impl LeaderTerm {
    fn expect(&self, state: LeaderTermState) -> Result<(), Refusal> {
        if self.state == state { Ok(()) } else { Err(Refusal::LeaderTermStateWrong { state: self.state }) }
    }

    /// Before the chairman. A late submission is taken and shows (rule 22): refusing it would leave the team without
    /// a leader for good.
    pub fn submit(&mut self, rules: &Rules, calendar: &Calendar, receive: Date, today: Date) -> Result<(), Refusal> {
        self.expect(LeaderTermState::Elected)?;
        in_order("receive_date", receive, self.election_date, today)?;
        let due = DeadlineStep::LeaderDecision.due(receive, rules, calendar);
        self.state = LeaderTermState::Submitted;
        self.received = Some((receive, due));
        self.revision += 1;
        Ok(())
    }

    /// Decided by the chairman.
    pub fn decide(&mut self, decision: Decision, recognized: bool, today: Date) -> Result<(), Refusal> {
        self.expect(LeaderTermState::Submitted)?;
        let earliest = self.received.map_or(self.election_date, |(day, _)| day);
        in_order("decision.issue_date", decision.issue_date, earliest, today)?;
        self.state = if recognized { LeaderTermState::Recognized } else { LeaderTermState::Rejected };
        self.decision = Some(decision);
        self.revision += 1;
        Ok(())
    }

    /// Over: the leader ceased, or the team ended (rule 19). The team ends every open term, also one on its way.
    pub fn end(&mut self, ground: LeaderEndGround, date: Date) {
        self.over(LeaderEnd { date, ground, decision: None });
    }

    /// Ended by decision of the chairman: resigned, or relieved; stays a mediator (rule 19).
    pub fn relieve(&mut self, ground: LeaderEndGround, decision: Decision, today: Date) -> Result<(), Refusal> {
        self.expect(LeaderTermState::Recognized)?;
        let earliest = self.decision.as_ref().map_or(self.election_date, |decided| decided.issue_date);
        in_order("decision.issue_date", decision.issue_date, earliest, today)?;
        self.over(LeaderEnd { date: decision.issue_date, ground, decision: Some(decision) });
        Ok(())
    }

    fn over(&mut self, end: LeaderEnd) {
        self.state = LeaderTermState::Ended;
        self.ended = Some(end);
        self.revision += 1;
    }
}

#[cfg(test)]
mod tests {
    use hoagiai_types::Uuid;

    use super::{super::rules::law_of_2013, *};

    fn who(n: u128) -> MediatorId {
        Id::from_uuid(Uuid::from_u128(n))
    }

    fn vote(votes: &[u32]) -> Vec<LeaderVote> {
        (1u128..).zip(votes).map(|(n, votes)| LeaderVote { mediator: who(n), votes: *votes }).collect()
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn term() -> LeaderTerm {
        LeaderTerm {
            id: Id::from_uuid(Uuid::from_u128(1)),
            team: Id::from_uuid(Uuid::from_u128(2)),
            mediator: who(3),
            state: LeaderTermState::Elected,
            form: Some(ElectionForm::PublicVote),
            election_date: day("2025-08-28"),
            submit_due_date: day("2025-09-02"),
            received: None,
            decision: None,
            ended: None,
            sealed_minutes: None,
            sealed_note: None,
            revision: 1,
            created_at: Timestamp::default(),
        }
    }

    #[test]
    fn rule_21_leader_needs_more_than_half_of_mediators_in_force() {
        let elect = |in_force, votes: &[u32]| elect_leader(&law_of_2013(), in_force, &vote(votes));
        assert_eq!(elect(6, &[4, 2]), Ok(who(1)));
        assert_eq!(elect(6, &[3, 2]), Err(Refusal::NoMajority { highest: 3, mediators: 6 }));
        assert_eq!(elect(7, &[0, 4]), Ok(who(2)));
        assert_eq!(elect(3, &[0]), Err(Refusal::NoMajority { highest: 0, mediators: 3 }));
        assert_eq!(elect(0, &[]), Err(Refusal::NoMajority { highest: 0, mediators: 0 }));
    }

    #[test]
    fn rule_21_a_tie_is_voted_again() {
        assert_eq!(elect_leader(&law_of_2013(), 6, &vote(&[3, 3])), Err(Refusal::LeaderTie));
    }

    #[test]
    fn rule_22_chairman_has_five_working_days_and_a_late_submission_is_taken() {
        let mut term = term();
        let (rules, calendar) = (law_of_2013(), Calendar::vietnam());
        assert_eq!(
            term.submit(&rules, calendar, day("2025-08-27"), day("2025-10-01")),
            Err(Refusal::DateOutOfOrder { field: "receive_date" })
        );
        term.submit(&rules, calendar, day("2025-08-29"), day("2025-10-01")).unwrap();
        assert_eq!(term.received, Some((day("2025-08-29"), day("2025-09-09"))), "1 and 2 September are off");
        assert_eq!(
            term.submit(&rules, calendar, day("2025-08-29"), day("2025-10-01")),
            Err(Refusal::LeaderTermStateWrong { state: LeaderTermState::Submitted })
        );
    }

    #[test]
    fn rule_22_a_leader_is_decided_once_and_not_before_receipt() {
        let decision = |date| Decision { number: "1/QĐ".into(), issue_date: day(date), issuer: String::new() };
        let mut term = term();
        assert!(term.decide(decision("2025-09-03"), true, day("2025-10-01")).is_err(), "not submitted");
        term.submit(&law_of_2013(), Calendar::vietnam(), day("2025-09-03"), day("2025-10-01")).unwrap();
        assert!(term.decide(decision("2025-09-02"), true, day("2025-10-01")).is_err());
        term.decide(decision("2025-09-30"), true, day("2025-10-01")).unwrap();
        assert_eq!((term.state, term.revision), (LeaderTermState::Recognized, 3), "an overdue decision is one");
        assert!(term.decide(decision("2025-09-30"), false, day("2025-10-01")).is_err());
    }

    #[test]
    fn rule_19_a_leader_is_relieved_by_decision_and_only_while_in_force() {
        let decision = |date| Decision { number: "1/QĐ".into(), issue_date: day(date), issuer: String::new() };
        let mut term = term();
        let early = term.relieve(LeaderEndGround::Resigned, decision("2025-09-10"), day("2025-10-01"));
        assert_eq!(early, Err(Refusal::LeaderTermStateWrong { state: LeaderTermState::Elected }));
        term.submit(&law_of_2013(), Calendar::vietnam(), day("2025-08-29"), day("2025-10-01")).unwrap();
        term.decide(decision("2025-09-05"), true, day("2025-10-01")).unwrap();
        assert!(term.relieve(LeaderEndGround::Resigned, decision("2025-09-04"), day("2025-10-01")).is_err());
        term.relieve(LeaderEndGround::Resigned, decision("2025-09-20"), day("2025-10-01")).unwrap();
        let end = term.ended.clone().unwrap();
        assert_eq!(
            (term.state, end.date, end.ground),
            (LeaderTermState::Ended, day("2025-09-20"), LeaderEndGround::Resigned)
        );
        assert!(term.relieve(LeaderEndGround::Decided, decision("2025-09-21"), day("2025-10-01")).is_err(), "once");
    }

    proptest::proptest! {
        #[test]
        fn the_role_of_a_leader_walks_the_arrows_of_the_table_only(verbs in proptest::collection::vec(0u8..5, 1..20)) {
            use LeaderTermState::{Elected, Ended, Recognized, Rejected, Submitted};
            let (rules, calendar, today) = (law_of_2013(), Calendar::vietnam(), day("2025-12-01"));
            let decided = || Decision { number: "1/QĐ".into(), issue_date: day("2025-09-10"), issuer: String::new() };
            let mut term = term();
            for verb in verbs {
                let from = term.state;
                let done = match verb {
                    0 => term.submit(&rules, calendar, day("2025-09-01"), today),
                    1 => term.decide(decided(), true, today),
                    2 => term.decide(decided(), false, today),
                    3 => term.relieve(LeaderEndGround::Resigned, decided(), today),
                    _ => term.relieve(LeaderEndGround::Decided, decided(), today),
                };
                let arrows = [(Elected, Submitted), (Submitted, Recognized), (Submitted, Rejected), (Recognized, Ended)];
                proptest::prop_assert_eq!(done.is_ok(), arrows.contains(&(from, term.state)));
                proptest::prop_assert!(done.is_ok() || from == term.state);
            }
        }
    }
}
