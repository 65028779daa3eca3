//! Consumers and what they may be told: what they are and what the rules say of them. Pure: no database, no wire, no clock.

mod admission;
mod callback;
mod consumer;
mod credential;
mod delivery;
mod disclosed;
mod followed;
mod mask;
mod policy;
mod refusal;
mod role_assignment;
mod statements;
mod subscription;

pub use admission::admit;
pub use callback::{Callback, CallbackState, Notice};
pub use consumer::{AgencyCode, CodeSystem, Consumer};
pub use credential::{Credential, CredentialKind, Secret, Use};
pub use delivery::{Delivery, DeliveryState};
pub use disclosed::{Disclosed, disclosed};
pub use followed::{Happening, SpdciFollowing, SpdciSubscription, SpdciSubscriptionState, Spot};
pub use mask::Mask;
pub(crate) use policy::method_named;
pub use policy::{AllowedMethod, Policy, faults};
pub use refusal::Refusal;
pub use role_assignment::{GiveError, MOST_ROLES, RoleAssignment, fits, may_give, may_take, takes_over};
pub use statements::Statements;
pub use subscription::{AcknowledgmentRule, DisableReason, Scheme, Subscription, SubscriptionState};

/// Marks ids: see [`hoagiai_types::Id`].
pub mod marker {
    /// An agency or portal.
    pub enum ConsumerMark {}
    /// A credential.
    pub enum CredentialMark {}
    /// A disclosure.
    pub enum DisclosureMark {}
    /// A subscription.
    pub enum SubscriptionMark {}
    /// A delivery.
    pub enum DeliveryMark {}
    /// An assignment of a role.
    pub enum RoleAssignmentMark {}
    /// A subscription over SPDCI.
    pub enum SpdciSubscriptionMark {}
    /// A callback.
    pub enum CallbackMark {}
}

/// Id of a consumer.
pub type ConsumerId = hoagiai_types::Id<marker::ConsumerMark>;
/// Id of a credential.
pub type CredentialId = hoagiai_types::Id<marker::CredentialMark>;
/// Id of a disclosure.
pub type DisclosureId = hoagiai_types::Id<marker::DisclosureMark>;
/// Id of a subscription.
pub type SubscriptionId = hoagiai_types::Id<marker::SubscriptionMark>;
/// Id of a delivery.
pub type DeliveryId = hoagiai_types::Id<marker::DeliveryMark>;
/// Id of an assignment of a role.
pub type RoleAssignmentId = hoagiai_types::Id<marker::RoleAssignmentMark>;
/// Id of a subscription over SPDCI: its code.
pub type SpdciSubscriptionId = hoagiai_types::Id<marker::SpdciSubscriptionMark>;
/// Id of a callback.
pub type CallbackId = hoagiai_types::Id<marker::CallbackMark>;
