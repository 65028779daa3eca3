//! Verification: which issuers are trusted with what, and the cache of tokens already verified.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, Ordering},
};

use arc_swap::ArcSwap;
use aws_lc_rs::digest;
use hoagiai_types::Timestamp;
use quick_cache::sync::Cache;
use subtle::ConstantTimeEq as _;

use super::{
    AssertionTerms, IdToken, IdTokenTerms, IssuerConfig, JwksSource, LogoutToken, Reason, Rejected, Revocations,
    VerifierConfig, VerifierError,
    assertion::{self, Trust},
    claims::{self, Terms, Times},
    compact::{Compact, Kind},
    id_token,
    keys::{self, Key, Keys},
    logout,
};
use crate::Principal;

/// At most one fetch of an issuer's keys in that many seconds, however many unknown key ids arrive.
const REFRESH_SECONDS: i64 = 60;

/// A token that was verified.
#[derive(Debug)]
pub struct Verified {
    principal: Arc<Principal>,
    issuer: Arc<str>,
    token_id: String,
    times: Times,
    certificate: Option<[u8; 32]>,
    keys: u64,
}

impl Verified {
    /// Who it is.
    pub fn principal(&self) -> &Arc<Principal> {
        &self.principal
    }

    /// The `jti`.
    pub fn token_id(&self) -> &str {
        &self.token_id
    }

    /// When it runs out.
    pub fn expires(&self) -> Timestamp {
        Timestamp::from_micros(self.times.expires * 1_000_000)
    }
}

struct Trusted {
    config: IssuerConfig,
    name: Arc<str>,
    wants_refresh: AtomicBool,
    next_refresh: AtomicI64,
}

/// The keys of all issuers, in their order, swapped as one.
struct KeyRing {
    generation: u64,
    of: Vec<Arc<Keys>>,
}

/// Verifies tokens. Shared by all connections; asking takes no lock but the cache's.
pub struct Verifier {
    issuers: Vec<Trusted>,
    keys: ArcSwap<KeyRing>,
    cache: Cache<[u8; 32], Arc<Verified>>,
    revocations: Revocations,
    decoy: Option<Key>,
}

impl Verifier {
    /// Reads the keys of every issuer.
    ///
    /// # Errors
    /// When a key set or the configuration has a fault: a service must not start half-trusting.
    pub fn new(config: VerifierConfig) -> Result<Verifier, VerifierError> {
        let (mut issuers, mut of) = (Vec::<Trusted>::new(), Vec::new());
        for config in config.issuers {
            let name = config.issuer.clone();
            let clashes = |other: &Trusted| {
                let [a, b] = [&other.config.subject_prefix, &config.subject_prefix];
                // The empty prefix may stand beside others: see `verify_anew`.
                other.config.issuer == name
                    || a == b
                    || (!a.is_empty() && !b.is_empty() && (a.starts_with(b) || b.starts_with(a)))
            };
            if issuers.iter().any(clashes) {
                return Err(VerifierError::Ambiguous(name));
            }
            config.check()?;
            of.push(Arc::new(read_keys(&config)?));
            let (wants_refresh, next_refresh) = (AtomicBool::new(false), AtomicI64::new(i64::MIN));
            issuers.push(Trusted { name: name.into(), config, wants_refresh, next_refresh });
        }
        Ok(Verifier {
            issuers,
            keys: ArcSwap::from_pointee(KeyRing { generation: 0, of }),
            cache: Cache::new(config.cache.max(1)),
            revocations: Revocations::default(),
            decoy: Key::ed25519(&ED25519_BASE_POINT),
        })
    }

