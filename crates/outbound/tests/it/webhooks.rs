//! Signatures checked by libraries for Node.js. Neither checks `v1a`; [`crate::receiver`] does.

use hoagiai_outbound::webhook::{keys::SigningKey, sign};
use http::HeaderMap;
use serde_json::{Map, Value, json};

use crate::tools;

const BODY: &str = r#"{"tổ":"hòa giải","n":1.0}"#;

/// What each library says of the body, when the keys signed [`BODY`] at this time.
fn said(keys: &[SigningKey], seconds: u64, body: &str) -> Value {
    let mut headers = HeaderMap::new();
    sign::sign(keys, "evt_1", seconds, BODY.as_bytes()).unwrap().put_into(&mut headers);
    let headers: Map<_, _> =
        headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().into())).collect();
    let secret = shared(1).reveal().to_string();
    tools::ask(&mut tools::node("webhooks.cjs"), &json!({"secret": secret, "headers": headers, "body": body}))
}

fn shared(n: u8) -> SigningKey {
    SigningKey::shared(&[n; 32]).unwrap()
}

fn all(verdict: bool) -> Value {
    json!({"standardwebhooks": verdict, "svix": verdict})
}

#[test]
fn libraries_for_node_take_what_is_signed_and_refuse_what_is_not() {
    let now = tools::now();
    assert_eq!(said(&[shared(1)], now, BODY), all(true));
    assert_eq!(said(&[shared(1)], now, &BODY.replace("1.0", "1")), all(false), "another body");
    assert_eq!(said(&[shared(2)], now, BODY), all(false), "another key");
    assert_eq!(said(&[shared(1)], now - 3_600, BODY), all(false), "an hour ago");
}

#[test]
fn while_a_key_is_replaced_either_one_will_do() {
    let both = [SigningKey::ed25519(&[3; 32]).unwrap(), shared(2), shared(1)];
    assert_eq!(said(&both, tools::now(), BODY), all(true));
}
