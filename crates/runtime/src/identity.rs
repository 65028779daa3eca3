//! The seam to crates/identity: whose tokens are accepted, what roles permit, and this process's own credentials.

use crate::{config::Config, issuers::Issuers, service::BoxError, telemetry::Metrics};
use hoagiai_identity::{
    Area, Caller, Denied, Grant, Permission, Policy, Principal, Role,
    token::{AssertionTerms, IdToken, IdTokenTerms, Issuer, LogoutToken, NewToken, Verifier, VerifierConfig},
};
use hoagiai_types::{Date, Env, Timestamp};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio_util::sync::CancellationToken;

/// The name of the issuer that belongs to the installation itself.
pub const LOCAL_ISSUER: &str = "hoagiai-local";

/// How often key files are read again: rotation needs no restart.
const RELOAD: Duration = Duration::from_secs(60);

/// How often the clock is looked at for keys that are due or wanted.
const LOOK: Duration = Duration::from_secs(1);

/// Own tokens are renewed when less than this is left of them.
const RENEW: Duration = Duration::from_secs(5 * 60);

type Verify = dyn Fn(&str, Option<&[u8; 32]>, Timestamp) -> Result<Arc<Principal>, &'static str> + Send + Sync;

/// Who may vouch for callers, and what roles permit.
pub struct Identity {
    verify: Box<Verify>,
    policy: Arc<Policy>,
    verifier: Option<Arc<Verifier>>,
    issuer: Option<Arc<Issuer>>,
    remote: Option<Issuers>,
}

impl Identity {
    /// Trusts a function and the embedded access table: for tests.
    ///
    /// # Errors
    /// Never in a build whose tests passed.
    pub fn trusting(
        verify: impl Fn(&str) -> Option<Principal> + Send + Sync + 'static,
    ) -> Result<Self, hoagiai_identity::PolicyError> {
        let verify = move |token: &str, _: Option<&[u8; 32]>, _| verify(token).map(Arc::new).ok_or("refused");
        Ok(Self { verify: Box::new(verify), policy: Policy::embedded()?, verifier: None, issuer: None, remote: None })
    }

    /// What the configuration says: the issuers named there, and the local one unless others are named and it is not.
    pub(crate) fn from_config(config: &Config, now: Timestamp) -> Result<Self, BoxError> {
        let section = &config.identity;
        let mut issuers = section.issuers.clone();
        let mut issuer = None;
        if section.local_key.is_some() || issuers.is_empty() {
            let key = section.local_key.clone().unwrap_or_else(|| config.data.folder.join("issuer.pem"));
            if let Some(folder) = key.parent() {
                std::fs::create_dir_all(folder)?;
            }
            let local = Issuer::open(&key, LOCAL_ISSUER, &section.audience)?;
            let longest = u32::try_from(section.local_longest.get().as_secs()).unwrap_or(u32::MAX);
            issuers.push(local.as_trusted(longest));
            issuer = Some(Arc::new(local));
        }
        let verifier = Arc::new(Verifier::new(VerifierConfig { issuers, cache: section.cache })?);
        let remote = Issuers::of(config, &verifier, now)?;
        let shared = verifier.clone();
        let verify = move |token: &str, certificate: Option<&[u8; 32]>, now| {
            let verified = match certificate {
                Some(certificate) => shared.verify_bound(token, certificate, now),
                None => shared.verify(token, now),
            };
            verified.map(|verified| verified.principal().clone()).map_err(|rejected| rejected.reason().name())
        };
        Ok(Self { verify: Box::new(verify), policy: Policy::embedded()?, verifier: Some(verifier), issuer, remote })
    }

