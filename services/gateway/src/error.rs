//! Every way the gateway's own methods say no, and what it means to the caller.

use hoagiai_identity::Denied;
use hoagiai_proto::gateway::v1::ErrorReason;
use hoagiai_rpc::Problem;
use hoagiai_store::StoreError;
use hoagiai_types::EtagError;

use crate::domain::{GiveError, MOST_ROLES, Refusal, SpdciSubscriptionState};

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
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The system gives no random bytes.
    #[error("no random bytes")]
    NoRandomness,
}

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        match error {
            Error::Refused(refusal) => refusal.into(),
            Error::Denied(denied) => denied.into(),
            Error::Etag(error) => error.into(),
            Error::Problem(problem) => problem,
            Error::Store(error) => error.into(),
            error @ Error::NoRandomness => Problem::internal(&error),
        }
    }
}

impl From<GiveError> for Error {
    fn from(error: GiveError) -> Error {
        match error {
            GiveError::Refused(refusal) => refusal.into(),
            GiveError::Denied(denied) => denied.into(),
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Problem {
        use ErrorReason as R;
        match refusal {
            Refusal::ConsumerNotFound(id) => Problem::new(R::ConsumerNotFound).with("consumer_id", id),
            Refusal::ConsumerRevoked(id) => Problem::new(R::ConsumerRevoked).with("consumer_id", id),
            Refusal::AgencyCodeTaken(code) => Problem::new(R::AgencyCodeTaken).with("agency_code", code),
            Refusal::CredentialNotFound(id) => Problem::new(R::CredentialNotFound).with("credential_id", id),
            Refusal::CredentialRevoked(id) => Problem::new(R::CredentialRevoked).with("credential_id", id),
            Refusal::CredentialTaken => Problem::new(R::CredentialTaken),
            Refusal::CredentialKindWrong => Problem::new(R::CredentialKindWrong),
            Refusal::MethodNotAllowed(method) => Problem::new(R::MethodNotAllowedToConsumer).with("method", method),
            Refusal::ConsumerNotInForce(_) => Problem::new(R::ConsumerNotInForce),
            Refusal::QuotaExhausted(quota) => Problem::new(R::QuotaExhausted).with("daily_quota", quota),
            Refusal::PurposeRequired => Problem::new("PURPOSE_REQUIRED"),
            Refusal::SubscriptionNotFound(id) => Problem::new(R::SubscriptionNotFound).with("subscription_id", id),
            Refusal::SubscriptionStateWrong(state) => {
                Problem::new(R::SubscriptionStateWrong).with("state", state.word())
            }
            Refusal::DeliveryNotFound(id) => Problem::new(R::DeliveryNotFound).with("delivery_id", id),
            Refusal::DeliveryStateWrong(state) => Problem::new(R::DeliveryStateWrong).with("state", state.word()),
            Refusal::CallbackNotFound(id) => Problem::new(R::DeliveryNotFound).with("delivery_id", id),
            Refusal::CallbackStateWrong(state) => Problem::new(R::DeliveryStateWrong).with("state", state.word()),
            Refusal::SpdciSubscriptionEnded => {
                Problem::new(R::SubscriptionStateWrong).with("state", SpdciSubscriptionState::Ended.word())
            }
            Refusal::NotTheMediator(_) => Problem::new(R::NotTheMediator),
            Refusal::RoleAssignmentNotFound(id) => {
                Problem::new(R::RoleAssignmentNotFound).with("role_assignment_id", id)
            }
            Refusal::RoleNotAssignable(role) => Problem::new(R::RoleNotAssignable).with("role", role),
            Refusal::RoleAssignmentToOneself => Problem::new(R::RoleAssignmentToOneself),
            Refusal::RoleAreaTooWide(role, area) => {
                Problem::new(R::RoleAreaTooWide).with("role", role).with("area", area)
            }
            Refusal::RoleAreaNotFound(area) => Problem::new(R::RoleAreaNotFound).with("area", area),
            Refusal::RoleAssignmentTaken(id) => Problem::new(R::RoleAssignmentTaken).with("role_assignment_id", id),
            Refusal::RoleAssignmentsTooMany => Problem::new(R::RoleAssignmentsTooMany).with("limit", MOST_ROLES),
            Refusal::RoleAssignmentPersonOther => Problem::new(R::RoleAssignmentPersonOther),
            Refusal::RoleAssignmentEnded => Problem::new(R::RoleAssignmentEnded),
            Refusal::RoleAssignmentEndsSooner(to) => Problem::new(R::RoleAssignmentEndsSooner).with("valid_to", to),
        }
    }
}