    /// Verifies a token shown without a client certificate.
    ///
    /// # Errors
    /// [`Rejected`], which tells the client nothing and the log everything.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Arc<Verified>, Rejected> {
        self.verify_shown(token, None, now)
    }

    /// Verifies a token shown over a connection with this client certificate (SHA-256 of its DER).
    ///
    /// # Errors
    /// As [`Verifier::verify`].
    pub fn verify_bound(&self, token: &str, certificate: &[u8; 32], now: Timestamp) -> Result<Arc<Verified>, Rejected> {
        self.verify_shown(token, Some(certificate), now)
    }

    fn verify_shown(&self, token: &str, shown: Option<&[u8; 32]>, now: Timestamp) -> Result<Arc<Verified>, Rejected> {
        if token.len() > super::MAX_BYTES {
            return Err(Reason::Oversized.into());
        }
        let mut key = [0; 32];
        key.copy_from_slice(digest::digest(&digest::SHA256, token.as_bytes()).as_ref());
        let ring = self.keys.load();
        let known = self.cache.get(&key).filter(|verified| verified.keys == ring.generation);
        let fresh = known.is_none();
        let verified = match known {
            Some(verified) => verified,
            None => Arc::new(self.verify_anew(token, &ring, now)?),
        };
        if let Err(reason) = self.holds(&verified, shown, now) {
            if !fresh && reason == Reason::Expired {
                self.cache.remove(&key);
            }
            return Err(reason.into());
        }
        // Only now: what is refused must not push good tokens out of the cache.
        if fresh {
            self.cache.insert(key, verified.clone());
        }
        Ok(verified)
    }

    /// What may change between two calls with one token.
    fn holds(&self, verified: &Verified, shown: Option<&[u8; 32]>, now: Timestamp) -> Result<(), Reason> {
        verified.times.hold_at(now.as_micros().div_euclid(1_000_000))?;
        let shown_is = |bound: &[u8; 32]| shown.is_some_and(|shown| bool::from(shown.ct_eq(bound)));
        if verified.certificate.as_ref().is_some_and(|bound| !shown_is(bound)) {
            return Err(Reason::NotBound);
        }
        let (subject, issued) = (&verified.principal.subject, verified.times.issued);
        if self.revocations.include(&verified.issuer, &verified.token_id, subject, issued) {
            Err(Reason::Revoked)
        } else {
            Ok(())
        }
    }

    fn verify_anew(&self, token: &str, ring: &KeyRing, now: Timestamp) -> Result<Verified, Reason> {
        let compact = Compact::parse(token, Kind::Access)?;
        let trusted = self.signer(&compact, ring, now)?;
        let config = &trusted.config;
        if config.asserts {
            return Err(Reason::IssuerUnknown);
        }
        let terms = Terms {
            issuer: &config.issuer,
            audience: &config.audience,
            subject_prefix: &config.subject_prefix,
            longest: i64::from(config.longest_seconds),
            may_vouch_for: &config.roles,
        };
        let believed = claims::believe(&compact.claims, &terms)?;
        let is_anothers = |other: &Trusted| {
            let prefix = &other.config.subject_prefix;
            !prefix.is_empty() && prefix != &config.subject_prefix && believed.principal.subject.starts_with(prefix)
        };
        // Of the installation's own issuer, acting for an account: the gateway verified that account's own token.
        let acts = config.delegates && believed.has_actor;
        if !acts && self.issuers.iter().any(is_anothers) {
            return Err(Reason::ClaimMalformed("sub"));
        }
        Ok(Verified {
            principal: Arc::new(believed.principal),
            issuer: trusted.name.clone(),
            token_id: believed.token_id,
            times: believed.times,
            certificate: believed.certificate,
            keys: ring.generation,
        })
    }

    /// Verifies the ID token of a sign-in (OpenID Connect Core 1.0 §3.1.3.7). It is no credential: nothing accepts it.
    ///
    /// # Errors
    /// As [`Verifier::verify`].
    pub fn verify_id_token(&self, token: &str, terms: &IdTokenTerms<'_>, now: Timestamp) -> Result<IdToken, Rejected> {
        let compact = Compact::parse(token, Kind::Id)?;
        let trusted = self.signer(&compact, &self.keys.load(), now)?;
        // Whoever signs our officers in is one issuer: another that is trusted too must not answer for it.
        if trusted.config.issuer != terms.issuer {
            return Err(Reason::IssuerUnknown.into());
        }
        Ok(id_token::believe(&compact, terms, &trusted.config.subject_prefix, now)?)
    }

    /// Verifies the assertion of a gateway in front (see [`IssuerConfig::asserts`]); answers whom it names, with the prefix of
    /// the issuer.
    ///
    /// # Errors
    /// As [`Verifier::verify`].
    pub fn verify_assertion(
        &self,
        token: &str,
        terms: &AssertionTerms<'_>,
        now: Timestamp,
    ) -> Result<String, Rejected> {
        let compact = Compact::parse(token, Kind::Assertion)?;
        let trusted = self.signer(&compact, &self.keys.load(), now)?;
        let config = &trusted.config;
        if config.issuer != terms.issuer || !config.asserts {
            return Err(Reason::IssuerUnknown.into());
        }
        let trust = Trust {
            audience: &config.audience,
            subject_prefix: &config.subject_prefix,
            longest: i64::from(config.longest_seconds),
        };
        Ok(assertion::believe(&compact, terms, &trust, now)?)
    }

    /// Verifies a logout token (OpenID Connect Back-Channel Logout 1.0 §2.6) of this issuer, meant for this client.
    ///
    /// # Errors
    /// As [`Verifier::verify`].
    pub fn verify_logout_token(
        &self,
        token: &str,
        (issuer, client_id): (&str, &str),
        now: Timestamp,
    ) -> Result<LogoutToken, Rejected> {
        let compact = Compact::parse(token, Kind::Logout)?;
        let trusted = self.signer(&compact, &self.keys.load(), now)?;
        if trusted.config.issuer != issuer {
            return Err(Reason::IssuerUnknown.into());
        }
        Ok(logout::believe(&compact, client_id, &trusted.config.subject_prefix, now)?)
    }

    /// What an issuer is trusted with; none: it is not.
    pub fn issuer(&self, name: &str) -> Option<&IssuerConfig> {
        self.issuers.iter().map(|trusted| &trusted.config).find(|config| config.issuer == name)
    }

    /// The issuer whose key has signed the token.
    fn signer<'a>(&'a self, compact: &Compact<'_>, ring: &KeyRing, now: Timestamp) -> Result<&'a Trusted, Reason> {
        let (trusted, key) = match self.find_key(compact, ring, now) {
            Ok(found) => found,
            Err(reason) => {
                // The work of a signature is done all the same: the time of an answer must not tell which issuers
                // and keys there are.
                let _ = self.decoy.as_ref().map(|decoy| decoy.verify(compact.signed, &compact.signature));
                return Err(reason);
            }
        };
        if key.verify(compact.signed, &compact.signature) { Ok(trusted) } else { Err(Reason::Signature) }
    }

    fn find_key<'a, 'b>(
        &'a self,
        compact: &Compact<'_>,
        ring: &'b KeyRing,
        now: Timestamp,
    ) -> Result<(&'a Trusted, &'b Key), Reason> {
        let issuer = match compact.claims.get("iss") {
            None => return Err(Reason::ClaimMissing("iss")),
            Some(issuer) => issuer.as_str().ok_or(Reason::ClaimMalformed("iss"))?,
        };
        let place = self.issuers.iter().position(|trusted| trusted.config.issuer == issuer);
        let (trusted, keys) = place
            .and_then(|place| Some((self.issuers.get(place)?, ring.of.get(place)?)))
            .ok_or(Reason::IssuerUnknown)?;
        if !trusted.config.algorithms.contains(&compact.algorithm) {
            return Err(Reason::AlgorithmNotAllowed);
        }
        let Some(key) = keys.get(&compact.key_id) else {
            if now.as_micros().div_euclid(1_000_000) >= trusted.next_refresh.load(Ordering::Relaxed) {
                trusted.wants_refresh.store(true, Ordering::Relaxed);
            }
            return Err(Reason::KeyUnknown);
        };
        if key.algorithm == compact.algorithm { Ok((trusted, key)) } else { Err(Reason::AlgorithmOfOtherKey) }
    }

    /// Issuers whose keys should be fetched again, because a key id was not known: each at most once a minute,
    /// however many such tokens come. Asking counts as fetching.
    pub fn due_refreshes(&self, now: Timestamp) -> Vec<&str> {
        let next = now.as_micros().div_euclid(1_000_000) + REFRESH_SECONDS;
        let due = self.issuers.iter().filter(|trusted| trusted.wants_refresh.swap(false, Ordering::Relaxed));
        due.inspect(|trusted| trusted.next_refresh.store(next, Ordering::Relaxed))
            .map(|trusted| &*trusted.name)
            .collect()
    }

    /// Replaces the keys of an issuer; whether they are others than before. Tokens verified with the old ones are verified
    /// anew at their next use.
    ///
    /// # Errors
    /// When the issuer is unknown or the set unusable; the old keys stay then.
    pub fn replace_keys(&self, issuer: &str, jwks: &str) -> Result<bool, VerifierError> {
        let (place, trusted) = self.place(issuer)?;
        let keys = keys::parse(jwks, &trusted.config.algorithms);
        let keys = keys.map_err(|error| VerifierError::Keys(issuer.to_owned(), error))?;
        let same = self.keys.load().of.get(place).is_some_and(|old| keys::same(old, &keys));
        if !same {
            self.put_keys(place, keys);
        }
        Ok(!same)
    }

    /// Forgets the keys of an issuer that has not confirmed them for too long: its tokens are refused from now on.
    ///
    /// # Errors
    /// When the issuer is unknown.
    pub fn forget_keys(&self, issuer: &str) -> Result<(), VerifierError> {
        let (place, _) = self.place(issuer)?;
        self.put_keys(place, Keys::new());
        Ok(())
    }

    fn place(&self, issuer: &str) -> Result<(usize, &Trusted), VerifierError> {
        let mut issuers = self.issuers.iter().enumerate();
        let found = issuers.find(|(_, trusted)| trusted.config.issuer == issuer);
        found.ok_or_else(|| VerifierError::Unknown(issuer.to_owned()))
    }

    fn put_keys(&self, place: usize, keys: Keys) {
        let keys = Arc::new(keys);
        self.keys.rcu(|ring| {
            let mut of = ring.of.clone();
            of[place] = keys.clone();
            KeyRing { generation: ring.generation + 1, of }
        });
        self.cache.clear();
    }

    /// The issuers whose keys somebody must fetch, and from where.
    pub fn remote(&self) -> impl Iterator<Item = (&str, &JwksSource)> {
        let remote = self.issuers.iter().filter(|trusted| trusted.config.jwks.is_remote());
        remote.map(|trusted| (&*trusted.name, &trusted.config.jwks))
    }

    /// Reads the keys of file-backed issuers again.
    ///
    /// # Errors
    /// As [`Verifier::replace_keys`].
    pub fn reload_files(&self) -> Result<(), VerifierError> {
        for trusted in &self.issuers {
            if let JwksSource::File(file) = &trusted.config.jwks {
                let text = std::fs::read_to_string(file)
                    .map_err(|error| VerifierError::File(trusted.name.to_string(), error))?;
                self.replace_keys(&trusted.name, &text)?;
            }
        }
        Ok(())
    }

    /// What was taken back.
    pub fn revocations(&self) -> &Revocations {
        &self.revocations
    }

    /// How many verified tokens are remembered now.
    pub fn cached(&self) -> usize {
        self.cache.len()
    }
}

impl std::fmt::Debug for Verifier {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.issuers.iter().map(|trusted| &trusted.name)).finish()
    }
}

/// A public key that nobody signs tokens with.
const ED25519_BASE_POINT: [u8; 32] = {
    let mut point = [0x66; 32];
    point[0] = 0x58;
    point
};

fn read_keys(config: &IssuerConfig) -> Result<Keys, VerifierError> {
    let name = || config.issuer.clone();
    let text = match &config.jwks {
        JwksSource::Inline(text) => text.clone(),
        JwksSource::File(file) => std::fs::read_to_string(file).map_err(|error| VerifierError::File(name(), error))?,
        JwksSource::Uri(_) | JwksSource::Discovery => return Ok(Keys::new()),
    };
    keys::parse(&text, &config.algorithms).map_err(|error| VerifierError::Keys(name(), error))
}
