//! Every way this service says no, and what it means to the caller.

use std::time::Duration;

use hoagiai_identity::Denied;
use hoagiai_proto::evaluation::v1::ErrorReason;
use hoagiai_rpc::Problem;
use hoagiai_rules::EvaluationError;
use hoagiai_store::{Position, StoreError};
use hoagiai_types::EtagError;

use crate::domain::{InvalidSet, Refusal};

/// What a use case answers instead of a result.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule does not admit it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The record has changed.
    #[error(transparent)]
    Etag(#[from] EtagError),
    /// The request itself is faulty.
    #[error(transparent)]
    Problem(#[from] Problem),
    /// A projection is behind.
    #[error("the projection has not reached position {0} yet")]
    NotCaughtUp(Position),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A frozen set can no longer be read.
    #[error("a frozen criteria set is unreadable")]
    Set(#[from] InvalidSet),
    /// A criterion has no value.
    #[error("a criterion has no value")]
    Criterion(#[from] EvaluationError),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        match error {
            Error::Refused(refusal) => refused(refusal),
            Error::Denied(denied) => denied.into(),
            Error::Etag(error) => error.into(),
            Error::Problem(problem) => problem,
            Error::NotCaughtUp(position) => Problem::new(ErrorReason::NotCaughtUp)
                .with("position", position)
                .retry_after(Duration::from_millis(200)),
            Error::Store(error) => error.into(),
            Error::Set(error) => Problem::internal(&error),
            Error::Criterion(error) => Problem::internal(&error),
        }
    }
}

fn refused(refusal: Refusal) -> Problem {
    use ErrorReason as R;
    match refusal {
        Refusal::CriteriaSetNotFound { code, version } => {
            Problem::new(R::CriteriaSetNotFound).with("code", code).with("version", version)
        }
        Refusal::CriteriaSetNotInForce { code, version, year } => {
            Problem::new(R::CriteriaSetNotInForce).with("code", code).with("version", version).with("year", year)
        }
        Refusal::CycleAlreadyExists { cycle_id } => Problem::new(R::CycleAlreadyExists).with("cycle_id", cycle_id),
        Refusal::CycleNotFound { cycle_id } => Problem::new(R::CycleNotFound).with("cycle_id", cycle_id),
        Refusal::CycleStateWrong { state } => Problem::new(R::CycleStateWrong).with("state", state),
        Refusal::AssessmentNotFound { assessment_id } => {
            Problem::new(R::AssessmentNotFound).with("assessment_id", assessment_id)
        }
        Refusal::AssessmentStateWrong { state } => Problem::new(R::AssessmentStateWrong).with("state", state),
        Refusal::AssessmentAlreadyExists { assessment_id } => {
            Problem::new(R::AssessmentAlreadyExists).with("assessment_id", assessment_id)
        }
        Refusal::TeamNotInForce { team_id } => Problem::new(R::TeamNotInForce).with("team_id", team_id),
        Refusal::ClaimsIncomplete { criterion_code } => {
            Problem::new(R::ClaimsIncomplete).with("criterion_code", criterion_code)
        }
        Refusal::TooManyVotes { votes, members } => {
            Problem::new(R::TooManyVotes).with("votes", votes).with("members", members)
        }
        Refusal::NotProposable { criteria_not_met } => {
            Problem::new(R::NotProposable).with("criteria_not_met", criteria_not_met.join(", "))
        }
        Refusal::CriteriaNotMet { criteria_not_met } => {
            Problem::new(R::CriteriaNotMet).with("criteria_not_met", criteria_not_met.join(", "))
        }
        Refusal::DateOutOfOrder { field, earliest, latest } => {
            Problem::new(R::DateOutOfOrder).with("field", field).with("earliest", earliest).with("latest", latest)
        }
        Refusal::PlaceNotFound { province_unit_id } => {
            Problem::new(R::PlaceNotFound).with("province_unit_id", province_unit_id)
        }
    }
}
