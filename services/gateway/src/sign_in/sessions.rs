//! Sessions of officers: in the database, found by a secret that only the browser has. The tokens never leave the server, and lie
//! there sealed. Asked for on every call, so that a session that was ended anywhere has ended everywhere.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::digest::{SHA256, digest};
use hoagiai_identity::token::LogoutToken;
use hoagiai_runtime::CancellationToken;
use hoagiai_store::{Db, StoreError};
use hoagiai_types::{Env, Timestamp};
use serde::{Deserialize, Serialize};

use super::{begun::secret, provider::Granted, seal::Seal};
use crate::store::sessions::{self as store, NewSession, SecretHash, SessionRow};

/// What the seal of tokens is bound to, beside the session.
const PLACE: &[u8] = b"hoagiai session";
/// Sessions that have ended are removed so often, so many at a time.
const SWEEP: Duration = Duration::from_secs(60);
const SWEPT_AT_ONCE: i64 = 500;
/// That a session is used is written down so often at most.
const TOUCH: Duration = Duration::from_secs(60);

/// The sessions of this installation.
pub(crate) struct Sessions {
    db: Db,
    env: Env,
    seal: Arc<Seal>,
    longest: Duration,
    idle: Duration,
}

/// What is sealed of a session.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Tokens {
    pub(super) subject: String,
    pub(super) access: String,
    /// Microseconds since 1970.
    pub(super) expires: i64,
    pub(super) refresh: Option<String>,
}

impl Tokens {
    pub(super) fn of(granted: &Granted) -> Self {
        Self {
            subject: granted.principal.subject.clone(),
            access: granted.access.clone(),
            expires: granted.expires.as_micros(),
            refresh: granted.refresh.clone(),
        }
    }

    pub(super) fn expires(&self) -> Timestamp {
        Timestamp::from_micros(self.expires)
    }
}

/// Somebody who has signed in, as the database had it a moment ago.
pub(crate) struct Session {
    pub(super) secret: SecretHash,
    pub(super) tokens: Tokens,
    pub(super) row: SessionRow,
}

impl Session {
    /// When it ends, whatever happens.
    pub(crate) fn until(&self) -> Timestamp {
        self.row.last_time
    }
}

impl Sessions {
    pub(super) fn new(db: Db, env: Env, seal: Arc<Seal>, (longest, idle): (Duration, Duration)) -> Self {
        Self { db, env, seal, longest, idle }
    }

    /// Begins a session and gives the secret that finds it.
    ///
    /// # Errors
    /// Those of the store; the system gives no random numbers.
    pub(crate) async fn begin(&self, granted: &Granted) -> Result<String, StoreError> {
        let no_random = || StoreError::Misuse("the system gives no random numbers");
        let (text, now) = (secret().ok_or_else(no_random)?, self.env.now());
        let (secret, tokens) = (hash(&text), Tokens::of(granted));
        let last_time = self.last_time(&tokens, now.plus(self.longest));
        let one = NewSession {
            tokens_sealed: self.close(&secret, &tokens)?,
            subject_index: self.index("sign_in.subject", &tokens.subject),
            provider_session_index: granted.session_id.as_deref().map(|id| self.index("sign_in.provider_session", id)),
            renew_after_time: now,
            last_time,
            end_time: last_time.min(now.plus(self.idle)),
            secret,
        };
        let mut tx = self.db.write().await?;
        store::insert(&mut tx, &one).await?;
        tx.commit().await?;
        Ok(text)
    }

