//! The section `[gateway.sign_in]`.

use std::time::Duration;

use hoagiai_identity::token::metadata::is_fetchable;
use hoagiai_runtime::config::{Secret, Span};

/// How officers sign in with a browser: at which provider, and as which of its clients.
#[derive(Debug, Clone, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignInConfig {
    /// The provider; one of `identity.issuers`, for its access tokens are what calls are made with.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// Our secret there; none for a client that has none. PKCE protects both.
    #[serde(default)]
    pub client_secret: Option<Secret>,
    /// What is asked for. Default: `openid`.
    #[serde(default = "openid")]
    pub scopes: Vec<String>,
    /// What the access token is meant for (RFC 8707), where the provider must be told.
    #[serde(default)]
    pub resource: Option<String>,
    /// How somebody must sign in: one of these, asked for and checked. Default: as the provider likes.
    #[serde(default)]
    pub acr_values: Vec<String>,
    /// The longest session. Default: `12h`.
    #[serde(default = "working_day")]
    pub longest: Span,
    /// A session that nobody uses ends after this time. Default: `1h` (NIST SP 800-63B-4 §2.2.3).
    #[serde(default = "an_hour")]
    pub idle: Span,
}

fn openid() -> Vec<String> {
    vec!["openid".to_owned()]
}

fn working_day() -> Span {
    Duration::from_secs(12 * 3_600).into()
}

fn an_hour() -> Span {
    Duration::from_secs(3_600).into()
}

impl SignInConfig {
    /// The first key that cannot be used.
    pub(crate) fn fault(&self, public_url: Option<&str>) -> Option<&'static str> {
        let is_word = |word: &String| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_graphic());
        match () {
            () if !public_url.is_some_and(is_fetchable) => Some("public_url"),
            () if !is_fetchable(&self.issuer) => Some("sign_in.issuer"),
            () if self.client_id.is_empty() => Some("sign_in.client_id"),
            () if !self.scopes.iter().all(is_word) || !self.scopes.iter().any(|scope| scope == "openid") => {
                Some("sign_in.scopes")
            }
            () if !self.acr_values.iter().all(is_word) => Some("sign_in.acr_values"),
            () if self.longest.get().is_zero() => Some("sign_in.longest"),
            () if self.idle.get().is_zero() => Some("sign_in.idle"),
            () => None,
        }
    }
}
