//! Every way this service says no, and what it means to the caller.

use std::time::Duration;

use hoagiai_identity::Denied;
use hoagiai_proto::reporting::v1::ErrorReason;
use hoagiai_rpc::Problem;
use hoagiai_rules::EvaluationError;
use hoagiai_store::{Position, StoreError};

use crate::domain::Refusal;

/// What a use case answers instead of a result.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule does not admit it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The caller may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// A projection is behind.
    #[error("the facts of {journal} have not reached position {position} yet")]
    NotCaughtUp {
        /// The journal.
        journal: &'static str,
        /// The position asked for.
        position: Position,
    },
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A column has no value.
    #[error("a column has no value")]
    Column(#[from] EvaluationError),
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        match error {
            Error::Refused(refusal) => refused(refusal),
            Error::Denied(denied) => denied.into(),
            Error::NotCaughtUp { journal, position } => Problem::new(ErrorReason::NotCaughtUp)
                .with("journal", journal)
                .with("position", position)
                .retry_after(Duration::from_millis(200)),
            Error::Store(error) => error.into(),
            Error::Column(error) => Problem::internal(&error),
        }
    }
}

fn refused(refusal: Refusal) -> Problem {
    use ErrorReason as R;
    match refusal {
        Refusal::FormNotFound { code, version } => {
            Problem::new(R::FormNotFound).with("code", code).with("version", version)
        }
        Refusal::UnitNotFound { unit_id } => Problem::new(R::UnitNotFound).with("unit_id", unit_id),
        Refusal::FormDoesNotFit { kind } => Problem::new(R::FormDoesNotFit).with("kind", kind),
        Refusal::PeriodWrong => Problem::new(R::PeriodWrong),
        Refusal::ColumnNotFound { column_code } => Problem::new(R::ColumnNotFound).with("column_code", column_code),
    }
}
