//! The state machine of §14.3, as one table: what is not in it is refused.

use super::words::words;

words! {
    /// Where a case is on its way.
    State {
        /// Received and numbered.
        Received "received",
        /// The justice officer was asked.
        ScopeQuery "scope_query",
        /// In scope.
        Accepted "accepted",
        /// Referred to the competent body.
        OutOfScope "out_of_scope",
        /// A party refused before any session.
        Declined "declined",
        /// A mediator is on it.
        Assigned "assigned",
        /// At least one session was held.
        InMediation "in_mediation",
        /// Paused.
        Paused "paused",
        /// Hòa giải thành.
        Successful "successful",
        /// Hòa giải không thành.
        Unsuccessful "unsuccessful",
    }
}

words! {
    /// What moves a case.
    Verb {
        /// The justice officer is asked.
        AskScope "ask_scope",
        /// The case is found in scope.
        Accept "accept",
        /// The case is found out of scope.
        Refer "refer",
        /// The parties choose mediators.
        Choose "choose_mediator",
        /// The leader assigns mediators.
        Assign "assign_mediator",
        /// A mediator has a conflict of interest.
        DeclareConflict "declare_conflict",
        /// A session.
        Meet "record_session",
        /// A session in what the mediator witnessed.
        MeetAtOnce "record_immediate_session",
        /// Pause.
        Pause "pause",
        /// Go on.
        Resume "resume",
        /// A party refuses before any session.
        Decline "decline",
        /// Agreement.
        Succeed "conclude_successful",
        /// No agreement.
        Fail "conclude_unsuccessful",
        /// A party ends it although nobody is at work on it (rule 31).
        Abandon "conclude_by_party",
    }
}

use State::{
    Accepted, Assigned, Declined, InMediation, OutOfScope, Paused, Received, ScopeQuery, Successful, Unsuccessful,
};

/// Verb, the states that admit it, the state it leads to (none: the state stays).
const TABLE: &[(Verb, &[State], Option<State>)] = &[
    (Verb::AskScope, &[Received], Some(ScopeQuery)),
    (Verb::Accept, &[Received, ScopeQuery], Some(Accepted)),
    (Verb::Refer, &[Received, ScopeQuery], Some(OutOfScope)),
    (Verb::Choose, &[Accepted, Assigned, InMediation], Some(Assigned)),
    (Verb::Assign, &[Accepted, Assigned, InMediation], Some(Assigned)),
    (Verb::DeclareConflict, &[Received, ScopeQuery, Accepted, Assigned, InMediation, Paused], None),
    (Verb::Meet, &[Assigned, InMediation], Some(InMediation)),
    (Verb::MeetAtOnce, &[Accepted, Assigned, InMediation], Some(InMediation)),
    (Verb::Pause, &[InMediation], Some(Paused)),
    (Verb::Resume, &[Paused], Some(InMediation)),
    (Verb::Decline, &[Received, ScopeQuery, Accepted, Assigned], Some(Declined)),
    (Verb::Succeed, &[InMediation], Some(Successful)),
    (Verb::Fail, &[InMediation, Paused], Some(Unsuccessful)),
    (Verb::Abandon, &[Accepted, Assigned, InMediation, Paused], Some(Unsuccessful)),
];

impl State {
    /// The state that a verb leads to; none if this state does not admit it.
    pub fn after(self, verb: Verb) -> Option<State> {
        let (_, from, to) = TABLE.iter().find(|(listed, ..)| *listed == verb)?;
        from.contains(&self).then(|| to.unwrap_or(self))
    }

    /// Whether nothing moves the case any more.
    pub fn is_terminal(self) -> bool {
        matches!(self, OutOfScope | Declined | Successful | Unsuccessful)
    }
}
