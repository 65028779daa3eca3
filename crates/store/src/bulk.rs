//! Opening sealed content of many subjects at once: their keys are fetched by few statements, and the opening itself needs
//! no connection, so that it can be done on other threads.

use std::collections::HashMap;

use hoagiai_types::Uuid;
use sqlx::QueryBuilder;
use zeroize::Zeroizing;

use crate::{
    Db, Sealed, StoreError, Tx,
    keys::SealingKey,
    on,
    seal::{KeyRow, aad},
};

/// Subjects of one statement: far below the limits of both engines.
const CHUNK: usize = 1_000;

/// Wrapped data keys of many subjects, as one snapshot had them.
pub struct DataKeys {
    db: Db,
    rows: HashMap<Uuid, KeyRow>,
}

#[derive(sqlx::FromRow)]
struct SubjectRow {
    subject: Uuid,
    #[sqlx(flatten)]
    key: KeyRow,
}

impl Tx {
    /// The data keys of these subjects, from the database and not from memory.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn data_keys(&mut self, subjects: &[Uuid]) -> Result<DataKeys, StoreError> {
        let mut rows = HashMap::with_capacity(subjects.len());
        for subjects in subjects.chunks(CHUNK) {
            let found: Vec<SubjectRow> = on!(self, |c| {
                let mut query = QueryBuilder::new(
                    "SELECT subject, key_version, master_version, wrapped FROM data_keys WHERE subject IN (",
                );
                let mut list = query.separated(", ");
                for subject in subjects {
                    list.push_bind(*subject);
                }
                query.push(")");
                query.build_query_as().persistent(false).fetch_all(c).await
            })?;
            rows.extend(found.into_iter().map(|row| (row.subject, row.key)));
        }
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
