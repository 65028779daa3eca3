//! Lists before the chairman: how elected persons come into force (rules 13 and 14).

use hoagiai_types::{Calendar, Date, Id, Timestamp};

use super::{Decision, Election, ElectionId, MediatorId, Refusal, Rules, TeamId, in_order, words};

/// Id of a recognition list.
pub type ListId = Id<RecognitionList>;

words! {
    /// States of a recognition list.
    ListState {
        /// Before the chairman.
        Submitted = "submitted",
        /// Decided.
        Decided = "decided",
        /// Sent back.
        Returned = "returned",
    }
}

/// A list before the chairman (form 06).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecognitionList {
    /// Id.
    pub id: ListId,
    /// The team.
    pub team: TeamId,
    /// The election whose minutes go with it.
    pub election: ElectionId,
    /// State.
    pub state: ListState,
    /// Who is on it.
    pub mediators: Vec<MediatorId>,
    /// When the chairman's office received it.
    pub receive_date: Date,
    /// His last day (rule 14).
    pub due_date: Date,
    /// The decision.
    pub decision: Option<Decision>,
    /// Version.
    pub revision: i64,
    /// When the record was made.
    pub created_at: Timestamp,
}

impl RecognitionList {
    /// Puts persons of an election before the chairman.
    pub fn submit(
        id: ListId,
        election: &Election,
        receive_date: Date,
        (rules, calendar): (&Rules, &Calendar),
        (today, now): (Date, Timestamp),
    ) -> Result<Self, Refusal> {
        in_order("receive_date", receive_date, election.ballot.date, today)?;
        Ok(Self {
            id,
            team: election.team,
            election: election.id,
            state: ListState::Submitted,
            mediators: Vec::new(),
            receive_date,
            due_date: calendar.plus_working_days(receive_date, rules.recognition_working_days),
            decision: None,
            revision: 1,
            created_at: now,
        })
    }

    /// Decided: once, not before it was received. Late is late, not void (rule 14).
    pub fn decide(&mut self, decision: Decision, today: Date) -> Result<(), Refusal> {
        if self.state != ListState::Submitted {
            return Err(Refusal::ListStateWrong { state: self.state });
        }
        in_order("decision.issue_date", decision.issue_date, self.receive_date, today)?;
        self.state = ListState::Decided;
        self.decision = Some(decision);
        self.revision += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use hoagiai_types::Uuid;

    use super::{
        super::{Ballot, ElectionForm, ElectionOutcome, ElectionRound, rules::law_of_2013},
        *,
    };

    fn id<T>(n: u128) -> Id<T> {
        Id::from_uuid(Uuid::from_u128(n))
    }

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    fn decision(date: &str) -> Decision {
        Decision { number: "12/QĐ-UBND".into(), issue_date: day(date), issuer: "Chủ tịch".into() }
    }

    fn list(receive: &str) -> Result<RecognitionList, Refusal> {
        let ballot = Ballot {
            form: ElectionForm::PublicVote,
            round: ElectionRound::First,
            date: day("2025-08-20"),
            households: 100,
            attending: 80,
            witnessed: true,
        };
        let election =
            Election { id: id(5), team: id(1), ballot, outcome: ElectionOutcome::Filled, mediators: Vec::new() };
        let at = (day("2025-12-01"), Timestamp::default());
        RecognitionList::submit(id(6), &election, day(receive), (&law_of_2013(), Calendar::vietnam()), at)
    }

    #[test]
    fn rule_14_the_chairman_has_five_working_days_and_late_is_not_void() {
        assert_eq!(list("2025-08-29").unwrap().due_date, day("2025-09-09"));
        assert!(list("2025-08-19").is_err() && list("2025-12-02").is_err(), "before the election, in the future");
        let mut list = list("2025-08-29").unwrap();
        assert!(list.decide(decision("2025-08-28"), day("2025-12-01")).is_err());
        list.decide(decision("2025-10-01"), day("2025-12-01")).unwrap();
        let again = list.decide(decision("2025-10-01"), day("2025-12-01"));
        assert_eq!(again, Err(Refusal::ListStateWrong { state: ListState::Decided }));
    }
}
