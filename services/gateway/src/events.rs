//! Facts of the gateway as event messages of its journal. Never a secret.

use hoagiai_proto::gateway::v1::{self as pb, gateway_event::Fact};
use hoagiai_store::NewEvent;
use hoagiai_types::{Date, Uuid};
use prost::Message as _;

use crate::{
    api::convert,
    domain::{Consumer, Credential, Policy, RoleAssignment, Subscription, SubscriptionId},
    store::disclosures::Disclosure,
};

fn event(kind: &'static str, valid_time: Date, fact: Fact) -> NewEvent {
    NewEvent { kind, valid_time, payload: pb::GatewayEvent { fact: Some(fact) }.encode_to_vec() }
}

pub(crate) fn consumer_created(consumer: &Consumer, today: Date) -> NewEvent {
    let fact = pb::ConsumerCreated { consumer: Some(convert::consumer(consumer)) };
    event("ConsumerCreated", today, Fact::ConsumerCreated(fact))
}

pub(crate) fn consumer_policy_set(consumer: &Consumer, previous: &Policy, today: Date) -> NewEvent {
    let fact = pb::ConsumerPolicySet {
        consumer_id: consumer.id.to_string(),
        policy: Some(convert::policy(&consumer.policy)),
        previous_policy: Some(convert::policy(previous)),
    };
    event("ConsumerPolicySet", today, Fact::ConsumerPolicySet(fact))
}

pub(crate) fn consumer_revoked(consumer: &Consumer, today: Date) -> NewEvent {
    let fact = pb::ConsumerRevoked { consumer_id: consumer.id.to_string(), reason: consumer.revoke_reason.clone() };
    event("ConsumerRevoked", today, Fact::ConsumerRevoked(fact))
}

pub(crate) fn credential_issued(credential: &Credential, today: Date) -> NewEvent {
    let fact = pb::CredentialIssued { credential: Some(convert::credential(credential)) };
    event("CredentialIssued", today, Fact::CredentialIssued(fact))
}

pub(crate) fn credential_rotated(credential: &Credential, overlap_seconds: i32, today: Date) -> NewEvent {
    let (credential_id, consumer_id) = (credential.id.to_string(), credential.consumer.to_string());
    let fact = pb::CredentialRotated { credential_id, consumer_id, overlap_seconds };
    event("CredentialRotated", today, Fact::CredentialRotated(fact))
}

pub(crate) fn credential_revoked(credential: &Credential, reason: &str, today: Date) -> NewEvent {
    let (credential_id, consumer_id) = (credential.id.to_string(), credential.consumer.to_string());
    let fact = pb::CredentialRevoked { credential_id, consumer_id, reason: reason.to_owned() };
    event("CredentialRevoked", today, Fact::CredentialRevoked(fact))
}

pub(crate) fn mediators_disclosed(disclosure: &Disclosure, mediators: &[Uuid], today: Date) -> NewEvent {
    let fact = pb::MediatorsDisclosed {
        disclosure: Some(convert::disclosure(disclosure)),
        mediator_ids: mediators.iter().map(Uuid::to_string).collect(),
    };
    event("MediatorsDisclosed", today, Fact::MediatorsDisclosed(fact))
}

pub(crate) fn subscription_created(one: &Subscription, today: Date) -> NewEvent {
    let fact = pb::SubscriptionCreated { subscription: Some(convert::subscription(one)) };
    event("SubscriptionCreated", today, Fact::SubscriptionCreated(fact))
}

pub(crate) fn subscription_moved(one: &Subscription, today: Date) -> NewEvent {
    let fact = pb::SubscriptionMoved {
        subscription_id: one.id.to_string(),
        state: convert::subscription_state(one.state).into(),
        reason: one.disable_reason.clone(),
    };
    event("SubscriptionMoved", today, Fact::SubscriptionMoved(fact))
}

pub(crate) fn deliveries_replayed(
    subscription: SubscriptionId,
    (journal, after_position): (&str, i64),
    delivery_count: i64,
    today: Date,
) -> NewEvent {
    let (subscription_id, journal) = (subscription.to_string(), journal.to_owned());
    let fact = pb::DeliveriesReplayed { subscription_id, journal, after_position, delivery_count };
    event("DeliveriesReplayed", today, Fact::DeliveriesReplayed(fact))
}

pub(crate) fn role_assigned(one: &RoleAssignment) -> NewEvent {
    let fact = pb::RoleAssigned { role_assignment: Some(convert::role_assignment(one)) };
    event("RoleAssigned", one.valid_from, Fact::RoleAssigned(fact))
}

pub(crate) fn role_assignment_ended(one: &RoleAssignment, today: Date) -> NewEvent {
    let fact = pb::RoleAssignmentEnded { role_assignment: Some(convert::role_assignment(one)) };
    event("RoleAssignmentEnded", one.valid_to.unwrap_or(today), Fact::RoleAssignmentEnded(fact))
}
