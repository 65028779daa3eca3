//! Sealed data: personal content is ciphertext under the data key of its subject, and the data key is wrapped under a master
//! key that is not in the database. Destroying the data key erases the content everywhere, the journal and backups included.

mod detached;
mod many;

pub use detached::DataKeys;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::{Duration, Instant},
};

use hoagiai_types::{Id, Timestamp, Uuid};
use parking_lot::Mutex;
use zeroize::Zeroizing;

use crate::{
    Db, StoreError, Tx,
    keys::{SealingKey, random_key},
    on,
};

/// Whose key: a person (mediator) or a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeySubject(Uuid);

impl KeySubject {
    /// The id of the person or case.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        self.0
    }
}
impl From<Uuid> for KeySubject {
    fn from(uuid: Uuid) -> Self {
        Self(uuid)
    }
}
impl<T> From<Id<T>> for KeySubject {
    fn from(id: Id<T>) -> Self {
        Self(id.uuid())
    }
}

/// Content under a subject's data key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Whose key.
    pub subject: Uuid,
    /// Which key of the subject.
    pub key_version: i32,
    /// Nonce, AES-256-GCM-SIV ciphertext, tag.
    pub ciphertext: Vec<u8>,
}

impl Sealed {
    /// For a BLOB column: a byte for the format, subject, key version, ciphertext.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(21 + self.ciphertext.len());
        bytes.push(1);
        bytes.extend_from_slice(self.subject.as_bytes());
        bytes.extend_from_slice(&self.key_version.to_be_bytes());
        bytes.extend_from_slice(&self.ciphertext);
        bytes
    }

    /// Reads [`Sealed::to_bytes`].
    ///
    /// # Errors
    /// [`StoreError::Unsealable`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, StoreError> {
        let (head, ciphertext) = bytes.split_at_checked(21).ok_or(StoreError::Unsealable)?;
        let (Ok(subject), Ok(version)) = (<[u8; 16]>::try_from(&head[1..17]), <[u8; 4]>::try_from(&head[17..])) else {
            return Err(StoreError::Unsealable);
        };
        if head[0] != 1 {
            return Err(StoreError::Unsealable);
        }
        Ok(Self {
            subject: Uuid::from_bytes(subject),
            key_version: i32::from_be_bytes(version),
            ciphertext: ciphertext.to_vec(),
        })
    }
}

/// An unwrapped data key.
pub(crate) struct DataKey {
    version: i64,
    key: SealingKey,
}

/// How long an unwrapped key may be used without looking whether another process destroyed it.
const CACHED_FOR: Duration = Duration::from_secs(60);
const CACHED_KEYS: usize = 4_096;

/// Unwrapped data keys of committed rows.
#[derive(Default)]
pub(crate) struct KeyCache(Mutex<Keys>);

#[derive(Default)]
struct Keys {
    keys: HashMap<Uuid, (Arc<DataKey>, Instant)>,
    blocked: HashSet<Uuid>,
}

impl KeyCache {
    fn get(&self, subject: Uuid) -> Option<Arc<DataKey>> {
        let keys = self.0.lock();
        keys.keys.get(&subject).filter(|(_, since)| since.elapsed() < CACHED_FOR).map(|(key, _)| key.clone())
    }

    pub(crate) fn share(&self, met: impl IntoIterator<Item = (Uuid, Arc<DataKey>)>) {
        let mut met = met.into_iter().peekable();
        if met.peek().is_none() {
            return;
        }
        let mut cache = self.0.lock();
        for (subject, key) in met {
            if cache.keys.len() >= CACHED_KEYS {
                cache.keys.clear();
            }
            if !cache.blocked.contains(&subject) {
                cache.keys.insert(subject, (key, Instant::now()));
            }
        }
    }

    /// Forgets keys and never keeps them again.
    pub(crate) fn block(&self, subjects: &[Uuid]) {
        if subjects.is_empty() {
            return;
        }
        let mut cache = self.0.lock();
        for subject in subjects {
            cache.keys.remove(subject);
            cache.blocked.insert(*subject);
        }
    }
}

