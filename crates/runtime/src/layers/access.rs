//! Seventh: may this caller call this method at all. Default deny: the rule comes from the contract, and what has none
//! is refused. Puts the `Caller` into the request; whether its area covers the record is asked by the use case, which
//! alone knows the record.

use super::{Handler, Layer, Method, Request, Response, Rule, body, fault::Fault};
use crate::identity::Identity;
use hoagiai_identity::Principal;
use hoagiai_types::Env;
use std::sync::Arc;

/// Why the caller asks, in words; percent-encoded UTF-8, since headers are ASCII.
const PURPOSE: &str = "x-purpose";

pub(super) struct Access {
    env: Env,
    identity: Arc<Identity>,
}

impl Access {
    pub(super) fn new(env: Env, identity: Arc<Identity>) -> Self {
        Self { env, identity }
    }

    fn admit(&self, request: &mut Request) -> Result<(), Fault<'static>> {
        let method = request.extensions().get::<Arc<Method>>().cloned().ok_or(Fault::NoSuchMethod)?;
        let (permission, needs_purpose) = match &method.rule {
            None => return Err(Fault::NoSuchMethod),
            Some(Rule::Public) => return Ok(()),
            Some(Rule::Needs { permission, purpose }) => (permission, *purpose),
        };
        let principal = request.extensions().get::<Arc<Principal>>().cloned().ok_or(Fault::Unauthenticated)?;
        let caller = self.identity.caller(principal, permission, self.env.today()).map_err(|denied| {
            tracing::info!(permission = %permission, reason = %denied, "a call was denied");
            Fault::Denied
        })?;
        let caller = match purpose(request.headers()) {
            Some(purpose) => caller.stating(purpose),
            None => caller,
        };
        if needs_purpose && caller.purpose().is_none() {
            return Err(Fault::PurposeMissing);
        }
        request.extensions_mut().insert(caller);
        Ok(())
    }
}

impl Layer for Access {
    async fn around<H: Handler>(&self, mut request: Request, inner: &H) -> Response {
        match self.admit(&mut request) {
            Ok(()) => inner.handle(request).await,
            Err(fault) => body::answer(fault.status()),
        }
    }
}

fn purpose(headers: &http::HeaderMap) -> Option<String> {
    let text = percent_decoded(headers.get(PURPOSE)?.as_bytes())?;
    let text = text.trim();
    (!text.is_empty() && text.chars().count() <= 200 && !text.chars().any(char::is_control)).then(|| text.to_owned())
}

fn percent_decoded(bytes: &[u8]) -> Option<String> {
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut rest = bytes.iter();
    while let Some(&byte) = rest.next() {
        let mut digit = || char::from(*rest.next()?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        decoded.push(if byte == b'%' { digit()? << 4 | digit()? } else { byte });
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::percent_decoded;

    #[test]
    fn a_purpose_is_decoded_or_refused() {
        assert_eq!(percent_decoded("Xác minh".as_bytes()).as_deref(), Some("Xác minh"));
        assert_eq!(percent_decoded(b"X%C3%A1c minh").as_deref(), Some("Xác minh"));
        for bad in [&b"%"[..], b"%4", b"%zz", b"%ff"] {
            assert_eq!(percent_decoded(bad), None);
        }
    }
}
