//! Eighth: may this caller call this method at all. Default deny: the rule comes from the contract, and what has none
//! is refused. Puts the `Caller` into the request; whether its area covers the record is asked by the use case, which
//! alone knows the record.

use super::{Handler, Layer, Method, Request, Response, Rule, body, fault::Fault};
use crate::identity::Identity;
use hoagiai_identity::Principal;
use hoagiai_rpc::{Problem, request::PURPOSE};
use hoagiai_types::Env;
use http::{HeaderMap, HeaderName};
use std::sync::Arc;
use tonic::{Status, metadata::MetadataMap};

pub(super) struct Access {
    env: Env,
    identity: Arc<Identity>,
}

impl Access {
    pub(super) fn new(env: Env, identity: Arc<Identity>) -> Self {
        Self { env, identity }
    }

    fn admit(&self, request: &mut Request) -> Result<(), Status> {
        let method = request.extensions().get::<Arc<Method>>().cloned();
        let (permission, needs_purpose) = match method.as_ref().and_then(|method| method.rule.as_ref()) {
            None => return Err(Fault::NoSuchMethod.status()),
            Some(Rule::Public) => return Ok(()),
            Some(Rule::Needs { permission, purpose }) => (permission, *purpose),
        };
        let principal = request.extensions().get::<Arc<Principal>>().cloned();
        let principal = principal.ok_or_else(|| Fault::Unauthenticated.status())?;
        let caller = self.identity.caller(principal, permission, self.env.today()).map_err(|denied| {
            tracing::info!(permission = %permission, reason = denied.reason(), "a call was denied");
            Problem::from(denied).status()
        })?;
        let headers = MetadataMap::from_headers(purpose_alone(request.headers()));
        let caller = match hoagiai_rpc::request::purpose(&headers)? {
            Some(purpose) => caller.stating(purpose),
            None => caller,
        };
        if needs_purpose && caller.purpose().is_none() {
            return Err(Fault::PurposeMissing.status());
        }
        request.extensions_mut().insert(caller);
        Ok(())
    }
}

/// The one header that says why; the rest need not be copied.
fn purpose_alone(headers: &HeaderMap) -> HeaderMap {
    let stated = headers.get(PURPOSE).map(|value| (HeaderName::from_static(PURPOSE), value.clone()));
    stated.into_iter().collect()
}

impl Layer for Access {
    async fn around<H: Handler>(&self, mut request: Request, inner: &H) -> Response {
        match self.admit(&mut request) {
            Ok(()) => inner.handle(request).await,
            Err(status) => body::answer(status),
        }
    }
}
