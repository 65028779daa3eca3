//! A service's routes behind a real gRPC connection, with callers that a test names instead of the identity layers: for
//! tests of a service alone. Access by role is tested where the layers are; here every named caller holds every permission
//! in its areas.

use std::{collections::HashMap, sync::Arc};

use hoagiai_identity::{Principal, testing};
use hoagiai_types::Env;
use tokio_stream::wrappers::TcpListenerStream;
use tonic::{
    Request, Status,
    service::{InterceptorLayer, Routes},
    transport::{Channel, Endpoint, Server},
};

/// The header that names the caller.
const AS: &str = "x-as";

/// Callers by name.
pub type Cast = HashMap<&'static str, Arc<Principal>>;

/// Serves routes on a free port and connects to them.
///
/// # Errors
/// When no port can be had.
pub async fn serve(routes: Routes, cast: Cast, env: Env) -> anyhow::Result<Channel> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let introduce = move |mut request: Request<()>| -> Result<Request<()>, Status> {
        let who = request.metadata().get(AS).and_then(|name| name.to_str().ok()).and_then(|name| cast.get(name));
        if let Some(principal) = who {
            let caller = testing::caller(principal.clone(), "tests.everything.do", env.today());
            request.extensions_mut().insert(caller);
        }
        Ok(request)
    };
    let server = Server::builder().layer(InterceptorLayer::new(introduce)).add_routes(routes);
    tokio::spawn(server.serve_with_incoming(TcpListenerStream::new(listener)));
    Ok(Endpoint::from_shared(format!("http://{address}"))?.connect().await?)
}

/// A request of a named caller.
pub fn by<T>(who: &'static str, message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.metadata_mut().insert(AS, tonic::metadata::MetadataValue::from_static(who));
    request
}
