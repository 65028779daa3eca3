//! Credentials: issue, replace, revoke, read.

use std::time::Duration;

use hoagiai_identity::Caller;
use hoagiai_rpc::change;
use hoagiai_store::{Claim, RequestKey, StoreError, Stream, Tx};
use hoagiai_types::{Etag, Timestamp};

use super::{Done, Gateway, consumers::found};
use crate::{
    domain::{ConsumerId, Credential, CredentialId, CredentialKind, Refusal, Secret},
    error::Error,
    events,
    store::{consumers, credentials},
};

/// A credential to be issued.
#[derive(Clone, Debug)]
pub enum NewCredential {
    /// A client secret, made here.
    ClientSecret,
    /// A client certificate.
    Certificate([u8; 32]),
    /// Tokens of an issuer.
    Token {
        /// The `iss`.
        issuer: String,
        /// The `sub`.
        subject: String,
    },
}

fn random() -> Result<[u8; 32], Error> {
    let mut bytes = [0; 32];
    aws_lc_rs::rand::fill(&mut bytes).map_err(|_| Error::NoRandomness)?;
    Ok(bytes)
}

async fn credential(tx: &mut Tx, id: CredentialId) -> Result<Credential, Error> {
    Ok(credentials::find(tx, id).await?.ok_or(Refusal::CredentialNotFound(id))?)
}

impl Gateway {
    /// Issues a credential; of a client secret also the secret, which is shown once: a repeat has none.
    ///
    /// # Errors
    /// No such consumer, revoked, or the certificate or subject is a credential already.
    pub async fn issue_credential(
        &self,
        caller: &Caller,
        key: &RequestKey,
        consumer: ConsumerId,
        new: NewCredential,
        expire_time: Option<Timestamp>,
    ) -> Result<Done<(Credential, Option<String>)>, Error> {
        let mut tx = self.db().write().await?;
        if let Claim::Repeat { resource } = tx.claim(key).await? {
            let value = credential(&mut tx, CredentialId::from_uuid(resource)).await?;
            return Ok(Done { value: (value, None), position: self.db().head() });
        }
        found(&mut tx, consumer).await?.stands()?;
        let (secret, kind) = match new {
            NewCredential::ClientSecret => {
                let (text, secret) = Secret::new(random()?);
                (Some(text), CredentialKind::ClientSecret(secret))
            }
            NewCredential::Certificate(sha256) => (None, CredentialKind::Certificate(sha256)),
            NewCredential::Token { issuer, subject } => (None, CredentialKind::Token { issuer, subject }),
        };
        let (id, create_time) = (self.env().new_id(), self.env().now());
        let credential = Credential { id, consumer, kind, expire_time, revoked: false, revision: 1, create_time };
        let inserted = credentials::insert(&mut tx, &credential).await;
        inserted.map_err(|error| match error {
            StoreError::Duplicate(_) => Error::from(Refusal::CredentialTaken),
            error => error.into(),
        })?;
        consumers::raise_revision(&mut tx).await?;
        let origin = change::origin_of(caller, key, self.env());
        let event = events::credential_issued(&credential, self.env().today());
        tx.append(Stream::new("credential", id), 0, &origin, &[event]).await?;
        tx.settle(key, id.uuid()).await?;
        let position = tx.commit().await?.position;
        self.refresh().await;
        Ok(Done { value: (credential, secret), position })
    }

    /// Replaces a client secret; the one before works for `overlap` more. A repeat shows no secret.
    ///
    /// # Errors
    /// No such credential, revoked, of another kind, or changed since.
    pub async fn rotate_credential(
        &self,
        caller: &Caller,
        key: &RequestKey,
        id: CredentialId,
        etag: Option<Etag>,
        overlap_seconds: i32,
    ) -> Result<Done<(Credential, Option<String>)>, Error> {
        let (text, new) = Secret::new(random()?);
        let overlap = Duration::from_secs(u64::try_from(overlap_seconds).unwrap_or(0));
        let (until, today) = (self.env().now().plus(overlap), self.env().today());
        let rule = |credential: &mut Credential| {
            credential.rotate(new, until)?;
            Ok(events::credential_rotated(credential, overlap_seconds, today))
        };
        let (done, repeated) = self.move_credential(caller, key, id, etag, rule).await?;
        let secret = Some(text).filter(|_| !repeated);
        Ok(Done { value: (done.value, secret), position: done.position })
    }

    /// Revokes a credential for good.
    ///
    /// # Errors
    /// No such credential, revoked already, or changed since.
    pub async fn revoke_credential(
        &self,
        caller: &Caller,
        key: &RequestKey,
        id: CredentialId,
        etag: Option<Etag>,
        reason: &str,
    ) -> Result<Done<Credential>, Error> {
        let today = self.env().today();
        let rule = |credential: &mut Credential| {
            credential.revoke()?;
            Ok(events::credential_revoked(credential, reason, today))
        };
        Ok(self.move_credential(caller, key, id, etag, rule).await?.0)
    }

    /// Answers the credential, and whether this is a repeat.
    async fn move_credential(
        &self,
        caller: &Caller,
        key: &RequestKey,
        id: CredentialId,
        etag: Option<Etag>,
        rule: impl FnOnce(&mut Credential) -> Result<hoagiai_store::NewEvent, Refusal>,
    ) -> Result<(Done<Credential>, bool), Error> {
        let mut tx = self.db().write().await?;
        let claim = tx.claim(key).await?;
        let mut credential = credential(&mut tx, id).await?;
        if let Claim::Repeat { .. } = claim {
            return Ok((Done { value: credential, position: self.db().head() }, true));
        }
        credential.etag().admits(etag)?;
        let event = rule(&mut credential)?;
        let version = credential.revision;
        credentials::update(&mut tx, &mut credential).await?;
        consumers::raise_revision(&mut tx).await?;
        let origin = change::origin_of(caller, key, self.env());
        tx.append(Stream::new("credential", id), version, &origin, &[event]).await?;
        tx.settle(key, id.uuid()).await?;
        let position = tx.commit().await?.position;
        self.refresh().await;
        Ok((Done { value: credential, position }, false))
    }

    /// A page of a consumer's credentials, oldest first.
    ///
    /// # Errors
    /// No such consumer.
    pub async fn list_credentials(
        &self,
        consumer: ConsumerId,
        after: Option<CredentialId>,
        limit: i64,
    ) -> Result<Vec<Credential>, Error> {
        let mut tx = self.db().read().await?;
        found(&mut tx, consumer).await?;
        Ok(credentials::page(&mut tx, consumer, after, limit).await?)
    }
}
