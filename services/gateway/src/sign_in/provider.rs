//! The provider as a relying party sees it: where to send a browser, and tokens for a code or a refresh token.

use std::{sync::Arc, time::Duration};

use hoagiai_identity::{
    Principal,
    token::{IdTokenTerms, LogoutToken, metadata::Metadata},
};
use hoagiai_runtime::{FetchError, Fetcher, Identity};
use hoagiai_store::StoreError;
use hoagiai_types::{Env, Timestamp};
use http::StatusCode;
use serde_json::{Map, Value};
use tokio::sync::Mutex;
use url::Url;

use super::{begun::Begun, config::SignInConfig};

/// How long what the provider says of itself is used without asking.
const METADATA: Duration = Duration::from_secs(600);

/// Why somebody is not signed in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ProviderError {
    /// It does not answer, or not as it should; later it may.
    #[error("the provider: {0}")]
    Fetch(#[from] FetchError),
    /// It did not answer a moment ago.
    #[error("the provider did not answer a moment ago")]
    Away,
    /// It says no: the code is used or old, the session there has ended.
    #[error("the provider refuses the grant")]
    Refused,
    /// It answered something that is no answer.
    #[error("the provider's answer has no {0}")]
    Incomplete(&'static str),
    /// The session could not be read or written.
    #[error("the store of sessions: {0}")]
    Store(#[from] StoreError),
    /// A token of it is not good.
    #[error("a token of the provider is refused: {0}")]
    Token(&'static str),
}

impl ProviderError {
    /// One word for the log.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Fetch(error) => error.word(),
            Self::Away => "away",
            Self::Store(_) => "store",
            Self::Refused => "refused",
            Self::Incomplete(what) | Self::Token(what) => what,
        }
    }
}

/// Tokens, verified: calls are made in this name until then.
pub(crate) struct Granted {
    pub(crate) principal: Arc<Principal>,
    pub(crate) access: String,
    pub(crate) expires: Timestamp,
    pub(crate) refresh: Option<String>,
    /// The session at the provider, if it says which.
    pub(crate) session_id: Option<String>,
}

pub(crate) struct Provider {
    config: SignInConfig,
    callback: String,
    fetcher: Fetcher,
    identity: Arc<Identity>,
    env: Env,
    metadata: Mutex<Option<(Metadata, Timestamp)>>,
}

impl Provider {
    pub(crate) fn new(
        config: SignInConfig,
        callback: String,
        fetcher: Fetcher,
        identity: Arc<Identity>,
        env: Env,
    ) -> Self {
        Self { config, callback, fetcher, identity, env, metadata: Mutex::default() }
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.config.issuer
    }

    /// Where to send a browser to sign in.
    pub(crate) async fn sign_in_at(&self, begun: &Begun) -> Result<String, ProviderError> {
        let endpoint = self.metadata().await?.authorization_endpoint;
        let endpoint = endpoint.ok_or(ProviderError::Incomplete("authorization_endpoint"))?;
        let mut url = Url::parse(&endpoint).map_err(|_| ProviderError::Incomplete("authorization_endpoint"))?;
        let mut query = url.query_pairs_mut();
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &self.config.client_id)
            .append_pair("redirect_uri", &self.callback)
            .append_pair("scope", &self.config.scopes.join(" "))
            .append_pair("state", &begun.state)
            .append_pair("nonce", &begun.nonce)
            .append_pair("code_challenge", &begun.challenge())
            .append_pair("code_challenge_method", "S256");
        if let Some(resource) = &self.config.resource {
            query.append_pair("resource", resource);
        }
        if !self.config.acr_values.is_empty() {
            query.append_pair("acr_values", &self.config.acr_values.join(" "));
        }
        drop(query);
        Ok(url.into())
    }

    /// Where a browser may go to sign out there too.
    pub(crate) async fn sign_out_at(&self) -> Option<String> {
        let mut url = Url::parse(&self.metadata().await.ok()?.end_session_endpoint?).ok()?;
        url.query_pairs_mut().append_pair("client_id", &self.config.client_id);
        Some(url.into())
    }

    /// Tokens for the code that a browser has brought.
    pub(crate) async fn redeem(&self, code: &str, begun: &Begun) -> Result<Granted, ProviderError> {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.callback),
            ("code_verifier", &begun.verifier),
        ];
        let answer = self.ask(&fields).await?;
        let mut granted = self.believe(&answer)?;
        let id_token = text(&answer, "id_token").ok_or(ProviderError::Incomplete("id_token"))?;
        let terms = IdTokenTerms {
            issuer: &self.config.issuer,
            client_id: &self.config.client_id,
            nonce: &begun.nonce,
            access_token: Some(&granted.access),
            acr_values: &self.config.acr_values,
        };
        let signed_in = self.identity.verify_id_token(id_token, &terms, self.env.now());
        // Two tokens of one answer are of one account.
        let signed_in = signed_in.map_err(ProviderError::Token)?;
        if signed_in.subject != granted.principal.subject {
            return Err(ProviderError::Token("other_subject"));
        }
        granted.session_id = signed_in.session_id;
        Ok(granted)
    }

    /// New tokens for a session.
    pub(crate) async fn renew(&self, refresh: &str) -> Result<Granted, ProviderError> {
        let answer = self.ask(&[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await?;
        let mut granted = self.believe(&answer)?;
        // A provider that does not rotate leaves the old one in force.
        granted.refresh.get_or_insert_with(|| refresh.to_owned());
        Ok(granted)
    }

    /// Whose session has ended there, by a logout token of the provider.
    ///
    /// # Errors
    /// Why it is none, in a word.
    pub(crate) fn ended(&self, logout_token: &str) -> Result<LogoutToken, &'static str> {
        let of = (self.config.issuer.as_str(), self.config.client_id.as_str());
        self.identity.verify_logout_token(logout_token, of, self.env.now())
    }

    async fn ask(&self, fields: &[(&str, &str)]) -> Result<Map<String, Value>, ProviderError> {
        let endpoint = self.metadata().await?.token_endpoint.ok_or(ProviderError::Incomplete("token_endpoint"))?;
        let (id, secret) = (self.config.client_id.as_str(), self.config.client_secret.as_ref());
        let mut fields = fields.to_vec();
        if secret.is_none() {
            fields.push(("client_id", id));
        }
        if let Some(resource) = &self.config.resource {
            fields.push(("resource", resource));
        }
        let client = secret.map(|secret| (id, secret.expose()));
        match self.fetcher.post_form(&endpoint, &fields, client).await? {
            (StatusCode::OK, bytes) => {
                hoagiai_identity::token::json_object(&bytes).ok_or(ProviderError::Incomplete("json"))
            }
            (StatusCode::BAD_REQUEST, _) => Err(ProviderError::Refused),
            // 401 is of our own credentials: a fault of the configuration must not end sessions.
            (status, _) => Err(FetchError::Status(status).into()),
        }
    }

    /// The tokens of an answer, the access token verified as a service will do it.
    fn believe(&self, answer: &Map<String, Value>) -> Result<Granted, ProviderError> {
        let is_bearer = text(answer, "token_type").is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
        let access = text(answer, "access_token").filter(|_| is_bearer);
        let access = access.ok_or(ProviderError::Incomplete("access_token"))?.to_owned();
        let verified = self.identity.verify_until(&access, self.env.now());
        let (principal, expires) = verified.map_err(ProviderError::Token)?;
        let refresh = text(answer, "refresh_token").map(str::to_owned);
        Ok(Granted { principal, access, expires, refresh, session_id: None })
    }

    async fn metadata(&self) -> Result<Metadata, ProviderError> {
        let mut kept = self.metadata.lock().await;
        let now = self.env.now();
        match &*kept {
            Some((metadata, fetched)) if now.since(*fetched) < METADATA => return Ok(metadata.clone()),
            _ => {}
        }
        match (self.fetcher.metadata(&self.config.issuer).await, &*kept) {
            (Ok(metadata), _) => {
                *kept = Some((metadata.clone(), now));
                Ok(metadata)
            }
            // Addresses seldom change: a session is renewed at the old ones.
            (Err(_), Some((metadata, _))) => Ok(metadata.clone()),
            (Err(error), None) => Err(error.into()),
        }
    }
}

fn text<'a>(answer: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    answer.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
}
