//! Sixth: who is calling. After shedding, because checking a signature is work too; before access, which needs to know.
//! Public methods pass without credentials, and with bad ones: what they answer does not depend on them.

use super::{Handler, Layer, Method, Request, Response, Rule, body, fault::Fault};
use crate::identity::Identity;
use std::sync::Arc;

pub(super) struct Authenticate {
    identity: Arc<Identity>,
}

impl Authenticate {
    pub(super) fn new(identity: Arc<Identity>) -> Self {
        Self { identity }
    }
}

impl Layer for Authenticate {
    async fn around<H: Handler>(&self, mut request: Request, inner: &H) -> Response {
        let needs = match request.extensions().get::<Arc<Method>>().and_then(|method| method.rule.as_ref()) {
            Some(Rule::Public) => false,
            Some(Rule::Needs { .. }) => true,
            None => return body::answer(Fault::NoSuchMethod.status()),
        };
        if needs {
            let Some(token) = bearer(request.headers()) else {
                return body::answer(Fault::Unauthenticated.status());
            };
            match self.identity.verify(token) {
                Ok(principal) => request.extensions_mut().insert(principal),
                Err(error) => {
                    // One reason, in the log only: the answer must not teach how to forge.
                    tracing::info!(reason = %error, "a token was refused");
                    return body::answer(Fault::Unauthenticated.status());
                }
            };
        }
        inner.handle(request).await
    }
}

/// The token of the one `authorization: Bearer` header; two headers are a smuggling attempt and count as none.
fn bearer(headers: &http::HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(http::header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.len() <= 8 * 1024).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};

    #[test]
    fn exactly_one_bearer_header_counts() {
        let mut headers = HeaderMap::new();
        assert_eq!(bearer(&headers), None);
        headers.insert(AUTHORIZATION, HeaderValue::from_static("Bearer abc"));
        assert_eq!(bearer(&headers), Some("abc"));
        headers.append(AUTHORIZATION, HeaderValue::from_static("Bearer def"));
        assert_eq!(bearer(&headers), None);
        for bad in ["Basic abc", "Bearer", "Bearer ", "abc"] {
            headers.insert(AUTHORIZATION, HeaderValue::from_static(bad));
            assert_eq!(bearer(&headers), None, "{bad}");
        }
    }
}
