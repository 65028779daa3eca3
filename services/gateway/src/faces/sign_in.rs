//! Signing in and out with a browser, and what a session is worth: a call that carries its cookie, made by a page of ours, is
//! made with the access token of the session. The provider says at the back door that a session there has ended.

use std::{borrow::Cow, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Request, State},
    middleware::Next,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use serde_json::{Value, json};

use super::admit;
use crate::sign_in::{CALLBACK, SignIn, begun::Begun, origin::is_ours, provider::ProviderError};

/// Finds a session. The prefix has browsers refuse it from anybody but this very host, over TLS (RFC 6265bis §4.1.3.2).
const SESSION: &str = "__Host-hoagiai";
/// More than any form with a token is long.
const LARGEST_FORM: usize = 16 * 1024;
/// A sign-in under way.
const BEGUN: &str = "__Host-hoagiai-sign-in";

pub(super) fn routes(sign_in: Arc<SignIn>) -> Router {
    Router::new()
        .route("/sign-in", get(begin))
        .route(CALLBACK, get(come_back))
        .route("/sign-in/who", get(who))
        .route("/sign-out", post(sign_out))
        .route("/sign-in/back-channel-logout", post(ended_at_provider))
        .layer(DefaultBodyLimit::max(LARGEST_FORM))
        .with_state(sign_in)
}

/// Why nobody was signed in, in words for whoever sits in front of the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NotSignedIn {
    /// Not begun in this browser, or too long ago, or done already.
    Stale,
    /// The provider, or the person, said no.
    Denied,
    /// The provider does not answer.
    Away,
    /// What it answered is not to be believed.
    Unproven,
}

impl NotSignedIn {
    /// As it is counted.
    const fn word(&self) -> &'static str {
        match self {
            Self::Stale => "stale",
            Self::Denied => "denied",
            Self::Away => "provider_away",
            Self::Unproven => "unproven",
        }
    }
}

impl From<ProviderError> for NotSignedIn {
    fn from(error: ProviderError) -> Self {
        tracing::warn!(why = error.word(), "nobody was signed in");
        match error {
            ProviderError::Fetch(_) | ProviderError::Away | ProviderError::Store(_) => Self::Away,
            ProviderError::Refused => Self::Stale,
            ProviderError::Incomplete(_) | ProviderError::Token(_) => Self::Unproven,
        }
    }
}

impl IntoResponse for NotSignedIn {
    fn into_response(self) -> Response {
        let (status, text) = match self {
            Self::Stale => (StatusCode::BAD_REQUEST, "Lần đăng nhập này không còn hiệu lực. Vui lòng đăng nhập lại."),
            Self::Denied => (StatusCode::FORBIDDEN, "Hệ thống định danh không chấp nhận đăng nhập."),
            Self::Away => (
                StatusCode::SERVICE_UNAVAILABLE,
                "Hệ thống định danh tạm thời không phản hồi. Vui lòng thử lại sau ít phút.",
            ),
            Self::Unproven => {
                (StatusCode::BAD_GATEWAY, "Không xác nhận được người đăng nhập. Vui lòng báo quản trị hệ thống.")
            }
        };
        (status, text).into_response()
    }
}

