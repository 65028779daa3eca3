//! What the runtime hands to a service while it is built.

use crate::{
    config::{Config, ConfigError, Tree},
    database::Databases,
    edge::Arrival,
    fetch::Fetcher,
    health::Health,
    identity::Identity,
    service::BoxError,
    telemetry::{Counter, Telemetry},
};
use hoagiai_rpc::channel::{EndpointError, Outgoing, Peer, Source, endpoint};
use hoagiai_store::{Db, Keyring, Migrations};
use hoagiai_types::Env;
use hyper_util::rt::TokioIo;
use opentelemetry::propagation::TextMapPropagator;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use serde::de::DeserializeOwned;
use std::{
    collections::{BTreeSet, HashMap},
    io,
    sync::Arc,
    time::Duration,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tonic::transport::{Channel, Endpoint};
use tracing_opentelemetry::OpenTelemetrySpanExt;

/// The buffer of an in-process connection, each way.
const PIPE: usize = 64 * 1024;

/// Everything a service may take from its surroundings.
#[derive(Clone)]
pub struct Setup {
    pub(crate) name: &'static str,
    pub(crate) env: Env,
    pub(crate) tree: Tree,
    pub(crate) peers: Peers,
    pub(crate) token: Source,
    pub(crate) identity: Arc<Identity>,
    pub(crate) databases: Databases,
    pub(crate) probes: Probes,
    pub(crate) shutdown: CancellationToken,
}

/// What a process tells of itself: for a face that serves it beside the admin port.
#[derive(Clone)]
pub struct Probes {
    pub(crate) health: Arc<Health>,
    pub(crate) telemetry: Arc<Telemetry>,
}

impl Probes {
    /// Whether everything serves, and a line for each service.
    #[must_use]
    pub fn ready(&self) -> (bool, String) {
        self.health.ready()
    }

    /// The metrics, in the text format of Prometheus.
    #[must_use]
    pub fn metrics(&self) -> String {
        self.telemetry.scrape()
    }
}

impl std::fmt::Debug for Probes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Probes").finish_non_exhaustive()
    }
}

/// Another service is neither in this process nor configured.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// No URL.
    #[error("configuration key `peers.{0}`: the service is not in this process, so its URL is needed")]
    Unknown(String),
    /// A URL that is none, or no authorities for it.
    #[error("configuration key `peers.{0}`: there is no way to the service")]
    Url(String, #[source] EndpointError),
}

impl Setup {
    /// The name that the service runs under.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Time and ids.
    #[must_use]
    pub fn env(&self) -> &Env {
        &self.env
    }

    /// The service's own section of the configuration, without `database`, which is the runtime's. Give the type
    /// `#[serde(deny_unknown_fields, default)]`.
    ///
    /// # Errors
    /// A key is unknown or its value does not fit.
    pub fn config<T: DeserializeOwned>(&self) -> Result<T, ConfigError> {
        self.tree.clone().without(&format!("{}.database", self.name)).section(self.name)
    }

    /// The service's database: connected, migrated and verified when this returns. Its configuration is the section
    /// `<service>.database`; without one it is a SQLite file in the data folder.
    ///
    /// # Errors
    /// The configuration, the engine or the journal is not fit.
    pub async fn open_db(&self, journal: &'static str, migrations: Migrations) -> Result<Db, BoxError> {
        self.databases.open(self.name, journal, migrations, &self.env).await
    }

    /// The keys of this installation.
    ///
    /// # Errors
    /// The key file cannot be read or made.
    pub async fn keys(&self) -> Result<Arc<Keyring>, BoxError> {
        self.databases.keys().await
    }

    /// Another service, in this process or elsewhere: with this service's token, the trace and the deadline of the call
    /// being served. Connects when first used, so that services may start in any order.
    ///
    /// # Errors
    /// The service is nowhere to be found in the configuration.
    pub fn peer(&self, name: &str) -> Result<Peer, PeerError> {
        Ok(self.outgoing().over(self.channel(name)?))
    }

    /// The same for streams that stay open, such as a journal: no deadline.
    ///
    /// # Errors
    /// As [`Setup::peer`].
    pub fn stream_peer(&self, name: &str) -> Result<Peer, PeerError> {
        Ok(self.outgoing().unlimited().over(self.channel(name)?))
    }

