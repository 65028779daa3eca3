//! Consumers and what they may be told: what they are and what the rules say of them. Pure: no database, no wire, no clock.

mod admission;
mod consumer;
mod credential;
mod delivery;
mod disclosed;
mod mask;
mod policy;
mod refusal;
mod role_assignment;
mod subscription;

pub use admission::admit;
pub use consumer::{AgencyCode, CodeSystem, Consumer};
pub use credential::{Credential, CredentialKind, Secret, Use};
pub use delivery::{Delivery, DeliveryState};
pub use disclosed::{Disclosed, disclosed};
pub use mask::Mask;
pub(crate) use policy::method_named;
pub use policy::{AllowedMethod, Policy, faults};
pub use refusal::Refusal;
pub use role_assignment::{GiveError, MOST_ROLES, RoleAssignment, fits, may_give, may_take};
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
