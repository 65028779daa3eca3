//! Between the faces and the services: calls of agencies are told from others', admitted or not, and written down.

use std::{collections::HashMap, future::Future, sync::Arc, time::Duration};

use hoagiai_identity::{
    Principal, Via,
    token::{Issuer, NewToken, bearer},
};
use hoagiai_rpc::{Problem, request};
use hoagiai_runtime::{BoxError, Identity};
use hoagiai_types::{Env, Timestamp};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, header};
use parking_lot::Mutex;
use tonic::{body::Body, metadata::MetadataMap};

use super::{
    answered::Answered,
    assertion::Assertions,
    connected::{Agency, Connected},
    read_subject, subject,
};
use crate::{
    counted::Counted,
    domain::{CredentialId, CredentialKind, Refusal, Statements, admit},
    error::Error,
    usecases::{Call, Gateway},
};

/// On whose behalf a consumer asks: an account of its own, printable ASCII of at most 128 characters.
const ON_BEHALF_OF: HeaderName = HeaderName::from_static("x-on-behalf-of");
const LONGEST_ACCOUNT: usize = 128;

/// A kept token is made anew when less than this is left of it: longer than any call takes.
const RENEW: Duration = Duration::from_secs(5 * 60);

/// Tells calls of agencies from others'.
#[derive(Clone)]
pub(crate) struct Gatekeeper {
    identity: Arc<Identity>,
    issuer: Option<Arc<Issuer>>,
    assertions: Option<Assertions>,
    kept: Arc<Mutex<HashMap<CredentialId, Kept>>>,
    gateway: Gateway,
    counted: Counted,
}

/// A token of who comes without one.
#[derive(Clone)]
struct Kept {
    revision: i64,
    token: Arc<str>,
    until: Timestamp,
}

impl Gatekeeper {
    /// Without an issuer of its own the gateway can vouch for nobody, and agencies are refused.
    pub(crate) fn new(identity: Arc<Identity>, gateway: Gateway, counted: Counted) -> Self {
        let issuer = identity.issuer().cloned();
        let assertions = issuer.clone().map(|issuer| Assertions::new(issuer, gateway.env().clone()));
        Self { identity, issuer, assertions, kept: Arc::default(), gateway, counted }
    }

    fn env(&self) -> &Env {
        self.gateway.env()
    }

    fn connected(&self) -> &Connected {
        self.gateway.connected()
    }

    /// The token that a consumer is given for an id and a secret, and the seconds that it works.
    ///
    /// # Errors
    /// None: they are not those of a consumer that is connected.
    pub(crate) fn token_for(&self, client_id: &str, secret: &str) -> Result<Option<(String, u64)>, BoxError> {
        let now = self.env().now();
        let agency = client_id.parse::<CredentialId>().ok();
        let agency = agency.map(|id| self.connected().by_credential(id, now)).transpose()?.flatten();
        let knows = |agency: &Agency| match &agency.credential.kind {
            CredentialKind::ClientSecret(kept) => kept.is(secret, now),
            _ => false,
        };
        match agency.filter(knows) {
            Some(agency) => Ok(Some(self.token(&agency, now)?)),
            None => Ok(None),
        }
    }

    /// The token of whoever shows this client certificate; none: no agency does.
    pub(crate) fn token_for_certificate(&self, sha256: &[u8; 32]) -> Result<Option<Arc<str>>, BoxError> {
        let now = self.env().now();
        self.connected().by_certificate(sha256, now)?.map(|agency| self.kept_token(&agency, now)).transpose()
    }

    /// The token of the agency that an issuer knows as this account; none: no agency is.
    pub(crate) fn token_for_account(&self, issuer: &str, subject: &str) -> Result<Option<Arc<str>>, BoxError> {
        let now = self.env().now();
        let agency = self.connected().by_token(issuer, subject, now)?;
        if agency.is_none() {
            self.counted.refused_for("not_connected");
        }
        agency.map(|agency| self.kept_token(&agency, now)).transpose()
    }

