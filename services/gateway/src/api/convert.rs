//! Between protobuf and domain.

use hoagiai_identity::Role;
use hoagiai_proto::gateway::v1 as pb;
use hoagiai_rpc::{Violations, convert as read};
use hoagiai_spdci::{Endpoint, Kept};
use hoagiai_types::Uuid;

use crate::{
    domain::{
        AgencyCode, AllowedMethod, Callback, CallbackState, CodeSystem, Consumer, Credential, CredentialKind, Delivery,
        DeliveryState, Policy, RoleAssignment, Scheme, SpdciFollowing, SpdciSubscriptionState, Subscription,
        SubscriptionState,
    },
    store::disclosures::Disclosure,
};

pub(crate) fn consumer(consumer: &Consumer) -> pb::Consumer {
    pb::Consumer {
        consumer_id: consumer.id.to_string(),
        agency_codes: consumer.agency_codes.iter().map(code).collect(),
        display_name: consumer.display_name.clone(),
        policy: Some(policy(&consumer.policy)),
        revoked: consumer.revoked,
        revoke_reason: consumer.revoke_reason.clone(),
        etag: consumer.etag().to_string(),
        create_time: Some(read::time(consumer.create_time)),
        update_time: Some(read::time(consumer.update_time)),
    }
}

fn code(code: &AgencyCode) -> pb::AgencyCode {
    let system = match code.system {
        CodeSystem::Qd20 => pb::AgencyCodeSystem::Qd20,
        CodeSystem::Qcvn102 => pb::AgencyCodeSystem::Qcvn102,
    };
    pb::AgencyCode {
        system: system.into(),
        value: code.value.clone(),
        valid_from: Some(read::date(code.valid_from)),
        valid_to: code.valid_to.map(read::date),
    }
}

pub(crate) fn policy(policy: &Policy) -> pb::ConsumerPolicy {
    let method = |allowed: &AllowedMethod| pb::AllowedMethod {
        method: allowed.method.clone(),
        fields: allowed.fields.clone().map(|paths| prost_types::FieldMask { paths }),
    };
    pb::ConsumerPolicy {
        allowed_methods: policy.allowed_methods.iter().map(method).collect(),
        area_unit_ids: policy.area_unit_ids.iter().map(Uuid::to_string).collect(),
        daily_quota: i32::try_from(policy.daily_quota).unwrap_or(i32::MAX),
        standing_purpose: policy.standing_purpose.clone(),
        valid_from: Some(read::date(policy.valid_from)),
        valid_to: policy.valid_to.map(read::date),
    }
}

pub(crate) fn credential(credential: &Credential) -> pb::Credential {
    let (kind, certificate, issuer, subject) = match &credential.kind {
        CredentialKind::ClientSecret(_) => (pb::CredentialKind::ClientSecret, String::new(), "", ""),
        CredentialKind::Certificate(sha256) => (pb::CredentialKind::Certificate, hexadecimal(sha256), "", ""),
        CredentialKind::Token { issuer, subject } => {
            (pb::CredentialKind::Token, String::new(), issuer.as_str(), subject.as_str())
        }
    };
    pb::Credential {
        credential_id: credential.id.to_string(),
        consumer_id: credential.consumer.to_string(),
        kind: kind.into(),
        certificate_sha256: certificate,
        issuer: issuer.to_owned(),
        subject: subject.to_owned(),
        expire_time: credential.expire_time.map(read::time),
        revoked: credential.revoked,
        etag: credential.etag().to_string(),
        create_time: Some(read::time(credential.create_time)),
    }
}

pub(crate) fn disclosure(one: &Disclosure) -> pb::Disclosure {
    pb::Disclosure {
        disclosure_id: one.id.to_string(),
        consumer_id: one.consumer_id.to_string(),
        consumer_display_name: one.display_name.clone(),
        method: one.method.clone(),
        purpose: one.purpose.clone(),
        disclose_time: Some(read::time(one.disclose_time)),
        fields: one.fields.split(',').filter(|field| !field.is_empty()).map(str::to_owned).collect(),
        mediator_count: i32::try_from(one.mediator_count).unwrap_or(i32::MAX),
        on_behalf_of: one.on_behalf_of.clone(),
        consent: one.statements.consent.as_ref().map(statement),
        authorization: one.statements.authorization.as_ref().map(statement),
    }
}

fn statement(kept: &Kept) -> pb::Statement {
    pb::Statement { json: kept.json.clone(), sha256: kept.digest.clone() }
}

