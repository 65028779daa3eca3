//! Channels to other services: connected lazily, kept alive, with the deadline of the call being served, the trace and
//! the service's own credentials on every request.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tonic::metadata::MetadataValue;
use tonic::service::Interceptor;
use tonic::service::interceptor::InterceptedService;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic::{Request, Status};

use crate::{Problem, deadline};

/// A channel to another service.
pub type Peer = InterceptedService<Channel, Outgoing>;

/// Limit of a call whose caller has no deadline of its own.
const LIMIT: Duration = Duration::from_secs(5);

/// Gives a text for the next call, if there is one: the token of the service, the trace being followed.
pub type Source = Arc<dyn Fn() -> Option<String> + Send + Sync>;

/// There is no way to a server.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// The address is none.
    #[error("not the address of a server")]
    Address(#[source] tonic::transport::Error),
    /// The file of certificate authorities cannot be read.
    #[error("the certificate authorities in {0} cannot be read")]
    Authorities(PathBuf, #[source] std::io::Error),
    /// There is a file of authorities, and nothing to use them for.
    #[error("certificate authorities are for addresses that begin with https://")]
    Plain,
    /// The authorities are none, or the system has none.
    #[error("TLS cannot be set up")]
    Tls(#[source] tonic::transport::Error),
}

/// The way to a server: over TLS when its address begins with `https://`, trusting the authorities of the system, or those
/// in the PEM file instead.
///
/// # Errors
/// [`EndpointError`].
pub fn endpoint(url: &str, authorities: Option<&Path>) -> Result<Endpoint, EndpointError> {
    let endpoint = Endpoint::from_shared(url.to_owned()).map_err(EndpointError::Address)?;
    if endpoint.uri().scheme_str() != Some("https") {
        return if authorities.is_some() { Err(EndpointError::Plain) } else { Ok(endpoint) };
    }
    let tls = match authorities {
        None => ClientTlsConfig::new().with_native_roots(),
        Some(file) => {
            let pem = std::fs::read(file).map_err(|error| EndpointError::Authorities(file.to_owned(), error))?;
            ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem))
        }
    };
    endpoint.tls_config(tls).map_err(EndpointError::Tls)
}

/// What every outgoing request carries.
#[derive(Clone)]
pub struct Outgoing {
    token: Source,
    traceparent: Source,
    limit: Option<Duration>,
}

impl fmt::Debug for Outgoing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outgoing").field("limit", &self.limit).finish_non_exhaustive()
    }
}

impl Outgoing {
    /// Carries the token of the service, without `Bearer `. It is asked for each call: tokens are renewed.
    pub fn new(token: Source) -> Self {
        Outgoing { token, traceparent: Arc::new(|| None), limit: Some(LIMIT) }
    }

    /// Carries no credentials.
    pub fn anonymous() -> Self {
        Outgoing::new(Arc::new(|| None))
    }

    /// Carries the W3C `traceparent` of the span being followed.
    #[must_use]
    pub fn tracing(mut self, traceparent: Source) -> Self {
        self.traceparent = traceparent;
        self
    }

    /// Sets no limit: for streams that are meant to stay open.
    #[must_use]
    pub fn unlimited(mut self) -> Self {
        self.limit = None;
        self
    }

    /// A channel to the service at `url`, which need not be up yet.
    ///
    /// # Errors
    /// INVALID_ARGUMENT: the address is none.
    pub fn connect(self, url: &str) -> Result<Peer, Problem> {
        let endpoint = Endpoint::from_shared(url.to_owned()).map_err(|_| {
            Problem::of(
                tonic::Code::InvalidArgument,
                "ADDRESS_MALFORMED",
                "not the address of a service",
                "Địa chỉ dịch vụ không hợp lệ.",
            )
        })?;
        let endpoint = endpoint
            .connect_timeout(Duration::from_secs(3))
            .tcp_nodelay(true)
            .tcp_keepalive(Some(Duration::from_secs(60)))
            .http2_keep_alive_interval(Duration::from_secs(30))
            .keep_alive_timeout(Duration::from_secs(10))
            .keep_alive_while_idle(true)
            .http2_adaptive_window(true);
        Ok(self.over(endpoint.connect_lazy()))
    }

    /// The same over a channel that exists, for instance within the process.
    pub fn over(self, channel: Channel) -> Peer {
        InterceptedService::new(channel, self)
    }
}

impl Interceptor for Outgoing {
    fn call(&mut self, mut request: Request<()>) -> Result<Request<()>, Status> {
        if let Some(limit) = self.limit {
            let limit = deadline::for_call(limit).ok_or_else(|| Problem::new("DEADLINE_EXCEEDED"))?;
            request.set_timeout(limit);
        }
        if let Some(value) = (self.token)().and_then(|token| MetadataValue::try_from(format!("Bearer {token}")).ok()) {
            let mut value = value;
            value.set_sensitive(true);
            request.metadata_mut().insert("authorization", value);
        }
        if let Some(value) = (self.traceparent)().and_then(|trace| MetadataValue::try_from(trace).ok()) {
            request.metadata_mut().insert("traceparent", value);
        }
        Ok(request)
    }
}