    /// The token of an agency whose own token was verified elsewhere; none: it is no agency's.
    ///
    /// # Errors
    /// It was an agency's, which is connected no more; or nobody knows at the moment.
    pub(crate) fn token_for_principal(&self, principal: &Principal) -> Result<Option<Arc<str>>, Problem> {
        let now = self.env().now();
        let agency = self.agency_of(principal, now)?;
        let token = agency.map(|agency| self.kept_token(&agency, now)).transpose();
        token.map_err(|error| Problem::internal(error.as_ref()))
    }

    /// A token of an agency, kept while it and what is known of the agency last: a call is no reason to sign one.
    fn kept_token(&self, agency: &Agency, now: Timestamp) -> Result<Arc<str>, BoxError> {
        let (id, revision) = (agency.credential.id, agency.consumer.revision);
        let kept = self.kept.lock().get(&id).cloned();
        if let Some(kept) = kept.filter(|kept| kept.revision == revision && kept.until > now.plus(RENEW)) {
            return Ok(kept.token);
        }
        let (token, seconds) = self.token(agency, now)?;
        let until = now.plus(Duration::from_secs(seconds));
        let kept = Kept { revision, token: token.into(), until };
        let mut all = self.kept.lock();
        // Those of credentials that are used no more go.
        all.retain(|_, kept| kept.until > now);
        all.insert(id, kept.clone());
        Ok(kept.token)
    }

    /// Whether it is known who is connected: an agency that was not looked for has not ended.
    pub(crate) fn knows_agencies(&self) -> bool {
        self.connected().is_fresh(self.env().now())
    }

    /// The agency of a credential and a token of it: for what is answered later.
    ///
    /// # Errors
    /// It is connected no more.
    pub(crate) fn of_credential(&self, id: CredentialId) -> Result<(Agency, String), BoxError> {
        let now = self.env().now();
        let agency = self.connected().by_credential(id, now)?.ok_or("the credential works no more")?;
        let token = self.token(&agency, now)?.0;
        Ok((agency, token))
    }

    /// A token that says who it is, and nothing of what it may.
    fn token(&self, agency: &Agency, now: Timestamp) -> Result<(String, u64), BoxError> {
        let issuer = self.issuer.as_ref().ok_or("the gateway has no issuer of its own: `identity.local_key`")?;
        let mut token = NewToken::for_subject(subject(agency.consumer.id, agency.credential.id), Vec::new());
        token.agency = agency.consumer.code(self.env().today()).map(str::to_owned);
        let minted = issuer.mint(&token, now, self.env().ids.next_uuid(now))?;
        Ok((minted.token, minted.expires.since(now).as_secs()))
    }

    /// The agency that calls; none: somebody else, or nobody.
    pub(crate) fn agency(&self, headers: &HeaderMap) -> Result<Option<Agency>, Problem> {
        let shown = headers.get_all(header::AUTHORIZATION).iter().map(HeaderValue::as_bytes);
        let Ok(token) = bearer(shown) else { return Ok(None) };
        let now = self.env().now();
        // What does not hold is for the service to refuse, in its own words.
        let Ok(principal) = self.identity.verify(token, None, now) else { return Ok(None) };
        self.agency_of(&principal, now)
    }

    fn agency_of(&self, principal: &Principal, now: Timestamp) -> Result<Option<Agency>, Problem> {
        let agency = match self.claimed(principal, now) {
            None => return Ok(None),
            Some(found) => found.map_err(|stale| {
                tracing::error!(error = %stale, "agencies are refused");
                self.counted.refused_for("stale");
                Problem::new("BUSY")
            })?,
        };
        // It says that it is an agency, and is none any more: revoked, or run out.
        agency.map(Some).ok_or_else(|| {
            self.counted.refused_for("not_connected");
            Problem::new("UNAUTHENTICATED")
        })
    }

    /// None: the principal is no agency.
    fn claimed(
        &self,
        principal: &Principal,
        now: Timestamp,
    ) -> Option<Result<Option<Agency>, super::connected::Stale>> {
        let Via::Token { issuer } = &principal.via else { return None };
        if issuer == hoagiai_runtime::LOCAL_ISSUER {
            let (consumer, credential) = read_subject(&principal.subject)?;
            let found = self.connected().by_credential(credential, now);
            return Some(found.map(|agency| agency.filter(|agency| agency.consumer.id == consumer)));
        }
        self.connected().by_token(issuer, &principal.subject, now).transpose().map(|found| found.map(Some))
    }

