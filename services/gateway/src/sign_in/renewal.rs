//! The access token of a session for a call, renewed when its end is near: by one process at a time, for a refresh token that is
//! used twice is taken for stolen, and everything ends.

use std::{sync::Arc, time::Duration};

use hoagiai_store::StoreError;
use hoagiai_types::Timestamp;

use super::{
    SignIn,
    provider::ProviderError,
    sessions::{Session, Tokens},
};

/// A token is renewed when so little is left of it: twice as long as a lease, so that one that was lost costs nothing.
const MARGIN: Duration = Duration::from_secs(60);
/// After a renewal, good or bad, the provider is left alone for so long.
const PAUSE: Duration = Duration::from_secs(10);
/// How long a renewal may take before another process tries: longer than everything in it that has a limit.
const LEASE: Duration = Duration::from_secs(30);
/// How long a call without a good token waits for the renewal of another process, and how often it looks.
const PATIENCE: Duration = Duration::from_secs(12);
const LOOK: Duration = Duration::from_millis(50);
/// New tokens that cannot be written down are tried again, so often, with so long between.
const ATTEMPTS: u32 = 10;
const BETWEEN: Duration = Duration::from_millis(500);

/// What is to be done for a call.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    /// The token is good, and will be for a while; or nothing can be done about it.
    Use,
    /// It is over and cannot be renewed.
    Over,
    /// It is over, and the provider did not answer a moment ago.
    Wait,
    /// Renew it; whether it is still good meanwhile.
    Renew {
        /// Calls may go on with it.
        good: bool,
    },
}

fn next(tokens: &Tokens, renew_after: Timestamp, now: Timestamp) -> Next {
    let good = tokens.expires() > now;
    let is_near = tokens.expires() <= now.plus(MARGIN);
    match (good, tokens.refresh.is_some(), renew_after <= now) {
        (true, true, true) if is_near => Next::Renew { good },
        (true, _, _) => Next::Use,
        (false, false, _) => Next::Over,
        (false, true, false) => Next::Wait,
        (false, true, true) => Next::Renew { good },
    }
}

impl SignIn {
    /// The access token for a call.
    ///
    /// # Errors
    /// It has run out and the provider gives no other: what it said.
    pub(crate) async fn token(self: &Arc<Self>, mut session: Session) -> Result<String, ProviderError> {
        let began = self.env.now();
        loop {
            let good = match next(&session.tokens, session.row.renew_after_time, self.env.now()) {
                Next::Use => return Ok(session.tokens.access),
                Next::Over => return Err(ProviderError::Refused),
                Next::Wait => return Err(ProviderError::Away),
                Next::Renew { good } => good,
            };
            let secret = session.secret;
            if self.sessions.lease(&session, LEASE).await? {
                let left = good.then(|| session.tokens.access.clone());
                // In a task of its own: whoever hangs up meanwhile must not lose the new tokens.
                let this = self.clone();
                let renewed = tokio::spawn(async move { this.renew(&session).await }).await;
                let renewed = renewed.unwrap_or(Err(ProviderError::Away));
                return renewed.or_else(|error| left.ok_or(error));
            }
            if good {
                return Ok(session.tokens.access);
            }
            if self.env.now().since(began) > PATIENCE {
                return Err(ProviderError::Away);
            }
            tokio::time::sleep(LOOK).await;
            session = self.sessions.read(&secret).await?.ok_or(ProviderError::Refused)?;
        }
    }

    /// Renews, with the lease.
    async fn renew(&self, session: &Session) -> Result<String, ProviderError> {
        let tokens = &session.tokens;
        let refresh = tokens.refresh.as_deref().ok_or(ProviderError::Refused)?;
        let renewed = self.provider.renew(refresh).await.and_then(|granted| {
            let same = granted.principal.subject == tokens.subject;
            same.then_some(granted).ok_or(ProviderError::Token("other_subject"))
        });
        let renew_after = self.env.now().plus(PAUSE);
        match renewed {
            Ok(granted) => {
                let new = Tokens::of(&granted);
                self.keep(session, &new, renew_after).await?;
                Ok(new.access)
            }
            Err(error @ (ProviderError::Fetch(_) | ProviderError::Away | ProviderError::Store(_))) => {
                tracing::warn!(why = error.word(), "a session cannot be renewed now");
                self.sessions.release(session, renew_after).await?;
                Err(error)
            }
            Err(error) => {
                tracing::warn!(why = error.word(), "a session cannot be renewed");
                // It was said no: the session ends with the token that there is, unless another process has a newer one.
                let last = Tokens { refresh: None, ..tokens.clone() };
                if self.keep(session, &last, renew_after).await? {
                    return Err(error);
                }
                let newer = self.sessions.read(&session.secret).await?.filter(|newer| {
                    newer.row.generation != session.row.generation && newer.tokens.expires() > self.env.now()
                });
                newer.map(|newer| newer.tokens.access).ok_or(error)
            }
        }
    }

    /// Writes tokens down; what the provider gave is not given twice.
    async fn keep(&self, session: &Session, tokens: &Tokens, renew_after: Timestamp) -> Result<bool, StoreError> {
        let mut attempt = 1;
        loop {
            match self.sessions.replace(session, tokens, renew_after).await {
                Err(error) if error.is_transient() && attempt < ATTEMPTS => {
                    tracing::warn!(%error, "the tokens of a session could not be written down; once more");
                    attempt += 1;
                    tokio::time::sleep(BETWEEN).await;
                }
                done => return done,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_renewed_before_its_end_and_used_while_it_is_good() {
        let at = |second: i64| Timestamp::from_micros(second * 1_000_000);
        for (expires, refresh, renew_after, expected) in [
            (161, true, 0, Next::Use),
            (160, true, 0, Next::Renew { good: true }),
            (101, true, 100, Next::Renew { good: true }),
            (101, true, 101, Next::Use),
            (101, false, 0, Next::Use),
            (100, true, 0, Next::Renew { good: false }),
            (100, true, 101, Next::Wait),
            (100, false, 0, Next::Over),
        ] {
            let refresh = refresh.then(|| "r".to_owned());
            let json = serde_json::json!({ "subject": "an", "access": "a", "expires": expires * 1_000_000, "refresh": refresh });
            let tokens: Tokens = serde_json::from_value(json).unwrap();
            assert_eq!(next(&tokens, at(renew_after), at(100)), expected, "{expires} {refresh:?} {renew_after}");
        }
        assert!(MARGIN >= 2 * LEASE);
    }
}
