//! Every way in which a rule says no.

use hoagiai_identity::{Area, Role};
use hoagiai_types::{Date, Uuid};

use super::{
    CallbackId, CallbackState, ConsumerId, CredentialId, DeliveryId, DeliveryState, RoleAssignmentId, SubscriptionId,
    SubscriptionState,
};

/// Why a rule does not admit something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// No such consumer.
    #[error("there is no consumer {0}")]
    ConsumerNotFound(ConsumerId),
    /// The consumer is revoked.
    #[error("the consumer {0} is revoked")]
    ConsumerRevoked(ConsumerId),
    /// A code is another agency's at the same time.
    #[error("the agency code {0} is taken")]
    AgencyCodeTaken(String),
    /// No such credential.
    #[error("there is no credential {0}")]
    CredentialNotFound(CredentialId),
    /// The credential is revoked.
    #[error("the credential {0} is revoked")]
    CredentialRevoked(CredentialId),
    /// The certificate or subject is a credential already.
    #[error("the certificate or subject is a credential already")]
    CredentialTaken,
    /// Only a client secret can be replaced.
    #[error("the credential is no client secret")]
    CredentialKindWrong,
    /// The consumer may not call the method.
    #[error("the method {0} is not allowed")]
    MethodNotAllowed(String),
    /// Before the first day or after the last.
    #[error("the consumer is not in force on {0}")]
    ConsumerNotInForce(Date),
    /// The calls of the day are used up.
    #[error("the {0} calls of the day are used up")]
    QuotaExhausted(i64),
    /// No purpose is stated, and none stands.
    #[error("no purpose is stated")]
    PurposeRequired,
    /// No such subscription.
    #[error("there is no subscription {0}")]
    SubscriptionNotFound(SubscriptionId),
    /// Its state does not admit the verb.
    #[error("the subscription is {}", .0.word())]
    SubscriptionStateWrong(SubscriptionState),
    /// No such delivery.
    #[error("there is no delivery {0}")]
    DeliveryNotFound(DeliveryId),
    /// Its state does not admit the verb.
    #[error("the delivery is {}", .0.word())]
    DeliveryStateWrong(DeliveryState),
    /// No such callback.
    #[error("there is no callback {0}")]
    CallbackNotFound(CallbackId),
    /// Its state does not admit the verb.
    #[error("the callback is {}", .0.word())]
    CallbackStateWrong(CallbackState),
    /// A subscription over SPDCI runs no more.
    #[error("the subscription has ended")]
    SpdciSubscriptionEnded,
    /// A mediator asks about somebody else.
    #[error("a mediator asks about another: {0}")]
    NotTheMediator(Uuid),
    /// No such assignment, or none that was known then.
    #[error("there is no assignment of a role {0}")]
    RoleAssignmentNotFound(RoleAssignmentId),
    /// The role is not the caller's to give or to take.
    #[error("the role {0} is not the caller's to give or to take")]
    RoleNotAssignable(Role),
    /// Nobody gives himself a role.
    #[error("nobody assigns a role to himself")]
    RoleAssignmentToOneself,
    /// The area is wider than the role is for.
    #[error("the role {0} is not for an area as wide as {1}")]
    RoleAreaTooWide(Role, Area),
    /// The registry knows no such unit or team.
    #[error("there is no unit or team {0}")]
    RoleAreaNotFound(Area),
    /// The account has the role there on some of the days.
    #[error("the account has the role by the assignment {0}")]
    RoleAssignmentTaken(RoleAssignmentId),
    /// The account has as many as it can have.
    #[error("the account has too many roles")]
    RoleAssignmentsTooMany,
    /// Another assignment of the account names another person.
    #[error("the account is another person's")]
    RoleAssignmentPersonOther,
    /// It is over.
    #[error("the assignment has ended")]
    RoleAssignmentEnded,
    /// It ends no later without this.
    #[error("the assignment ends on {0} or sooner")]
    RoleAssignmentEndsSooner(Date),
}