/// Sends the browser to the provider; `return` is where it comes back to, a path of ours.
async fn begin(State(sign_in): State<Arc<SignIn>>, uri: Uri) -> Response {
    let return_to = parameter(&uri, "return");
    let Some(begun) = Begun::new(return_to.as_deref(), seconds(&sign_in)) else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    match (sign_in.provider.sign_in_at(&begun).await, begun.sealed(&sign_in.seal)) {
        (Ok(address), Some(sealed)) => {
            let mut response = see(&address);
            set_cookie(&mut response, BEGUN, &sealed, "; Max-Age=600");
            response
        }
        (Err(error), _) => refused(&sign_in, NotSignedIn::from(error)),
        (_, None) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The browser comes back with a code, which is good once.
async fn come_back(State(sign_in): State<Arc<SignIn>>, headers: HeaderMap, uri: Uri) -> Response {
    let mut response = match finish(&sign_in, &headers, &uri).await {
        Ok((secret, return_to)) => {
            // Whoever sat here before is signed out: a session is of one sign-in.
            if let Some(before) = cookie(&headers, SESSION)
                && let Err(error) = sign_in.sessions.end(before).await
            {
                return NotSignedIn::from(ProviderError::from(error)).into_response();
            }
            let mut response = see(&return_to);
            set_cookie(&mut response, SESSION, &secret, "");
            response
        }
        Err(why) => refused(&sign_in, why),
    };
    set_cookie(&mut response, BEGUN, "", "; Max-Age=0");
    response
}

async fn finish(sign_in: &SignIn, headers: &HeaderMap, uri: &Uri) -> Result<(String, String), NotSignedIn> {
    let begun = cookie(headers, BEGUN).and_then(|sealed| Begun::opened(&sign_in.seal, sealed));
    let state = parameter(uri, "state");
    let begun = begun.zip(state).filter(|(begun, state)| begun.is_answered_by(state, seconds(sign_in)));
    let (begun, _) = begun.ok_or(NotSignedIn::Stale)?;
    // RFC 9207: an answer of another provider is none.
    if parameter(uri, "iss").is_some_and(|issuer| issuer != sign_in.provider.issuer()) {
        return Err(NotSignedIn::Unproven);
    }
    if let Some(error) = parameter(uri, "error") {
        tracing::info!(denied = error == "access_denied", "the provider did not sign somebody in");
        return Err(NotSignedIn::Denied);
    }
    let code = parameter(uri, "code").ok_or(NotSignedIn::Stale)?;
    let granted = sign_in.provider.redeem(&code, &begun).await?;
    let secret = sign_in.sessions.begin(&granted).await.map_err(ProviderError::from)?;
    Ok((secret, begun.return_to))
}

/// Not signed in: counted, and told why.
fn refused(sign_in: &SignIn, why: NotSignedIn) -> Response {
    sign_in.counted.session_refused(why.word());
    why.into_response()
}

/// Who has signed in here: for a page that greets them.
async fn who(State(sign_in): State<Arc<SignIn>>, headers: HeaderMap) -> Response {
    match greeted(&sign_in, &headers).await {
        Ok(Some(said)) => said,
        Ok(None) | Err(ProviderError::Refused) => admit::refused(),
        Err(error) => NotSignedIn::from(error).into_response(),
    }
}

async fn greeted(sign_in: &Arc<SignIn>, headers: &HeaderMap) -> Result<Option<Response>, ProviderError> {
    let Some(secret) = own_cookie(sign_in, &Method::GET, headers) else { return Ok(None) };
    let Some(session) = sign_in.sessions.find(secret).await? else { return Ok(None) };
    let ends = session.until();
    let token = sign_in.token(session).await?;
    let principal = sign_in.identity.verify(&token, None, sign_in.env.now()).map_err(ProviderError::Token)?;
    let grants = match sign_in.officers.roles(&principal) {
        Ok(grants) => grants,
        Err(problem) => return Ok(Some(admit::unavailable(&problem))),
    };
    let roles = grants.iter().map(|grant| {
        let day = |day: Option<hoagiai_types::Date>| day.map(|day| day.to_string());
        json!({ "role": grant.role.name(), "title": grant.role.title(), "area": grant.area.to_string(),
            "from": day(grant.from), "to": day(grant.to) })
    });
    let roles: Vec<_> = roles.collect();
    Ok(Some(said(&json!({ "subject": principal.subject, "roles": roles, "ends": ends.to_string() }))))
}

/// Ends the session here, and says where the one at the provider is ended.
async fn sign_out(State(sign_in): State<Arc<SignIn>>, headers: HeaderMap) -> Response {
    let Some(secret) = own_cookie(&sign_in, &Method::POST, &headers) else {
        return admit::refused();
    };
    if let Err(error) = sign_in.sessions.end(secret).await {
        return NotSignedIn::from(ProviderError::from(error)).into_response();
    }
    let mut response = said(&json!({ "signOutAt": sign_in.provider.sign_out_at().await }));
    set_cookie(&mut response, SESSION, "", "; Max-Age=0");
    response
}

/// The provider says that a session there has ended (OpenID Connect Back-Channel Logout 1.0 §2.5). No browser comes here: the
/// token says who does.
async fn ended_at_provider(State(sign_in): State<Arc<SignIn>>, body: Bytes) -> Response {
    let refused = |why: &'static str| {
        tracing::info!(why, "a logout token was refused");
        let body = json!({ "error": "invalid_request", "error_description": "no logout token of the provider for us" });
        (StatusCode::BAD_REQUEST, said(&body)).into_response()
    };
    let Some(token) = only(&body, "logout_token") else { return refused("missing") };
    match sign_in.provider.ended(&token) {
        Err(why) => refused(why),
        Ok(about) => match sign_in.sessions.end_of_provider(&about).await {
            Ok(sessions) => {
                tracing::info!(sessions, "sessions were ended by the provider");
                StatusCode::OK.into_response()
            }
            Err(error) => {
                tracing::error!(%error, "sessions that the provider ended could not be ended");
                StatusCode::SERVICE_UNAVAILABLE.into_response()
            }
        },
    }
}

/// Puts the access token of the session on a call. Credentials of the call's own go first; a cookie that a page of others
/// had sent counts for nothing.
pub(super) async fn attach(State(sign_in): State<Arc<SignIn>>, mut request: Request, next: Next) -> Response {
    if request.headers().contains_key(header::AUTHORIZATION) {
        return next.run(request).await;
    }
    let Some(secret) = own_cookie(&sign_in, request.method(), request.headers()) else {
        return next.run(request).await;
    };
    let token = match sign_in.sessions.find(secret).await {
        Ok(Some(session)) => sign_in.token(session).await,
        Ok(None) => Err(ProviderError::Refused),
        Err(error) => Err(error.into()),
    };
    let bearer = token.map(|token| HeaderValue::try_from(format!("Bearer {token}")));
    match bearer {
        Ok(Ok(mut bearer)) => {
            bearer.set_sensitive(true);
            request.headers_mut().insert(header::AUTHORIZATION, bearer);
            request.headers_mut().remove(header::COOKIE);
            next.run(request).await
        }
        Err(error @ (ProviderError::Fetch(_) | ProviderError::Away | ProviderError::Store(_))) => {
            refused(&sign_in, NotSignedIn::from(error))
        }
        _ => {
            sign_in.counted.session_refused("ended");
            // It has ended: told once, so that the page signs in again, and what is open stays open without it.
            let mut response = admit::refused();
            set_cookie(&mut response, SESSION, "", "; Max-Age=0");
            response
        }
    }
}

/// The secret of the cookie, if a page of ours has sent it.
fn own_cookie<'a>(sign_in: &SignIn, method: &Method, headers: &'a HeaderMap) -> Option<&'a str> {
    cookie(headers, SESSION).filter(|_| is_ours(method, headers, &sign_in.origin))
}

