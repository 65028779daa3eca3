//! Cycles, assessments, criteria: what they are and what the rules say of them. Pure: no database, no wire, no clock.

mod assessment;
mod criteria;
mod cycle;
mod judge;
mod refusal;
mod steps;

pub use assessment::{Assessment, AssessmentState, Decision, Lateness, SelfAssessment};
pub use criteria::{Claim, CriteriaSet, Criterion, CriterionResult, CriterionSource, TeamFacts, ZeroRule};
pub use cycle::{Cycle, CycleState};
pub use judge::{CompiledSet, InvalidSet};
pub use refusal::Refusal;
pub use steps::{MonthDay, Steps};

/// Marks ids of cycles, assessments, teams and units: see [`hoagiai_types::Id`].
pub mod marker {
    /// A yearly cycle.
    pub enum CycleMark {}
    /// An assessment of a team.
    pub enum AssessmentMark {}
    /// A mediation team of the registry.
    pub enum TeamMark {}
    /// A unit of the registry.
    pub enum UnitMark {}
}

/// Id of a cycle.
pub type CycleId = hoagiai_types::Id<marker::CycleMark>;
/// Id of an assessment.
pub type AssessmentId = hoagiai_types::Id<marker::AssessmentMark>;
/// Id of a team.
pub type TeamId = hoagiai_types::Id<marker::TeamMark>;
/// Id of a unit.
pub type UnitId = hoagiai_types::Id<marker::UnitMark>;
