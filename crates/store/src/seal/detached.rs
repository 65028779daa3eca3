//! Opening sealed content apart from a transaction: the keys are fetched by few statements, and the opening itself needs no
//! connection, so that it can be done on other threads.

use std::collections::HashMap;

use hoagiai_types::Uuid;
use zeroize::Zeroizing;

use super::{KeyRow, aad};
use crate::{Db, Sealed, StoreError, Tx, keys::SealingKey};

/// Wrapped data keys of many subjects, as one snapshot had them.
pub struct DataKeys {
    db: Db,
    rows: HashMap<Uuid, KeyRow>,
}

impl Tx {
    /// The data keys of these subjects, from the database and not from memory: whom another process erased has none.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn data_keys(&mut self, subjects: &[Uuid]) -> Result<DataKeys, StoreError> {
        let rows = self.keys_of(subjects).await?;
        let rows = rows.into_iter().map(|row| (row.subject, row.key)).collect();
        Ok(DataKeys { db: self.db().clone(), rows })
    }
}

impl DataKeys {
    /// Opens sealed content of one of the subjects; `None` when its key was destroyed.
    ///
    /// # Errors
    /// [`StoreError::Unsealable`] when it was altered or belongs elsewhere; an inconsistency when the subject has no key.
    pub fn unseal(&self, context: &'static str, sealed: &Sealed) -> Result<Option<Vec<u8>>, StoreError> {
        let subject = sealed.subject;
        let row = self.rows.get(&subject).ok_or_else(|| StoreError::inconsistent("data_keys", "subject", subject))?;
        let Some(wrapped) = &row.wrapped else { return Ok(None) };
        if i64::from(sealed.key_version) != row.key_version {
            return Err(StoreError::Unsealable);
        }
        let bound = aad("data key", subject, row.key_version);
        let bytes: Zeroizing<Vec<u8>> = self.db.keys().unwrap(&bound, row.master_version, wrapped)?;
        SealingKey::new(&bytes)?.open(&aad(context, subject, row.key_version), &sealed.ciphertext).map(Some)
    }
}
