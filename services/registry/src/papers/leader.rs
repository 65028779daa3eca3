//! Leaders on paper (forms 04, 05 and 07, and the decision).

use hoagiai_documents::Values;

use super::{
    language::{count, date, title},
    place::of_decision,
};
use crate::domain::{LeaderTerm, LeaderTermState, LeaderVote, Mediator, Person, Rules};

/// A term with who was elected.
#[derive(Debug)]
pub(crate) struct Led {
    /// The term.
    pub(crate) term: LeaderTerm,
    /// The mediator's record.
    pub(crate) mediator: Mediator,
    /// Who it is; none once the key was destroyed.
    pub(crate) person: Option<Person>,
    /// The votes in the order of the minutes, with who each was; empty where only paper tells them.
    pub(crate) votes: Vec<(LeaderVote, Option<Person>)>,
    /// Mediators in force on the day of the vote.
    pub(crate) voters: u32,
}

impl Led {
    /// Whether there is a decision to recognise, or one to come.
    pub(crate) fn has_decision(&self) -> bool {
        match self.term.state {
            LeaderTermState::Rejected => false,
            LeaderTermState::Ended => self.term.decision.is_some(),
            LeaderTermState::Elected | LeaderTermState::Submitted | LeaderTermState::Recognized => true,
        }
    }
}

/// One whom the team voted on.
fn of_vote(number: usize, led: &Led, (vote, person): &(LeaderVote, Option<Person>)) -> Values {
    let elected = vote.mediator == led.term.mediator;
    let mut row = Values::new();
    row.text("number", number)
        .may_text("full_name", person.as_ref().map(|person| person.full_name.as_str()))
        .may_text("birth_year", person.as_ref().and_then(|person| person.birth_year))
        .text("votes", vote.votes)
        .text("result", if elected { "Trúng cử" } else { "Không trúng cử" });
    row
}

/// The term, the votes and the person.
pub(crate) fn of_leader(values: &mut Values, led: &Led, rules: &Rules) {
    let (term, person) = (&led.term, led.person.as_ref());
    let own = led.votes.iter().find(|(vote, _)| vote.mediator == term.mediator).map(|(vote, _)| vote.votes);
    let candidates = led.votes.iter().enumerate().map(|(index, vote)| of_vote(index + 1, led, vote));
    values
        .may_text("leader.full_name", person.map(|person| person.full_name.as_str()))
        .may_text("leader.birth_year", person.and_then(|person| person.birth_year))
        .may_text("leader.title", person.map(title))
        .may_text("leader.recognition_number", led.mediator.recognition.as_ref().map(|decision| &decision.number))
        .may_text("leader.recognition_date", led.mediator.recognition_date().map(date))
        .text("leader.election_date", date(term.election_date))
        .text("leader.submit_days", count(usize::from(rules.leader_submit_days)))
        .text("leader.submit_due_date", date(term.submit_due_date))
        .may_text("leader.receive_date", term.received.map(|(day, _)| date(day)))
        .may_text("leader.decide_due_date", term.received.map(|(_, due)| date(due)))
        .text("leader.working_days", count(usize::from(rules.leader_decide_working_days)))
        .may_text("leader.votes", own)
        .text("leader.mediator_count", led.voters)
        .text("leader.votes_needed", rules.leader_elected_over.least_over(led.voters))
        .rows("leader.candidates", candidates.collect());
}

/// Number and day of the decision, once taken.
pub(crate) fn of_leader_decision(values: &mut Values, term: &LeaderTerm) {
    of_decision(values, term.decision.as_ref());
}
