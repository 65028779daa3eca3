//! Keys that webhooks are signed with, in the texts of Standard Webhooks: `whsec_`, `whsk_`, `whpk_`, each before base64.

use std::{fmt, str::FromStr};

use aws_lc_rs::{
    hmac,
    signature::{ED25519, Ed25519KeyPair, KeyPair, ParsedPublicKey},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::Zeroizing;

const SECRET: &str = "whsec_";
const PRIVATE: &str = "whsk_";
const PUBLIC: &str = "whpk_";

/// Bytes that a shared secret may have: 192 to 512 bits.
pub const SECRET_BYTES: std::ops::RangeInclusive<usize> = 24..=64;

/// Why a text or bytes are no key. Shows nothing of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// None of the prefixes.
    #[error("a key begins with whsec_, whsk_ or whpk_")]
    Prefix,
    /// Not base64 with its padding.
    #[error("what follows the prefix is not base64")]
    Base64,
    /// A shared secret of less than 24 or more than 64 bytes; an ed25519 key of neither 32 nor 64.
    #[error("the key has the wrong number of bytes")]
    Length,
    /// The public half is not that of the private half, or not a key at all.
    #[error("the bytes are not an ed25519 key")]
    Ed25519,
}

/// A key that signs. Never shows itself but by [`reveal`](Self::reveal).
pub struct SigningKey(Inner);

enum Inner {
    /// `v1`: HMAC-SHA256, shared with the receiver.
    Shared(Zeroizing<Vec<u8>>),
    /// `v1a`: ed25519; the receiver has the public half. Seed and pair.
    Private(Zeroizing<[u8; 32]>, Box<Ed25519KeyPair>),
}

impl SigningKey {
    /// A shared secret (`v1`) of random bytes, [`SECRET_BYTES`] of them. Unique for every endpoint.
    ///
    /// # Errors
    /// Fewer or more bytes.
    pub fn shared(random: &[u8]) -> Result<Self, KeyFault> {
        if !SECRET_BYTES.contains(&random.len()) {
            return Err(KeyFault::Length);
        }
        Ok(Self(Inner::Shared(Zeroizing::new(random.to_vec()))))
    }

    /// An ed25519 key (`v1a`) of 32 random bytes.
    ///
    /// # Errors
    /// The library refuses the seed.
    pub fn ed25519(random: &[u8; 32]) -> Result<Self, KeyFault> {
        let pair = Ed25519KeyPair::from_seed_unchecked(random).map_err(|_| KeyFault::Ed25519)?;
        Ok(Self(Inner::Private(Zeroizing::new(*random), Box::new(pair))))
    }

    /// The public half as receivers are given it; `None` of a shared secret.
    #[must_use]
    pub fn public(&self) -> Option<PublicKey> {
        match &self.0 {
            Inner::Shared(_) => None,
            Inner::Private(_, pair) => pair.public_key().as_ref().try_into().ok().map(PublicKey),
        }
    }

    /// The text to be kept sealed, and to be shown once to whom a shared secret is for: `whsec_…`, or `whsk_` before
    /// seed and public half, which is what other implementations read.
    #[must_use]
    pub fn reveal(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(128));
        match &self.0 {
            Inner::Shared(secret) => {
                text.push_str(SECRET);
                STANDARD.encode_string(secret.as_slice(), &mut text);
            }
            Inner::Private(seed, pair) => {
                let mut both = Zeroizing::new([0; 64]);
                both[..32].copy_from_slice(seed.as_slice());
                both[32..].copy_from_slice(pair.public_key().as_ref());
                text.push_str(PRIVATE);
                STANDARD.encode_string(both.as_slice(), &mut text);
            }
        }
        text
    }

    /// `v1,…` or `v1a,…` over the content.
    pub(super) fn signature(&self, content: &[u8]) -> String {
        match &self.0 {
            Inner::Shared(secret) => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
                format!("v1,{}", STANDARD.encode(hmac::sign(&key, content)))
            }
            Inner::Private(_, pair) => format!("v1a,{}", STANDARD.encode(pair.sign(content))),
        }
    }
}

impl FromStr for SigningKey {
    type Err = KeyFault;

