//! The agencies in memory: asked on every call, so no call reads them from the database. Read again within seconds of a
//! change anywhere; when they cannot be read for a minute, nobody is let in by them, since somebody may be revoked.

use std::{collections::HashMap, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use hoagiai_runtime::CancellationToken;
use hoagiai_store::{Db, StoreError};
use hoagiai_types::{Env, Timestamp};

use crate::{
    counted::Counted,
    domain::{Consumer, ConsumerId, Credential, CredentialId, CredentialKind, Use},
    store::{consumers, credentials},
};

/// How often a change elsewhere is looked for.
const LOOK: Duration = Duration::from_secs(2);
/// How old the knowledge may be.
const STALE: Duration = Duration::from_secs(60);

/// The agencies, shared.
#[derive(Clone)]
pub(crate) struct Connected(Arc<ArcSwap<Known>>);

/// What is known of them.
#[derive(Clone, Default)]
struct Known {
    read: Timestamp,
    revision: i64,
    consumers: HashMap<ConsumerId, Arc<Consumer>>,
    credentials: HashMap<CredentialId, Arc<Credential>>,
    by_certificate: HashMap<[u8; 32], CredentialId>,
    by_token: HashMap<(String, String), CredentialId>,
}

/// A consumer and the credential by which it came.
#[derive(Clone, Debug)]
pub(crate) struct Agency {
    pub(crate) consumer: Arc<Consumer>,
    pub(crate) credential: Arc<Credential>,
}

/// The agencies were not read for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the agencies were not read for a minute")]
pub(crate) struct Stale;

impl Connected {
    /// Nobody yet.
    pub(crate) fn nobody() -> Self {
        Self(Arc::new(ArcSwap::from_pointee(Known { revision: -1, ..Known::default() })))
    }

    /// Reads them, if anything changed since they were read.
    pub(crate) async fn load(&self, db: &Db, now: Timestamp) -> Result<(), StoreError> {
        let mut tx = db.read().await?;
        let revision = consumers::revision(&mut tx).await?;
        let before = self.0.load_full();
        let known = if before.revision == revision {
            Known { read: now, ..before.as_ref().clone() }
        } else {
            let (consumers, credentials) = (consumers::standing(&mut tx).await?, credentials::standing(&mut tx).await?);
            Known::of(consumers, credentials, revision, now)
        };
        // Whoever read later knows more: a slow reader must not take that back.
        self.0.rcu(|held| if held.revision > known.revision { held.clone() } else { Arc::new(known.clone()) });
        Ok(())
    }

    /// The agency of a credential that works.
    ///
    /// # Errors
    /// They were not read for too long.
    pub(crate) fn by_credential(&self, id: CredentialId, now: Timestamp) -> Result<Option<Agency>, Stale> {
        let known = self.fresh(now)?;
        Ok(known.agency(id, now))
    }

    /// The agency that shows this client certificate.
    ///
    /// # Errors
    /// As [`Connected::by_credential`].
    pub(crate) fn by_certificate(&self, sha256: &[u8; 32], now: Timestamp) -> Result<Option<Agency>, Stale> {
        let known = self.fresh(now)?;
        Ok(known.by_certificate.get(sha256).and_then(|id| known.agency(*id, now)))
    }

    /// The agency of a token's issuer and subject.
    ///
    /// # Errors
    /// As [`Connected::by_credential`].
    pub(crate) fn by_token(&self, issuer: &str, subject: &str, now: Timestamp) -> Result<Option<Agency>, Stale> {
        let known = self.0.load_full();
        if known.by_token.is_empty() {
            return Ok(None);
        }
        let Some(id) = known.by_token.get(&(issuer.to_owned(), subject.to_owned())) else { return Ok(None) };
        self.by_credential(*id, now)
    }

    /// How long ago they were read.
    fn age(&self, now: Timestamp) -> Duration {
        now.since(self.0.load().read)
    }

    /// Whether they were read not long ago.
    pub(crate) fn is_fresh(&self, now: Timestamp) -> bool {
        self.fresh(now).is_ok()
    }

    fn fresh(&self, now: Timestamp) -> Result<Arc<Known>, Stale> {
        let known = self.0.load_full();
        if now.since(known.read) > STALE { Err(Stale) } else { Ok(known) }
    }
}

impl Known {
    fn of(consumers: Vec<Consumer>, credentials: Vec<Credential>, revision: i64, read: Timestamp) -> Self {
        let mut known = Known { read, revision, ..Known::default() };
        for credential in credentials {
            match &credential.kind {
                CredentialKind::ClientSecret(_) => {}
                CredentialKind::Certificate(sha256) => _ = known.by_certificate.insert(*sha256, credential.id),
                CredentialKind::Token { issuer, subject } => {
                    known.by_token.insert((issuer.clone(), subject.clone()), credential.id);
                }
            }
            known.credentials.insert(credential.id, Arc::new(credential));
        }
        known.consumers = consumers.into_iter().map(|consumer| (consumer.id, Arc::new(consumer))).collect();
        known
    }

    fn agency(&self, id: CredentialId, now: Timestamp) -> Option<Agency> {
        let credential = self.credentials.get(&id).filter(|credential| credential.works(now) == Use::Works)?;
        let consumer = self.consumers.get(&credential.consumer)?;
        Some(Agency { consumer: consumer.clone(), credential: credential.clone() })
    }
}

/// Looks for changes that other replicas made.
pub(crate) async fn keep_fresh(connected: Connected, db: Db, env: Env, counted: Counted, stop: CancellationToken) {
    let looking = async {
        loop {
            tokio::time::sleep(LOOK).await;
            if let Err(error) = connected.load(&db, env.now()).await {
                tracing::warn!(%error, "the agencies could not be read again");
            }
            counted.agencies_are_old(connected.age(env.now()));
        }
    };
    stop.run_until_cancelled(looking).await;
}
