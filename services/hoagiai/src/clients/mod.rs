//! The demo as a client of the contracts: tokens of the folder's own issuer, a few connections to wherever the services
//! are, and patience with a busy server. Nothing here knows what is asked.

mod tokens;

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

use hoagiai_identity::token::Issuer;
use hoagiai_types::Env;
use tonic::{Code, Request, Response, Status, transport::Channel};
use tonic_types::StatusExt as _;

use tokens::{TokenError, Tokens};
pub use tokens::{Who, subject};

/// A call may take this long; imports are the longest.
const LIMIT: Duration = Duration::from_secs(25);
/// A busy server is asked again for this long.
const PATIENCE: Duration = Duration::from_secs(120);

/// Why a call ended without an answer.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
    /// The server refused, or could not be reached.
    #[error("{call} was answered {code:?}: {message}{details}")]
    Refused {
        /// The method.
        call: &'static str,
        /// The code.
        code: Code,
        /// Its message.
        message: String,
        /// The stable reason and its metadata, or the faulty fields.
        details: String,
    },
    /// An answer lacks what the contract promises.
    #[error("{call} answered without {what}")]
    Incomplete {
        /// The method.
        call: &'static str,
        /// What is missing.
        what: &'static str,
    },
    /// No token could be made.
    #[error(transparent)]
    Token(#[from] TokenError),
}

/// A service of the suite: one server may be all of them, or each a server of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Units, teams, mediators.
    Registry,
    /// Cases and register books.
    Cases,
    /// Cycles and assessments.
    Evaluation,
    /// Forms and reports.
    Reporting,
    /// Agencies, subscriptions, deliveries.
    Gateway,
}

impl Service {
    /// The name of its journal.
    #[must_use]
    pub fn journal(self) -> String {
        let name = match self {
            Self::Registry => "registry",
            Self::Cases => "cases",
            Self::Evaluation => "evaluation",
            Self::Reporting => "reporting",
            Self::Gateway => "gateway",
        };
        name.to_owned()
    }
}

/// Connections to the services.
#[derive(Clone, Debug)]
pub enum Servers {
    /// One server is all of them.
    One(Vec<Channel>),
    /// Each is a server of its own: registry, cases, evaluation, reporting. The demo asks nothing of a gateway.
    Each([Vec<Channel>; 4]),
}

impl Servers {
    fn of(&self, service: Service) -> &[Channel] {
        match self {
            Self::One(channels) => channels,
            Self::Each(each) => each.get(service as usize).map(Vec::as_slice).unwrap_or_default(),
        }
    }
}

/// The client.
pub struct Client {
    servers: Servers,
    next: AtomicUsize,
    tokens: Tokens,
    /// Calls that were answered busy and sent again.
    retries: AtomicUsize,
}

impl Client {
    /// A client on these connections.
    #[must_use]
    pub fn new(servers: Servers, issuer: Issuer, env: Env) -> Self {
        Self { servers, next: AtomicUsize::new(0), tokens: Tokens::new(issuer, env), retries: AtomicUsize::new(0) }
    }

    /// How many calls had to be sent again.
    #[must_use]
    pub fn retries(&self) -> usize {
        self.retries.load(Ordering::Relaxed)
    }

    /// Calls a method as somebody. A call that changes something carries a request id, so that asking again is harmless.
    ///
    /// # Errors
    /// The server refuses, or is not to be reached for a long time.
    pub async fn call<Q, A, F>(
        &self,
        service: Service,
        call: &'static str,
        who: Who,
        message: Q,
        send: F,
    ) -> Result<A, CallError>
    where
        Q: Clone,
        F: AsyncFn(Channel, Request<Q>) -> Result<Response<A>, Status>,
    {
        let began = Instant::now();
        let mut pause = Duration::from_millis(20);
        let channels = self.servers.of(service);
        if channels.is_empty() {
            return Err(CallError::Incomplete { call, what: "a server of its service" });
        }
        loop {
            let mut request = Request::new(message.clone());
            request.set_timeout(LIMIT);
            request.metadata_mut().insert("authorization", self.tokens.bearer(who)?);
            let channel = channels[self.next.fetch_add(1, Ordering::Relaxed) % channels.len()].clone();
            match send(channel, request).await {
                Ok(answer) => return Ok(answer.into_inner()),
                Err(status) if busy(status.code()) && began.elapsed() < PATIENCE => {
                    self.retries.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(Duration::from_secs(1));
                }
                Err(status) => return Err(refused(call, &status)),
            }
        }
    }
}

/// Whether asking again may help.
fn busy(code: Code) -> bool {
    matches!(
        code,
        Code::Unavailable | Code::ResourceExhausted | Code::Aborted | Code::DeadlineExceeded | Code::Cancelled
    )
}

fn refused(call: &'static str, status: &Status) -> CallError {
    let mut details = String::new();
    if let Some(info) = status.get_details_error_info() {
        let metadata: Vec<String> = info.metadata.iter().map(|(key, value)| format!("{key}={value}")).collect();
        details += &format!(" [{} {}]", info.reason, metadata.join(" "));
    }
    if let Some(faults) = status.get_details_bad_request() {
        let fields: Vec<String> =
            faults.field_violations.iter().map(|fault| format!("{}: {}", fault.field, fault.description)).collect();
        details += &format!(" ({})", fields.join("; "));
    }
    CallError::Refused { call, code: status.code(), message: status.message().to_owned(), details }
}
