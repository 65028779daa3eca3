//! Keys of issuers that are fetched: at the start, from time to time, and when a token names a key that is not known. A
//! provider that is down stops nobody: its last good keys are used until they are too old, also after a restart.

mod cache;
mod schedule;

use crate::{
    config::Config,
    fetch::{FetchError, Fetcher},
    service::BoxError,
    telemetry::Metrics,
};
use cache::KeyCache;
use futures_util::future::join_all;
use hoagiai_identity::token::{JwksSource, Verifier, VerifierError};
use hoagiai_types::{Env, Timestamp};
use schedule::{Schedule, is_stale};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// Where kept keys lie in the data folder.
const FOLDER: &str = "issuers";

/// Keys were not replaced.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("the answer is no text")]
    Text,
    #[error(transparent)]
    Keys(#[from] VerifierError),
}

impl Fault {
    fn word(&self) -> &'static str {
        match self {
            Self::Fetch(error) => error.word(),
            Self::Text | Self::Keys(_) => "no_keys",
        }
    }
}

/// The issuers whose keys are fetched.
pub(crate) struct Issuers {
    verifier: Arc<Verifier>,
    sources: BTreeMap<String, JwksSource>,
    times: Mutex<BTreeMap<String, Schedule>>,
    fetcher: Fetcher,
    cache: KeyCache,
    every: Duration,
    keep: Duration,
}

impl Issuers {
    /// Those of the configuration, with the keys that were kept. None: there are no such issuers.
    pub(crate) fn of(config: &Config, verifier: &Arc<Verifier>, now: Timestamp) -> Result<Option<Self>, BoxError> {
        let sources: BTreeMap<String, JwksSource> =
            verifier.remote().map(|(issuer, source)| (issuer.to_owned(), source.clone())).collect();
        if sources.is_empty() {
            return Ok(None);
        }
        let section = &config.identity;
        let times = sources.keys().map(|issuer| (issuer.clone(), Schedule::new(None, now))).collect();
        let issuers = Self {
            verifier: verifier.clone(),
            sources,
            times: Mutex::new(times),
            fetcher: Fetcher::new(section.authorities.as_ref())?,
            cache: KeyCache::new(config.data.folder.join(FOLDER)),
            every: section.keys_refresh.get().max(Duration::from_secs(1)),
            keep: section.keys_keep.get(),
        };
        issuers.recall(now);
        Ok(Some(issuers))
    }

    /// Takes the keys that were kept and are not too old.
    fn recall(&self, now: Timestamp) {
        for (issuer, schedule) in self.times().iter_mut() {
            let Some(kept) = self.cache.read(issuer) else { continue };
            if is_stale(kept.fetched(), now, self.keep) {
                tracing::warn!(issuer, "the kept keys of an issuer are too old");
                continue;
            }
            match self.verifier.replace_keys(issuer, &kept.jwks) {
                Ok(_) => *schedule = Schedule::new(Some(kept.fetched()), now),
                Err(error) => tracing::warn!(issuer, error = %error, "the kept keys of an issuer cannot be used"),
            }
        }
    }

    /// Fetches what is missing before anything is served, within the time of a fetch or two. Whoever is down is served
    /// without.
    pub(crate) async fn begin(&self, env: &Env, metrics: &Metrics) {
        let missing: Vec<String> = {
            let times = self.times();
            times.iter().filter(|(_, times)| !times.has_keys()).map(|(issuer, _)| issuer.clone()).collect()
        };
        join_all(missing.iter().map(|issuer| self.refresh(issuer, env, metrics))).await;
    }

    /// One look at the clock: fetches what is due or wanted, forgets what is too old.
    pub(crate) async fn look(&self, wanted: &[String], env: &Env, metrics: &Metrics) {
        let now = env.now();
        let due: Vec<String> = {
            let times = self.times();
            let due = times.iter().filter(|(issuer, times)| times.is_due(now, self.every) || wanted.contains(issuer));
            due.map(|(issuer, _)| issuer.clone()).collect()
        };
        join_all(due.iter().map(|issuer| self.refresh(issuer, env, metrics))).await;
        for (issuer, times) in self.times().iter_mut() {
            if times.is_stale(env.now(), self.keep) {
                times.forgotten();
                tracing::error!(issuer, "the keys of an issuer are too old; its tokens are refused");
                if let Err(error) = self.verifier.forget_keys(issuer) {
                    tracing::error!(issuer, error = %error, "the keys of an issuer cannot be forgotten");
                }
            }
        }
    }

    async fn refresh(&self, issuer: &str, env: &Env, metrics: &Metrics) {
        let outcome = self.fetch(issuer, env).await;
        let now = env.now();
        let mut times = self.times();
        let Some(times) = times.get_mut(issuer) else { return };
        match outcome {
            Ok(changed) => {
                times.fetched(now, self.every);
                metrics.keys_fetched(issuer, if changed { "changed" } else { "same" });
                if changed {
                    tracing::info!(issuer, "an issuer has new keys");
                }
            }
            Err(fault) => {
                times.failed(now);
                metrics.keys_fetched(issuer, fault.word());
                let why = fault.word();
                if times.has_keys() {
                    tracing::warn!(issuer, why, "the keys of an issuer cannot be fetched; the last ones are used");
                } else {
                    tracing::warn!(issuer, why, "the keys of an issuer cannot be fetched; its tokens are refused");
                }
            }
        }
    }

    /// Fetches and replaces the keys of an issuer; whether they are others than before.
    async fn fetch(&self, issuer: &str, env: &Env) -> Result<bool, Fault> {
        let address = match self.sources.get(issuer) {
            Some(JwksSource::Uri(address)) => address.clone(),
            _ => self.fetcher.metadata(issuer).await?.jwks_uri,
        };
        let jwks = String::from_utf8(self.fetcher.get(&address).await?).map_err(|_| Fault::Text)?;
        let changed = self.verifier.replace_keys(issuer, &jwks)?;
        // Also when they are the same: the file says since when they are not confirmed.
        if let Err(error) = self.cache.write(issuer, env.now(), &jwks) {
            tracing::warn!(issuer, error = %error, "the keys of an issuer cannot be kept for a restart");
        }
        Ok(changed)
    }

    fn times(&self) -> MutexGuard<'_, BTreeMap<String, Schedule>> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
