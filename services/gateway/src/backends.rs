//! The services behind the gateway, as one service of gRPC: each call goes to the one that its path names, with the
//! credentials that came with it, or for a visitor with the gateway's own.

use std::{
    collections::BTreeMap,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Buf;
use futures_util::future::poll_fn;
use hoagiai_rpc::{annotations::method_rules, channel::Peer};
use hoagiai_runtime::{BoxError, Setup};
use http::{HeaderValue, Request, Response, header};
use http_body_util::{BodyExt, Full, Limited};
use prost::Message;
use prost_reflect::MethodDescriptor;
use tonic::{Status, body::Body, transport::Channel};
use tower::Service;

use crate::{
    agencies::Gatekeeper,
    officers::Officers,
    served::{JOURNAL, OWN, SERVICES, service_of},
};

/// A request of a journal names it, and holds little else.
const LARGEST_NAME: usize = 64 * 1024;

/// No service at all is configured.
#[derive(Debug, thiserror::Error)]
#[error("none of the services is in this process or under `peers` of the configuration: {}", SERVICES.join(", "))]
pub(crate) struct NoService;

#[derive(Clone)]
struct Backend {
    callers: Channel,
    visitors: Peer,
}

/// The services behind the gateway.
#[derive(Clone)]
pub(crate) struct Backends {
    by_name: Arc<BTreeMap<&'static str, Backend>>,
    visitors: bool,
    gatekeeper: Gatekeeper,
    officers: Officers,
}

/// The first field of every request of the journal.
#[derive(Clone, PartialEq, Message)]
struct Named {
    #[prost(string, tag = "1")]
    journal: String,
}

impl Backends {
    /// Those in this process, and those that the configuration says where to find.
    pub(crate) fn find(
        setup: &Setup,
        visitors: bool,
        (gatekeeper, officers): (Gatekeeper, Officers),
    ) -> Result<Self, NoService> {
        let mut by_name = BTreeMap::new();
        for name in SERVICES.iter().chain([&OWN]) {
            match (setup.channel(name), setup.peer(name)) {
                (Ok(callers), Ok(visitors)) => _ = by_name.insert(*name, Backend { callers, visitors }),
                (Err(error), _) | (_, Err(error)) => tracing::warn!(%error, "a service is not offered over HTTP"),
            }
        }
        if by_name.keys().all(|name| *name == OWN) {
            return Err(NoService);
        }
        Ok(Self { by_name: Arc::new(by_name), visitors, gatekeeper, officers })
    }

    /// Whether there is a service for a method.
    pub(crate) fn serve(&self, method: &MethodDescriptor) -> bool {
        let path = format!("/{}", method.full_name());
        service_of(&path).is_some_and(|name| name == JOURNAL || self.by_name.contains_key(name))
    }

    /// Calls of agencies pass the gatekeeper, officers are given their roles, others go on as they came.
    async fn forward(self, mut request: Request<Body>) -> Result<Response<Body>, BoxError> {
        match self.gatekeeper.agency(request.headers()) {
            Ok(None) => match self.officers.put_roles_on(request.headers_mut()) {
                Ok(()) => self.route(request).await,
                Err(problem) => Ok(problem.status().into_http()),
            },
            Ok(Some(agency)) => {
                let gatekeeper = self.gatekeeper.clone();
                gatekeeper.pass(agency, request, |request| self.route(request)).await
            }
            Err(problem) => Ok(problem.status().into_http()),
        }
    }

    /// Who tells agencies from others.
    pub(crate) fn gatekeeper(&self) -> &Gatekeeper {
        &self.gatekeeper
    }

    async fn route(self, request: Request<Body>) -> Result<Response<Body>, BoxError> {
        let (found, request) = match service_of(request.uri().path()) {
            Some(JOURNAL) => {
                let (name, request) = of_journal(request).await?;
                // Of a journal that nobody keeps, any service says so.
                let kept = name.and_then(|name| self.by_name.get(name.as_str()));
                (kept.or_else(|| self.by_name.values().next()), request)
            }
            name => (name.and_then(|name| self.by_name.get(name)), request),
        };
        let Some(mut backend) = found.cloned() else {
            return Ok(Status::unimplemented("no service answers this method here").into_http());
        };
        if self.is_of_visitor(&request) {
            poll_fn(|context| backend.visitors.poll_ready(context)).await?;
            let mut response = backend.visitors.call(request).await?;
            shared(&mut response);
            return Ok(response.map(Body::new));
        }
        poll_fn(|context| Service::<Request<Body>>::poll_ready(&mut backend.callers, context)).await?;
        Ok(backend.callers.call(request).await?)
    }

    /// A visitor shows no credentials at all; bad ones are for the service to refuse.
    fn is_of_visitor(&self, request: &Request<Body>) -> bool {
        let rule = method_rules().ok().and_then(|rules| rules.get(request.uri().path()));
        self.visitors
            && rule.is_some_and(|rule| rule.visitors)
            && !request.headers().contains_key(header::AUTHORIZATION)
    }
}

/// What a visitor is told, everybody may be: caches between may keep it.
fn shared<B>(response: &mut Response<B>) {
    let kept = response.headers().get(header::CACHE_CONTROL).and_then(|value| value.to_str().ok());
    let kept = kept.map(|text| text.replacen("private", "public", 1));
    if let Some(value) = kept.and_then(|text| HeaderValue::try_from(text).ok()) {
        response.headers_mut().insert(header::CACHE_CONTROL, value);
    }
}

/// Whose journal is asked for. A journal has the name of its service.
async fn of_journal(request: Request<Body>) -> Result<(Option<String>, Request<Body>), BoxError> {
    let (head, body) = request.into_parts();
    let body = Limited::new(body, LARGEST_NAME).collect().await?.to_bytes();
    // A frame of gRPC: whether it is compressed, its length, the message.
    let mut frame = body.clone();
    let message = if frame.len() > 5 { frame.split_off(5) } else { frame.split_off(frame.len()) };
    let plain = frame.has_remaining() && frame.get_u8() == 0;
    let name = Named::decode(message).ok().filter(|_| plain).map(|named| named.journal);
    Ok((name, Request::from_parts(head, Body::new(Full::new(body)))))
}

impl Service<Request<Body>> for Backends {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        // Each call waits for its own channel.
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        Box::pin(self.clone().forward(request))
    }
}
