//! Lists before the chairman: how elected persons come into force (rules 13 and 14).

use hoagiai_types::{Calendar, Date, Id, Timestamp};

use super::{
    DeadlineStep, Decision, Election, ElectionId, MediatorId, MinutesForm, Refusal, Rules, TeamId, in_order, words,
};

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
    /// The form of those minutes (rule 13).
    pub minutes: MinutesForm,
    /// The list sent back before, which this one puts right.
    pub previous: Option<ListId>,
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
    /// When it was sent back.
    pub return_date: Option<Date>,
    /// Sealed reason of that.
    pub sealed_note: Option<Vec<u8>>,
    /// Version.
    pub revision: i64,
    /// When the record was made.
    pub created_at: Timestamp,
}

impl RecognitionList {
    /// Puts persons of an election before the chairman, with minutes of the form that goes with it (rule 13).
    pub fn submit(
        id: ListId,
        election: &Election,
        minutes: Option<MinutesForm>,
        receive_date: Date,
        (rules, calendar): (&Rules, &Calendar),
        (today, now): (Date, Timestamp),
    ) -> Result<Self, Refusal> {
        let needed = election.ballot.form.minutes();
        if let Some(stated) = minutes.filter(|stated| *stated != needed) {
            return Err(Refusal::MinutesFormWrong { stated, needed });
        }
        in_order("receive_date", receive_date, election.ballot.date, today)?;
        Ok(Self {
            id,
            team: election.team,
            election: election.id,
            minutes: needed,
            previous: None,
            state: ListState::Submitted,
            mediators: Vec::new(),
            receive_date,
            due_date: DeadlineStep::RecognitionDecision.due(receive_date, rules, calendar),
            decision: None,
            return_date: None,
            sealed_note: None,
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

impl RecognitionList {
    /// Sent back as incomplete: once, not before it was received.
    pub fn send_back(&mut self, day: Date, today: Date) -> Result<(), Refusal> {
        if self.state != ListState::Submitted {
            return Err(Refusal::ListStateWrong { state: self.state });
        }
        in_order("return_date", day, self.receive_date, today)?;
        self.state = ListState::Returned;
        self.return_date = Some(day);
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
        with(None, receive)
    }

    fn with(minutes: Option<MinutesForm>, receive: &str) -> Result<RecognitionList, Refusal> {
        let ballot = Ballot {
            form: ElectionForm::PublicVote,
            round: ElectionRound::First,
            date: day("2025-08-20"),
            households: 100,
            attending: 80,
            witnessed: true,
        };
        let election = Election {
            id: id(5),
            team: id(1),
            ballot,
            outcome: ElectionOutcome::Filled,
            places: None,
            previous: None,
            sealed_minutes: None,
            mediators: Vec::new(),
        };
        let at = (day("2025-12-01"), Timestamp::default());
        RecognitionList::submit(id(6), &election, minutes, day(receive), (&law_of_2013(), Calendar::vietnam()), at)
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

    #[test]
    fn rule_13_the_list_goes_with_the_minutes_of_its_form_of_election() {
        let receive = "2025-08-29";
        assert_eq!(with(Some(MinutesForm::PublicVote), receive).unwrap().minutes, MinutesForm::PublicVote);
        for stated in MinutesForm::ALL.iter().copied().filter(|form| *form != MinutesForm::PublicVote) {
            let needed = MinutesForm::PublicVote;
            assert_eq!(with(Some(stated), receive), Err(Refusal::MinutesFormWrong { stated, needed }));
        }
    }

    #[test]
    fn rule_14_an_incomplete_list_is_sent_back_once_and_not_before_it_came() {
        let mut list = list("2025-08-29").unwrap();
        assert!(list.send_back(day("2025-08-28"), day("2025-12-01")).is_err());
        list.send_back(day("2025-09-03"), day("2025-12-01")).unwrap();
        assert_eq!((list.state, list.return_date), (ListState::Returned, Some(day("2025-09-03"))));
        assert!(list.send_back(day("2025-09-03"), day("2025-12-01")).is_err());
        assert!(list.decide(decision("2025-09-04"), day("2025-12-01")).is_err(), "what was sent back is not decided");
    }
}
