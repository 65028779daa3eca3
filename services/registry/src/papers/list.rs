//! Lists before the chairman and his decisions on them (form 06).

use hoagiai_documents::Values;

use super::{
    Held,
    election::of_person,
    language::{count, date},
    place::of_decision,
};
use crate::domain::{ListState, Mediator, MediatorState, RecognitionList, Rules, Verdict};

/// A list with the election whose minutes go with it.
#[derive(Debug)]
pub(crate) struct Listed {
    /// The list.
    pub(crate) list: RecognitionList,
    /// The election, with everybody on the list.
    pub(crate) held: Held,
}

impl Listed {
    /// Those on the list whom the decision recognises: all but the refused; before it, all.
    fn is_recognized(&self, mediator: &Mediator) -> bool {
        match self.list.state {
            ListState::Submitted => mediator.state != MediatorState::Rejected,
            _ => mediator.recognition.is_some() && mediator.recognition == self.list.decision,
        }
    }

    /// Whether there is a decision, or one to come, by which somebody is recognised.
    pub(crate) fn has_decision(&self) -> bool {
        self.list.state != ListState::Returned && self.people().any(|(mediator, ..)| self.is_recognized(mediator))
    }

    fn people(&self) -> impl Iterator<Item = (&Mediator, Option<&crate::domain::Person>, Verdict)> {
        let election = &self.held.election.mediators;
        let all = election.iter().zip(&self.held.persons).zip(self.held.verdicts());
        all.filter(|((mediator, _), _)| self.list.mediators.contains(&mediator.id))
            .map(|((mediator, person), verdict)| (mediator, person.as_ref(), verdict))
    }
}

/// The list and the decision on it.
pub(crate) fn of_list(values: &mut Values, listed: &Listed, rules: &Rules) {
    let mut people: Vec<Values> = Vec::new();
    for (mediator, person, verdict) in listed.people() {
        let mut row = of_person(people.len() + 1, mediator, person);
        row.text("note", if verdict == Verdict::Tied { "Bằng phiếu" } else { "" });
        people.push(row);
    }
    let recognized = listed.people().filter(|(mediator, ..)| listed.is_recognized(mediator)).enumerate();
    let recognized: Vec<Values> =
        recognized.map(|(index, (mediator, person, _))| of_person(index + 1, mediator, person)).collect();
    let list = &listed.list;
    values
        .text("list.count", count(people.len()))
        .text("list.receive_date", date(list.receive_date))
        .text("list.due_date", date(list.due_date))
        .text("list.working_days", count(usize::from(rules.recognition_working_days)))
        .text("list.recognized_count", count(recognized.len()))
        .flag("list.tied", listed.people().any(|(.., verdict)| verdict == Verdict::Tied))
        .rows("list.people", people)
        .rows("list.recognized", recognized);
}

/// Number and day of the decision, once taken.
pub(crate) fn of_list_decision(values: &mut Values, list: &RecognitionList) {
    of_decision(values, list.decision.as_ref());
}
