//! `/oauth/token`: a token for an id and a secret (OAuth 2.0 client credentials, RFC 6749 §4.4), as the city's bus and every
//! portal know how to ask for.

use axum::{
    Router,
    body::Bytes,
    extract::State,
    response::{IntoResponse, Response},
    routing::post,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use percent_encoding::percent_decode;
use serde_json::{Value, json};

use crate::agencies::Gatekeeper;

/// More than any form with an id and a secret is long.
const LONGEST: usize = 8 * 1024;

pub(super) fn routes(gatekeeper: Gatekeeper) -> Router {
    Router::new()
        .route("/oauth/token", post(token))
        .layer(axum::extract::DefaultBodyLimit::max(LONGEST))
        .with_state(gatekeeper)
}

/// Why there is no token (RFC 6749 §5.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Refused {
    Request,
    GrantType,
    Client,
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let (status, error, said) = match self {
            Refused::Request => (StatusCode::BAD_REQUEST, "invalid_request", "a form with grant_type, once each field"),
            Refused::GrantType => (StatusCode::BAD_REQUEST, "unsupported_grant_type", "only client_credentials"),
            Refused::Client => (StatusCode::UNAUTHORIZED, "invalid_client", "no such client, or another secret"),
        };
        let mut response = answer(status, &json!({ "error": error, "error_description": said }));
        if self == Refused::Client {
            let challenge = HeaderValue::from_static("Basic realm=\"hoagiai\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}

/// Kept by nobody on the way (RFC 6749 §5.1).
fn answer(status: StatusCode, body: &Value) -> Response {
    let headers =
        [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")];
    (status, headers, body.to_string()).into_response()
}

async fn token(State(gatekeeper): State<Gatekeeper>, headers: HeaderMap, body: Bytes) -> Response {
    match asked(&headers, &body) {
        Err(refused) => refused.into_response(),
        Ok((client_id, secret)) => match gatekeeper.token_for(&client_id, &secret) {
            Ok(Some((token, seconds))) => {
                answer(StatusCode::OK, &json!({ "access_token": token, "token_type": "Bearer", "expires_in": seconds }))
            }
            Ok(None) => {
                tracing::info!("a client was refused a token");
                Refused::Client.into_response()
            }
            Err(error) => {
                tracing::error!(%error, "no token can be made");
                answer(StatusCode::SERVICE_UNAVAILABLE, &json!({ "error": "temporarily_unavailable" }))
            }
        },
    }
}

/// Id and secret, in the header or in the form, never in both (RFC 6749 §2.3).
fn asked(headers: &HeaderMap, body: &[u8]) -> Result<(String, String), Refused> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    if !kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
    {
        return Err(Refused::Request);
    }
    let form = form(body).ok_or(Refused::Request)?;
    let one = |name: &str| {
        let mut values = form.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone());
        let first = values.next();
        if values.next().is_some() { Err(Refused::Request) } else { Ok(first) }
    };
    let (grant, id, secret) = (one("grant_type")?, one("client_id")?, one("client_secret")?);
    if grant.as_deref().ok_or(Refused::Request)? != "client_credentials" {
        return Err(Refused::GrantType);
    }
    match (headers.get(header::AUTHORIZATION), id, secret) {
        (Some(_), _, Some(_)) => Err(Refused::Request),
        (Some(value), id, None) => {
            let (shown, secret) = basic(value).ok_or(Refused::Client)?;
            if id.is_some_and(|id| id != shown) { Err(Refused::Request) } else { Ok((shown, secret)) }
        }
        (None, Some(id), Some(secret)) => Ok((id, secret)),
        (None, _, _) => Err(Refused::Client),
    }
}

/// Pairs of a form; none: not UTF-8, or a broken escape.
fn form(body: &[u8]) -> Option<Vec<(String, String)>> {
    let text =
        |part: &[u8]| decoded(&part.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect::<Vec<u8>>());
    let pairs = body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty());
    let pair = |pair: &[u8]| {
        let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
        Some((text(&pair[..at])?, text(pair.get(at + 1..).unwrap_or_default())?))
    };
    pairs.map(pair).collect()
}

fn decoded(text: &[u8]) -> Option<String> {
    percent_decode(text).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// `Basic`, whose id and secret are form-encoded before (RFC 6749 §2.3.1).
fn basic(value: &HeaderValue) -> Option<(String, String)> {
    let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let pair = STANDARD.decode(encoded.trim()).ok()?;
    let at = pair.iter().position(|byte| *byte == b':')?;
    Some((decoded(&pair[..at])?, decoded(&pair[at + 1..])?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(authorization: Option<&str>, body: &str) -> Result<(String, String), Refused> {
        let mut headers = HeaderMap::new();
        headers
            .insert(header::CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded; charset=utf-8"));
        if let Some(value) = authorization {
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
        }
        asked(&headers, body.as_bytes())
    }

    #[test]
    fn id_and_secret_come_in_the_header_or_in_the_form() {
        let grant = "grant_type=client_credentials";
        let found = |id: &str, secret: &str| Ok((id.to_owned(), secret.to_owned()));
        assert_eq!(ask(Some("Basic YTpi"), grant), found("a", "b"));
        assert_eq!(ask(Some("basic YSUzQWI6Yw=="), grant), found("a:b", "c"));
        assert_eq!(ask(None, &format!("{grant}&client_id=a&client_secret=b+c%2B")), found("a", "b c+"));
        assert_eq!(ask(Some("Basic YTpi"), &format!("{grant}&client_id=a")), found("a", "b"));
        for (authorization, body, refused) in [
            (Some("Basic YTpi"), format!("{grant}&client_id=z"), Refused::Request),
            (Some("Basic YTpi"), format!("{grant}&client_secret=b"), Refused::Request),
            (Some("Basic !"), grant.into(), Refused::Client),
            (Some("Bearer YTpi"), grant.into(), Refused::Client),
            (None, grant.into(), Refused::Client),
            (None, format!("{grant}&client_id=a"), Refused::Client),
            (None, format!("{grant}&{grant}&client_id=a&client_secret=b"), Refused::Request),
            (None, format!("{grant}&client_id=a&client_id=b&client_secret=b"), Refused::Request),
            (None, "client_id=a&client_secret=b".into(), Refused::Request),
            (None, "grant_type=password&username=a&password=b".into(), Refused::GrantType),
            (None, format!("{grant}&client_id=%ff&client_secret=b"), Refused::Request),
        ] {
            assert_eq!(ask(authorization, &body), Err(refused), "{authorization:?} {body}");
        }
        assert_eq!(asked(&HeaderMap::new(), grant.as_bytes()), Err(Refused::Request));
    }
}
