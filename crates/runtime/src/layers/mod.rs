//! The layers around every call, outermost first. One file each, which says why it stands where it stands:
//!
//! `catch_panic` → `request_id` → `metrics` → `even` → `deadline` → `shed` → `authenticate` → `access` → `at_least` →
//! `errors` → the service.
//!
//! They are plain generic wrappers instead of tower layers: an `async fn` each, nothing boxed, no readiness to keep.

mod access;
mod at_least;
mod authenticate;
pub(crate) mod body;
mod catch_panic;
mod deadline;
mod errors;
mod even;
mod fault;
mod gate;
mod methods;
mod metrics;
mod request_id;
mod shed;

pub(crate) use at_least::Databases as ReadDatabases;
pub(crate) use gate::Gate;
pub(crate) use methods::{Method, Methods};
pub use methods::{Rule, RuleError, Rules};
pub(crate) use metrics::code_word;
pub use request_id::CallId;
pub use shed::Criticality;

use crate::{config::Config, telemetry::Metrics};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

pub(crate) type Request = http::Request<tonic::body::Body>;
pub(crate) type Response = http::Response<tonic::body::Body>;

/// Answers a call.
pub(crate) trait Handler: Send + Sync + 'static {
    fn handle(&self, request: Request) -> impl Future<Output = Response> + Send;
}

/// Does something around a call.
pub(crate) trait Layer: Send + Sync + 'static {
    fn around<H: Handler>(&self, request: Request, inner: &H) -> impl Future<Output = Response> + Send;
}

/// A layer on a handler is a handler.
pub(crate) struct Over<L, H> {
    layer: L,
    inner: H,
}

impl<L: Layer, H: Handler> Handler for Over<L, H> {
    fn handle(&self, request: Request) -> impl Future<Output = Response> + Send {
        self.layer.around(request, &self.inner)
    }
}

fn over<L: Layer, H: Handler>(layer: L, inner: H) -> Over<L, H> {
    Over { layer, inner }
}

/// What the layers need to know.
pub(crate) struct LayerParts {
    pub(crate) methods: Arc<Methods>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) env: hoagiai_types::Env,
    pub(crate) identity: Arc<crate::identity::Identity>,
    /// What each service reads.
    pub(crate) databases: ReadDatabases,
    /// Streams that only end when the server does are ended when this is cancelled.
    pub(crate) drain: CancellationToken,
}

/// Puts the layers around a handler.
pub(crate) fn stack<H: Handler>(parts: &LayerParts, config: &Config, handler: H) -> impl Handler {
    let LayerParts { methods, metrics, env, identity, databases, drain } = parts;
    let errors = over(errors::Errors::new(&config.server), handler);
    let at_least = over(at_least::AtLeast::new(databases.clone()), errors);
    let access = over(access::Access::new(env.clone(), identity.clone()), at_least);
    let authenticate = over(authenticate::Authenticate::new(identity.clone(), env.clone()), access);
    let shed = over(shed::Shed::new(&config.load, metrics.clone()), authenticate);
    let deadline = over(deadline::Deadline::new(&config.load, drain.clone()), shed);
    let even = over(even::Even::new(config.load.refusal_step.get()), deadline);
    let metered = over(metrics::Metered::new(metrics.clone()), even);
    let request_id = over(request_id::RequestId::new(env.clone(), methods.clone()), metered);
    over(catch_panic::CatchPanic::new(metrics.clone()), request_id)
}
