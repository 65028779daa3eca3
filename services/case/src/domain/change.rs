//! What may be asked to be done with a case, and what the journal is told of it.

use hoagiai_types::Date;

use super::{Category, Exclusion, Ground, MediatorId, Source, Timetable, UnsuccessfulReason};

/// What is told about a case at its receipt, apart from its content.
#[derive(Clone, Copy, Debug)]
pub struct Receipt {
    /// Why it is taken up.
    pub ground: Ground,
    /// What kind.
    pub category: Category,
    /// The day.
    pub day: Date,
    /// How many parties (rule 24: two or more, which the contract checks).
    pub party_count: i32,
}

/// A session as it is reported.
#[derive(Clone, Debug)]
pub struct Session {
    /// The day.
    pub day: Date,
    /// Whether it was public.
    pub public: bool,
    /// Whether all parties agreed to that.
    pub all_agreed_to_public: bool,
    /// Whether the mediator stepped in at once.
    pub immediate: bool,
    /// The witnessing mediator.
    pub witness: Option<MediatorId>,
    /// Why the first session is late, sealed before it is kept.
    pub late_reason: String,
}

/// What a caller asks to be done with a case.
#[derive(Clone, Debug)]
pub enum Change {
    /// Ask the justice officer.
    AskScope,
    /// Decide on the scope.
    DecideScope {
        /// Found; none: in scope.
        exclusion: Option<Exclusion>,
        /// The competent body.
        referred_to: String,
        /// If it turned out to be another.
        category: Option<Category>,
        /// The day.
        day: Date,
    },
    /// The parties choose or the leader assigns.
    PutMediators {
        /// Who puts them.
        source: Source,
        /// Who.
        mediators: Vec<MediatorId>,
        /// The day.
        day: Date,
    },
    /// A conflict of interest.
    DeclareConflict {
        /// Whose.
        mediator: MediatorId,
        /// The day.
        day: Date,
    },
    /// A session.
    RecordSession(Session),
    /// A pause on the day.
    Pause(Date),
    /// A resumption on the day.
    Resume(Date),
    /// A refusal on the day.
    Decline(Date),
    /// The end.
    Conclude {
        /// The day.
        day: Date,
        /// Whether hòa giải thành.
        successful: bool,
        /// What the parties agreed.
        agreement: String,
        /// Why not.
        reason: Option<UnsuccessfulReason>,
    },
}

/// What happened, for the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// The justice officer was asked.
    ScopeAsked,
    /// In scope.
    Accepted,
    /// Out of scope.
    Referred(Exclusion, String),
    /// Mediators were put on the case.
    MediatorsAssigned,
    /// A conflict of interest.
    ConflictDeclared(MediatorId),
    /// A session.
    SessionRecorded {
        /// Whether it was public.
        public: bool,
        /// Whether the first one came late.
        late: bool,
    },
    /// Paused.
    Paused,
    /// Resumed.
    Resumed,
    /// Refused by a party.
    Declined,
    /// Concluded.
    Concluded,
}

/// What a rule needs to know besides the case.
#[derive(Clone, Copy, Debug)]
pub struct Given<'a> {
    /// The day of the call in Việt Nam.
    pub today: Date,
    /// Time limits.
    pub terms: &'a Timetable,
    /// Who is in force on the day of the change (rule 15): of the team, asked for by [`Change::assigns_on`]; of those on the
    /// case, asked for by [`Change::meets_on`].
    pub in_force: &'a [MediatorId],
    /// Those of them who take no cases on that day; asked for by [`Change::is_assignment`].
    pub absent: &'a [MediatorId],
}

impl Change {
    /// The day on which mediators must be in force for this change (rule 15); none if it puts nobody on the case.
    pub fn assigns_on(&self) -> Option<Date> {
        match self {
            Change::PutMediators { day, .. } => Some(*day),
            Change::RecordSession(session) if session.immediate && session.witness.is_some() => Some(session.day),
            _ => None,
        }
    }

    /// The day on which somebody on the case must be in force (rule 15): who has ceased cannot hold a session.
    pub fn meets_on(&self) -> Option<Date> {
        match self {
            Change::RecordSession(session) if self.assigns_on().is_none() => Some(session.day),
            _ => None,
        }
    }

    /// Whether the leader puts mediators on the case: absences stop that, and nothing else.
    pub fn is_assignment(&self) -> bool {
        matches!(self, Change::PutMediators { source: Source::Leader, .. })
    }

    /// What the parties agreed, if this change tells it.
    pub fn agreement(&self) -> Option<&str> {
        match self {
            Change::Conclude { successful: true, agreement, .. } => Some(agreement),
            _ => None,
        }
    }
}
