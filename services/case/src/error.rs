//! Every way in which this service says no. The texts that people read are in the catalogue of crates/rpc.

use hoagiai_identity::Denied;
use hoagiai_proto::cases::v1::ErrorReason;
use hoagiai_rpc::Problem;
use hoagiai_store::StoreError;
use hoagiai_types::EtagError;
use std::time::Duration;

use crate::domain::{BookId, CaseId, Refusal};

/// Why a use case did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A rule of the domain.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// No such case.
    #[error("there is no such case")]
    CaseNotFound(CaseId),
    /// No such book.
    #[error("there is no such register book")]
    BookNotFound(BookId),
    /// The registry's facts have not arrived up to this position.
    #[error("the projection of the registry is behind")]
    NotCaughtUp(i64),
    /// Rule 55.
    #[error("reading content needs a stated purpose")]
    PurposeRequired,
    /// The caller holds the permission, but not here.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The caller saw another version.
    #[error(transparent)]
    Etag(#[from] EtagError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// When a caller whose facts have not arrived may ask again: feeds take milliseconds.
const CATCH_UP_RETRY: Duration = Duration::from_millis(200);

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        match error {
            Error::Refused(refusal) => refused(refusal),
            Error::CaseNotFound(id) => Problem::new(ErrorReason::CaseNotFound).with("case_id", id),
            Error::BookNotFound(id) => Problem::new(ErrorReason::BookNotFound).with("register_book_id", id),
            Error::NotCaughtUp(position) => {
                Problem::new(ErrorReason::NotCaughtUp).with("position", position).retry_after(CATCH_UP_RETRY)
            }
            Error::PurposeRequired => Problem::new(ErrorReason::PurposeRequired),
            Error::Denied(denied) => denied.into(),
            Error::Etag(error) => error.into(),
            Error::Store(error) => error.into(),
        }
    }
}

fn refused(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::StateWrong { state, verb } => {
            Problem::new(ErrorReason::CaseStateWrong).with("state", state.word()).with("verb", verb.word())
        }
        Refusal::TeamNotInForce(id) => Problem::new(ErrorReason::TeamNotInForce).with("team_id", id),
        Refusal::NoOpenBook(id) => Problem::new(ErrorReason::NoOpenBook).with("team_id", id),
        Refusal::BookAlreadyOpen(id) => Problem::new(ErrorReason::BookAlreadyOpen).with("register_book_id", id),
        Refusal::BookClosed(id) => Problem::new(ErrorReason::BookClosed).with("register_book_id", id),
        Refusal::MediatorNotInForce(id) => Problem::new(ErrorReason::MediatorNotInForce).with("mediator_id", id),
        Refusal::MediatorUnavailable(id) => Problem::new(ErrorReason::MediatorUnavailable).with("mediator_id", id),
        Refusal::ConflictOfInterest(id) => Problem::new(ErrorReason::ConflictOfInterest).with("mediator_id", id),
        Refusal::PartiesChose => Problem::new(ErrorReason::PartiesChose),
        Refusal::DateOutOfOrder(field) => Problem::new(ErrorReason::DateOutOfOrder).with("field", field),
        Refusal::PublicSessionNotAgreed => Problem::new(ErrorReason::PublicSessionNotAgreed),
        Refusal::ConclusionIncomplete(field) => Problem::new(ErrorReason::ConclusionIncomplete).with("field", field),
        Refusal::ReferralIncomplete => Problem::new(ErrorReason::ReferralIncomplete),
    }
}
