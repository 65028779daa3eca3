//! What a change takes from its request to the store: the idempotency key, the origin that the journal writes, and
//! what the store's refusals mean to the caller.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest as sha_256};
use hoagiai_identity::Caller;
use hoagiai_store::{Origin, RequestKey, StoreError};
use hoagiai_types::{Env, Uuid};

use crate::{Problem, Request, Violations};

/// The idempotency key of a request: the id that the caller chose, and a digest of everything else in it.
///
/// # Errors
/// INVALID_ARGUMENT: the id is no UUID.
pub fn key<R: Request>(request: &R, caller: &Caller) -> Result<RequestKey, Problem> {
    let mut key =
        RequestKey { caller: caller.subject().to_owned(), request_id: None, method: R::METHOD, digest: [0; 32] };
    if let Some(id) = request.request_id() {
        key.request_id = Some(id.parse::<Uuid>().map_err(|_| {
            let mut fields = Violations::default();
            fields.add("request_id", "NOT_A_UUID", "must be a UUID", "phải là một mã UUID");
            Problem::from(fields)
        })?);
        key.digest.copy_from_slice(sha_256(&SHA256, &request.without_request_id().encode_to_vec()).as_ref());
    }
    Ok(key)
}

/// SHA-256 of a file: what a repeat must bring again, and what proves later which file it was.
pub fn digest(bytes: &[u8]) -> [u8; 32] {
    let mut digest = [0; 32];
    digest.copy_from_slice(sha_256(&SHA256, bytes).as_ref());
    digest
}

/// Where a change comes from, as the journal writes it.
pub fn origin(caller: &Caller, env: &Env) -> Origin {
    Origin {
        actor: caller.subject().to_owned(),
        purpose: caller.purpose().map(str::to_owned),
        request_id: None,
        record_time: env.now(),
    }
}

/// [`origin`], naming the request too.
pub fn origin_of(caller: &Caller, key: &RequestKey, env: &Env) -> Origin {
    Origin { request_id: key.request_id, ..origin(caller, env) }
}

/// How long a caller waits before it asks a busy store again.
const RETRY: Duration = Duration::from_millis(200);

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Problem {
        match error {
            StoreError::Stale => Problem::new("STALE_ETAG"),
            StoreError::RequestIdReused => Problem::new("REQUEST_ID_REUSED"),
            StoreError::Duplicate(_) => Problem::new("ALREADY_EXISTS"),
            StoreError::Erased => Problem::new("ERASED"),
            StoreError::Unknown(_) => {
                tracing::error!(%error, "the outcome of a commit is unknown");
                Problem::new("OUTCOME_UNKNOWN")
            }
            error if error.is_transient() => {
                tracing::warn!(%error, "the store is busy or unavailable");
                Problem::new("BUSY").retry_after(RETRY)
            }
            error => Problem::internal(&error),
        }
    }
}
