//! The mediators of a case: who is on it now, how they came to it, who may not be.

use hoagiai_types::Date;

use super::{MediatorId, Refusal, Source};

/// A mediator on a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Who.
    pub mediator: MediatorId,
    /// Since when.
    pub since: Date,
    /// By whom.
    pub source: Source,
}

/// Who is on the case now, and who has a conflict of interest in it. Earlier assignments are in the journal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mediators {
    assigned: Vec<Assignment>,
    conflicted: Vec<(MediatorId, Date)>,
}

/// The word of a conflict in the stored text; the others are those of [`Source`].
const CONFLICT: &str = "conflict";

impl Mediators {
    /// Those on the case now.
    pub fn assigned(&self) -> &[Assignment] {
        &self.assigned
    }

    /// Whether the mediator is on the case now.
    pub fn includes(&self, mediator: MediatorId) -> bool {
        self.assigned.iter().any(|assignment| assignment.mediator == mediator)
    }

    /// Those who may not be on the case (rule 26).
    pub fn conflicted(&self) -> impl Iterator<Item = MediatorId> {
        self.conflicted.iter().map(|(mediator, _)| *mediator)
    }

    /// Whether the parties chose somebody on the case who is in force.
    pub fn chosen_by_parties(&self, in_force: &[MediatorId]) -> bool {
        let chosen = |one: &&Assignment| one.source == Source::Parties && in_force.contains(&one.mediator);
        self.assigned.iter().any(|one| chosen(&one))
    }

    /// Rule 15: one of those on the case is in force; the others may have ceased since.
    ///
    /// # Errors
    /// For the first of them, if none is.
    pub fn expect_one_in_force(&self, in_force: &[MediatorId]) -> Result<(), Refusal> {
        let first = self.assigned.first().filter(|_| !self.assigned.iter().any(|one| in_force.contains(&one.mediator)));
        first.map_or(Ok(()), |one| Err(Refusal::MediatorNotInForce(one.mediator)))
    }

    /// The latest day on which one of them came to the case.
    pub fn last_assigned(&self) -> Option<Date> {
        self.assigned.iter().map(|assignment| assignment.since).max()
    }

    /// Puts mediators on the case in place of those before.
    ///
    /// # Errors
    /// Rules 15 and 26, for the first mediator that they refuse.
    pub fn replace(
        &mut self,
        mediators: &[MediatorId],
        since: Date,
        source: Source,
        in_force: &[MediatorId],
    ) -> Result<(), Refusal> {
        for mediator in mediators {
            if self.conflicted.iter().any(|(conflicted, _)| conflicted == mediator) {
                return Err(Refusal::ConflictOfInterest(*mediator));
            }
            if !in_force.contains(mediator) {
                return Err(Refusal::MediatorNotInForce(*mediator));
            }
        }
        self.assigned = mediators.iter().map(|&mediator| Assignment { mediator, since, source }).collect();
        Ok(())
    }

    /// Records a conflict of interest: the assignment ends and cannot come back.
    pub fn exclude(&mut self, mediator: MediatorId, day: Date) {
        self.assigned.retain(|assignment| assignment.mediator != mediator);
        if self.conflicted.iter().all(|(known, _)| *known != mediator) {
            self.conflicted.push((mediator, day));
        }
    }

    /// As one line a mediator: `<id> <source or conflict> <day>`. One column of the case's row instead of a table of
    /// its own: the verbs read and write them with the case or not at all.
    pub fn to_text(&self) -> String {
        let mut text = String::with_capacity(60 * (self.assigned.len() + self.conflicted.len()));
        let mut line = |mediator: MediatorId, word: &str, day: Date| {
            if !text.is_empty() {
                text.push('\n');
            }
            text.push_str(&format!("{mediator} {word} {day}"));
        };
        self.assigned.iter().for_each(|a| line(a.mediator, a.source.word(), a.since));
        self.conflicted.iter().for_each(|(mediator, day)| line(*mediator, CONFLICT, *day));
        text
    }

    /// Reads what [`Mediators::to_text`] wrote; none if it is anything else.
    pub fn of_text(text: &str) -> Option<Self> {
        let mut mediators = Mediators::default();
        for line in text.lines() {
            let mut parts = line.split(' ');
            let (mediator, word, day) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?.parse().ok()?);
            match word {
                CONFLICT => mediators.conflicted.push((mediator, day)),
                _ => mediators.assigned.push(Assignment { mediator, since: day, source: Source::of_word(word)? }),
            }
        }
        Some(mediators)
    }
}
