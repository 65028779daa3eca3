//! At the door: by whatever a request shows who sends it, behind the door it is one `Authorization` header, or none.
//!
//! A gateway in front is known by its client certificate. What it says of the caller is believed, and taken off; said by anybody
//! else it is taken off unread. A token that is bound to a certificate (RFC 8705 §3) is verified here, where the certificate is
//! seen, and goes on as a credential of the gateway's making: services behind see no certificate of the caller.

pub(crate) mod config;
mod passed_on;
pub(crate) mod prefix;

use std::{collections::HashSet, net::IpAddr, sync::Arc};

use axum::{
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use hoagiai_identity::{
    Principal,
    token::{AssertionTerms, bearer},
};
use hoagiai_rpc::Problem;
use hoagiai_runtime::{Identity, Setup};
use hoagiai_types::Env;
use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::{
    agencies::Gatekeeper,
    config::{Config, Unusable},
    faces::refused_at_the_door,
    officers::Officers,
    server::ClientCertificate,
};
use config::{CertificateHeader, Fingerprint, ProxyConfig};

/// Stands at the door.
pub(crate) struct Door {
    proxies: Vec<ProxyConfig>,
    /// What gateways in front put before our paths.
    prefixes: Vec<String>,
    /// The headers by which gateways in front speak.
    spoken: HashSet<HeaderName>,
    identity: Arc<Identity>,
    gatekeeper: Gatekeeper,
    officers: Officers,
    env: Env,
}

/// The address by which a visitor is counted who comes through a gateway in front.
#[derive(Clone, Copy, Debug)]
pub(crate) struct VisitorAddress(pub(crate) IpAddr);

/// Credentials that do not hold. The reason is for the log alone.
struct NotHeld(&'static str);

impl From<NotHeld> for Problem {
    fn from(NotHeld(reason): NotHeld) -> Self {
        tracing::info!(reason, "credentials were refused");
        Problem::new("UNAUTHENTICATED")
    }
}

impl Door {
    /// # Errors
    /// A gateway in front is to be believed by the word of an issuer that makes no assertions.
    pub(crate) fn open(
        config: &Config,
        setup: &Setup,
        (gatekeeper, officers): (Gatekeeper, Officers),
    ) -> Result<Arc<Self>, Unusable> {
        let (identity, proxies) = (setup.identity().clone(), config.proxies.clone());
        let assertions = || proxies.iter().filter_map(|proxy| proxy.assertion.as_ref());
        if let Some(unknown) = assertions().find(|assertion| !identity.is_of_assertions(&assertion.issuer)) {
            return Err(Unusable::Asserting(unknown.issuer.clone()));
        }
        // Those of the usual gateways are taken off everywhere, whoever is configured: nothing behind may come to read them.
        let usual =
            ["x-jwt-assertion", "client-cert-chain", "x-forwarded-for", "forwarded"].map(HeaderName::from_static);
        let certificates = CertificateHeader::ALL.map(CertificateHeader::name);
        let own = assertions().map(|assertion| assertion.header.clone());
        let spoken = usual.into_iter().chain(certificates).chain(own).collect();
        let prefixes = config.path_prefixes.clone();
        Ok(Arc::new(Self { proxies, prefixes, spoken, identity, gatekeeper, officers, env: setup.env().clone() }))
    }

    /// Lets a request in, with its credentials as the rest of the gateway reads them.
    ///
    /// # Errors
    /// Whoever sends it, or whom it speaks for, is nobody here; or nobody knows at the moment.
    fn let_in(&self, request: &mut Request) -> Result<(), Problem> {
        let shown = request.extensions_mut().remove::<ClientCertificate>().map(|ClientCertificate(print)| print);
        let front = shown.and_then(|print| self.proxy(&Fingerprint(print)));
        let said = self.taken_off(request.headers_mut());
        if let Some(address) = front.and_then(|proxy| address_of(proxy, &said)) {
            request.extensions_mut().insert(VisitorAddress(address));
        }
        let certificate = match front {
            None => shown,
            Some(proxy) => match self.word_of(proxy, &said)? {
                Word::Asserted(token) => {
                    put(request.headers_mut(), &token)?;
                    return Ok(());
                }
                Word::Certificate(print) => Some(print),
                Word::Nothing => None,
            },
        };
        match certificate {
            Some(print) if request.headers().contains_key(header::AUTHORIZATION) => {
                self.unbind(request.headers_mut(), &print)
            }
            Some(print) => match self.gatekeeper.token_for_certificate(&print) {
                Ok(Some(token)) => put(request.headers_mut(), &token),
                Ok(None) => Ok(()),
                Err(error) => Err(busy(&error)),
            },
            None => Ok(()),
        }
    }

    /// Takes off a request what a gateway in front has put before its path. Before anybody routes it.
    pub(crate) fn without_prefix(&self, request: &mut Request) {
        if let Some(uri) = prefix::without(request.uri(), &self.prefixes) {
            *request.uri_mut() = uri;
        }
    }

    fn proxy(&self, print: &Fingerprint) -> Option<&ProxyConfig> {
        self.proxies.iter().find(|proxy| proxy.certificates.contains(print))
    }

    /// What the headers of gateways in front say; they are taken off. More than one of a name says nothing that can be believed.
    fn taken_off(&self, headers: &mut HeaderMap) -> Vec<(HeaderName, Option<HeaderValue>)> {
        let mut said = Vec::new();
        for name in &self.spoken {
            let mut values = headers.get_all(name).iter().cloned();
            let (first, second) = (values.next(), values.next());
            drop(values);
            if let Some(first) = first {
                said.push((name.clone(), Some(first).filter(|_| second.is_none())));
                headers.remove(name);
            }
        }
        said
    }

    /// What a gateway in front says of the caller. An assertion goes before a certificate, and before a token: the gateway has
    /// looked at those.
    fn word_of(&self, proxy: &ProxyConfig, said: &Said) -> Result<Word, Problem> {
        let header = |name: &HeaderName| said.iter().find(|(said, _)| said == name).map(|(_, value)| value.as_ref());
        if let Some((assertion, value)) =
            proxy.assertion.as_ref().and_then(|assertion| Some((assertion, header(&assertion.header)?)))
        {
            let terms = AssertionTerms { issuer: &assertion.issuer, subject_claim: &assertion.subject_claim };
            let token = value.and_then(|value| value.to_str().ok()).ok_or(NotHeld("assertion_malformed"))?;
            let subject = self.identity.verify_assertion(token.trim(), &terms, self.env.now()).map_err(NotHeld)?;
            let known = self.gatekeeper.token_for_account(&assertion.issuer, &subject).map_err(|error| busy(&error))?;
            return Ok(Word::Asserted(known.ok_or(NotHeld("asserted_is_nobody"))?));
        }
        if let Some((passed_on, value)) = proxy.client_certificate.and_then(|kind| Some((kind, header(&kind.name())?)))
        {
            let print = value.and_then(|value| passed_on::read(passed_on, value));
            return Ok(Word::Certificate(print.ok_or(NotHeld("client_certificate_malformed"))?));
        }
        Ok(Word::Nothing)
    }

    /// A token that is bound to the certificate goes on as one that is bound to none. What does not hold is left for the service
    /// to refuse, in its own words.
    fn unbind(&self, headers: &mut HeaderMap, certificate: &[u8; 32]) -> Result<(), Problem> {
        let now = self.env.now();
        let shown = headers.get_all(header::AUTHORIZATION).iter().map(HeaderValue::as_bytes);
        let Ok(token) = bearer(shown) else { return Ok(()) };
        let Ok(principal) = self.identity.verify(token, Some(certificate), now) else { return Ok(()) };
        if self.identity.verify(token, None, now).is_ok() {
            return Ok(());
        }
        let token = self.acting_for(&principal)?;
        put(headers, &token)
    }

    fn acting_for(&self, principal: &Arc<Principal>) -> Result<Arc<str>, Problem> {
        match self.gatekeeper.token_for_principal(principal)? {
            Some(token) => Ok(token),
            None => self.officers.acting_for(principal),
        }
    }
}

/// The headers that were said, each with its one value.
type Said = [(HeaderName, Option<HeaderValue>)];

/// The address that called a gateway in front.
fn address_of(proxy: &ProxyConfig, said: &Said) -> Option<IpAddr> {
    let name = proxy.client_address?.name();
    let (_, value) = said.iter().find(|(said, _)| *said == name)?;
    passed_on::address(value.as_ref()?)
}

/// What a gateway in front says of the caller.
enum Word {
    /// A token of the agency that it names.
    Asserted(Arc<str>),
    /// The certificate that the caller has shown to it.
    Certificate([u8; 32]),
    /// Nothing: the request is as the caller's own.
    Nothing,
}

fn busy(error: &dyn std::fmt::Display) -> Problem {
    tracing::error!(%error, "an agency is refused");
    Problem::new("BUSY")
}

/// Puts a token on a request, in place of what was there.
fn put(headers: &mut HeaderMap, token: &str) -> Result<(), Problem> {
    let mut value = HeaderValue::try_from(format!("Bearer {token}")).map_err(|error| Problem::internal(&error))?;
    value.set_sensitive(true);
    headers.insert(header::AUTHORIZATION, value);
    Ok(())
}

/// The middleware.
pub(crate) async fn stand(State(door): State<Arc<Door>>, mut request: Request, next: Next) -> Response {
    match door.let_in(&mut request) {
        Ok(()) => next.run(request).await,
        Err(problem) => refused_at_the_door(request.headers(), &problem),
    }
}