    /// The session of a secret; it is used, and ends later.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn find(&self, secret: &str) -> Result<Option<Session>, StoreError> {
        let Some(session) = self.read(&hash(secret)).await? else { return Ok(None) };
        let end_time = session.row.last_time.min(self.env.now().plus(self.idle));
        if end_time.since(session.row.end_time) >= TOUCH.min(self.idle / 4) {
            let mut tx = self.db.write().await?;
            store::touch(&mut tx, &session.secret, end_time).await?;
            tx.commit().await?;
        }
        Ok(Some(session))
    }

    /// The session as it is now.
    pub(super) async fn read(&self, secret: &SecretHash) -> Result<Option<Session>, StoreError> {
        let row = store::find(&mut self.db.read_one().await?, secret, self.env.now()).await?;
        let Some(row) = row else { return Ok(None) };
        let tokens = self.seal.open(&place(secret), &row.tokens_sealed);
        if tokens.is_none() {
            tracing::error!("the tokens of a session cannot be opened: it counts as ended");
        }
        Ok(tokens.map(|tokens| Session { secret: *secret, tokens, row }))
    }

    /// Takes the lease of renewing; false: somebody else has it.
    pub(super) async fn lease(&self, session: &Session, long: Duration) -> Result<bool, StoreError> {
        let now = self.env.now();
        let mut tx = self.db.write().await?;
        let of = (&session.secret, session.row.generation);
        let mine = store::lease(&mut tx, of, now, now.plus(long)).await?;
        tx.commit().await?;
        Ok(mine)
    }

    /// Gives the lease back.
    pub(super) async fn release(&self, session: &Session, renew_after: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.db.write().await?;
        store::release(&mut tx, (&session.secret, session.row.generation), renew_after).await?;
        tx.commit().await.map(drop)
    }

    /// Replaces the tokens; false: they are others by now, or the session has ended.
    pub(super) async fn replace(
        &self,
        session: &Session,
        tokens: &Tokens,
        renew_after: Timestamp,
    ) -> Result<bool, StoreError> {
        let last_time = self.last_time(tokens, session.row.last_time);
        let row = SessionRow {
            tokens_sealed: self.close(&session.secret, tokens)?,
            generation: session.row.generation,
            renew_after_time: renew_after,
            last_time,
            end_time: last_time.min(self.env.now().plus(self.idle)),
        };
        let mut tx = self.db.write().await?;
        let replaced = store::replace(&mut tx, &session.secret, &row).await?;
        tx.commit().await?;
        Ok(replaced)
    }

    /// Ends a session: its secret finds nothing any more, whoever has a copy.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn end(&self, secret: &str) -> Result<(), StoreError> {
        let mut tx = self.db.write().await?;
        store::delete(&mut tx, &hash(secret)).await?;
        tx.commit().await.map(drop)
    }

    /// Ends what the provider has ended: the sessions of one session there, or all of an account.
    ///
    /// # Errors
    /// Those of the store.
    pub(crate) async fn end_of_provider(&self, said: &LogoutToken) -> Result<u64, StoreError> {
        let mut tx = self.db.write().await?;
        let ended = match (&said.session_id, &said.subject) {
            (Some(id), _) => store::delete_of_provider(&mut tx, &self.index("sign_in.provider_session", id)).await?,
            (None, Some(subject)) => store::delete_of_subject(&mut tx, &self.index("sign_in.subject", subject)).await?,
            (None, None) => 0,
        };
        tx.commit().await?;
        Ok(ended)
    }

    /// Removes sessions that have ended, until stopped.
    pub(super) async fn keep_swept(&self, stop: CancellationToken) {
        let sweeping = async {
            loop {
                tokio::time::sleep(SWEEP).await;
                if let Err(error) = self.sweep().await {
                    tracing::warn!(%error, "sessions that have ended could not be removed");
                }
            }
        };
        stop.run_until_cancelled(sweeping).await;
    }

    async fn sweep(&self) -> Result<(), StoreError> {
        loop {
            let mut tx = self.db.write().await?;
            let swept = store::sweep(&mut tx, self.env.now(), SWEPT_AT_ONCE).await?;
            tx.commit().await?;
            if swept < SWEPT_AT_ONCE.unsigned_abs() {
                return Ok(());
            }
        }
    }

    /// A session that cannot be renewed ends with its token.
    fn last_time(&self, tokens: &Tokens, last: Timestamp) -> Timestamp {
        if tokens.refresh.is_some() { last } else { last.min(tokens.expires()) }
    }

    fn close(&self, secret: &SecretHash, tokens: &Tokens) -> Result<Vec<u8>, StoreError> {
        self.seal.close(&place(secret), tokens).ok_or(StoreError::Keys("sealing failed"))
    }

    fn index(&self, context: &str, value: &str) -> Vec<u8> {
        self.db.keys().blind_index(context, value)
    }
}

fn hash(secret: &str) -> SecretHash {
    let mut hash = [0; 32];
    hash.copy_from_slice(digest(&SHA256, secret.as_bytes()).as_ref());
    hash
}

/// A row that is put under another hash does not open.
fn place(secret: &SecretHash) -> Vec<u8> {
    [PLACE, secret].concat()
}