    /// Lets a call of an agency through, if it may.
    ///
    /// # Errors
    /// Those of the service, unread: a refusal is an answer.
    pub(crate) async fn pass<F>(
        &self,
        agency: Agency,
        mut request: Request<Body>,
        forward: impl FnOnce(Request<Body>) -> F,
    ) -> Result<Response<Body>, BoxError>
    where
        F: Future<Output = Result<Response<Body>, BoxError>>,
    {
        let path = request.uri().path().to_owned();
        let (purpose, on_behalf_of) = match stated(request.headers()) {
            Ok(stated) => stated,
            Err(problem) => return Ok(problem.status().into_http()),
        };
        let (consumer, today) = (&agency.consumer, self.env().today());
        let (allowed, purpose) = match admit(consumer, &path, purpose.as_deref(), today) {
            Ok(admitted) => admitted,
            Err(refusal) => {
                tracing::info!(consumer = %consumer.id, reason = %refusal, "a call of an agency was refused");
                return Ok(self.refused(refusal).status().into_http());
            }
        };
        // Set by the face that read them, never from outside.
        let statements = request.extensions().get::<Statements>().cloned().unwrap_or_default();
        let method = crate::domain::method_named(hoagiai_proto::pool(), &allowed.method);
        let (Some(method), Some(assertions)) = (method, &self.assertions) else {
            return Ok(Problem::new("UNAUTHENTICATED").status().into_http());
        };
        // Before the service is asked: what is over the quota has no effect.
        match self.gateway.count_call(consumer).await {
            Ok(_) => {}
            Err(Error::Refused(refusal)) => return Ok(self.refused(refusal).status().into_http()),
            Err(error) => return Ok(Problem::from(error).status().into_http()),
        }
        let mut token = HeaderValue::try_from(format!("Bearer {}", assertions.of(&agency)?))?;
        token.set_sensitive(true);
        let headers = request.headers_mut();
        headers.insert(header::AUTHORIZATION, token);
        // The answer is looked through: it must come as it is.
        headers.remove("grpc-accept-encoding");
        let answered = Answered::read(forward(request).await?, &method, allowed).await?;
        let disclosed = answered.disclosed();
        let call = Call {
            consumer,
            method: &allowed.method,
            purpose: &purpose,
            on_behalf_of: &on_behalf_of,
            statements,
            disclosed,
        };
        // If it cannot be written down, it is not told.
        match self.gateway.record_call(call).await {
            Ok(()) => Ok(answered.into_response()),
            Err(error) => Ok(Problem::from(error).status().into_http()),
        }
    }

    /// A refusal that ends by itself says when.
    fn refused(&self, refusal: Refusal) -> Problem {
        self.counted.refused(&refusal);
        let until_tomorrow = matches!(refusal, Refusal::QuotaExhausted(_)).then(|| {
            let tomorrow = Timestamp::start_of_day_in_vietnam(self.env().today().plus_days(1));
            tomorrow.since(self.env().now())
        });
        let problem = Problem::from(refusal);
        match until_tomorrow {
            Some(wait) => problem.retry_after(wait),
            None => problem,
        }
    }
}

/// The purpose and the account on whose behalf, as the call states them.
pub(crate) fn stated(headers: &HeaderMap) -> Result<(Option<String>, String), Problem> {
    let value = headers.get(request::PURPOSE).map(|value| (HeaderName::from_static(request::PURPOSE), value.clone()));
    let purpose = request::purpose(&MetadataMap::from_headers(value.into_iter().collect()))?;
    let account = headers.get(ON_BEHALF_OF).map(HeaderValue::as_bytes).unwrap_or_default();
    let plain = account.len() <= LONGEST_ACCOUNT && account.iter().all(u8::is_ascii_graphic);
    let account = String::from_utf8(account.to_vec()).ok().filter(|_| plain);
    Ok((purpose, account.ok_or_else(|| Problem::new("ON_BEHALF_OF_MALFORMED"))?))
}
