//! Sealing and opening for many subjects at once: an import meets tens of thousands, and a trip for each key would be most
//! of its time.

use hoagiai_types::Uuid;
use sqlx::{Executor, QueryBuilder};

use super::{KeyRow, aad};
use crate::{KeySubject, Sealed, StoreError, Tx, keys::random_key, on};

/// Subjects of one statement: variables stay below the limits of both engines.
const CHUNK: usize = 500;
/// Statements of so many subjects are kept prepared: those of a team; larger ones would only push them out.
const KEPT: usize = 12;

#[derive(sqlx::FromRow)]
pub(super) struct SubjectRow {
    pub(super) subject: Uuid,
    #[sqlx(flatten)]
    pub(super) key: KeyRow,
}

fn builder<'c, E: Executor<'c>>(_: &E, start: &'static str) -> QueryBuilder<E::Database> {
    QueryBuilder::new(start)
}

impl Tx {
    /// [`Tx::seal`] for many; the answer is in the order of the question.
    ///
    /// # Errors
    /// [`StoreError::Erased`] when the key of one of them was destroyed.
    pub async fn seal_many(
        &mut self,
        context: &'static str,
        contents: &[(KeySubject, Vec<u8>)],
    ) -> Result<Vec<Sealed>, StoreError> {
        if !self.is_writing() {
            return Err(StoreError::ReadOnly);
        }
        let missing = self.missing(contents.iter().map(|(subject, _)| subject.0));
        for subjects in missing.chunks(CHUNK) {
            self.make_keys(subjects).await?;
        }
        let mut sealed = Vec::with_capacity(contents.len());
        for (subject, content) in contents {
            sealed.push(self.seal(*subject, context, content).await?);
        }
        Ok(sealed)
    }

    /// [`Tx::unseal`] for many; the answer is in the order of the question.
    ///
    /// # Errors
    /// [`StoreError::Unsealable`] when one was altered or belongs elsewhere.
    pub async fn unseal_many(
        &mut self,
        context: &'static str,
        sealed: &[Sealed],
    ) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        let subjects: Vec<KeySubject> = sealed.iter().map(|one| one.subject.into()).collect();
        self.open_keys(&subjects).await?;
        let mut opened = Vec::with_capacity(sealed.len());
        for one in sealed {
            opened.push(self.unseal(context, one).await?);
        }
        Ok(opened)
    }

    /// Fetches the keys of many subjects in a few statements, so that [`Tx::unseal`] of a page of records asks no more of
    /// the database. Subjects without a key are left to `unseal`.
    ///
    /// # Errors
    /// Those of the database; [`StoreError::Keys`] when a master key is missing.
    pub async fn open_keys(&mut self, subjects: &[KeySubject]) -> Result<(), StoreError> {
        let missing = self.missing(subjects.iter().map(|subject| subject.0));
        for row in self.keys_of(&missing).await? {
            if let Some(key) = self.unwrap(row.subject, row.key)? {
                // In hand for as long as this takes: the cache may forget it meanwhile.
                self.keys.insert(row.subject, key);
            }
        }
        Ok(())
    }

    /// Those whose keys are not in memory, each once.
    fn missing(&self, subjects: impl Iterator<Item = Uuid>) -> Vec<Uuid> {
        let mut seen = std::collections::HashSet::new();
        let mut missing = Vec::new();
        for subject in subjects {
            // Erased in this transaction: no key is to be looked for, and whoever asks for it is told.
            if seen.insert(subject) && matches!(self.known_key(subject), Ok(None)) {
                missing.push(subject);
            }
        }
        missing
    }

    /// The keys that there are of these subjects, destroyed ones too.
    pub(super) async fn keys_of(&mut self, subjects: &[Uuid]) -> Result<Vec<SubjectRow>, StoreError> {
        let mut rows = Vec::with_capacity(subjects.len());
        for subjects in subjects.chunks(CHUNK) {
            let found: Vec<SubjectRow> = on!(self, |c| {
                let mut query = builder(
                    &c,
                    "SELECT subject, key_version, master_version, wrapped FROM data_keys WHERE subject IN (",
                );
                let mut list = query.separated(", ");
                for subject in subjects {
                    list.push_bind(*subject);
                }
                query.push(")");
                query.build_query_as().persistent(subjects.len() <= KEPT).fetch_all(c).await
            })?;
            rows.extend(found);
        }
        Ok(rows)
    }

    async fn make_keys(&mut self, subjects: &[Uuid]) -> Result<(), StoreError> {
        let mut fresh = Vec::with_capacity(subjects.len());
        for subject in subjects {
            let key = random_key()?;
            fresh.push((*subject, self.db().keys().wrap(&aad("data key", *subject, 1), key.as_slice())?));
        }
        let now = self.env().now();
        // As for one: whether the key is there or not, and whoever else makes it at the same time.
        let rows: Vec<SubjectRow> = on!(self, |c| {
            let mut query =
                builder(&c, "INSERT INTO data_keys (subject, key_version, master_version, wrapped, created_at) ");
            query.push_values(&fresh, |mut row, (subject, (master, wrapped))| {
                row.push_bind(*subject).push_bind(1i64).push_bind(*master).push_bind(wrapped.as_slice()).push_bind(now);
            });
            query.push(
                " ON CONFLICT (subject) DO UPDATE SET subject = excluded.subject
                RETURNING subject, key_version, master_version, wrapped",
            );
            query.build_query_as().persistent(fresh.len() <= KEPT).fetch_all(c).await
        })?;
        for row in rows {
            self.unwrap(row.subject, row.key)?.ok_or(StoreError::Erased)?;
        }
        Ok(())
    }
}
