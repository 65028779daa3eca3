//! Signatures of Standard Webhooks over `id.timestamp.body`.

use std::fmt;

use http::{HeaderMap, HeaderName, HeaderValue};

use super::keys::SigningKey;

/// The event's id: the same over all attempts, by which receivers find repeats.
pub const WEBHOOK_ID: HeaderName = HeaderName::from_static("webhook-id");
/// When this attempt was made, in seconds since 1970 UTC.
pub const WEBHOOK_TIMESTAMP: HeaderName = HeaderName::from_static("webhook-timestamp");
/// Signatures with a space between them.
pub const WEBHOOK_SIGNATURE: HeaderName = HeaderName::from_static("webhook-signature");

/// Why nothing is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignFault {
    /// No key: an unsigned webhook is never sent.
    #[error("there is no key to sign with")]
    NoKey,
    /// The id is empty, longer than 256 bytes, or has a character other than visible ASCII, or a full stop, which
    /// would let two messages have the same content to sign.
    #[error("the id of a webhook has 1 to 256 visible characters and no full stop")]
    Id,
}

/// The three headers of one attempt.
#[derive(Clone, PartialEq, Eq)]
pub struct Signed {
    id: HeaderValue,
    timestamp: HeaderValue,
    signature: HeaderValue,
}

impl Signed {
    /// Sets the three headers, in place of any that were there.
    pub fn put_into(&self, headers: &mut HeaderMap) {
        headers.insert(WEBHOOK_ID, self.id.clone());
        headers.insert(WEBHOOK_TIMESTAMP, self.timestamp.clone());
        headers.insert(WEBHOOK_SIGNATURE, self.signature.clone());
    }
}

impl fmt::Debug for Signed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signed({:?} at {:?})", self.id, self.timestamp)
    }
}

/// Signs one attempt with every key: while a key is being replaced, with the new one and the old one, so that the
/// receiver may change at any moment between.
///
/// `seconds` is the time of this attempt since 1970 UTC, for receivers refuse what is some minutes old.
///
/// # Errors
/// No key, or an id that cannot be signed.
pub fn sign(keys: &[SigningKey], id: &str, seconds: u64, body: &[u8]) -> Result<Signed, SignFault> {
    let fits = (1..=256).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic() && b != b'.');
    if !fits {
        return Err(SignFault::Id);
    }
    if keys.is_empty() {
        return Err(SignFault::NoKey);
    }
    let mut content = format!("{id}.{seconds}.").into_bytes();
    content.extend_from_slice(body);
    let signatures: Vec<_> = keys.iter().map(|key| key.signature(&content)).collect();
    Ok(Signed {
        id: HeaderValue::from_str(id).map_err(|_| SignFault::Id)?,
        timestamp: seconds.into(),
        signature: HeaderValue::try_from(signatures.join(" ")).map_err(|_| SignFault::NoKey)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // Both from the texts that implementations test themselves with: `v1` of the reference libraries of Standard
    // Webhooks, `v1a` of the server of Svix, whose signature is the example in the specification.
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const SECONDS: u64 = 1_614_265_330;
    const BODY: &[u8] = br#"{"test": 2432232314}"#;
    const V1: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
    const V1A: &str = "v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFymVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==";

    fn published() -> [SigningKey; 2] {
        [
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".parse().unwrap(),
            "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg=="
                .parse()
                .unwrap(),
        ]
    }

    #[test]
    fn signatures_are_those_that_others_publish() {
        let mut headers = HeaderMap::new();
        sign(&published(), ID, SECONDS, BODY).unwrap().put_into(&mut headers);
        assert_eq!(headers[WEBHOOK_ID], ID);
        assert_eq!(headers[WEBHOOK_TIMESTAMP], "1614265330");
        assert_eq!(headers[WEBHOOK_SIGNATURE], format!("{V1} {V1A}"));
        assert_eq!(published()[1].public().unwrap().to_string(), "whpk_1SiA4o9hyqTCpIqC5V9HUakiiaeACeqfZTInDBbOir4=");
    }

    #[test]
    fn ids_that_could_be_read_as_part_of_something_else_are_refused() {
        for id in ["", "a.b", "a b", "a\n", "ổ", &"x".repeat(257)] {
            assert_eq!(sign(&published(), id, SECONDS, BODY), Err(SignFault::Id), "{id:?}");
        }
        assert_eq!(sign(&[], ID, SECONDS, BODY), Err(SignFault::NoKey));
    }

    #[test]
    fn signed_headers_show_no_signature_in_debug() {
        assert!(!format!("{:?}", sign(&published(), ID, SECONDS, BODY).unwrap()).contains("v1"));
    }
}