pub(crate) fn subscription(one: &Subscription) -> pb::Subscription {
    let rule = one.acknowledgment.as_ref().map(|rule| pb::AcknowledgmentRule {
        json_field: rule.json_field.clone(),
        accepted_values: rule.accepted_values.clone(),
    });
    let scheme = match one.scheme {
        Scheme::V1a => pb::SigningScheme::V1a,
        Scheme::V1 => pb::SigningScheme::V1,
    };
    pb::Subscription {
        subscription_id: one.id.to_string(),
        consumer_id: one.consumer.to_string(),
        event_kinds: one.event_kinds.clone(),
        endpoint: one.endpoint.clone(),
        state: subscription_state(one.state).into(),
        signing_scheme: scheme.into(),
        public_key: one.public_key.clone(),
        acknowledgment_rule: rule,
        rate_per_minute: i32::try_from(one.rate_per_minute).unwrap_or(i32::MAX),
        disable_reason: one.disable_reason.clone(),
        etag: one.etag().to_string(),
        create_time: Some(read::time(one.create_time)),
    }
}

pub(crate) fn subscription_state(state: SubscriptionState) -> pb::SubscriptionState {
    match state {
        SubscriptionState::Pending => pb::SubscriptionState::Pending,
        SubscriptionState::Active => pb::SubscriptionState::Active,
        SubscriptionState::Disabled => pb::SubscriptionState::Disabled,
        SubscriptionState::Ended => pb::SubscriptionState::Ended,
    }
}

pub(super) fn delivery(one: &Delivery) -> pb::Delivery {
    pb::Delivery {
        delivery_id: one.id.to_string(),
        subscription_id: one.subscription.to_string(),
        journal: one.journal.clone(),
        position: one.position,
        kind: one.kind.clone(),
        state: delivery_state(one.state).into(),
        attempt_count: i32::try_from(one.attempt_count).unwrap_or(i32::MAX),
        next_attempt_time: one.next_attempt_time.map(read::time),
        last_outcome: one.last_outcome.clone(),
        create_time: Some(read::time(one.create_time)),
        acknowledge_time: one.acknowledge_time.map(read::time),
        etag: one.etag().to_string(),
    }
}

fn delivery_state(state: DeliveryState) -> pb::DeliveryState {
    match state {
        DeliveryState::Waiting => pb::DeliveryState::Waiting,
        DeliveryState::Sent => pb::DeliveryState::Sent,
        DeliveryState::Acknowledged => pb::DeliveryState::Acknowledged,
        DeliveryState::Failed => pb::DeliveryState::Failed,
        DeliveryState::Parked => pb::DeliveryState::Parked,
    }
}

/// The state that a list is asked for; none: all.
pub(super) fn read_delivery_state(state: pb::DeliveryState) -> Option<DeliveryState> {
    DeliveryState::ALL.into_iter().find(|known| delivery_state(*known) == state)
}

pub(crate) fn role_assignment(one: &RoleAssignment) -> pb::RoleAssignment {
    pb::RoleAssignment {
        role_assignment_id: one.id.to_string(),
        issuer: one.issuer.clone(),
        subject: one.subject.clone(),
        display_name: one.display_name.clone(),
        role: role(one.role).into(),
        area: one.area.to_string(),
        person_id: one.person.map(|person| person.to_string()).unwrap_or_default(),
        valid_from: Some(read::date(one.valid_from)),
        valid_to: one.valid_to.map(read::date),
        ground: one.ground.clone(),
        end_ground: one.end_ground.clone(),
        ended_at_once: one.ended_at_once,
        etag: one.etag().to_string(),
        create_time: Some(read::time(one.create_time)),
        update_time: Some(read::time(one.update_time)),
    }
}

/// The contract has the names of the access table: a test compares them.
fn role(role: Role) -> pb::Role {
    pb::Role::from_str_name(&format!("ROLE_{}", role.name().to_uppercase())).unwrap_or_default()
}

/// A role; none: not stated.
pub(super) fn read_role(said: pb::Role) -> Option<Role> {
    Role::ALL.iter().copied().find(|known| role(*known) == said)
}

pub(super) fn callback(one: &Callback) -> pb::Callback {
    pb::Callback {
        callback_id: one.id.to_string(),
        consumer_id: one.consumer.to_string(),
        action: one.action.map_or("notify", Endpoint::callback_action).to_owned(),
        transaction_id: one.transaction_id.clone(),
        subscription_id: one.subscription.map(|id| id.to_string()).unwrap_or_default(),
        event: one.event.map(|event| event.word().to_owned()).unwrap_or_default(),
        state: callback_state(one.state).into(),
        attempt_count: i32::try_from(one.attempt_count).unwrap_or(i32::MAX),
        next_attempt_time: one.next_attempt_time.map(read::time),
        last_outcome: one.last_outcome.clone(),
        create_time: Some(read::time(one.create_time)),
        etag: one.etag().to_string(),
    }
}

