//! Ninth: who has just changed something may ask that the answer knows of it: `x-at-least: registry=123,cases=45` names
//! positions that changes have answered. Below access, because waiting costs a place that strangers shall not have; above
//! the service, so that every method can be asked this way and none needs a field for it.

use super::{Handler, Layer, Method, Request, Response, body, fault::Fault};
use hoagiai_rpc::{Problem, deadline};
use hoagiai_store::{Db, StoreError};
use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
    time::{Duration, Instant},
};
use tonic::Status;

/// The header.
pub(crate) const HEADER: &str = "x-at-least";

/// The longest wait, however late the deadline: whoever waits holds a place.
const LONGEST: Duration = Duration::from_secs(5);
const RETRY: Duration = Duration::from_millis(200);
/// More journals than there are services to follow.
const MOST: usize = 8;

/// The database behind each gRPC service, once the services are built.
#[derive(Debug, Clone, Default)]
pub(crate) struct Databases(Arc<OnceLock<HashMap<&'static str, Named>>>);

#[derive(Clone)]
struct Named(Db);

impl std::fmt::Debug for Named {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.0.journal())
    }
}

impl Databases {
    /// Tells which database each service reads.
    pub(crate) fn set(&self, databases: impl IntoIterator<Item = (&'static str, Db)>) {
        let _ = self.0.set(databases.into_iter().map(|(service, db)| (service, Named(db))).collect());
    }

    fn of(&self, method: &Method) -> Option<Db> {
        let service = method.name.split('/').next()?;
        self.0.get()?.get(service).map(|named| named.0.clone())
    }
}

pub(super) struct AtLeast {
    databases: Databases,
}

impl AtLeast {
    pub(super) fn new(databases: Databases) -> Self {
        Self { databases }
    }
}

impl Layer for AtLeast {
    async fn around<H: Handler>(&self, request: Request, inner: &H) -> Response {
        if request.headers().contains_key(HEADER) {
            let wanted = positions(request.headers());
            let db = request.extensions().get::<Arc<Method>>().and_then(|method| self.databases.of(method));
            if let Err(status) = reach(db, wanted).await {
                return body::answer(status);
            }
        }
        inner.handle(request).await
    }
}

async fn reach(db: Option<Db>, wanted: Option<Vec<(String, i64)>>) -> Result<(), Status> {
    let wanted = wanted.ok_or_else(|| Fault::AtLeastMalformed.status())?;
    let end = Instant::now() + deadline::for_call(LONGEST).unwrap_or_default();
    for (journal, position) in &wanted {
        let unknown = || Fault::JournalNotFollowed { journal }.status();
        let limit = end.saturating_duration_since(Instant::now());
        match db.as_ref().ok_or_else(unknown)?.reflects(journal, *position, limit).await {
            Ok(()) => {}
            Err(StoreError::NotFound) => return Err(unknown()),
            Err(StoreError::Busy(_)) => {
                return Err(Fault::NotReached { journal, position: *position, retry_after: RETRY }.status());
            }
            Err(error) => return Err(Problem::from(error).status()),
        }
    }
    Ok(())
}

/// The positions of all such headers; none when one is malformed.
fn positions(headers: &http::HeaderMap) -> Option<Vec<(String, i64)>> {
    let mut wanted = Vec::new();
    for value in headers.get_all(HEADER) {
        for pair in value.to_str().ok()?.split(',') {
            let (journal, position) = pair.trim().split_once('=')?;
            let named =
                (1..=32).contains(&journal.len()) && journal.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            let counted = !position.is_empty() && position.bytes().all(|b| b.is_ascii_digit());
            if !named || !counted || wanted.len() == MOST {
                return None;
            }
            wanted.push((journal.to_owned(), position.parse().ok()?));
        }
    }
    Some(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(values: &[&'static str]) -> Option<Vec<(String, i64)>> {
        let name = http::HeaderName::from_static(HEADER);
        positions(&values.iter().map(|value| (name.clone(), http::HeaderValue::from_static(value))).collect())
    }

    #[test]
    fn positions_are_read_from_one_header_or_several_and_everything_else_is_refused() {
        let both = Some(vec![("registry".to_owned(), 12), ("cases".to_owned(), 0)]);
        assert_eq!(read(&["registry=12,cases=0"]), both);
        assert_eq!(read(&["registry=12", " cases=0 "]), both);
        for bad in ["", "registry", "registry=", "=1", "registry=-1", "registry=+1", "registry=1,", "Registry=1"] {
            assert_eq!(read(&[bad]), None, "{bad:?}");
        }
        for bad in ["registry=99999999999999999999", "a=1,a=1,a=1,a=1,a=1,a=1,a=1,a=1,a=1", "registry = 1"] {
            assert_eq!(read(&[bad]), None, "{bad:?}");
        }
    }
}
