//! The leader of a team (rules 20 to 22).

use hoagiai_types::{Calendar, Date, Id, Timestamp};

use super::{Decision, MediatorId, Refusal, Rules, TeamId, in_order, words};

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
    /// The day of the vote.
    pub election_date: Date,
    /// Last day for the Front to submit.
    pub submit_due_date: Date,
    /// When the chairman's office received it, and his last day.
    pub received: Option<(Date, Date)>,
    /// The decision.
    pub decision: Option<Decision>,
    /// Sealed reason of a refusal.
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
        let due = calendar.plus_working_days(receive, rules.leader_decide_working_days);
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

    /// Over: the leader ceased, or the team was dissolved.
    pub fn end(&mut self) {
        self.state = LeaderTermState::Ended;
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
            election_date: day("2025-08-28"),
            submit_due_date: day("2025-09-02"),
            received: None,
            decision: None,
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
}