#[derive(sqlx::FromRow)]
pub(crate) struct KeyRow {
    pub(crate) key_version: i64,
    pub(crate) master_version: i64,
    pub(crate) wrapped: Option<Vec<u8>>,
}

const FIND: &str = "SELECT key_version, master_version, wrapped FROM data_keys WHERE subject = $1";
// One trip whether the key is there or not, and whoever else makes it at the same time.
const FIND_OR_INSERT: &str = "INSERT INTO data_keys (subject, key_version, master_version, wrapped, created_at)
    VALUES ($1, 1, $2, $3, $4)
    ON CONFLICT (subject) DO UPDATE SET subject = excluded.subject
    RETURNING key_version, master_version, wrapped";
const DESTROY: &str = "INSERT INTO data_keys (subject, key_version, master_version, wrapped, created_at, destroyed_at)
    VALUES ($1, 1, 0, NULL, $2, $2)
    ON CONFLICT (subject) DO UPDATE SET wrapped = NULL, destroyed_at = coalesce(data_keys.destroyed_at, excluded.destroyed_at)";
const OLD_MASTER: &str = "SELECT subject, key_version, master_version, wrapped FROM data_keys
    WHERE master_version < $1 AND wrapped IS NOT NULL ORDER BY subject LIMIT 500";
const REWRAP: &str =
    "UPDATE data_keys SET master_version = $2, wrapped = $3 WHERE subject = $1 AND wrapped IS NOT NULL";

/// What a ciphertext is bound to: it opens for this field, of this subject, under this key, and nowhere else.
pub(crate) fn aad(context: &str, subject: Uuid, key_version: i64) -> Vec<u8> {
    let mut aad = Vec::with_capacity(context.len() + 25);
    aad.extend_from_slice(context.as_bytes());
    aad.push(0);
    aad.extend_from_slice(subject.as_bytes());
    aad.extend_from_slice(&key_version.to_be_bytes());
    aad
}

impl Tx {
    /// Seals content for a subject; `context` names the field (`mediator.name`). Makes the subject's key when there is none.
    ///
    /// # Errors
    /// [`StoreError::Erased`] when the subject's key was destroyed.
    pub async fn seal(
        &mut self,
        subject: KeySubject,
        context: &'static str,
        plaintext: &[u8],
    ) -> Result<Sealed, StoreError> {
        if !self.is_writing() {
            return Err(StoreError::ReadOnly);
        }
        let subject = subject.0;
        let key = match self.known_key(subject)? {
            Some(key) => key,
            None => self.make_key(subject).await?,
        };
        let ciphertext = key.key.seal(&aad(context, subject, key.version), plaintext)?;
        Ok(Sealed { subject, key_version: i32::try_from(key.version).unwrap_or(i32::MAX), ciphertext })
    }

    /// Opens sealed content; `None` when the subject's key was destroyed.
    ///
    /// # Errors
    /// [`StoreError::Unsealable`] when it was altered or belongs elsewhere.
    pub async fn unseal(&mut self, context: &'static str, sealed: &Sealed) -> Result<Option<Vec<u8>>, StoreError> {
        let key = match self.known_key(sealed.subject) {
            Err(StoreError::Erased) => return Ok(None),
            Ok(Some(key)) => key,
            Err(error) => return Err(error),
            Ok(None) => {
                let row: Option<KeyRow> =
                    on!(self, |c| sqlx::query_as(FIND).bind(sealed.subject).fetch_optional(c).await)?;
                let row = row.ok_or_else(|| StoreError::inconsistent("data_keys", "subject", sealed.subject))?;
                match self.unwrap(sealed.subject, row)? {
                    Some(key) => key,
                    None => return Ok(None),
                }
            }
        };
        if i64::from(sealed.key_version) != key.version {
            return Err(StoreError::Unsealable);
        }
        key.key.open(&aad(context, sealed.subject, key.version), &sealed.ciphertext).map(Some)
    }

