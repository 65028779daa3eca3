//! Calls of the contracts, told apart by their content type: gRPC and gRPC-Web as they are, everything else through the
//! transcoder (REST, Connect).

use std::{
    convert::Infallible,
    future::Future,
    net::SocketAddr,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::Body,
    extract::{ConnectInfo, Request},
    response::Response,
};
use hoagiai_rpc::{DOMAIN, Problem};
use hoagiai_transcode::{CallBody, Options, Table, Transcoder};
use http::{HeaderName, Method, header};
use prost_reflect::MethodDescriptor;
use tonic_web::{GrpcWebLayer, GrpcWebService};
use tower::{Layer, Service, util::MapRequest};

use super::{admit, enveloped, texts::TEXTS};
use crate::{
    backends::Backends,
    config::Config,
    door::VisitorAddress,
    served::{is_open, rule_of},
    visitors::VisitorLimit,
};

type ToTonic = fn(http::Request<CallBody>) -> http::Request<tonic::body::Body>;

/// Answers calls, however they are written.
#[derive(Clone)]
pub(super) struct Calls {
    transcoder: Transcoder<MapRequest<Backends, ToTonic>>,
    grpc: GrpcWebService<Backends>,
    visitors: bool,
    limit: VisitorLimit,
}

impl Calls {
    pub(super) fn new(backends: Backends, table: Arc<Table>, config: &Config) -> Self {
        let to_tonic: ToTonic = |request| request.map(tonic::body::Body::new);
        let options = Options {
            request_headers: ["x-purpose", "x-on-behalf-of", "x-at-least", "x-criticality"]
                .map(HeaderName::from_static)
                .to_vec(),
            response_headers: ["x-request-id", "content-disposition", "etag", "cache-control"]
                .map(HeaderName::from_static)
                .to_vec(),
            method_timeouts: table.methods().filter_map(longer).collect(),
            error_domain: DOMAIN.to_owned(),
            texts: Some(TEXTS),
            ..Options::default()
        };
        let transcoder = Transcoder::new(MapRequest::new(backends.clone(), to_tonic), table, options);
        let limit = VisitorLimit::per_minute(config.visitor_calls_per_minute);
        Self { transcoder, grpc: GrpcWebLayer::new().layer(backends), visitors: config.visitors, limit }
    }

    /// Whether a call is one that visitors make: without credentials, of what is open to them.
    fn is_visitor(&self, request: &Request) -> bool {
        let open = || {
            let verb = if request.method() == Method::HEAD { &Method::GET } else { request.method() };
            self.transcoder.method(verb, request.uri().path()).is_some_and(|method| is_open(&method, self.visitors))
        };
        !request.headers().contains_key(header::AUTHORIZATION) && open()
    }

    /// How long a visitor has to wait.
    fn wait(&self, request: &Request) -> Option<Duration> {
        let extensions = request.extensions();
        let in_front = extensions.get::<VisitorAddress>().map(|address| address.0);
        let peer = in_front.or_else(|| extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip()))?;
        self.limit.admit(peer).err()
    }

    async fn answer(mut self, request: Request) -> Response {
        let wait = self.is_visitor(&request).then(|| self.wait(&request)).flatten();
        let kind = request.headers().get(header::CONTENT_TYPE).map(|value| value.as_bytes());
        if kind.is_some_and(|kind| kind.starts_with(b"application/grpc")) {
            if let Some(wait) = wait {
                return admit::too_many(wait).status().into_http();
            }
            let answered = self.grpc.call(request.map(tonic::body::Body::new)).await;
            let unavailable = |error| {
                tracing::warn!(error = %error, "a service did not answer");
                Problem::new("BUSY").status().into_http()
            };
            return answered.unwrap_or_else(unavailable).map(Body::new);
        }
        let asked = (request.method(), request.uri().path(), request.headers());
        if !admit::admits(&self.transcoder, self.visitors, asked) {
            return admit::refused();
        }
        if let Some(wait) = wait {
            return admit::too_many_over_http(wait);
        }
        let request = match enveloped::taken_out(request).await {
            Ok(request) => request,
            Err((status, problem)) => return admit::answer(status, &problem, None),
        };
        let mut response = match self.transcoder.call(request).await {
            Ok(response) => response.map(Body::new),
        };
        admit::challenge(&mut response);
        response
    }
}

/// The time of a method that the contract gives more than others: a whole city is given time.
fn longer(method: &MethodDescriptor) -> Option<(String, Duration)> {
    let rule = rule_of(method)?;
    Some((rule.path.clone(), rule.deadline?))
}

impl Service<Request> for Calls {
    type Response = Response;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let calls = self.clone();
        Box::pin(async move { Ok(calls.answer(request).await) })
    }
}
