//! What a service hands to the runtime: its gRPC services, its database and its background work.

use crate::setup::Setup;
use futures_util::future::BoxFuture;
use hoagiai_store::Db;
use std::{convert::Infallible, net::SocketAddr, sync::Arc};
use tonic::{body::Body, server::NamedService, service::Routes};

/// Any error, boxed: what makes a service unable to start.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Asks whether a service can serve.
pub type Check = Arc<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>;

/// Work beside the calls, such as following another service's journal. It ends when [`Setup::shutdown`] is cancelled;
/// ending or panicking before is logged and counted.
pub(crate) struct Task {
    pub(crate) name: &'static str,
    pub(crate) work: BoxFuture<'static, ()>,
}

/// A service, ready to be served: alone or beside others on one port.
pub struct Service {
    pub(crate) name: &'static str,
    pub(crate) grpc_names: Vec<&'static str>,
    pub(crate) routes: Routes,
    pub(crate) db: Option<Db>,
    pub(crate) checks: Vec<Check>,
    pub(crate) tasks: Vec<Task>,
    pub(crate) faces: Vec<(&'static str, SocketAddr)>,
}

impl Service {
    /// An empty service: `registry`, `cases`, `evaluation`, `reporting` …
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            grpc_names: Vec::new(),
            routes: Routes::default(),
            db: None,
            checks: Vec::new(),
            tasks: Vec::new(),
            faces: Vec::new(),
        }
    }

    /// Adds a gRPC service: `.grpc(TeamServiceServer::new(…))`. The limits of messages are the runtime's.
    #[must_use]
    pub fn grpc<S>(mut self, service: S) -> Self
    where
        S: tower_service::Service<http::Request<Body>, Response = http::Response<Body>, Error = Infallible>
            + NamedService
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Send + 'static,
    {
        self.grpc_names.push(S::NAME);
        self.routes = self.routes.add_service(service);
        self
    }

    /// The database: health asks it, and its journal is served to others.
    #[must_use]
    pub fn db(mut self, db: Db) -> Self {
        self.db = Some(db);
        self
    }

    /// Adds work beside the calls. Stop it by [`Setup::shutdown`].
    #[must_use]
    pub fn task(mut self, name: &'static str, work: impl Future<Output = ()> + Send + 'static) -> Self {
        self.tasks.push(Task { name, work: Box::pin(work) });
        self
    }

    /// Tells where the service listens beside gRPC, for whoever asks the server: `http`.
    #[must_use]
    pub fn face(mut self, name: &'static str, address: SocketAddr) -> Self {
        self.faces.push((name, address));
        self
    }

    /// Adds a question whose answer decides whether the service serves; the database asks its own.
    #[must_use]
    pub fn check<F>(mut self, ask: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = bool> + Send + 'static,
    {
        self.checks.push(Arc::new(move || Box::pin(ask())));
        self
    }
}

impl std::fmt::Debug for Service {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Service").field("name", &self.name).field("grpc", &self.grpc_names).finish_non_exhaustive()
    }
}

type Build = dyn for<'a> Fn(&'a Setup) -> BoxFuture<'a, Result<Service, BoxError>> + Send + Sync;

/// A service not built yet: its name and `pub async fn service(setup: &Setup) -> Result<Service, …>`.
#[derive(Clone)]
pub struct Part {
    pub(crate) name: &'static str,
    pub(crate) build: Arc<Build>,
}

impl Part {
    /// A part: `Part::new("registry", hoagiai_registry::service)`. The name is that of its configuration section.
    #[must_use]
    pub fn new<B>(name: &'static str, build: B) -> Self
    where
        B: for<'a> BuildService<'a> + Send + Sync + 'static,
    {
        Self { name, build: Arc::new(move |setup| build.build(setup)) }
    }
}

impl std::fmt::Debug for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Part").field(&self.name).finish()
    }
}

/// An `async fn(&Setup) -> Result<Service, E>`, named so that a part can be made from any.
pub trait BuildService<'a> {
    /// Builds the service.
    fn build(&self, setup: &'a Setup) -> BoxFuture<'a, Result<Service, BoxError>>;
}

impl<'a, F, Fut, E> BuildService<'a> for F
where
    F: Fn(&'a Setup) -> Fut,
    Fut: Future<Output = Result<Service, E>> + Send + 'a,
    E: Into<BoxError>,
{
    fn build(&self, setup: &'a Setup) -> BoxFuture<'a, Result<Service, BoxError>> {
        let building = self(setup);
        Box::pin(async { building.await.map_err(Into::into) })
    }
}