    /// Destroys the subject's key: nothing sealed under it can be opened again, in no table, journal or backup of the
    /// database made from now on. Cannot be undone.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn erase(&mut self, subject: KeySubject) -> Result<(), StoreError> {
        let (subject, now) = (subject.0, self.env().now());
        on!(self, |c| sqlx::query(DESTROY).bind(subject).bind(now).execute(c).await.map(drop))?;
        self.keys.remove(&subject);
        self.erased.push(subject);
        self.scrub = true;
        Ok(())
    }

    fn known_key(&self, subject: Uuid) -> Result<Option<Arc<DataKey>>, StoreError> {
        if self.erased.contains(&subject) {
            return Err(StoreError::Erased);
        }
        let mine = self.keys.get(&subject).cloned();
        Ok(mine.or_else(|| self.db().key_cache().get(subject)))
    }

    async fn make_key(&mut self, subject: Uuid) -> Result<Arc<DataKey>, StoreError> {
        let fresh = random_key()?;
        let (master, wrapped) = self.db().keys().wrap(&aad("data key", subject, 1), fresh.as_slice())?;
        let now: Timestamp = self.env().now();
        let row: KeyRow = on!(self, |c| sqlx::query_as(FIND_OR_INSERT)
            .bind(subject)
            .bind(master)
            .bind(&wrapped)
            .bind(now)
            .fetch_one(c)
            .await)?;
        self.unwrap(subject, row)?.ok_or(StoreError::Erased)
    }

    fn unwrap(&mut self, subject: Uuid, row: KeyRow) -> Result<Option<Arc<DataKey>>, StoreError> {
        let Some(wrapped) = row.wrapped else { return Ok(None) };
        let bytes: Zeroizing<Vec<u8>> =
            self.db().keys().unwrap(&aad("data key", subject, row.key_version), row.master_version, &wrapped)?;
        let key = Arc::new(DataKey { version: row.key_version, key: SealingKey::new(&bytes)? });
        if self.is_writing() {
            // Not shared before the commit: rolled back, this key would be one that no row has.
            self.keys.insert(subject, key.clone());
        } else {
            self.db().key_cache().share([(subject, key.clone())]);
        }
        Ok(Some(key))
    }
}

#[derive(sqlx::FromRow)]
struct OldKeyRow {
    subject: Uuid,
    key_version: i64,
    master_version: i64,
    wrapped: Option<Vec<u8>>,
}

impl Db {
    /// Wraps data keys of older master keys under the current one, 500 a transaction: it may be stopped and started again.
    /// Returns how many it moved; 0 means that the older master keys are no longer needed.
    ///
    /// # Errors
    /// Those of the database; [`StoreError::Keys`] when an older master key is missing.
    pub async fn rewrap_data_keys(&self) -> Result<usize, StoreError> {
        let mut moved = 0;
        loop {
            let mut tx = self.write().await?;
            let current = self.keys().current_master();
            let rows: Vec<OldKeyRow> = on!(&mut tx, |c| sqlx::query_as(OLD_MASTER).bind(current).fetch_all(c).await)?;
            if rows.is_empty() {
                return Ok(moved);
            }
            for row in rows {
                let aad = aad("data key", row.subject, row.key_version);
                let bytes = self.keys().unwrap(&aad, row.master_version, row.wrapped.as_deref().unwrap_or_default())?;
                let (master, wrapped) = self.keys().wrap(&aad, &bytes)?;
                on!(&mut tx, |c| sqlx::query(REWRAP)
                    .bind(row.subject)
                    .bind(master)
                    .bind(&wrapped)
                    .execute(c)
                    .await
                    .map(drop))?;
                moved += 1;
            }
            // An older master key that leaks later must find nothing to open.
            tx.scrub = true;
            tx.commit().await?;
        }
    }
}
