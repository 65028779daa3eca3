//! Seventh: who is calling. After shedding, because checking a signature is work too; before access, which needs to know.
//! Public methods pass without credentials, and with bad ones: what they answer does not depend on them.

use super::{Handler, Layer, Method, Request, Response, Rule, body, fault::Fault};
use crate::{edge::Peer, identity::Identity};
use hoagiai_identity::token::bearer;
use hoagiai_types::Env;
use http::{HeaderValue, header::AUTHORIZATION};
use std::sync::Arc;

pub(super) struct Authenticate {
    identity: Arc<Identity>,
    env: Env,
}

impl Authenticate {
    pub(super) fn new(identity: Arc<Identity>, env: Env) -> Self {
        Self { identity, env }
    }
}

impl Layer for Authenticate {
    async fn around<H: Handler>(&self, mut request: Request, inner: &H) -> Response {
        let needs = match request.extensions().get::<Arc<Method>>().and_then(|method| method.rule.as_ref()) {
            Some(Rule::Public) => false,
            Some(Rule::Needs { .. }) => true,
            None => return body::answer(Fault::NoSuchMethod.status()),
        };
        if needs {
            let certificate = request.extensions().get::<Peer>().and_then(|peer| peer.certificate);
            let headers = request.headers().get_all(AUTHORIZATION).iter().map(HeaderValue::as_bytes);
            let principal = bearer(headers)
                .map_err(|rejected| rejected.reason().name())
                .and_then(|token| self.identity.verify(token, certificate.as_ref(), self.env.now()));
            match principal {
                Ok(principal) => request.extensions_mut().insert(principal),
                Err(reason) => {
                    // The reason is for the log alone: the answer must not teach how to forge.
                    tracing::info!(reason, "credentials were refused");
                    return body::answer(Fault::Unauthenticated.status());
                }
            };
        }
        inner.handle(request).await
    }
}
