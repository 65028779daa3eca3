//! The rules of a case and of the register book: pure, dated, without I/O. Numbers of rules are those of the domain
//! reference, §13; states and verbs those of its §14.3.

mod book;
mod case;
mod change;
mod content;
mod mediators;
mod place;
mod refusal;
mod state;
mod terms;
#[cfg(test)]
mod tests;
pub mod words;

pub use book::{Entry, RegisterBook};
pub use case::Case;
pub use change::{Change, Fact, Given, Receipt, Session};
pub use content::{Content, Party};
pub use mediators::{Assignment, Mediators};
pub use place::{MediatorId, Place, Team, TeamId, UnitId};
pub use refusal::Refusal;
pub use state::{State, Verb};
pub use terms::{Terms, Timetable};
pub use words::{Category, Exclusion, Ground, PartyKind, Source, UnsuccessfulReason};

use hoagiai_types::Id;

/// Names a case.
pub type CaseId = Id<Case>;
/// Names a register book.
pub type BookId = Id<RegisterBook>;
