//! What every service runs on: configuration, the guarded edge, the layers around each call, health, telemetry and an
//! orderly end. Knows nothing of mediation; services know nothing of ports.
//!
//! A service's `main` is `hoagiai_runtime::run("registry", vec![Part::new("registry", hoagiai_registry::service)])`; the
//! A service's lib has
//! `pub async fn service(setup: &Setup) -> Result<Service, BoxError>`:
//!
//! ```text
//! let db = setup.open_db("registry", MIGRATIONS).await?;         // migrated and verified when it returns
//! let config: Config = setup.config()?;                           // the section [registry], strict
//! let peer = setup.peer("cases")?;                                // a channel, in this process or elsewhere
//! Ok(Service::new("registry")
//!     .grpc(TeamServiceServer::new(Teams { db: db.clone(), env: setup.env().clone() }))
//!     .db(db)                                                     // health asks it; its journal is served
//!     .task("follow cases", async move { … }))                    // ends when setup.shutdown() is cancelled
//! ```
//!
//! The all-in-one passes several parts and serves them on one port; tests use [`Launch::start`] with port 0.

mod admin;
pub mod config;
mod contract;
mod database;
mod edge;
mod fetch;
mod health;
mod identity;
mod issuers;
mod launch;
mod layers;
mod run;
mod server;
mod service;
mod setup;
mod telemetry;

pub use edge::{Tls, TlsError, client_certificate};
pub use fetch::{FetchError, Fetcher};
pub use identity::{Identity, LOCAL_ISSUER};
pub use launch::{Launch, StartError};
pub use layers::{CallId, Criticality, Rule, RuleError, Rules};
pub use run::{run, serve};
pub use server::{Server, Stopped};
pub use service::{BoxError, BuildService, Check, Part, Service};
pub use setup::{PeerError, Probes, Setup};
pub use telemetry::{Counter, TelemetryError};
pub use tokio_util::sync::CancellationToken;
