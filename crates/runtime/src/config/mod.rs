//! What an operator may set: defaults, then a TOML file, then the environment. Every key is known or refused by name.

mod reader;
mod tree;
mod values;

pub use tree::{ConfigError, Source, Tree};
pub use values::{Secret, Span};

use crate::edge;
use serde::Deserialize;
use std::{net::SocketAddr, path::PathBuf};

/// The settings of a process that do not belong to one service.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where and how strangers are served.
    pub server: ServerConfig,
    /// How much runs at once, and how long.
    pub load: LoadConfig,
    /// Liveness, readiness and metrics.
    pub admin: AdminConfig,
    /// Logs, traces and metrics.
    pub telemetry: TelemetryConfig,
    /// Who may vouch for callers.
    pub identity: IdentityConfig,
    /// The keys that seal personal data.
    pub keys: KeysConfig,
    /// The folder of databases that have no URL of their own.
    pub data: DataConfig,
    /// Where the other services are.
    pub peers: PeersConfig,
}

/// The gRPC port and the limits of its connections.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ServerConfig {
    /// Address and port; port 0 takes any free one.
    pub listen: SocketAddr,
    /// TLS; none serves plain HTTP/2 (behind a proxy, or on one machine).
    pub tls: Option<TlsConfig>,
    /// Connections in all. Never more than half of the files that the process may open.
    pub connections: usize,
    /// Connections from one address.
    pub connections_per_address: usize,
    /// Streams at once in a connection.
    pub streams_per_connection: u32,
    /// The TLS handshake must end within this time.
    pub handshake: Span,
    /// Preface, frame or header block, once begun, must be complete within this time.
    pub begun: Span,
    /// A connection without calls is asked to leave after this time.
    pub idle: Span,
    /// A connection of this age (± 10 %) is asked to leave, so that balancers can spread it anew.
    pub connection_age: Span,
    /// How often a peer is asked whether it lives.
    pub ping_interval: Span,
    /// How long it may take to answer.
    pub ping_timeout: Span,
    /// Headers of a call, in bytes.
    pub header_list_bytes: u32,
    /// Control frames (PING, SETTINGS, …) at once.
    pub frame_burst: u32,
    /// Control frames a second, lasting.
    pub frames_per_second: u32,
    /// The largest message taken.
    pub receive_bytes: usize,
    /// The largest message sent.
    pub send_bytes: usize,
    /// Between NOT_SERVING and refusing calls, so that balancers notice.
    pub drain_delay: Span,
    /// How long calls in flight may take to end when the server stops.
    pub drain: Span,
    /// How long peers without calls may take to leave when the server stops.
    pub drain_silent: Span,
    /// Serve reflection.
    pub reflection: bool,
}

impl Default for ServerConfig {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 7000)),
            tls: None,
            connections: 1000,
            connections_per_address: 20,
            streams_per_connection: 100,
            handshake: Span::seconds(5),
            begun: Span::seconds(5),
            idle: Span::seconds(120),
            connection_age: Span::seconds(600),
            ping_interval: Span::seconds(30),
            ping_timeout: Span::seconds(10),
            header_list_bytes: 16 * 1024,
            frame_burst: 2000,
            frames_per_second: 100,
            receive_bytes: 1024 * 1024,
            send_bytes: 4 * 1024 * 1024,
            drain_delay: Span::seconds(1),
            drain: Span::seconds(25),
            drain_silent: Span::seconds(2),
            reflection: true,
        }
    }
}

impl ServerConfig {
    /// Connections in all, below half of the open files: the rest is for databases, files and the kernel's surprise.
    pub(crate) fn places(&self) -> usize {
        edge::open_file_limit().map_or(self.connections, |files| self.connections.min(files / 2)).max(1)
    }

    pub(crate) fn frames(&self) -> edge::Allowance {
        edge::Allowance { burst: self.frame_burst, per_second: self.frames_per_second }
    }
}

/// TLS of a port. The files are read again when they change.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// Certificate chain (PEM).
    pub certificate: PathBuf,
    /// Private key (PEM).
    pub key: PathBuf,
    /// Authority of client certificates (PEM); a client that shows none may still use a token.
    #[serde(default)]
    pub client_ca: Option<PathBuf>,
}

/// How much runs at once, and how long.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LoadConfig {
    /// Unary calls at once, to begin with.
    pub calls: usize,
    /// The limit never shrinks below this.
    pub fewest_calls: usize,
    /// The limit never grows above this.
    pub most_calls: usize,
    /// A call that took longer tells the limit to shrink.
    pub slow_call: Span,
    /// How long a call may wait for its turn.
    pub queue_time: Span,
    /// Server streams at once.
    pub streams: usize,
    /// The deadline of a call that brings none.
    pub default_deadline: Span,
    /// The longest deadline of a unary call.
    pub longest_deadline: Span,
    /// An answer that a record is not for the caller, or not there, leaves at a multiple of this after the call came, so
    /// that its time tells nothing; 0 = at once.
    pub refusal_step: Span,
}

