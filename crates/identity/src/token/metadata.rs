//! What an issuer says of itself (OpenID Connect Discovery 1.0 §3, RFC 8414 §2). Read here, fetched elsewhere.

use serde_json::{Map, Value};
use url::{Host, Url};

use super::{Reason, json};

/// The addresses of an issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// Its keys.
    pub jwks_uri: String,
    /// Where a browser goes to sign in; none: nobody signs in there.
    pub authorization_endpoint: Option<String>,
    /// Where codes become tokens.
    pub token_endpoint: Option<String>,
    /// Where a browser goes to sign out.
    pub end_session_endpoint: Option<String>,
}

/// Why metadata are not used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// No JSON object, or one with a key twice.
    #[error("not a JSON object")]
    Malformed,
    /// They are another issuer's (RFC 8414 §3.3).
    #[error("the issuer is another")]
    OtherIssuer,
    /// An address is missing or not one to fetch from.
    #[error("{0} is missing or no https address")]
    Address(&'static str),
}

impl Metadata {
    /// Reads the metadata of `issuer`, which must name it exactly.
    ///
    /// # Errors
    /// [`MetadataError`].
    pub fn read(bytes: &[u8], issuer: &str) -> Result<Metadata, MetadataError> {
        let document = json::object(bytes, Reason::PayloadJson).map_err(|_| MetadataError::Malformed)?;
        if document.get("issuer").is_none_or(|said| said != issuer) {
            return Err(MetadataError::OtherIssuer);
        }
        Ok(Metadata {
            jwks_uri: address(&document, "jwks_uri")?.ok_or(MetadataError::Address("jwks_uri"))?,
            authorization_endpoint: address(&document, "authorization_endpoint")?,
            token_endpoint: address(&document, "token_endpoint")?,
            end_session_endpoint: address(&document, "end_session_endpoint")?,
        })
    }
}

fn address(document: &Map<String, Value>, name: &'static str) -> Result<Option<String>, MetadataError> {
    let Some(value) = document.get(name) else { return Ok(None) };
    let address = value.as_str().filter(|address| is_fetchable(address));
    address.map(|address| Some(address.to_owned())).ok_or(MetadataError::Address(name))
}

/// Where the metadata of an issuer may stand: OpenID Connect puts them below it, RFC 8414 between host and path.
pub fn addresses(issuer: &str) -> Vec<String> {
    let trimmed = issuer.trim_end_matches('/');
    let below = format!("{trimmed}/.well-known/openid-configuration");
    let between = Url::parse(issuer).ok().map(|mut url| {
        url.set_path(&format!("/.well-known/oauth-authorization-server{}", url.path().trim_end_matches('/')));
        url.to_string()
    });
    std::iter::once(below).chain(between).collect()
}

/// Whether keys and secrets may travel to and from an address: https, or http on this machine. No user name, so that
/// nobody takes it for the host, no fragment.
pub fn is_fetchable(address: &str) -> bool {
    let plain = address.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let Some(url) = Url::parse(address).ok().filter(|_| plain) else { return false };
    let here = match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => return false,
    };
    let scheme = url.scheme() == "https" || (url.scheme() == "http" && here);
    scheme && url.username().is_empty() && url.password().is_none() && url.fragment().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CITY: &str = "https://id.hanoi.test/realms/hoagiai";

    #[test]
    fn only_what_names_the_issuer_exactly_is_read() {
        let read = |text: &str| Metadata::read(text.as_bytes(), CITY).map(|metadata| metadata.jwks_uri);
        let good = format!(r#"{{"issuer":"{CITY}","jwks_uri":"{CITY}/certs","token_endpoint":"{CITY}/token"}}"#);
        assert_eq!(read(&good), Ok(format!("{CITY}/certs")));
        let other = |issuer: &str| read(&good.replacen(CITY, issuer, 1));
        for issuer in [&format!("{CITY}/"), "https://id.hanoi.test", "http://id.hanoi.test/realms/hoagiai", ""] {
            assert_eq!(other(issuer), Err(MetadataError::OtherIssuer), "{issuer}");
        }
        for (from, to, expected) in [
            ("jwks_uri", "jwks", MetadataError::Address("jwks_uri")),
            ("/certs\"", "/certs#x\"", MetadataError::Address("jwks_uri")),
            ("\"https://id.hanoi.test/realms/hoagiai/certs\"", "null", MetadataError::Address("jwks_uri")),
            ("https://id.hanoi.test/realms/hoagiai/token", "http://x.test/", MetadataError::Address("token_endpoint")),
            ("token_endpoint", "issuer", MetadataError::Malformed),
            ("{", "[{", MetadataError::Malformed),
        ] {
            assert_eq!(read(&good.replacen(from, to, 1)), Err(expected), "{from} as {to}");
        }
    }

    #[test]
    fn keys_come_over_https_or_from_this_machine() {
        for (address, fits) in [
            ("https://id.hanoi.test/jwks", true),
            ("https://id.hanoi.test:8443/jwks?x=1", true),
            ("http://localhost:3000/jwks", true),
            ("http://127.0.0.1:3000/jwks", true),
            ("http://127.9.9.9/", true),
            ("http://[::1]:3000/jwks", true),
            ("http://id.hanoi.test/jwks", false),
            ("http://localhost.evil.test/", false),
            ("http://localhost@evil.test/", false),
            ("http://127.0.0.1\\@evil.test/", false),
            ("https://user@id.hanoi.test/", false),
            ("https://id.hanoi.test/#x", false),
            ("http://192.168.1.1/", false),
            ("http://0.0.0.0/", false),
            ("file:///etc/passwd", false),
            ("ftp://localhost/", false),
            ("//id.hanoi.test/", false),
            ("https://", false),
            ("", false),
            ("https://id.hanoi.test/a b", false),
        ] {
            assert_eq!(is_fetchable(address), fits, "{address}");
        }
    }

    #[test]
    fn both_places_of_metadata_are_known() {
        let expected = |below: &str, between: &str| vec![below.to_owned(), between.to_owned()];
        assert_eq!(
            addresses(CITY),
            expected(
                "https://id.hanoi.test/realms/hoagiai/.well-known/openid-configuration",
                "https://id.hanoi.test/.well-known/oauth-authorization-server/realms/hoagiai"
            )
        );
        assert_eq!(
            addresses("https://id.test/"),
            expected(
                "https://id.test/.well-known/openid-configuration",
                "https://id.test/.well-known/oauth-authorization-server"
            )
        );
    }
}
