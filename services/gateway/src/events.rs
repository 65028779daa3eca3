//! Facts of the gateway as event messages of its journal. Never a secret.

use hoagiai_proto::{
    common::v1 as common,
    gateway::v1::{self as pb, gateway_event::Fact},
};
use hoagiai_rpc::convert::time;
use hoagiai_store::{NewEvent, Sealed};
use hoagiai_types::{Date, Uuid};
use prost::Message as _;

use crate::{
    api::convert,
    domain::{
        CallbackId, Consumer, ConsumerId, Credential, Policy, RoleAssignment, SpdciSubscription, SpdciSubscriptionId,
        Subscription, SubscriptionId,
    },
    store::disclosures::Disclosure,
};

fn event(kind: &'static str, valid_time: Date, fact: Fact) -> NewEvent {
    NewEvent { kind, valid_time, payload: pb::GatewayEvent { fact: Some(fact) }.encode_to_vec() }
}

fn sealed(sealed: &Sealed) -> common::Sealed {
    common::Sealed {
        subject: sealed.subject.to_string(),
        key_version: sealed.key_version,
        ciphertext: sealed.ciphertext.clone(),
    }
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

/// The texts of what was stated may name people: they stand there sealed, and their digests in the clear.
pub(crate) fn mediators_disclosed(
    disclosure: &Disclosure,
    mediators: &[Uuid],
    stated: Option<&Sealed>,
    today: Date,
) -> NewEvent {
    let plain = Disclosure { statements: disclosure.statements.without_texts(), ..disclosure.clone() };
    let fact = pb::MediatorsDisclosed {
        disclosure: Some(convert::disclosure(&plain)),
        mediator_ids: mediators.iter().map(Uuid::to_string).collect(),
        sealed_statements: stated.map(sealed),
    };
    event("MediatorsDisclosed", today, Fact::MediatorsDisclosed(fact))
}

pub(crate) fn spdci_subscription_created(one: &SpdciSubscription, asked: &Sealed, today: Date) -> NewEvent {
    let fact = pb::SpdciSubscriptionCreated {
        subscription_id: one.id.to_string(),
        consumer_id: one.consumer.to_string(),
        credential_id: one.credential.to_string(),
        event: one.event.word().to_owned(),
        followed_id: one.followed.to_string(),
        callback: one.callback.clone(),
        start_time: one.start_time.map(time),
        end_time: one.end_time.map(time),
        sealed_criteria: Some(sealed(asked)),
    };
    event("SpdciSubscriptionCreated", today, Fact::SpdciSubscriptionCreated(fact))
}

pub(crate) fn spdci_subscription_ended(id: SpdciSubscriptionId, consumer: ConsumerId, today: Date) -> NewEvent {
    let fact = pb::SpdciSubscriptionEnded { subscription_id: id.to_string(), consumer_id: consumer.to_string() };
    event("SpdciSubscriptionEnded", today, Fact::SpdciSubscriptionEnded(fact))
}

pub(crate) fn callback_redelivered(id: CallbackId, consumer: ConsumerId, today: Date) -> NewEvent {
    let fact = pb::CallbackRedelivered { callback_id: id.to_string(), consumer_id: consumer.to_string() };
    event("CallbackRedelivered", today, Fact::CallbackRedelivered(fact))
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