impl Default for LoadConfig {
    fn default() -> Self {
        Self {
            calls: 64,
            fewest_calls: 32,
            most_calls: 512,
            slow_call: Span::millis(250),
            queue_time: Span::millis(50),
            streams: 256,
            default_deadline: Span::seconds(5),
            longest_deadline: Span::seconds(30),
            refusal_step: Span::millis(10),
        }
    }
}

/// The admin port. It knows no credentials, so it listens on loopback unless told otherwise.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AdminConfig {
    /// Address and port; none: no admin port.
    pub listen: Option<SocketAddr>,
    /// How often each service is asked whether it can serve.
    pub ask_every: Span,
}

impl Default for AdminConfig {
    fn default() -> Self {
        Self { listen: Some(SocketAddr::from(([127, 0, 0, 1], 7090))), ask_every: Span::seconds(5) }
    }
}

/// How a log line looks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// For machines.
    Json,
}

/// Logs, traces and metrics.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TelemetryConfig {
    /// How log lines look.
    pub log_format: LogFormat,
    /// What is logged, as in `info,hoagiai_store=debug`.
    pub log_filter: String,
    /// OTLP collector (gRPC), such as `http://127.0.0.1:4317`; none: nothing is exported.
    pub otlp_endpoint: Option<String>,
    /// A header `name=value` of the export, such as an API key.
    pub otlp_secret: Option<Secret>,
    /// Traces kept, in percent.
    pub trace_percent: u8,
}

impl Default for TelemetryConfig {
    fn default() -> Self {
        Self {
            log_format: LogFormat::Text,
            log_filter: "info".to_owned(),
            otlp_endpoint: None,
            otlp_secret: None,
            trace_percent: 10,
        }
    }
}

/// Who may vouch for callers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct IdentityConfig {
    /// Issuers of tokens. If none is named, the local one is trusted alone.
    pub issuers: Vec<hoagiai_identity::token::IssuerConfig>,
    /// The key file of the local issuer, made on first use. Default: `issuer.pem` in the data folder.
    pub local_key: Option<PathBuf>,
    /// The longest life of a token of the local issuer.
    pub local_longest: Span,
    /// What tokens of the local issuer are meant for.
    pub audience: String,
    /// How many verified tokens are remembered.
    pub cache: usize,
    /// How often the keys of issuers are fetched anew. A key that is not known is asked for at once, once a minute at most.
    pub keys_refresh: Span,
    /// How long keys are used that can no longer be fetched.
    pub keys_keep: Span,
    /// More certificate authorities (PEM) for the servers of issuers, beside those of the system.
    pub authorities: Option<PathBuf>,
}

impl Default for IdentityConfig {
    fn default() -> Self {
        Self {
            issuers: Vec::new(),
            local_key: None,
            local_longest: Span::seconds(u64::from(hoagiai_identity::token::STANDARD_LIFETIME_SECONDS)),
            audience: "hoagiai".to_owned(),
            cache: 10_000,
            keys_refresh: Span::seconds(600),
            keys_keep: Span::seconds(24 * 3600),
            authorities: None,
        }
    }
}

/// The keys that seal personal data.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KeysConfig {
    /// The key file; made on first use if absent.
    pub file: Option<PathBuf>,
}

/// The folder of databases and keys that have no place of their own.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct DataConfig {
    /// The folder; made if absent.
    pub folder: PathBuf,
}

impl Default for DataConfig {
    fn default() -> Self {
        Self { folder: PathBuf::from("data-local") }
    }
}

/// Where the other services are, by name.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PeersConfig {
    /// URL of the registry; none: in this process, or not used.
    pub registry: Option<String>,
    /// URL of the case service.
    pub cases: Option<String>,
    /// URL of the evaluation service.
    pub evaluation: Option<String>,
    /// URL of the reporting service.
    pub reporting: Option<String>,
    /// URL of the gateway.
    pub gateway: Option<String>,
    /// Certificate authorities (PEM) that are trusted for `https://` URLs, instead of those of the system.
    pub ca: Option<PathBuf>,
    /// What this service shows to the others.
    pub token: Option<Secret>,
}

impl PeersConfig {
    /// The URL of a service, if it is elsewhere.
    #[must_use]
    pub fn url(&self, name: &str) -> Option<&str> {
        let url = match name {
            "registry" => &self.registry,
            "case" | "cases" => &self.cases,
            "evaluation" => &self.evaluation,
            "reporting" => &self.reporting,
            "gateway" => &self.gateway,
            _ => &None,
        };
        url.as_deref()
    }
}
