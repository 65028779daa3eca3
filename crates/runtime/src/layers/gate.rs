//! Innermost: the services themselves, once they are there. The port answers health from the first moment; calls that
//! come before the services are migrated and built are told to come again.

use super::{Handler, Request, Response, body, fault::Fault};
use std::{
    convert::Infallible,
    sync::{Arc, OnceLock},
    time::Duration,
};
use tonic::service::Routes;
use tower_service::Service as _;

/// Where the routes go when they are ready.
#[derive(Debug, Clone)]
pub(crate) struct Gate {
    early: Routes,
    all: Arc<OnceLock<Routes>>,
}

impl Gate {
    /// Serves these (health, reflection) until opened.
    pub(crate) fn new(early: Routes) -> Self {
        Self { early: early.prepare(), all: Arc::default() }
    }

    /// Serves these from now on.
    pub(crate) fn open(&self, routes: Routes) {
        let _ = self.all.set(routes.prepare());
    }
}

impl Handler for Gate {
    async fn handle(&self, request: Request) -> Response {
        let ready = self.all.get();
        let path = request.uri().path();
        let builtin = path.starts_with("/grpc.health.v1.") || path.starts_with("/grpc.reflection.v1.");
        let mut routes = match ready {
            Some(routes) => routes.clone(),
            None if builtin => self.early.clone(),
            None => return body::answer(Fault::NotReady { retry_after: Duration::from_secs(1) }.status()),
        };
        let Ok(answer): Result<Response, Infallible> = routes.call(request).await;
        answer
    }
}