fn seconds(sign_in: &SignIn) -> i64 {
    sign_in.env.now().as_micros().div_euclid(1_000_000)
}

/// A cookie that is there once. HTTP/2 may split the header.
fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let mut values = pairs.filter(|(said, _)| *said == name).map(|(_, value)| value);
    let first = values.next().filter(|value| !value.is_empty())?;
    values.next().is_none().then_some(first)
}

fn set_cookie(response: &mut Response, name: &str, value: &str, more: &str) {
    let text = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{more}");
    if let Ok(text) = HeaderValue::try_from(text) {
        response.headers_mut().append(header::SET_COOKIE, text);
    }
}

fn said(document: &Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], document.to_string()).into_response()
}

/// Sends a browser somewhere. The address of this page, with its code, is nobody else's business.
fn see(address: &str) -> Response {
    let location = HeaderValue::try_from(address);
    let Ok(location) = location else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let referrer = HeaderValue::from_static("no-referrer");
    (StatusCode::SEE_OTHER, [(header::LOCATION, location), (header::REFERRER_POLICY, referrer)]).into_response()
}

/// A parameter that is there once (RFC 6749 §3.1).
fn parameter<'a>(uri: &'a Uri, name: &str) -> Option<Cow<'a, str>> {
    only(uri.query()?.as_bytes(), name)
}

/// The same of a form.
fn only<'a>(form: &'a [u8], name: &str) -> Option<Cow<'a, str>> {
    let mut values = url::form_urlencoded::parse(form).filter(|(said, _)| said == name);
    let (_, value) = values.next()?;
    values.next().is_none().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_that_is_there_twice_is_nobodys() {
        let found = |lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(header::COOKIE, line.parse().unwrap());
            }
            cookie(&headers, "a").map(str::to_owned)
        };
        assert_eq!(found(&["a=1"]).as_deref(), Some("1"));
        assert_eq!(found(&["b=2; a=1; c=3"]).as_deref(), Some("1"));
        assert_eq!(found(&["b=2", "a=1="]).as_deref(), Some("1="));
        for lines in [&[][..], &["a="], &["aa=1"], &["a"], &["a=1; a=2"], &["a=1", "a=1"], &["b=a=1"]] {
            assert_eq!(found(lines), None, "{lines:?}");
        }
    }

    #[test]
    fn a_parameter_that_is_there_twice_is_none() {
        let uri: Uri = "/sign-in/callback?code=a%20b&state=1&state=2&empty=".parse().unwrap();
        assert_eq!(parameter(&uri, "code").as_deref(), Some("a b"));
        assert_eq!(parameter(&uri, "empty").as_deref(), Some(""));
        assert!(parameter(&uri, "state").is_none() && parameter(&uri, "iss").is_none());
    }
}
