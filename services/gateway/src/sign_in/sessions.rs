//! Sessions of officers: in memory, found by a secret that only the browser has. The tokens never leave the server.

use std::{collections::HashMap, sync::Arc, time::Duration};

use aws_lc_rs::digest::{SHA256, digest};
use hoagiai_identity::Principal;
use hoagiai_types::Timestamp;
use parking_lot::Mutex;

use super::{
    begun::secret,
    provider::{Granted, Provider, ProviderError},
};

/// A token is renewed when so little is left of it.
const MARGIN: Duration = Duration::from_secs(60);
/// After a renewal that failed, the provider is left alone for so long.
const PAUSE: Duration = Duration::from_secs(10);

/// What the server keeps of a session: not the secret, but its hash.
type Key = [u8; 32];

#[derive(Default)]
pub(crate) struct Sessions(Mutex<HashMap<Key, Arc<Session>>>);

/// Somebody who has signed in.
pub(crate) struct Session {
    /// When it ends, whatever happens.
    ends: Timestamp,
    now: Mutex<Tokens>,
    /// One renewal at a time: a refresh token that is used twice is taken for stolen, and everything ends.
    renewing: tokio::sync::Mutex<()>,
}

struct Tokens {
    granted: Granted,
    not_before: Timestamp,
}

impl Sessions {
    /// Begins a session and gives the secret that finds it.
    pub(crate) fn begin(&self, granted: Granted, now: Timestamp, longest: Duration) -> Option<String> {
        let secret = secret()?;
        let session = Session {
            ends: now.plus(longest),
            now: Mutex::new(Tokens { granted, not_before: now }),
            renewing: tokio::sync::Mutex::default(),
        };
        let mut sessions = self.0.lock();
        sessions.retain(|_, session| session.lives(now));
        sessions.insert(key(&secret), Arc::new(session));
        Some(secret)
    }

    pub(crate) fn find(&self, secret: &str, now: Timestamp) -> Option<Arc<Session>> {
        self.0.lock().get(&key(secret)).filter(|session| session.lives(now)).cloned()
    }

    /// Ends a session: its secret finds nothing any more, whoever has a copy.
    pub(crate) fn end(&self, secret: &str) {
        self.0.lock().remove(&key(secret));
    }
}

fn key(secret: &str) -> Key {
    let mut key = [0; 32];
    key.copy_from_slice(digest(&SHA256, secret.as_bytes()).as_ref());
    key
}

impl Session {
    fn lives(&self, now: Timestamp) -> bool {
        self.until() > now
    }

    /// When it ends, as far as can be seen: with its access token, if that cannot be renewed.
    pub(crate) fn until(&self) -> Timestamp {
        let tokens = self.now.lock();
        if tokens.granted.refresh.is_some() { self.ends } else { self.ends.min(tokens.granted.expires) }
    }

    pub(crate) fn principal(&self) -> Arc<Principal> {
        self.now.lock().granted.principal.clone()
    }

    /// The access token for a call, renewed when its end is near.
    ///
    /// # Errors
    /// It has run out and the provider gives no other: what it said.
    pub(crate) async fn token(&self, provider: &Provider, now: Timestamp) -> Result<String, ProviderError> {
        let (good, renewable) = self.look(now);
        if let Some(token) = good.clone().filter(|_| renewable.is_none()) {
            return Ok(token);
        }
        // Others of the session go on with what is left of the token; without one they wait.
        let guard = match (self.renewing.try_lock(), &good) {
            (Ok(guard), _) => guard,
            (Err(_), Some(token)) => return Ok(token.clone()),
            (Err(_), None) => self.renewing.lock().await,
        };
        // Whoever was here before may have done it.
        let (good, renewable) = self.look(now);
        let Some(refresh) = renewable else {
            let over = self.now.lock().granted.refresh.is_none();
            return good.ok_or(if over { ProviderError::Refused } else { ProviderError::Away });
        };
        let renewed = provider.renew(&refresh).await.and_then(|granted| {
            if granted.principal.subject == self.principal().subject {
                Ok(granted)
            } else {
                Err(ProviderError::Token("other_subject"))
            }
        });
        let mut tokens = self.now.lock();
        let answer = match renewed {
            Ok(granted) => {
                let token = granted.access.clone();
                *tokens = Tokens { granted, not_before: now.plus(PAUSE) };
                Ok(token)
            }
            Err(error) => {
                tracing::warn!(why = error.word(), "a session cannot be renewed");
                tokens.not_before = now.plus(PAUSE);
                if !matches!(error, ProviderError::Fetch(_)) {
                    // It was said no: the session ends with the token that there is.
                    tokens.granted.refresh = None;
                }
                good.ok_or(error)
            }
        };
        drop(guard);
        answer
    }

    /// The token, if it is still good, and what to renew it with, if it is time to.
    fn look(&self, now: Timestamp) -> (Option<String>, Option<String>) {
        let tokens = self.now.lock();
        let Granted { access, expires, refresh, .. } = &tokens.granted;
        let good = *expires > now;
        let due = *expires <= now.plus(MARGIN) && tokens.not_before <= now;
        (good.then(|| access.clone()), refresh.clone().filter(|_| due))
    }
}
