//! By what a consumer is known.

use aws_lc_rs::digest::{SHA256, digest};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hoagiai_types::{Etag, Timestamp};
use subtle::ConstantTimeEq as _;

use super::{ConsumerId, CredentialId, Refusal};

/// By what a consumer is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Id; of a client secret also the `client_id`.
    pub id: CredentialId,
    /// Whose.
    pub consumer: ConsumerId,
    /// Kind, and what is compared.
    pub kind: CredentialKind,
    /// When it runs out; none: with the consumer.
    pub expire_time: Option<Timestamp>,
    /// Whether revoked.
    pub revoked: bool,
    /// Changes so far.
    pub revision: i64,
    /// When it was issued.
    pub create_time: Timestamp,
}

/// Kinds of credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CredentialKind {
    /// An id and a secret (RFC 6749 §4.4).
    ClientSecret(Secret),
    /// A client certificate, by the SHA-256 of its DER form (RFC 8705 §2).
    Certificate([u8; 32]),
    /// Access tokens of a trusted issuer (RFC 9068), by issuer and subject.
    Token {
        /// The `iss`.
        issuer: String,
        /// The `sub`.
        subject: String,
    },
}

/// A client secret, by its digest alone: it is 256 random bits, so that nobody finds it by trying.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// SHA-256 of the secret in use.
    pub sha256: [u8; 32],
    /// SHA-256 of the one before, and until when it works.
    pub previous: Option<([u8; 32], Timestamp)>,
}

/// What a credential is good for at an instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// It works.
    Works,
    /// It ran out.
    RanOut,
    /// It was revoked.
    Revoked,
}

/// What secrets begin with, so that scanners of source code find those that were left there.
const PREFIX: &str = "hgs_";

impl Secret {
    /// A new secret of random bytes: its text, shown once, and what is kept.
    pub fn new(random: [u8; 32]) -> (String, Secret) {
        let text = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random));
        let sha256 = sha256(&text);
        (text, Secret { sha256, previous: None })
    }

    /// Whether this is the secret, or the one before while it works.
    pub fn is(&self, text: &str, now: Timestamp) -> bool {
        let shown = sha256(text);
        let current = self.sha256.ct_eq(&shown);
        let before = self.previous.filter(|(_, until)| now < *until);
        let before = before.map_or(subtle::Choice::from(0), |(previous, _)| previous.ct_eq(&shown));
        (current | before).into()
    }
}

fn sha256(text: &str) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes.copy_from_slice(digest(&SHA256, text.as_bytes()).as_ref());
    bytes
}

impl Credential {
    /// The version for `etag`.
    pub const fn etag(&self) -> Etag {
        Etag::new(self.revision)
    }

    /// Whether it works.
    pub fn works(&self, now: Timestamp) -> Use {
        match self.expire_time {
            _ if self.revoked => Use::Revoked,
            Some(until) if until <= now => Use::RanOut,
            _ => Use::Works,
        }
    }

    fn stands(&self) -> Result<(), Refusal> {
        if self.revoked { Err(Refusal::CredentialRevoked(self.id)) } else { Ok(()) }
    }

    /// Replaces the secret; the one before works until `until`.
    ///
    /// # Errors
    /// Revoked, or no client secret.
    pub fn rotate(&mut self, new: Secret, until: Timestamp) -> Result<(), Refusal> {
        self.stands()?;
        match &mut self.kind {
            CredentialKind::ClientSecret(secret) => {
                let previous = Some((secret.sha256, until));
                *secret = Secret { previous, ..new };
                Ok(())
            }
            _ => Err(Refusal::CredentialKindWrong),
        }
    }

    /// Revokes it for good.
    ///
    /// # Errors
    /// It is revoked already.
    pub fn revoke(&mut self) -> Result<(), Refusal> {
        self.stands()?;
        self.revoked = true;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use hoagiai_types::{Id, Uuid};

    use super::*;

    #[test]
    fn the_secret_before_works_for_a_while() {
        let now = Timestamp::from_micros(1_000_000);
        let (first, secret) = Secret::new([1; 32]);
        assert!(first.starts_with("hgs_") && first.len() == 47 && secret.is(&first, now));
        let id = Id::from_uuid(Uuid::nil());
        let consumer = Id::from_uuid(Uuid::nil());
        let kind = CredentialKind::ClientSecret(secret);
        let mut credential =
            Credential { id, consumer, kind, expire_time: None, revoked: false, revision: 1, create_time: now };
        let (second, new) = Secret::new([2; 32]);
        credential.rotate(new, now.plus(Duration::from_secs(60))).unwrap();
        let CredentialKind::ClientSecret(secret) = credential.kind.clone() else { panic!() };
        let later = now.plus(Duration::from_secs(60));
        assert!(secret.is(&first, now) && secret.is(&second, now));
        assert!(!secret.is(&first, later) && secret.is(&second, later));
        assert!(!secret.is("", now) && !secret.is(&first[4..], now));
        // Twice replaced: only the last two are known.
        let (third, new) = Secret::new([3; 32]);
        credential.rotate(new, later).unwrap();
        let CredentialKind::ClientSecret(secret) = &credential.kind else { panic!() };
        assert!(secret.is(&third, now) && secret.is(&second, now) && !secret.is(&first, now));
        credential.revoke().unwrap();
        assert_eq!(credential.works(now), Use::Revoked);
        assert_eq!(credential.rotate(Secret::new([4; 32]).1, later), Err(Refusal::CredentialRevoked(id)));
    }

    #[test]
    fn a_credential_runs_out() {
        let until = Timestamp::from_micros(10);
        let (id, consumer) = (Id::from_uuid(Uuid::nil()), Id::from_uuid(Uuid::nil()));
        let kind = CredentialKind::Certificate([0; 32]);
        let credential = Credential {
            id,
            consumer,
            kind,
            expire_time: Some(until),
            revoked: false,
            revision: 1,
            create_time: Timestamp::default(),
        };
        assert_eq!(credential.works(Timestamp::from_micros(9)), Use::Works);
        assert_eq!(credential.works(until), Use::RanOut);
        let mut kept = credential;
        assert_eq!(kept.rotate(Secret::new([1; 32]).1, until), Err(Refusal::CredentialKindWrong));
    }
}
