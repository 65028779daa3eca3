//! Elections of mediators on paper (forms 01 to 03).

use std::collections::HashMap;

use hoagiai_documents::Values;

use super::language::{count, date, education, gender, minutes_form, round, title, voting};
use crate::domain::{Election, ElectionOutcome, Mediator, MediatorId, MediatorState, Person, Rules, Verdict};

/// An election with the persons, in the order of its minutes; none for one whose key was destroyed.
#[derive(Debug)]
pub(crate) struct Held {
    /// The election with its candidates' records.
    pub(crate) election: Election,
    /// Who they are.
    pub(crate) persons: Vec<Option<Person>>,
    /// Votes against, where the minutes tell them.
    pub(crate) against: HashMap<MediatorId, u32>,
}

impl Held {
    /// What the vote made of each candidate. The records have moved on since, so it is read from what they cannot lose.
    pub(super) fn verdicts(&self) -> Vec<Verdict> {
        let verdict = |mediator: &Mediator| match () {
            () if mediator.state == MediatorState::NotElected => Verdict::NotElected,
            () if self.election.was_tied(mediator) => Verdict::Tied,
            () => Verdict::Elected,
        };
        self.election.mediators.iter().map(verdict).collect()
    }
}

/// One person of a list, numbered from 1.
pub(super) fn of_person(number: usize, mediator: &Mediator, person: Option<&Person>) -> Values {
    let mut row = Values::new();
    row.text("number", number)
        .may_text("full_name", person.map(|person| person.full_name.as_str()))
        .may_text("birth_year", person.and_then(|person| person.birth_year))
        .may_text("title", person.map(title))
        .text("gender", gender(mediator.statistics.gender))
        .text("education", education(mediator.statistics.education_class))
        .text("votes_for", mediator.votes_for);
    row
}

/// The election, its candidates and what follows.
pub(crate) fn of_election(values: &mut Values, held: &Held, rules: &Rules) {
    let (election, ballot) = (&held.election, &held.election.ballot);
    let verdicts = held.verdicts();
    let candidates = || election.mediators.iter().zip(&held.persons).zip(&verdicts);
    let only = |wanted: Verdict| -> Vec<Values> {
        let chosen = candidates().filter(|(_, verdict)| **verdict == wanted).enumerate();
        chosen.map(|(index, ((mediator, person), _))| of_person(index + 1, mediator, person.as_ref())).collect()
    };
    let row = |(index, ((mediator, person), verdict)): (usize, ((&Mediator, &Option<Person>), &Verdict))| {
        let mut row = of_person(index + 1, mediator, person.as_ref());
        let against = held.against.get(&mediator.id).filter(|votes| **votes > 0);
        row.may_text("votes_against", against).text("result", result(*verdict)).text(
            "nominated_by",
            if mediator.nominated_by_front { "Ban công tác Mặt trận giới thiệu" } else { "Tự ứng cử" },
        );
        row
    };
    let (elected, tied) = (only(Verdict::Elected), only(Verdict::Tied));
    values
        .text("election.date", date(ballot.date))
        .text("election.form", voting(ballot.form))
        .text("election.minutes_form", minutes_form(ballot.form))
        .text("election.round", round(ballot.round))
        .text("election.household_count", ballot.households)
        .text("election.attending_count", ballot.attending)
        .text("election.quorum_needed", rules.quorum.least_over(ballot.households))
        .text("election.elected_needed", rules.elected_over.least_over(ballot.households))
        .may_text("election.place_count", election.places)
        .text("election.candidate_count", count(election.mediators.len()))
        .text("election.elected_count", count(elected.len()))
        .rows("election.candidates", candidates().enumerate().map(row).collect())
        .rows("election.elected", elected)
        .rows("election.tied", tied)
        .flag("election.supplementary_due", election.outcome == ElectionOutcome::SupplementaryDue)
        .flag("election.repeat_due", election.outcome == ElectionOutcome::RepeatDue);
}

fn result(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Elected => "Trúng cử",
        Verdict::Tied => "Bằng phiếu",
        Verdict::NotElected => "Không trúng cử",
    }
}

/// The minutes themselves: the day is that of the vote.
pub(crate) fn of_minutes_day(values: &mut Values, day: hoagiai_types::Date) {
    values.text("document.date", date(day));
}
