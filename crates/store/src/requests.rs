//! Requests already answered (AIP-155): the row of a request id is written in the transaction of its effect, so that both
//! are there or neither is.

use std::fmt::Write;

use hoagiai_types::{Timestamp, Uuid};

use crate::{Connection, StoreError, Tx, on, tx::Settled};

/// One request of one caller. Another caller's equal id is another request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestKey {
    /// Subject of the caller.
    pub caller: String,
    /// The id that the caller chose; without one every call is new.
    pub request_id: Option<Uuid>,
    /// Full name of the method.
    pub method: &'static str,
    /// SHA-256 of the request's body.
    pub digest: [u8; 32],
}

/// What a request turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Nobody asked this before.
    New,
    /// It was done before; its answer is this resource.
    Repeat {
        /// The resource that the first call settled on.
        resource: Uuid,
    },
}

#[derive(sqlx::FromRow)]
struct RequestRow {
    method: String,
    digest: Vec<u8>,
    resource: Option<Uuid>,
}

const FIND: &str = "SELECT method, digest, resource FROM requests WHERE caller = $1 AND request_id = $2";
// Waits for a transaction that holds the same key and has not ended: of ten at once, nine wait here for the answer of one.
const CLAIM: &str = "INSERT INTO requests (caller, request_id, method, digest, created_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (caller, request_id) DO NOTHING";
const PURGE: &str = "DELETE FROM requests WHERE created_at < $1";

impl Tx {
    /// Asks whether this request was done before. The first thing in every use case that creates or changes.
    ///
    /// # Errors
    /// [`StoreError::RequestIdReused`] when the same id came with another method or body.
    pub async fn claim(&mut self, request: &RequestKey) -> Result<Claim, StoreError> {
        let Some(id) = request.request_id else { return Ok(Claim::New) };
        let first = !self.is_touched();
        let now = self.env().now();
        // differs by engine: SQLite has one writer at a time, so that looking is enough; PostgreSQL needs the key's lock.
        let begun = match self.unopened()? {
            None => None,
            Some(c) => {
                let inserted = sqlx::raw_sql(sqlx::AssertSqlSafe(begin_and_claim(request, id, now))).execute(c).await;
                Some(self.check(inserted)?.rows_affected() == 1)
            }
        };
        let claimed = match begun {
            Some(claimed) => claimed,
            None => self.claim_in_transaction(request, id, now).await?,
        };
        let found: Option<RequestRow> = if claimed {
            None
        } else {
            on!(self, |c| sqlx::query_as(FIND).bind(&request.caller).bind(id).fetch_optional(c).await)?
        };
        let Some(row) = found else {
            self.claimed = true;
            return Ok(Claim::New);
        };
        if row.method != request.method || row.digest != request.digest {
            return Err(StoreError::RequestIdReused);
        }
        let resource = row.resource.ok_or_else(|| StoreError::inconsistent("requests", "resource", id))?;
        if first || !self.db().is_sqlite() {
            // The first call's answer may still wait for its flush: it must not be repeated before it is durable.
            self.harden().await?;
        }
        Ok(Claim::Repeat { resource })
    }

    /// Takes the lock of a request id on PostgreSQL; answers whether it was free.
    async fn claim_in_transaction(
        &mut self,
        request: &RequestKey,
        id: Uuid,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        match self.connection().await? {
            Connection::Sqlite(_) => self.check(Ok::<bool, StoreError>(false)),
            Connection::Postgres(c) => {
                let query = sqlx::query(CLAIM)
                    .bind(&request.caller)
                    .bind(id)
                    .bind(request.method)
                    .bind(&request.digest[..])
                    .bind(now);
                let inserted = query.execute(c).await;
                Ok(self.check(inserted)?.rows_affected() == 1)
            }
        }
    }

    /// States the answer of a claimed request; kept when the transaction commits.
    ///
    /// # Errors
    /// None today; the row is written by [`Tx::commit`].
    #[expect(
        clippy::unused_async,
        reason = "one shape with the other steps of a use case, and free to write here one day"
    )]
    pub async fn settle(&mut self, request: &RequestKey, resource: Uuid) -> Result<(), StoreError> {
        if request.request_id.is_some() {
            self.settled = Some(Settled { request: request.clone(), resource });
        }
        Ok(())
    }

    /// Forgets requests older than `before`. Returns how many.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn purge_requests(&mut self, before: Timestamp) -> Result<u64, StoreError> {
        on!(self, |c| sqlx::query(PURGE).bind(before).execute(c).await.map(|done| done.rows_affected()))
    }
}

/// BEGIN and the prepared claim in one message, a trip less for every write. A message of two statements has no
/// parameters: nothing but hexadecimal digits and numbers of ours goes into it.
fn begin_and_claim(request: &RequestKey, id: Uuid, now: Timestamp) -> String {
    let mut text = String::with_capacity(320);
    text.push_str("BEGIN; EXECUTE hoagiai_claim('\\x");
    push_hex(&mut text, request.caller.as_bytes());
    let _ = write!(text, "', '{}', '\\x", id.hyphenated());
    push_hex(&mut text, request.method.as_bytes());
    text.push_str("', '\\x");
    push_hex(&mut text, &request.digest);
    let _ = write!(text, "', {})", now.as_micros());
    text
}

fn push_hex(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_cannot_leave_its_place_in_the_statement() {
        let caller = "o'fficer'); DROP TABLE requests; --\\";
        let request = RequestKey { caller: caller.into(), request_id: None, method: "a.B/C", digest: [7; 32] };
        let text = begin_and_claim(&request, Uuid::from_u128(5), Timestamp::from_micros(-3));
        assert!(!text.contains("DROP") && text.ends_with(", -3)"));
        assert!(text.matches(';').count() == 1 && text.matches('\'').count() == 8, "{text}");
    }
}
