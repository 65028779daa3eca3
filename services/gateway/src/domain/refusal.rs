//! Every way in which a rule says no.

use hoagiai_types::{Date, Uuid};

use super::{
    CallbackId, CallbackState, ConsumerId, CredentialId, DeliveryId, DeliveryState, SubscriptionId, SubscriptionState,
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
}
