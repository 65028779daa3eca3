//! The transcoder as a service of HTTP around a service of gRPC.

use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use prost_reflect::MethodDescriptor;
use tower_service::Service;

use crate::answer::Outcome;
use crate::body::{Body, CallBody};
use crate::limits::Limits;
use crate::options::Options;
use crate::refusal::Refusal;
use crate::table::Table;
use crate::{BoxError, Code, connect, rest};

/// What every request shares.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) table: Arc<Table>,
    pub(crate) options: Options,
}

/// Answers REST and Connect by calling a service of gRPC.
///
/// The service is anything that takes `http::Request<`[`CallBody`]`>` and answers gRPC: `tonic::service::Routes` as it
/// is, in the same process; a `tonic::transport::Channel` behind
/// `tower::util::MapRequest::new(channel, |request: http::Request<CallBody>| request.map(tonic::body::Body::new))`.
///
/// A request of gRPC itself (`application/grpc…`) must not come here: a server that speaks both tells them apart by their
/// content type, because Connect has the same paths, and refuses it with 415.
///
/// It is always ready: a request is read before the service is asked, and the service's own readiness is waited for
/// within the time of the call. It needs the timer of a tokio runtime. Extensions of a request reach the service, those
/// of its answer the caller.
#[derive(Debug, Clone)]
pub struct Transcoder<S> {
    service: S,
    shared: Arc<Shared>,
}

impl<S> Transcoder<S> {
    /// A transcoder of a table of routes in front of a service.
    #[must_use]
    pub fn new(service: S, table: Arc<Table>, options: Options) -> Self {
        Self { service, shared: Arc::new(Shared { table, options }) }
    }

    /// The method that a request would call, over REST or Connect; none: no method of ours.
    #[must_use]
    pub fn method(&self, verb: &http::Method, path: &str) -> Option<MethodDescriptor> {
        let shared = &self.shared;
        if let Some(method) = shared.options.connect.then(|| shared.table.rpc(path)).flatten() {
            return Some(method.clone());
        }
        let path = crate::router::Path::parse(path, &shared.options.limits).ok()?;
        shared.table.find(verb, &path).ok().map(|found| found.value.method.clone())
    }

    /// Whether a path is one of ours, for any method, over REST or Connect: what else a server has stays its own.
    #[must_use]
    pub fn knows(&self, path: &str) -> bool {
        let shared = &self.shared;
        let rpc = shared.options.connect && shared.table.rpc(path).is_some();
        rpc || crate::router::Path::parse(path, &shared.options.limits)
            .is_ok_and(|path| !shared.table.allowed(&path).is_empty())
    }
}

impl<S, B, R> Service<Request<B>> for Transcoder<S>
where
    S: Service<Request<CallBody>, Response = Response<R>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
    R: http_body::Body<Data = Bytes> + Send + 'static,
    R::Error: Into<BoxError>,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (service, shared) = (self.service.clone(), Arc::clone(&self.shared));
        Box::pin(async move { Ok(respond(service, shared, request).await) })
    }
}

async fn respond<S, B, R>(service: S, shared: Arc<Shared>, request: Request<B>) -> Response<Body>
where
    S: Service<Request<CallBody>, Response = Response<R>> + Send,
    S::Future: Send,
    S::Error: Into<BoxError>,
    B: http_body::Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
    R: http_body::Body<Data = Bytes> + Send + 'static,
    R::Error: Into<BoxError>,
{
    if let Some(refusal) = too_large(request.headers(), &shared.options.limits) {
        return Outcome::from(refusal).rest(&shared);
    }
    let rpc = shared.options.connect.then(|| shared.table.rpc(request.uri().path()).cloned()).flatten();
    match rpc {
        Some(method) => connect::respond(service, &shared, &method, request).await,
        None => rest::respond(service, shared, request).await,
    }
}

/// Headers that no service would take. What a service says of them is no answer of gRPC.
fn too_large(headers: &HeaderMap, limits: &Limits) -> Option<Refusal> {
    let bytes: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 32).sum();
    let (reason, message) = match () {
        () if headers.len() > limits.headers => ("TOO_MANY_HEADERS", "too many headers"),
        () if bytes > limits.header_bytes => ("HEADERS_TOO_LARGE", "the headers are too large"),
        () => return None,
    };
    Some(Refusal::new(Code::InvalidArgument, reason, message).http(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE))
}