    /// Verifies an access token that somebody keeps for later calls; until when it holds.
    ///
    /// # Errors
    /// Why it is refused, in a word: for the log alone.
    pub fn verify_until(&self, token: &str, now: Timestamp) -> Result<(Arc<Principal>, Timestamp), &'static str> {
        let verifier = self.verifier.as_ref().ok_or("no_issuers")?;
        let verified = verifier.verify(token, now).map_err(|rejected| rejected.reason().name())?;
        Ok((verified.principal().clone(), verified.expires()))
    }

    /// Verifies a token, shown over a connection with this client certificate (SHA-256 of its DER form) or without any.
    ///
    /// # Errors
    /// Why not, in one word for the log: whoever shows it learns nothing.
    pub fn verify(
        &self,
        token: &str,
        certificate: Option<&[u8; 32]>,
        now: Timestamp,
    ) -> Result<Arc<Principal>, &'static str> {
        (self.verify)(token, certificate, now)
    }

    /// What roles permit.
    #[must_use]
    pub fn policy(&self) -> &Arc<Policy> {
        &self.policy
    }

    /// Verifies the ID token of a sign-in with the keys of its issuer.
    ///
    /// # Errors
    /// As [`Identity::verify_until`].
    pub fn verify_id_token(
        &self,
        token: &str,
        terms: &IdTokenTerms<'_>,
        now: Timestamp,
    ) -> Result<IdToken, &'static str> {
        let verifier = self.verifier.as_ref().ok_or("no_issuers")?;
        verifier.verify_id_token(token, terms, now).map_err(|rejected| rejected.reason().name())
    }

    /// Verifies a logout token of this issuer, meant for this client.
    ///
    /// # Errors
    /// As [`Identity::verify_until`].
    pub fn verify_logout_token(
        &self,
        token: &str,
        of: (&str, &str),
        now: Timestamp,
    ) -> Result<LogoutToken, &'static str> {
        let verifier = self.verifier.as_ref().ok_or("no_issuers")?;
        verifier.verify_logout_token(token, of, now).map_err(|rejected| rejected.reason().name())
    }

    /// Verifies the assertion of a gateway in front; answers whom it names.
    ///
    /// # Errors
    /// As [`Identity::verify_until`].
    pub fn verify_assertion(
        &self,
        token: &str,
        terms: &AssertionTerms<'_>,
        now: Timestamp,
    ) -> Result<String, &'static str> {
        let verifier = self.verifier.as_ref().ok_or("no_issuers")?;
        verifier.verify_assertion(token, terms, now).map_err(|rejected| rejected.reason().name())
    }

    /// Whether an issuer's tokens are assertions of a gateway in front.
    #[must_use]
    pub fn is_of_assertions(&self, issuer: &str) -> bool {
        self.verifier.as_ref().and_then(|verifier| verifier.issuer(issuer)).is_some_and(|config| config.asserts)
    }

    /// The prefix of an issuer's accounts, if their roles are assigned here rather than vouched for by it.
    #[must_use]
    pub fn assigns_roles_of(&self, issuer: &str) -> Option<&str> {
        let config = self.verifier.as_ref()?.issuer(issuer)?;
        config.roles_assigned.then_some(config.subject_prefix.as_str())
    }

    pub(crate) fn caller(
        &self,
        principal: Arc<Principal>,
        permission: &Permission,
        today: Date,
    ) -> Result<Caller, Denied> {
        self.policy.caller(principal, permission.as_str(), today)
    }

    /// The local issuer, if there is one: for tokens of the sandbox and of tests.
    #[must_use]
    pub fn issuer(&self) -> Option<&Arc<Issuer>> {
        self.issuer.as_ref()
    }

    /// Gives the token that a service of this process shows to others: minted here and renewed, or the configured one.
    pub(crate) fn own_token(&self, service: &str, config: &Config, env: &Env) -> hoagiai_rpc::channel::Source {
        let Some(issuer) = self.issuer.clone() else {
            let token = config.peers.token.clone();
            return Arc::new(move || token.as_ref().map(|token| token.expose().to_owned()));
        };
        let grants = vec![Grant::of(Role::Service, Area::Everywhere)];
        let (new, env) = (NewToken::for_subject(format!("service:{service}"), grants), env.clone());
        let kept: Mutex<Option<(String, Timestamp)>> = Mutex::default();
        Arc::new(move || {
            let now = env.now();
            let mut kept = kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            if let Some((token, expires)) = kept.as_ref()
                && *expires > now.plus(RENEW)
            {
                return Some(token.clone());
            }
            match issuer.mint(&new, now, env.ids.next_uuid(now)) {
                Ok(minted) => {
                    *kept = Some((minted.token.clone(), minted.expires));
                    Some(minted.token)
                }
                Err(error) => {
                    tracing::error!(error = %error, "the service cannot mint its own token");
                    None
                }
            }
        })
    }

    /// Fetches the keys that are missing, before anything is served.
    pub(crate) async fn begin(&self, env: &Env, metrics: &Metrics) {
        if let Some(remote) = &self.remote {
            remote.begin(env, metrics).await;
        }
    }

    /// Reads key files and fetches keys again, from time to time and when a key is wanted that is not known.
    pub(crate) async fn keep_fresh(self: Arc<Self>, env: Env, metrics: Arc<Metrics>, stop: CancellationToken) {
        let Some(verifier) = self.verifier.clone() else { return };
        let looking = async {
            let mut until_reload = RELOAD;
            loop {
                tokio::time::sleep(LOOK).await;
                let wanted: Vec<String> = verifier.due_refreshes(env.now()).into_iter().map(str::to_owned).collect();
                if let Some(remote) = &self.remote {
                    remote.look(&wanted, &env, &metrics).await;
                }
                until_reload = until_reload.saturating_sub(LOOK);
                if until_reload.is_zero() || !wanted.is_empty() {
                    until_reload = RELOAD;
                    if let Err(error) = verifier.reload_files() {
                        tracing::error!(error = %error, "the keys of an issuer cannot be read; the old ones stay");
                    }
                }
            }
        };
        stop.run_until_cancelled(looking).await;
    }
}
