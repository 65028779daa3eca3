//! Every way the rules of evaluation say no.

use hoagiai_types::Date;

use super::{AssessmentId, AssessmentState, CycleId, CycleState, TeamId, UnitId};

/// A rule that does not admit what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No such set.
    #[error("there is no criteria set {code} of version {version}")]
    CriteriaSetNotFound {
        /// Its code.
        code: String,
        /// Its version.
        version: String,
    },
    /// The set is of another time or place.
    #[error("criteria set {code} of version {version} does not hold there in {year}")]
    CriteriaSetNotInForce {
        /// Its code.
        code: String,
        /// Its version.
        version: String,
        /// The year asked for.
        year: i32,
    },
    /// One cycle a place, year and set.
    #[error("the place has a cycle of that year already: {cycle_id}")]
    CycleAlreadyExists {
        /// The cycle there is.
        cycle_id: CycleId,
    },
    /// No such cycle.
    #[error("there is no cycle {cycle_id}")]
    CycleNotFound {
        /// The id asked for.
        cycle_id: CycleId,
    },
    /// The verb is not for this state.
    #[error("the cycle is {state}, which does not admit that")]
    CycleStateWrong {
        /// The state it is in.
        state: CycleState,
    },
    /// No such assessment.
    #[error("there is no assessment {assessment_id}")]
    AssessmentNotFound {
        /// The id asked for.
        assessment_id: AssessmentId,
    },
    /// The verb is not for this state.
    #[error("the assessment is {state}, which does not admit that")]
    AssessmentStateWrong {
        /// The state it is in.
        state: AssessmentState,
    },
    /// One assessment a team and cycle.
    #[error("the team has an assessment in this cycle already: {assessment_id}")]
    AssessmentAlreadyExists {
        /// The assessment there is.
        assessment_id: AssessmentId,
    },
    /// The team is unknown here, not formed yet, or dissolved.
    #[error("team {team_id} is not in force")]
    TeamNotInForce {
        /// The team.
        team_id: TeamId,
    },
    /// Not exactly one claim for each attested criterion.
    #[error("the claims are not one for each attested criterion: see {criterion_code}")]
    ClaimsIncomplete {
        /// The first criterion at fault.
        criterion_code: String,
    },
    /// More votes than members.
    #[error("{votes} votes in favour, but only {members} members")]
    TooManyVotes {
        /// Votes stated.
        votes: i32,
        /// Members in force on the day.
        members: i32,
    },
    /// Rules 44 and 45.
    #[error("the team may not be proposed: majority or criteria are lacking ({})", criteria_not_met.join(", "))]
    NotProposable {
        /// Criteria not met at the meeting; empty when only the majority is lacking.
        criteria_not_met: Vec<String>,
    },
    /// Rule 45.
    #[error("criteria are not met by the data of now: {}", criteria_not_met.join(", "))]
    CriteriaNotMet {
        /// Which.
        criteria_not_met: Vec<String>,
    },
    /// A step before the step before it, or in the future.
    #[error("{field} must lie between {earliest} and {latest}")]
    DateOutOfOrder {
        /// The field of the request.
        field: &'static str,
        /// First day that would do.
        earliest: Date,
        /// Last day that would do.
        latest: Date,
    },
    /// No such province.
    #[error("unit {province_unit_id} is not a province or city known here")]
    PlaceNotFound {
        /// The unit asked for.
        province_unit_id: UnitId,
    },
}