pub(super) fn registry_subscription(one: &SpdciFollowing) -> pb::RegistrySubscription {
    let state = match one.state {
        SpdciSubscriptionState::Active => pb::RegistrySubscriptionState::Active,
        SpdciSubscriptionState::Ended => pb::RegistrySubscriptionState::Ended,
    };
    pb::RegistrySubscription {
        registry_subscription_id: one.id.to_string(),
        consumer_id: one.consumer.to_string(),
        event: one.event.word().to_owned(),
        followed_id: one.followed.to_string(),
        callback: one.callback.clone(),
        state: state.into(),
        start_time: one.start_time.map(read::time),
        end_time: one.end_time.map(read::time),
        attempt_count: i32::try_from(one.attempt_count).unwrap_or(i32::MAX),
        next_attempt_time: one.next_attempt_time.map(read::time),
        create_time: Some(read::time(one.create_time)),
    }
}

pub(super) fn read_registry_subscription_state(state: pb::RegistrySubscriptionState) -> Option<SpdciSubscriptionState> {
    match state {
        pb::RegistrySubscriptionState::Unspecified => None,
        pb::RegistrySubscriptionState::Active => Some(SpdciSubscriptionState::Active),
        pb::RegistrySubscriptionState::Ended => Some(SpdciSubscriptionState::Ended),
    }
}

fn callback_state(state: CallbackState) -> pb::CallbackState {
    match state {
        CallbackState::Waiting => pb::CallbackState::Waiting,
        CallbackState::Acknowledged => pb::CallbackState::Acknowledged,
        CallbackState::Failed => pb::CallbackState::Failed,
        CallbackState::Parked => pb::CallbackState::Parked,
        CallbackState::Withheld => pb::CallbackState::Withheld,
    }
}

/// The state that a list is asked for; none: all.
pub(super) fn read_callback_state(state: pb::CallbackState) -> Option<CallbackState> {
    CallbackState::ALL.into_iter().find(|known| callback_state(*known) == state)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Bytes of hexadecimal digits; the contract has checked that they are 64.
pub(super) fn read_sha256(text: &str) -> Option<[u8; 32]> {
    let byte = |at: usize| u8::from_str_radix(text.get(at * 2..at * 2 + 2)?, 16).ok();
    let bytes: Vec<u8> = (0..32).map(byte).collect::<Option<_>>()?;
    (text.len() == 64).then(|| bytes.try_into().ok()).flatten()
}

pub(super) fn read_codes(codes: &[pb::AgencyCode], out: &mut Violations) -> Vec<AgencyCode> {
    let mut read_one = |(place, code): (usize, &pb::AgencyCode)| {
        let system = match code.system() {
            pb::AgencyCodeSystem::Qcvn102 => CodeSystem::Qcvn102,
            _ => CodeSystem::Qd20,
        };
        let field = |name: &str| format!("agency_codes[{place}].{name}");
        let valid_to = read::may_date(field("valid_to"), code.valid_to.as_ref(), out);
        let valid_from = read::need_date(field("valid_from"), code.valid_from.as_ref(), out)?;
        if valid_to.is_some_and(|to| to < valid_from) {
            out.add(field("valid_to"), "BEFORE_FIRST_DAY", "is before the first day", "trước ngày bắt đầu");
        }
        Some(AgencyCode { system, value: code.value.clone(), valid_from, valid_to })
    };
    codes.iter().enumerate().filter_map(&mut read_one).collect()
}

pub(super) fn read_policy(policy: Option<&pb::ConsumerPolicy>, out: &mut Violations) -> Option<Policy> {
    let policy = policy?;
    let valid_from = read::need_date("policy.valid_from", policy.valid_from.as_ref(), out);
    let valid_to = read::may_date("policy.valid_to", policy.valid_to.as_ref(), out);
    let unit = |(place, id): (usize, &String)| {
        read::need_id::<()>(format!("policy.area_unit_ids[{place}]"), id, out).map(|id| id.uuid())
    };
    let area_unit_ids = policy.area_unit_ids.iter().enumerate().filter_map(unit).collect();
    let method = |allowed: &pb::AllowedMethod| AllowedMethod {
        method: allowed.method.clone(),
        fields: allowed.fields.as_ref().map(|mask| mask.paths.clone()),
    };
    Some(Policy {
        allowed_methods: policy.allowed_methods.iter().map(method).collect(),
        area_unit_ids,
        daily_quota: policy.daily_quota.into(),
        standing_purpose: policy.standing_purpose.trim().to_owned(),
        valid_from: valid_from?,
        valid_to,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_knows_every_role_and_no_other() {
        let enumeration = hoagiai_proto::pool().get_enum_by_name("hoagiai.gateway.v1.Role").unwrap();
        assert_eq!(enumeration.values().count(), Role::ALL.len() + 1);
        assert!(Role::ALL.iter().all(|known| read_role(role(*known)) == Some(*known)));
        assert_eq!(read_role(pb::Role::Unspecified), None);
    }
}
