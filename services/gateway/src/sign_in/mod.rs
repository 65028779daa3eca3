//! Officers sign in with a browser, by the code flow of OpenID Connect with PKCE. The gateway is the client: it keeps the
//! tokens, the browser a secret that finds the session. Sessions are in memory, and end with the process: whoever is still
//! signed in at the provider comes back without typing anything.

pub(crate) mod begun;
pub(crate) mod config;
pub(crate) mod origin;
pub(crate) mod provider;
pub(crate) mod sessions;

use std::{sync::Arc, time::Duration};

use hoagiai_runtime::{BoxError, Setup};
use hoagiai_types::Env;

use crate::{config::Config, counted::Counted};
use begun::Seal;
use provider::Provider;
use sessions::Sessions;

/// Where a provider sends browsers back to, below the public address.
pub(crate) const CALLBACK: &str = "/sign-in/callback";

/// What the faces need to sign somebody in and to know them again.
pub(crate) struct SignIn {
    pub(crate) provider: Provider,
    pub(crate) sessions: Sessions,
    pub(crate) seal: Seal,
    /// Scheme, host and port of our own pages.
    pub(crate) origin: String,
    pub(crate) longest: Duration,
    pub(crate) env: Env,
    pub(crate) counted: Counted,
}

impl SignIn {
    /// As configured; none: nobody signs in here.
    ///
    /// # Errors
    /// The system gives no randomness or no certificate authorities.
    pub(crate) fn of(config: &Config, setup: &Setup, counted: Counted) -> Result<Option<Arc<Self>>, BoxError> {
        let (Some(section), Some(public_url)) = (&config.sign_in, &config.public_url) else { return Ok(None) };
        let origin = url::Url::parse(public_url)?.origin().ascii_serialization();
        let callback = format!("{origin}{CALLBACK}");
        let (identity, env) = (setup.identity().clone(), setup.env().clone());
        let provider = Provider::new(section.clone(), callback, setup.fetcher()?, identity, env.clone());
        let seal = Seal::new().ok_or("the system gives no random numbers")?;
        let longest = section.longest.get();
        Ok(Some(Arc::new(Self { provider, sessions: Sessions::default(), seal, origin, longest, env, counted })))
    }
}
