//! A sign-in under way: what is kept of it in the browser, sealed, between leaving for the provider and coming back. The
//! server keeps nothing, so nobody fills its memory by beginning.

use aws_lc_rs::{
    digest::{SHA256, digest},
    rand,
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use super::seal::Seal;

/// How long somebody may take to sign in, in seconds.
const LONGEST_SECONDS: i64 = 600;
/// What the seal is bound to.
const PLACE: &[u8] = b"hoagiai sign-in";
/// The longest path to go back to.
const LONGEST_PATH: usize = 512;

/// A secret of 256 bits, as text. None: the system has no randomness, and nothing may go on.
pub(crate) fn secret() -> Option<String> {
    let mut bytes = [0; 32];
    rand::fill(&mut bytes).ok()?;
    Some(URL_SAFE_NO_PAD.encode(bytes))
}

/// What only this browser knows of its sign-in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Begun {
    pub(crate) state: String,
    pub(crate) nonce: String,
    pub(crate) verifier: String,
    pub(crate) return_to: String,
    begun: i64,
}

impl Begun {
    /// Begins. `now` in seconds.
    pub(crate) fn new(return_to: Option<&str>, now: i64) -> Option<Self> {
        let return_to = return_to.filter(|path| is_local(path)).unwrap_or("/").to_owned();
        Some(Self { state: secret()?, nonce: secret()?, verifier: secret()?, return_to, begun: now })
    }

    /// Sealed, for a cookie.
    pub(crate) fn sealed(&self, seal: &Seal) -> Option<String> {
        seal.close(PLACE, self).map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
    }

    /// What a cookie holds; none: nothing that was sealed here.
    pub(crate) fn opened(seal: &Seal, text: &str) -> Option<Self> {
        seal.open(PLACE, &URL_SAFE_NO_PAD.decode(text).ok()?)
    }

    /// The challenge of PKCE, S256 (RFC 7636 §4.2).
    pub(crate) fn challenge(&self) -> String {
        URL_SAFE_NO_PAD.encode(digest(&SHA256, self.verifier.as_bytes()))
    }

    /// Whether somebody who comes back with this state is whom we sent, in time.
    pub(crate) fn is_answered_by(&self, state: &str, now: i64) -> bool {
        let in_time = (-5..=LONGEST_SECONDS).contains(&(now - self.begun));
        in_time && bool::from(self.state.as_bytes().ct_eq(state.as_bytes()))
    }
}

/// Whether a browser that is sent there stays here: a path of ours and nothing that some browser takes for a host.
pub(crate) fn is_local(path: &str) -> bool {
    let plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    plain && path.len() <= LONGEST_PATH && path.starts_with('/') && !path.starts_with("//")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_sent_elsewhere() {
        for (path, local) in [
            ("/", true),
            ("/docs/", true),
            ("/v1/teams?page_size=5&x=//y", true),
            ("//evil.test", false),
            ("/\\evil.test", false),
            ("\\\\evil.test", false),
            ("https://evil.test", false),
            ("/\t/evil.test", false),
            ("/x\r\nset-cookie: a=b", false),
            ("javascript:alert(1)", false),
            ("evil.test", false),
            ("/đ", false),
            ("", false),
        ] {
            assert_eq!(is_local(path), local, "{path:?}");
            let expected = if local { path } else { "/" };
            assert_eq!(Begun::new(Some(path), 0).unwrap().return_to, expected);
        }
        assert!(!is_local(&format!("/{}", "x".repeat(LONGEST_PATH))));
    }

    #[test]
    fn a_sign_in_is_answered_once_it_was_begun_here_and_not_long_ago() {
        let begun = Begun::new(None, 1_000).unwrap();
        let other = Begun::new(None, 1_000).unwrap();
        assert!(begun.is_answered_by(&begun.state, 1_000) && begun.is_answered_by(&begun.state, 1_600));
        for (state, now) in [(&other.state, 1_000), (&String::new(), 1_000), (&begun.state, 1_601), (&begun.state, 900)]
        {
            assert!(!begun.is_answered_by(state, now));
        }
        assert_eq!((begun.state.len(), begun.verifier.len(), begun.challenge().len()), (43, 43, 43));
        assert!(begun.state != other.state && begun.nonce != other.nonce && begun.verifier != other.verifier);
    }

    #[test]
    fn the_challenge_is_the_one_of_the_specification() {
        // RFC 7636, appendix B.
        let mut begun = Begun::new(None, 0).unwrap();
        begun.verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned();
        assert_eq!(begun.challenge(), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn what_a_browser_changed_is_not_opened() {
        let (seal, begun) = (Seal::with(&[7; 32]).unwrap(), Begun::new(Some("/docs"), 7).unwrap());
        let text = begun.sealed(&seal).unwrap();
        let opened = |text: &str| Begun::opened(&seal, text);
        assert!(opened(&text).unwrap() == begun && text.len() < 4_000 && !text.contains(&begun.verifier));
        assert!(Begun::opened(&Seal::with(&[8; 32]).unwrap(), &text).is_none(), "another installation");
        let elsewhere = seal.close(b"elsewhere", &begun).unwrap();
        assert!(opened(&URL_SAFE_NO_PAD.encode(elsewhere)).is_none(), "sealed for something else");
        for at in 0..text.len() {
            let mut changed = text.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert!(opened(&String::from_utf8(changed).unwrap()).is_none(), "changed at {at}");
        }
        for text in ["", "AAAA", &text[1..], &format!("{text}AAAA")] {
            assert!(opened(text).is_none());
        }
    }
}
