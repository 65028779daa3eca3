//! The sections `[[gateway.proxies]]`: gateways in front, and what each may say.

use std::str::FromStr;

use http::HeaderName;
use serde::{Deserialize, Deserializer, de::Error as _};

/// A gateway in front, such as the city's bus. It is known by the client certificate that it shows to our own TLS.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProxyConfig {
    /// What the log calls it.
    pub name: String,
    /// SHA-256 of its certificates (DER), 64 hexadecimal digits each: one, and while it is renewed two.
    pub certificates: Vec<Fingerprint>,
    /// Its signed word about who calls; none: it has none.
    #[serde(default)]
    pub assertion: Option<AssertionConfig>,
    /// The header by which it passes on the certificate that the client showed to it; none: it passes on none.
    #[serde(default)]
    pub client_certificate: Option<CertificateHeader>,
    /// The header by which it passes on the address that called it, by which visitors are counted; none: those who come through
    /// it are one visitor.
    #[serde(default)]
    pub client_address: Option<AddressHeader>,
}

/// A signed word about who calls.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AssertionConfig {
    /// The header. Default: `x-jwt-assertion`, WSO2's.
    #[serde(default = "x_jwt_assertion", deserialize_with = "header_name")]
    pub header: HeaderName,
    /// Who signs it: one of `identity.issuers`, with `asserts = true`.
    pub issuer: String,
    /// The claim that names the caller, as its credential here has it. Default: `sub`.
    #[serde(default = "sub")]
    pub subject_claim: String,
}

/// How a certificate is passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CertificateHeader {
    /// `Client-Cert`: the certificate itself (RFC 9440 §2.2).
    ClientCert,
    /// `X-Forwarded-Client-Cert`: its SHA-256, as Envoy writes it.
    XForwardedClientCert,
}

impl CertificateHeader {
    /// Every one, for those to whom none is believed.
    pub(super) const ALL: [Self; 2] = [Self::ClientCert, Self::XForwardedClientCert];

    pub(super) fn name(self) -> HeaderName {
        HeaderName::from_static(match self {
            Self::ClientCert => "client-cert",
            Self::XForwardedClientCert => "x-forwarded-client-cert",
        })
    }
}

/// How the address of a client is passed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AddressHeader {
    /// `X-Forwarded-For`: its last address, which the gateway in front has seen itself.
    XForwardedFor,
}

impl AddressHeader {
    pub(super) fn name(self) -> HeaderName {
        match self {
            Self::XForwardedFor => HeaderName::from_static("x-forwarded-for"),
        }
    }
}

/// SHA-256 of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; 32]);

/// Not 64 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a fingerprint is 64 hexadecimal digits, with colons between pairs or without")]
pub struct NotAFingerprint;

impl FromStr for Fingerprint {
    type Err = NotAFingerprint;

    fn from_str(text: &str) -> Result<Self, NotAFingerprint> {
        let digits: Vec<u8> = text.bytes().filter(|byte| *byte != b':').collect();
        let pairs = digits.chunks(2).map(|pair| {
            let pair = std::str::from_utf8(pair).ok().filter(|pair| pair.bytes().all(|b| b.is_ascii_hexdigit()))?;
            u8::from_str_radix(pair, 16).ok()
        });
        let bytes = pairs.collect::<Option<Vec<u8>>>().filter(|_| digits.len() == 64);
        bytes.and_then(|bytes| bytes.try_into().ok()).map(Self).ok_or(NotAFingerprint)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

fn header_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<HeaderName, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

fn x_jwt_assertion() -> HeaderName {
    HeaderName::from_static("x-jwt-assertion")
}

fn sub() -> String {
    "sub".to_owned()
}

/// What of the sections cannot be used; none: all can.
pub(crate) fn fault(proxies: &[ProxyConfig], verifies_clients: bool) -> Option<&'static str> {
    let mut seen = Vec::new();
    for proxy in proxies {
        if !verifies_clients {
            return Some("a gateway in front is known by its certificate: `gateway.tls.client_ca` is needed");
        }
        let says = proxy.assertion.is_some() || proxy.client_certificate.is_some() || proxy.client_address.is_some();
        if proxy.certificates.is_empty() || !says {
            return Some(
                "a gateway in front has a certificate, and an assertion or the client's certificate or address to pass on",
            );
        }
        if proxy.certificates.iter().any(|print| seen.contains(print)) {
            return Some("one certificate is one gateway's");
        }
        seen.extend(&proxy.certificates);
        // A header that has another meaning would be taken for a word of the gateway's, and taken away from everybody else.
        let assertion = proxy.assertion.as_ref().map(|assertion| assertion.header.as_str());
        if assertion.is_some_and(|header| !header.contains("assertion")) {
            return Some("an assertion has a header of its own, with `assertion` in its name");
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(more: &str) -> ProxyConfig {
        let print = "ab".repeat(32);
        toml::from_str(&format!("name = \"bus\"\ncertificates = [\"{print}\"]\n{more}")).unwrap()
    }

    #[test]
    fn a_fingerprint_is_32_bytes_in_hexadecimal() {
        let print = Fingerprint([0xab; 32]);
        for text in ["ab".repeat(32), "AB".repeat(32), ["AB"; 32].join(":")] {
            assert_eq!(text.parse(), Ok(print));
        }
        for text in ["", "ab", &"ab".repeat(31), &"ab".repeat(33), &"zz".repeat(32), &"+a".repeat(32)] {
            assert_eq!(text.parse::<Fingerprint>(), Err(NotAFingerprint), "{text}");
        }
    }

    #[test]
    fn a_gateway_in_front_is_known_by_a_certificate_and_has_something_to_say() {
        let says = "client_certificate = \"client-cert\"";
        assert_eq!(fault(&[proxy(says)], true), None);
        assert_eq!(fault(&[proxy("client_address = \"x-forwarded-for\"")], true), None);
        assert!(fault(&[proxy(says)], false).is_some(), "nobody's certificates are verified");
        assert!(fault(&[proxy("")], true).is_some(), "nothing to say");
        assert!(fault(&[proxy(says), proxy(says)], true).is_some(), "two of one certificate");
        for (header, fits) in [("x-jwt-assertion", true), ("authorization", false), ("x-purpose", false)] {
            let said = proxy(&format!("assertion = {{ header = \"{header}\", issuer = \"https://bus.test\" }}"));
            assert_eq!(fault(&[said], true).is_none(), fits, "{header}");
        }
    }
}
