//! One request to somebody else's server, and what came back of it: within a time, within a size, only where the guard
//! allows. HTTP/1.1, a connection of its own for every request, no redirect followed, no cookie kept, no proxy and no
//! variable of the environment asked.

mod connect;
mod exchange;
mod fault;
mod message;
mod resolve;
mod tls;

use std::{sync::Arc, time::Duration};

use tokio::time::timeout;

pub use exchange::ANSWER_LIMIT;
pub use fault::{ClientFault, Fault};
pub use message::{Answer, Request};
pub use resolve::{Resolve, Resolving, SystemResolver};

use crate::guard::{Guard, GuardConfig};

/// How a client is set up.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// Where it may go.
    pub guard: GuardConfig,
    /// The time for everything: the name, the connection, TLS, the request, the answer to its end.
    pub time_out: Duration,
    /// Whether the roots that browsers trust are trusted (Mozilla's list, as of the build).
    pub public_roots: bool,
    /// Further roots in PEM, one after another: the state's own authorities are in no browser. May be empty.
    pub extra_roots_pem: Vec<u8>,
}

impl Default for ClientConfig {
    /// Open Internet, public roots, 15 s: the lower end of what Standard Webhooks asks senders to wait.
    fn default() -> Self {
        Self {
            guard: GuardConfig::default(),
            time_out: Duration::from_secs(15),
            public_roots: true,
            extra_roots_pem: Vec::new(),
        }
    }
}

/// Sends requests. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    guard: Guard,
    resolver: Arc<dyn Resolve>,
    tls: tokio_rustls::TlsConnector,
    time_out: Duration,
}

impl Client {
    /// A client that asks the system for names.
    ///
    /// # Errors
    /// Roots that cannot be read, or none at all.
    pub fn new(config: ClientConfig) -> Result<Self, ClientFault> {
        Self::with_resolver(config, Arc::new(SystemResolver))
    }

    /// A client that asks this resolver for names.
    ///
    /// # Errors
    /// Roots that cannot be read, or none at all.
    pub fn with_resolver(config: ClientConfig, resolver: Arc<dyn Resolve>) -> Result<Self, ClientFault> {
        let tls = tls::connector(config.public_roots, &config.extra_roots_pem)?;
        Ok(Self { guard: Guard::new(config.guard), resolver, tls, time_out: config.time_out })
    }

    /// The same client, trusting the same authorities, with another guard: for endpoints of somebody to whom more is opened.
    #[must_use]
    pub fn guarded_by(&self, guard: Guard) -> Self {
        Self { guard, ..self.clone() }
    }

    /// The guard, to judge an address when it is registered.
    #[must_use]
    pub fn guard(&self) -> &Guard {
        &self.guard
    }

    /// Makes one attempt. Dropping the future closes the connection.
    ///
    /// # Errors
    /// There is no whole answer; every fault counts as a failed attempt.
    pub async fn send(&self, request: Request) -> Result<Answer, Fault> {
        timeout(self.time_out, self.attempt(request)).await.unwrap_or(Err(Fault::TimedOut))
    }

    async fn attempt(&self, request: Request) -> Result<Answer, Fault> {
        // Again, although it was judged when it was registered: what is opened may have been closed since.
        let target = self.guard.target(&request.url).map_err(Fault::Refused)?;
        let request = request.into_http(&target)?;
        let stream = connect::connect(&self.guard, &*self.resolver, &target).await?;
        if target.tls() {
            let stream = tls::handshake(&self.tls, &target, stream).await?;
            exchange::exchange(stream, request).await
        } else {
            exchange::exchange(stream, request).await
        }
    }
}
