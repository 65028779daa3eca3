//! A running server: what it tells of itself, and its orderly end.

use crate::{config::Config, edge::Edge, health::Health, identity::Identity, setup::Peers, telemetry::Telemetry};
use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tonic::transport::{Channel, Endpoint};

/// A running server. Dropped without [`Server::shutdown`], it aborts what runs.
pub struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) admin_address: Option<SocketAddr>,
    pub(crate) faces: Vec<(&'static str, SocketAddr)>,
    pub(crate) config: Config,
    pub(crate) identity: Arc<Identity>,
    pub(crate) edge: Edge,
    pub(crate) health: Arc<Health>,
    pub(crate) telemetry: Arc<Telemetry>,
    pub(crate) peers: Peers,
    pub(crate) tasks: TaskTracker,
    /// No more calls: peers are asked to leave.
    pub(crate) drain: CancellationToken,
    /// No more anything.
    pub(crate) abort: CancellationToken,
    /// Background work ends.
    pub(crate) stop: CancellationToken,
    /// Somebody is out of patience; `abort` follows when the calls that it costs are counted.
    pub(crate) hurry: CancellationToken,
    /// A database can no longer be trusted.
    pub(crate) broken: CancellationToken,
}

/// How a server ended.
#[derive(Debug, Clone, Copy)]
pub struct Stopped {
    /// Calls that were cut because they did not end in time.
    pub aborted_calls: usize,
    /// How long stopping took.
    pub took: Duration,
}

impl Server {
    /// Where the server listens: the port is the real one where 0 was asked for.
    #[must_use]
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Where the admin port is.
    #[must_use]
    pub fn admin_addr(&self) -> Option<SocketAddr> {
        self.admin_address
    }

    /// Where a service listens beside gRPC, by the name of the face: `http`.
    #[must_use]
    pub fn face(&self, name: &str) -> Option<SocketAddr> {
        self.faces.iter().find(|(face, _)| *face == name).map(|(_, address)| *address)
    }

    /// A channel over the network (plain HTTP/2).
    ///
    /// # Errors
    /// Never for a bound address; the type is tonic's.
    pub fn channel(&self) -> Result<Channel, tonic::transport::Error> {
        Ok(Endpoint::from_shared(format!("http://{}", self.address))?.connect_lazy())
    }

    /// A channel without the network, through the same layers.
    #[must_use]
    pub fn inside(&self) -> Channel {
        self.peers.inside()
    }

    /// Who may vouch for callers here.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Calls in flight.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.edge.activity.calls()
    }

    /// The text of `/metrics`.
    #[must_use]
    pub fn metrics(&self) -> String {
        self.telemetry.scrape()
    }

    /// Cancelling this token makes [`Server::shutdown`] stop waiting: for the second signal.
    #[must_use]
    pub fn hurry_token(&self) -> CancellationToken {
        self.hurry.clone()
    }

    /// Cancelled when a database is broken: the process must end.
    #[must_use]
    pub fn broken_token(&self) -> CancellationToken {
        self.broken.clone()
    }

    /// NOT_SERVING, then no new calls, then the end of those in flight, then the end of background work. Bounded:
    /// what does not end in time is cut.
    pub async fn shutdown(self) -> Stopped {
        let began = Instant::now();
        self.health.stop().await;
        tracing::info!(calls = self.calls(), "stopping");
        self.hurry.run_until_cancelled(tokio::time::sleep(self.config.server.drain_delay.get())).await;
        self.drain.cancel();
        self.edge.tasks.close();
        let limit = tokio::time::sleep(self.config.server.drain.get());
        tokio::select! {
            () = self.edge.tasks.wait() => {}
            () = self.hurry.cancelled() => tracing::warn!("stopping at once"),
            () = limit => tracing::warn!(calls = self.calls(), "calls did not end in time"),
            () = self.only_silent_peers() => tracing::info!("peers without calls did not leave in time"),
        }
        let aborted_calls = self.calls();
        self.stop.cancel();
        self.tasks.close();
        let ended = tokio::time::timeout(Duration::from_secs(5), self.tasks.wait());
        if self.hurry.run_until_cancelled(ended).await.is_none_or(|ended| ended.is_err()) {
            tracing::warn!("background work did not end in time");
        }
        self.abort.cancel();
        let _ = tokio::time::timeout(Duration::from_secs(2), self.edge.tasks.wait()).await;
        let stopped = Stopped { aborted_calls, took: began.elapsed() };
        tracing::info!(aborted_calls, took_ms = stopped.took.as_millis(), "stopped");
        self.telemetry.clone().flush().await;
        stopped
    }

    /// Waits until there has been no call for a while: whoever is still connected then is silent or dead.
    async fn only_silent_peers(&self) {
        let patience = self.config.server.drain_silent.get();
        let drained = Instant::now();
        while drained.elapsed() < patience || self.edge.activity.idle() < patience {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.drain.cancel();
        self.stop.cancel();
        self.abort.cancel();
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}
