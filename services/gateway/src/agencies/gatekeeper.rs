//! Between the faces and the services: calls of agencies are told from others', admitted or not, and written down.

use std::{future::Future, sync::Arc};

use hoagiai_identity::{
    Principal, Via,
    token::{Issuer, NewToken, bearer},
};
use hoagiai_rpc::{Problem, request};
use hoagiai_runtime::{BoxError, Identity};
use hoagiai_types::{Env, Timestamp};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, header};
use tonic::{body::Body, metadata::MetadataMap};

use super::{
    answered::Answered,
    assertion::Assertions,
    connected::{Agency, Connected},
    read_subject, subject,
};
use crate::{
    counted::Counted,
    domain::{CredentialId, CredentialKind, Refusal, admit},
    error::Error,
    usecases::{Call, Gateway},
};

/// On whose behalf a consumer asks: an account of its own, printable ASCII of at most 128 characters.
const ON_BEHALF_OF: HeaderName = HeaderName::from_static("x-on-behalf-of");
const LONGEST_ACCOUNT: usize = 128;

/// Tells calls of agencies from others'.
#[derive(Clone)]
pub(crate) struct Gatekeeper {
    identity: Arc<Identity>,
    issuer: Option<Arc<Issuer>>,
    assertions: Option<Assertions>,
    gateway: Gateway,
    counted: Counted,
}

impl Gatekeeper {
    /// Without an issuer of its own the gateway can vouch for nobody, and agencies are refused.
    pub(crate) fn new(identity: Arc<Identity>, gateway: Gateway, counted: Counted) -> Self {
        let issuer = identity.issuer().cloned();
        let assertions = issuer.clone().map(|issuer| Assertions::new(issuer, gateway.env().clone()));
        Self { identity, issuer, assertions, gateway, counted }
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
    pub(crate) fn token_for_certificate(&self, sha256: &[u8; 32]) -> Result<Option<String>, BoxError> {
        let now = self.env().now();
        match self.connected().by_certificate(sha256, now)? {
            Some(agency) => Ok(Some(self.token(&agency, now)?.0)),
            None => Ok(None),
        }
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
        let agency = match self.claimed(&principal, now) {
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
        let call =
            Call { consumer, method: &allowed.method, purpose: &purpose, on_behalf_of: &on_behalf_of, disclosed };
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
fn stated(headers: &HeaderMap) -> Result<(Option<String>, String), Problem> {
    let value = headers.get(request::PURPOSE).map(|value| (HeaderName::from_static(request::PURPOSE), value.clone()));
    let purpose = request::purpose(&MetadataMap::from_headers(value.into_iter().collect()))?;
    let account = headers.get(ON_BEHALF_OF).map(HeaderValue::as_bytes).unwrap_or_default();
    let plain = account.len() <= LONGEST_ACCOUNT && account.iter().all(u8::is_ascii_graphic);
    let account = String::from_utf8(account.to_vec()).ok().filter(|_| plain);
    Ok((purpose, account.ok_or_else(|| Problem::new("ON_BEHALF_OF_MALFORMED"))?))
}