    /// The bare channel, without credentials.
    ///
    /// # Errors
    /// As [`Setup::peer`].
    pub fn channel(&self, name: &str) -> Result<Channel, PeerError> {
        self.peers.channel(name)
    }

    /// What requests of this service carry.
    #[must_use]
    pub fn outgoing(&self) -> Outgoing {
        Outgoing::new(self.token.clone()).tracing(Arc::new(traceparent))
    }

    /// Who may vouch for callers: for a face that must know them before it asks a service.
    #[must_use]
    pub fn identity(&self) -> &Arc<Identity> {
        &self.identity
    }

    /// What fetches small documents of other servers.
    ///
    /// # Errors
    /// The certificate authorities are unusable.
    pub fn fetcher(&self) -> Result<Fetcher, BoxError> {
        Ok(Fetcher::new(self.tree.config()?.identity.authorities.as_ref())?)
    }

    /// A number that the service counts, in the metrics under this name (`hoagiai.registry.…`).
    #[must_use]
    pub fn counter(&self, name: &'static str, description: &'static str) -> Counter {
        self.probes.telemetry.counter(name, description)
    }

    /// What the process tells of itself.
    #[must_use]
    pub fn probes(&self) -> Probes {
        self.probes.clone()
    }

    /// What makes counters and gauges of the service's own, shown and sent with those of the runtime: `hoagiai.<service>.<what>`.
    /// Labels are of few values that are known beforehand, and never of anybody.
    #[must_use]
    pub fn meter(&self) -> opentelemetry::metrics::Meter {
        self.probes.telemetry.meter.clone()
    }

    /// Cancelled when the process stops, after the last call has ended: background work ends on it.
    #[must_use]
    pub fn shutdown(&self) -> CancellationToken {
        self.shutdown.clone()
    }
}

/// The W3C header of the span being followed, if it is recorded.
fn traceparent() -> Option<String> {
    let context = tracing::Span::current().context();
    let mut carrier = HashMap::new();
    TraceContextPropagator::new().inject_context(&context, &mut carrier);
    carrier.remove("traceparent")
}

impl std::fmt::Debug for Setup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Setup").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The ways to other services.
#[derive(Debug, Clone)]
pub(crate) struct Peers {
    config: crate::config::PeersConfig,
    here: BTreeSet<&'static str>,
    inside: mpsc::Sender<Arrival>,
}

impl Peers {
    pub(crate) fn new(
        config: &Config,
        here: impl IntoIterator<Item = &'static str>,
        inside: mpsc::Sender<Arrival>,
    ) -> Self {
        Self { config: config.peers.clone(), here: here.into_iter().collect(), inside }
    }

    pub(crate) fn channel(&self, name: &str) -> Result<Channel, PeerError> {
        if self.here.contains(name) {
            return Ok(self.inside());
        }
        let url = self.config.url(name).ok_or_else(|| PeerError::Unknown(name.to_owned()))?;
        // One file for all: a peer on the same machine may still be reached without TLS.
        let authorities = self.config.ca.as_deref().filter(|_| url.starts_with("https://"));
        let endpoint = endpoint(url, authorities).map_err(|error| PeerError::Url(name.to_owned(), error))?;
        Ok(endpoint
            .connect_timeout(Duration::from_secs(3))
            .http2_keep_alive_interval(Duration::from_secs(30))
            .keep_alive_timeout(Duration::from_secs(10))
            .tcp_nodelay(true)
            .connect_lazy())
    }

    /// A channel to this very process, through the same layers as any other, without the network.
    pub(crate) fn inside(&self) -> Channel {
        let inside = self.inside.clone();
        let connect = move |_: http::Uri| {
            let inside = inside.clone();
            async move {
                let (ours, theirs) = tokio::io::duplex(PIPE);
                let gone = |_| io::Error::new(io::ErrorKind::ConnectionRefused, "the server has stopped");
                inside.send(theirs).await.map_err(gone)?;
                Ok::<_, io::Error>(TokioIo::new(ours))
            }
        };
        Endpoint::from_static("http://in.process").connect_with_connector_lazy(tower::service_fn(connect))
    }
}
