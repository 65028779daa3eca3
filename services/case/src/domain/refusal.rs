//! Every way a rule says no.

use super::{BookId, MediatorId, State, TeamId, Verb};

/// What a rule found against a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The table of states has no such step.
    #[error("a case in state {} does not admit {}", .state.word(), .verb.word())]
    StateWrong {
        /// The state that the case is in.
        state: State,
        /// The verb asked for.
        verb: Verb,
    },
    /// The team is unknown or not in force on the day.
    #[error("the team is not in force on that day")]
    TeamNotInForce(TeamId),
    /// The team has no open book on the day.
    #[error("the team has no open register book on that day")]
    NoOpenBook(TeamId),
    /// The team has an open book.
    #[error("the team has an open register book")]
    BookAlreadyOpen(BookId),
    /// The book takes no entry any more.
    #[error("the register book is closed")]
    BookClosed(BookId),
    /// Rule 15.
    #[error("the mediator is not in force in the team on that day")]
    MediatorNotInForce(MediatorId),
    /// Takes no cases on the day; stops assignment by the leader.
    #[error("the mediator takes no cases on that day")]
    MediatorUnavailable(MediatorId),
    /// Rule 26.
    #[error("the mediator has a conflict of interest in the case")]
    ConflictOfInterest(MediatorId),
    /// Rule 25.
    #[error("the parties have chosen; the leader does not assign others")]
    PartiesChose,
    /// In the future, or before what it follows. Holds the field of the request.
    #[error("{0} is in the future or out of order")]
    DateOutOfOrder(&'static str),
    /// Rule 30.
    #[error("a public session needs the agreement of all parties")]
    PublicSessionNotAgreed,
    /// Rule 33. Holds the field that is missing.
    #[error("the conclusion needs {0}")]
    ConclusionIncomplete(&'static str),
    /// Rule 24.
    #[error("a case out of scope needs the body that the parties are referred to")]
    ReferralIncomplete,
}
