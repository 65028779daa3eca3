//! The certificate and the address of a client, as a gateway in front passes them on.

use std::net::{IpAddr, SocketAddr};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use http::HeaderValue;

use super::config::{CertificateHeader, Fingerprint};

/// Longer than any certificate is: a chain comes in a header of its own, which is not read.
const LONGEST: usize = 16 * 1024;

/// The SHA-256 of the certificate that a header passes on; none: it is malformed, or speaks of more than one.
pub(super) fn read(header: CertificateHeader, value: &HeaderValue) -> Option<[u8; 32]> {
    let text = value.to_str().ok().filter(|text| text.len() <= LONGEST)?;
    match header {
        CertificateHeader::ClientCert => der(text).map(|der| {
            let mut print = [0; 32];
            print.copy_from_slice(aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &der).as_ref());
            print
        }),
        CertificateHeader::XForwardedClientCert => hash(text),
    }
}

/// A byte sequence (RFC 8941 §3.3.5): base64 between colons, and no parameters.
fn der(text: &str) -> Option<Vec<u8>> {
    let text = text.trim().strip_prefix(':')?.strip_suffix(':')?;
    STANDARD.decode(text).ok().filter(|der| !der.is_empty())
}

/// `Hash=…;Subject="…"`, one element: with several, somebody before the gateway in front has written, too. A comma in a quoted
/// value is none between elements.
fn hash(text: &str) -> Option<[u8; 32]> {
    let (mut quoted, mut pairs, mut begun) = (false, Vec::new(), 0);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b',' if !quoted => return None,
            b';' if !quoted => {
                pairs.push(&text[begun..at]);
                begun = at + 1;
            }
            _ => {}
        }
    }
    pairs.push(&text[begun..]);
    let mut hashes = pairs.into_iter().filter_map(|pair| {
        let (name, value) = pair.split_once('=')?;
        name.trim().eq_ignore_ascii_case("hash").then(|| value.trim())
    });
    let (first, second) = (hashes.next()?, hashes.next());
    let print: Fingerprint = first.parse().ok().filter(|_| second.is_none() && !quoted)?;
    Some(print.0)
}

/// The last address of a list, which the gateway in front has seen itself: those before are what it was told. With a port or
/// without.
pub(super) fn address(value: &HeaderValue) -> Option<IpAddr> {
    let last = value.to_str().ok()?.rsplit(',').next()?.trim();
    let bare = last.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(last);
    bare.parse().ok().or_else(|| last.parse().ok().map(|address: SocketAddr| address.ip()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_address_is_the_one_that_was_seen() {
        let of = |text: &str| address(&HeaderValue::from_str(text).unwrap()).map(|address| address.to_string());
        for (text, expected) in [
            ("192.0.2.1", Some("192.0.2.1")),
            ("10.0.0.1, 192.0.2.1:4711", Some("192.0.2.1")),
            ("2001:db8::1", Some("2001:db8::1")),
            ("x, [2001:db8::1]", Some("2001:db8::1")),
            ("[2001:db8::1]:80", Some("2001:db8::1")),
            ("192.0.2.1,", None),
            ("unknown", None),
            ("", None),
        ] {
            assert_eq!(of(text).as_deref(), expected, "{text}");
        }
    }

    fn read_text(header: CertificateHeader, text: &str) -> Option<[u8; 32]> {
        read(header, &HeaderValue::from_str(text).unwrap())
    }

    #[test]
    fn a_certificate_is_passed_on_as_a_byte_sequence() {
        let expected: [u8; 32] =
            aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, b"certificate").as_ref().try_into().unwrap();
        let read = |text: &str| read_text(CertificateHeader::ClientCert, text);
        assert_eq!(read(":Y2VydGlmaWNhdGU=:"), Some(expected));
        for odd in ["", "Y2VydGlmaWNhdGU=", "::", ":Y2Vy*:", ":Y2VydGlmaWNhdGU=:;a=1", ":YQ==:, :YQ==:"] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }

    #[test]
    fn envoy_passes_on_the_hash_of_one_certificate() {
        let (read, hash) = (|text: &str| read_text(CertificateHeader::XForwardedClientCert, text), "ab".repeat(32));
        let print = Some([0xab; 32]);
        assert_eq!(read(&format!("Hash={hash}")), print);
        assert_eq!(read(&format!("By=spiffe://a;Hash={hash};Subject=\"CN=a,O=b;c\"")), print);
        let in_subject = format!("Subject=\"Hash={hash}\"");
        let broken = format!("Hash={hash};Subject=\"a");
        let two = [format!("Hash={hash},Hash={hash}"), format!("Hash={hash};Hash={hash}")];
        for odd in ["", "Hash=", "Subject=\"CN=a\"", &in_subject, &broken, &two[0], &two[1]] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }
}
