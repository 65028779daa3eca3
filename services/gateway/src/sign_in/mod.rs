//! Officers sign in with a browser, by the code flow of OpenID Connect with PKCE. The gateway is the client: it keeps the
//! tokens, the browser a secret that finds the session. Sessions are in the database and survive a restart; every gateway of the
//! database knows them.

pub(crate) mod begun;
pub(crate) mod config;
pub(crate) mod origin;
pub(crate) mod provider;
mod renewal;
mod seal;
pub(crate) mod sessions;

use std::sync::Arc;

use hoagiai_runtime::{BoxError, CancellationToken, Identity, Setup};
use hoagiai_store::Db;
use hoagiai_types::Env;

use crate::{config::Config, counted::Counted, officers::Officers};
use provider::Provider;
use seal::Seal;
use sessions::Sessions;

/// Where a provider sends browsers back to, below the public address.
pub(crate) const CALLBACK: &str = "/sign-in/callback";

/// What the faces need to sign somebody in and to know them again.
pub(crate) struct SignIn {
    pub(crate) provider: Provider,
    pub(crate) sessions: Sessions,
    pub(crate) seal: Arc<Seal>,
    pub(crate) identity: Arc<Identity>,
    pub(crate) officers: Officers,
    /// Scheme, host and port of our own pages.
    pub(crate) origin: String,
    pub(crate) env: Env,
    pub(crate) counted: Counted,
}

impl SignIn {
    /// As configured; none: nobody signs in here.
    ///
    /// # Errors
    /// The system gives no randomness or no certificate authorities; the key of sign-ins cannot be opened.
    pub(crate) async fn of(
        config: &Config,
        setup: &Setup,
        db: &Db,
        (officers, counted): (Officers, Counted),
    ) -> Result<Option<Arc<Self>>, BoxError> {
        let (Some(section), Some(public_url)) = (&config.sign_in, &config.public_url) else { return Ok(None) };
        let origin = url::Url::parse(public_url)?.origin().ascii_serialization();
        let callback = format!("{origin}{CALLBACK}");
        let (identity, env) = (setup.identity().clone(), setup.env().clone());
        let provider = Provider::new(section.clone(), callback, setup.fetcher()?, identity.clone(), env.clone());
        let seal = Arc::new(Seal::of(db).await?);
        let limits = (section.longest.get(), section.idle.get());
        let sessions = Sessions::new(db.clone(), env.clone(), seal.clone(), limits);
        Ok(Some(Arc::new(Self { provider, sessions, seal, identity, officers, origin, env, counted })))
    }

    /// Removes sessions that have ended, until stopped.
    pub(crate) async fn keep_swept(self: Arc<Self>, stop: CancellationToken) {
        self.sessions.keep_swept(stop).await;
    }
}
