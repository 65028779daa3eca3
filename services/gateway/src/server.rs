//! The listener of HTTP: a limit on connections, a limit on how long a head may take, an orderly end.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use axum::{Router, extract::ConnectInfo};
use hoagiai_runtime::CancellationToken;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto::Builder, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use tokio::{net::TcpListener, sync::Semaphore};
use tower::ServiceExt as _;

use crate::{config::Config, linger::Lingering};

/// What is under way when the process stops gets so long to end: calls have ended before, only bytes are to go out.
const LAST_BYTES: Duration = Duration::from_secs(5);

/// An address that is listened on, not served yet.
pub(crate) struct Listener {
    listener: TcpListener,
    address: SocketAddr,
    connections: Arc<Semaphore>,
    head_limit: Duration,
}

/// The address cannot be listened on.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen for HTTP on {address}; choose another with `gateway.listen`")]
pub(crate) struct Taken {
    address: SocketAddr,
    source: std::io::Error,
}

impl Listener {
    pub(crate) async fn bind(config: &Config) -> Result<Self, Taken> {
        let taken = |source| Taken { address: config.listen, source };
        let listener = TcpListener::bind(config.listen).await.map_err(taken)?;
        let address = listener.local_addr().map_err(taken)?;
        let connections = Arc::new(Semaphore::new(config.connections.min(Semaphore::MAX_PERMITS)));
        Ok(Self { listener, address, connections, head_limit: config.head_limit() })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until stopped.
    pub(crate) async fn serve(self, router: Router, stop: CancellationToken) {
        let mut builder = Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(self.head_limit);
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(Duration::from_secs(30))
            .max_concurrent_streams(256);
        let graceful = GracefulShutdown::new();
        while let Some(Some((stream, peer, permit))) = stop.run_until_cancelled(self.accept()).await {
            let router = router.clone();
            let service = tower::service_fn(move |mut request: http::Request<hyper::body::Incoming>| {
                request.extensions_mut().insert(ConnectInfo(peer));
                router.clone().oneshot(Lingering::within(request).map(axum::body::Body::new))
            });
            let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service));
            let connection = graceful.watch(connection.into_owned());
            tokio::spawn(async move {
                // A peer that leaves in the middle is the peer's business.
                if let Err(error) = connection.await {
                    tracing::debug!(error = %error, "a connection over HTTP ended early");
                }
                drop(permit);
            });
        }
        drop(self.listener);
        let _ = tokio::time::timeout(LAST_BYTES, graceful.shutdown()).await;
    }

    /// The next connection, once there is room for it. None: nothing more can be accepted.
    async fn accept(&self) -> Option<(tokio::net::TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
        let permit = self.connections.clone().acquire_owned().await.ok()?;
        loop {
            match self.listener.accept().await {
                Ok((stream, peer)) => {
                    let _ = stream.set_nodelay(true);
                    return Some((stream, peer, permit));
                }
                Err(error) => {
                    // Out of descriptors, most of the time: others will close some.
                    tracing::warn!(error = %error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }
}
