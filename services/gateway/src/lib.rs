//! The gateway: one HTTP port in front of the services. No rule of mediation lives here, and no method is known by name:
//! what the contracts say is served, whatever they come to say.
//!
//! | path | what |
//! |---|---|
//! | `/v1/**` | REST, transcoded from `google.api.http` |
//! | `/<package>.<Service>/<Method>` | Connect (unary), gRPC-Web, gRPC |
//! | `/openapi.json`, `/docs` | the description of the REST forms, and a page to try them |
//! | `/sign-in`, `/sign-out` | officers with a browser, by OpenID Connect, where configured |
//! | `/healthz`, `/readyz`, `/metrics` | whether the process lives, whether it can serve, what it counted |

mod backends;
mod config;
mod faces;
mod linger;
mod served;
mod server;
mod sign_in;
mod visitors;

use std::sync::Arc;

use hoagiai_runtime::{BoxError, Service, Setup};
use hoagiai_transcode::Table;

pub use config::{Config, Unusable};
pub use sign_in::config::SignInConfig;

/// Builds the gateway: reads the contracts, finds the services, listens.
///
/// # Errors
/// The configuration is unusable, a rule of the contracts makes no sense, no service is to be found, or the address is
/// taken.
pub async fn service(setup: &Setup) -> Result<Service, BoxError> {
    let config: Config = setup.config()?;
    config.check()?;
    let backends = backends::Backends::find(setup, config.visitors)?;
    let table = Arc::new(Table::build(hoagiai_proto::pool(), |method| backends.serve(method))?);
    let sign_in = sign_in::SignIn::of(&config, setup)?;
    let router = faces::router(&config, &backends, &table, setup.probes(), sign_in)?;
    let listener = server::Listener::bind(&config).await?;
    let address = listener.address();
    Ok(Service::new("gateway").face("http", address).task("http", listener.serve(router, setup.shutdown())))
}
