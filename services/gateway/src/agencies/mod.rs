//! Calls of agencies: who it is, whether it may, what of the answer it sees, and what of that is written down.
//!
//! An agency's own credential says who it is and nothing of what it may: services refuse it. Once admitted, its call goes on
//! under a credential that the gateway makes for it, which holds the role `agency` for the areas of its policy and no more.

mod answered;
mod assertion;
mod connected;
mod gatekeeper;

pub(crate) use connected::{Agency, Connected, keep_fresh};
pub(crate) use gatekeeper::Gatekeeper;

use crate::domain::{ConsumerId, CredentialId};

/// What the subject of a consumer's token begins with.
const SUBJECT: &str = "consumer:";

/// The subject of the tokens that a consumer is given: who, and by which credential.
pub(crate) fn subject(consumer: ConsumerId, credential: CredentialId) -> String {
    format!("{SUBJECT}{consumer}/{credential}")
}

/// The consumer that calls a method of the gateway's own, by the subject of the credential made for it.
pub(crate) fn consumer_of(subject: &str) -> Option<ConsumerId> {
    subject.strip_prefix(SUBJECT)?.parse().ok()
}

/// Who a subject is, if it is a consumer.
fn read_subject(subject: &str) -> Option<(ConsumerId, CredentialId)> {
    let (consumer, credential) = subject.strip_prefix(SUBJECT)?.split_once('/')?;
    Some((consumer.parse().ok()?, credential.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use hoagiai_types::{Id, Uuid};

    use super::*;

    #[test]
    fn a_subject_is_read_back() {
        let (consumer, credential) = (Id::from_uuid(Uuid::from_u128(1)), Id::from_uuid(Uuid::from_u128(2)));
        assert_eq!(read_subject(&subject(consumer, credential)), Some((consumer, credential)));
        for other in ["", "consumer:", "officer", "consumer:x/y", "consumer:00000000-0000-0000-0000-000000000001"] {
            assert_eq!(read_subject(other), None, "{other}");
        }
    }
}
