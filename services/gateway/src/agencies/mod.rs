//! Calls of agencies: who it is, whether it may, what of the answer it sees, and what of that is written down.
//!
//! An agency's own credential says who it is and nothing of what it may: services refuse it. Once admitted, its call goes on
//! under a credential that the gateway makes for it, which holds the role `agency` for the areas of its policy and no more.

mod answered;
mod assertion;
mod connected;
mod gatekeeper;

pub(crate) use connected::{Agency, Connected, keep_fresh};
pub(crate) use gatekeeper::{Gatekeeper, stated};

use hoagiai_identity::{Principal, Role};
use hoagiai_types::Date;

use crate::domain::{ConsumerId, CredentialId};

/// What the subject of a consumer's token begins with.
const SUBJECT: &str = "consumer:";

/// The subject of the tokens that a consumer is given: who, and by which credential.
pub(crate) fn subject(consumer: ConsumerId, credential: CredentialId) -> String {
    format!("{SUBJECT}{consumer}/{credential}")
}

/// Whether somebody may touch what is a consumer's: the consumer itself, known by the subject of the credential made for it, and
/// those who keep the consumers. The role `agency` alone, without a consumer behind it, reaches nobody's.
pub(crate) fn reaches(principal: &Principal, today: Date, consumer: ConsumerId) -> bool {
    if let Some(own) = principal.subject.strip_prefix(SUBJECT) {
        return own.parse() == Ok(consumer);
    }
    let keeps = |role| matches!(role, Role::JusticeDepartment | Role::Operator | Role::Auditor);
    principal.grants.iter().any(|grant| keeps(grant.role) && grant.in_force(today))
}

/// Who a subject is, if it is a consumer.
fn read_subject(subject: &str) -> Option<(ConsumerId, CredentialId)> {
    let (consumer, credential) = subject.strip_prefix(SUBJECT)?.split_once('/')?;
    Some((consumer.parse().ok()?, credential.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use hoagiai_identity::{Area, Grant, Via};
    use hoagiai_types::{Id, Uuid};

    use super::*;

    #[test]
    fn an_agency_reaches_what_is_its_own_and_the_role_alone_nothing() {
        let (own, other) = (Id::from_uuid(Uuid::from_u128(1)), Id::from_uuid(Uuid::from_u128(2)));
        let today = "2026-11-27".parse().unwrap();
        let who = |subject: &str, role| Principal::new(subject, Via::Process, vec![Grant::of(role, Area::Everywhere)]);
        let agency = who(&format!("consumer:{own}"), Role::Agency);
        assert!(reaches(&agency, today, own) && !reaches(&agency, today, other));
        // Whoever calls himself a consumer is held to it, whatever else he is.
        assert!(!reaches(&who("consumer:x", Role::Operator), today, own));
        assert!(!reaches(&who("somebody", Role::Agency), today, own));
        assert!(reaches(&who("department", Role::JusticeDepartment), today, own));
        let mut ended = who("department", Role::JusticeDepartment);
        ended.grants[0].to = Some("2026-11-26".parse().unwrap());
        assert!(!reaches(&ended, today, own));
    }

    #[test]
    fn a_subject_is_read_back() {
        let (consumer, credential) = (Id::from_uuid(Uuid::from_u128(1)), Id::from_uuid(Uuid::from_u128(2)));
        assert_eq!(read_subject(&subject(consumer, credential)), Some((consumer, credential)));
        for other in ["", "consumer:", "officer", "consumer:x/y", "consumer:00000000-0000-0000-0000-000000000001"] {
            assert_eq!(read_subject(other), None, "{other}");
        }
    }
}
