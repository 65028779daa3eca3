//! The registry's entities and rules: pure, no I/O. Numbers of rules are those of the domain reference.

mod acting;
mod ceasing;
mod deadline;
mod deviation;
pub mod directory;
mod duplicate;
mod election;
mod import;
mod leader;
mod lookup;
mod mediator;
mod minutes;
mod nomination;
mod paper;
mod past;
mod person;
mod recognition;
mod refusal;
mod reorganization;
mod roster;
mod rules;
mod steps;
mod succession;
mod team;
mod timeline;
pub mod training;
mod unit;

pub use acting::{Absence, ActingId, ActingLeader};
pub use ceasing::{Ceasing, CeasingForm, CeasingId, CeasingState, Proposer, SubmissionFault, Verification, proposer};
pub use deadline::{Deadline, DeadlineState, DeadlineStep, Procedure};
pub use deviation::{AreaException, Deviation, DeviationKind, ReviewId, ReviewResult, TeamReview};
pub use duplicate::{Before, Duplicate, DuplicateId, DuplicateReason, DuplicateVerdict, merge, pair, score, unmerge};
pub use election::{
    Ballot, Candidate, Election, ElectionForm, ElectionId, ElectionOutcome, ElectionRound, Standing, Verdict,
};
pub use import::{ImportFault, ImportPlan, UnitRow, level, plan_import};
pub use leader::{LeaderEnd, LeaderEndGround, LeaderTerm, LeaderTermId, LeaderTermState, LeaderVote, elect_leader};
pub use lookup::{LookupDay, LookupLimits, LookupRules};
pub use mediator::{
    Cessation, EducationClass, EthnicClass, Gender, Mediator, MediatorId, MediatorState, Person, Statistics,
};
pub use minutes::{Ballots, BoardRole, Minutes, MinutesFault, MinutesForm, Named};
pub use nomination::{Candidacy, Nomination, Standard};
pub use paper::{PaperKind, PaperRecord};
pub use past::OnDay;
pub use person::{Details, IdentityNumber};
pub use recognition::{ListId, ListState, RecognitionList};
pub use refusal::Refusal;
pub use reorganization::{
    AreaAttachment, Attachment, AttachmentId, AttachmentRow, AttachmentState, AttachmentSubject, EdgeRow, Known, Place,
    Reorganization, ReorganizationFault, ReorganizationId, ReorganizationRequest, ReorganizedUnit, TeamAt, TeamMoves,
    TeamStep, Timeline, UnitPlan, What, correct, plan_teams, plan_units, reattach, recount,
};
pub use roster::{
    CommuneGround, Corrected, Enrolled, Ground, KnownPerson, Led, LineFault, LineField, LineOutcome, LineReason,
    MediatorLine, MediatorsPlan, PlaceText, Places, RosterImportId, RosterKind, TeamLine, TeamsPlan,
    plan_mediator_lines, plan_team_lines,
};
pub use rules::{RuleSets, Rules, Share};
pub use succession::{EndKind, Ending, NewTeam, expect_mapped, review_due_year};
pub use team::{Deficiencies, Deficiency, Team, TeamId, TeamState};
pub use timeline::{InTime, Span, amend, retell, shift};
pub use unit::{FIRST_DAY, LAST_DAY, Lineage, LineageExtent, UnitChange, UnitId, UnitKind, UnitVersion};

use hoagiai_types::Date;

/// A decision of an authority: the legal ground of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// Number and symbol as printed.
    pub number: String,
    /// Day of signature.
    pub issue_date: Date,
    /// Who signed.
    pub issuer: String,
}

/// Refuses a day that lies before `earliest` or after `today`.
pub fn in_order(field: &'static str, day: Date, earliest: Date, today: Date) -> Result<(), Refusal> {
    if day < earliest || day > today { Err(Refusal::DateOutOfOrder { field }) } else { Ok(()) }
}

/// An enum stored and shown as a word: the word is what the database holds, so a variant may be renamed, a word not.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// Every value.
            pub const ALL: &[$name] = &[$($name::$variant),+];

            /// The word.
            pub const fn word(self) -> &'static str {
                match self { $($name::$variant => $word),+ }
            }

            /// The value of a word.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|value| value.word() == word)
            }
        }
    };
}
pub(crate) use words;