    /// Reads `whsec_…`, or `whsk_…` with the seed alone or with the public half behind it.
    fn from_str(text: &str) -> Result<Self, KeyFault> {
        if let Some(secret) = text.strip_prefix(SECRET) {
            return Self::shared(&decoded(secret)?);
        }
        let bytes = decoded(text.strip_prefix(PRIVATE).ok_or(KeyFault::Prefix)?)?;
        let (seed, public) = bytes.split_first_chunk::<32>().ok_or(KeyFault::Length)?;
        if !matches!(public.len(), 0 | 32) {
            return Err(KeyFault::Length);
        }
        let key = Self::ed25519(seed)?;
        let matches = public.is_empty() || key.public().is_some_and(|half| half.0 == public);
        if matches { Ok(key) } else { Err(KeyFault::Ed25519) }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Inner::Shared(_) => "SigningKey(v1 ***)",
            Inner::Private(..) => "SigningKey(v1a ***)",
        })
    }
}

/// The public half of an ed25519 key. Prints as `whpk_…`; not a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey([u8; 32]);

impl FromStr for PublicKey {
    type Err = KeyFault;

    fn from_str(text: &str) -> Result<Self, KeyFault> {
        let bytes = decoded(text.strip_prefix(PUBLIC).ok_or(KeyFault::Prefix)?)?;
        let bytes: [u8; 32] = bytes.as_slice().try_into().map_err(|_| KeyFault::Length)?;
        ParsedPublicKey::new(&ED25519, bytes).map_err(|_| KeyFault::Ed25519)?;
        Ok(Self(bytes))
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PUBLIC}{}", STANDARD.encode(self.0))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn decoded(text: &str) -> Result<Zeroizing<Vec<u8>>, KeyFault> {
    STANDARD.decode(text).map(Zeroizing::new).map_err(|_| KeyFault::Base64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_never_shows_itself() {
        for key in [SigningKey::shared(&[0xAB; 24]).unwrap(), SigningKey::ed25519(&[0xAB; 32]).unwrap()] {
            let shown = format!("{key:?} {key:#?}");
            assert!(shown.contains("***") && !shown.contains(&key.reveal()[6..]), "{shown}");
            assert!(!shown.contains("171") && !shown.contains("q6ur"), "{shown}");
        }
    }

    #[test]
    fn a_shared_secret_has_24_to_64_bytes() {
        for (bytes, good) in [(0, false), (23, false), (24, true), (64, true), (65, false)] {
            assert_eq!(SigningKey::shared(&vec![7; bytes]).is_ok(), good, "{bytes}");
            let text = format!("whsec_{}", STANDARD.encode(vec![7; bytes]));
            assert_eq!(text.parse::<SigningKey>().is_ok(), good, "{text}");
        }
    }

    #[test]
    fn what_is_revealed_reads_back() {
        for key in [SigningKey::shared(&[9; 32]).unwrap(), SigningKey::ed25519(&[9; 32]).unwrap()] {
            let again: SigningKey = key.reveal().parse().unwrap();
            assert_eq!(*again.reveal(), *key.reveal());
            assert_eq!(again.signature(b"x"), key.signature(b"x"));
        }
    }

    #[test]
    fn texts_that_are_no_keys_say_why() {
        let key = SigningKey::ed25519(&[1; 32]).unwrap();
        let seed_alone = format!("whsk_{}", STANDARD.encode([1; 32]));
        assert_eq!(seed_alone.parse::<SigningKey>().unwrap().public(), key.public());
        let crossed = format!("whsk_{}", STANDARD.encode([1; 64]));
        for (text, fault) in [
            ("", KeyFault::Prefix),
            ("whpk_AAAA", KeyFault::Prefix),
            ("whsec_!!!!", KeyFault::Base64),
            ("whsec_AAA", KeyFault::Base64),
            ("whsk_AAAA", KeyFault::Length),
            (&format!("whsk_{}", STANDARD.encode([1; 48])), KeyFault::Length),
            (&crossed, KeyFault::Ed25519),
        ] {
            assert_eq!(text.parse::<SigningKey>().unwrap_err(), fault, "{text}");
        }
        let public = key.public().unwrap();
        assert_eq!(public.to_string().parse(), Ok(public));
        assert_eq!("whpk_AAAA".parse::<PublicKey>(), Err(KeyFault::Length));
        assert_eq!("whsk_AAAA".parse::<PublicKey>(), Err(KeyFault::Prefix));
    }
}
