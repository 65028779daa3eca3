//! The address of an endpoint, read by the rules that browsers read by (WHATWG URL), and what is left of it.

use std::{fmt, net::IpAddr};

use http::uri::PathAndQuery;
use url::{Host, Url};

use super::{Guard, Refusal};

/// Longest address of an endpoint.
const LONGEST: usize = 2_048;

/// Where a request may go, as far as its address alone can say.
#[derive(Clone, PartialEq, Eq)]
pub struct Target {
    host: Host<String>,
    port: u16,
    tls: bool,
    path: PathAndQuery,
}

impl Target {
    /// The host as it stands in the `Host` header: a name in lower case and punycode, an address in its one notation.
    #[must_use]
    pub fn host(&self) -> String {
        self.host.to_string()
    }

    /// The port, also where the address has none.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether TLS is spoken.
    #[must_use]
    pub fn tls(&self) -> bool {
        self.tls
    }

    /// The path and the query.
    #[must_use]
    pub fn path(&self) -> &PathAndQuery {
        &self.path
    }

    /// The address, where the host is one.
    pub(crate) fn literal(&self) -> Option<IpAddr> {
        match self.host {
            Host::Ipv4(v4) => Some(v4.into()),
            Host::Ipv6(v6) => Some(v6.into()),
            Host::Domain(_) => None,
        }
    }
}

/// Host and port only: paths and queries carry secrets.
impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Target({}:{})", self.host, self.port)
    }
}

pub(super) fn read(guard: &Guard, text: &str) -> Result<Target, Refusal> {
    if text.len() > LONGEST {
        return Err(Refusal::Length);
    }
    // The reader would drop tabs and line ends and turn backslashes; whoever reads after us may not.
    if text.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\') {
        return Err(Refusal::Form);
    }
    let url = Url::parse(text).map_err(|_| Refusal::Form)?;
    let tls = match url.scheme() {
        "https" => true,
        "http" => false,
        _ => return Err(Refusal::Scheme),
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refusal::UserInfo);
    }
    if url.fragment().is_some() {
        return Err(Refusal::Fragment);
    }
    let host = url.host().ok_or(Refusal::Form)?.to_owned();
    let port = url.port_or_known_default().ok_or(Refusal::Form)?;
    let open = if tls { guard.admits_port(port) } else { guard.admits_plain(&host.to_string(), port) };
    if !open {
        return Err(if tls { Refusal::Port } else { Refusal::Plain });
    }
    let path = url[url::Position::BeforePath..url::Position::AfterQuery].parse().map_err(|_| Refusal::Form)?;
    let target = Target { host, port, tls, path };
    match (target.literal(), &target.host) {
        (Some(address), _) => guard.admits(address)?,
        (None, Host::Domain(name)) if is_localhost(name) => guard.admits(IpAddr::from([127, 0, 0, 1]))?,
        _ => {}
    }
    Ok(target)
}

/// RFC 6761 §6.3: these names are this machine, whatever a resolver says.
fn is_localhost(name: &str) -> bool {
    let name = name.strip_suffix('.').unwrap_or(name);
    name == "localhost" || name.ends_with(".localhost")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::{GuardConfig, Special};

    fn read(url: &str) -> Result<Target, Refusal> {
        Guard::default().target(url)
    }

    #[test]
    fn what_an_endpoint_may_be() {
        for (url, host, port, path) in [
            ("https://portal.hanoi.gov.vn/hook", "portal.hanoi.gov.vn", 443, "/hook"),
            ("https://PORTAL.hanoi.gov.vn:8443", "portal.hanoi.gov.vn", 8443, "/"),
            ("https://x.vn/a?token=%20&b=ổ", "x.vn", 443, "/a?token=%20&b=%E1%BB%95"),
            ("https://hànội.vn/", "xn--hni-9ka0849a.vn", 443, "/"),
            ("https://1.1.1.1/", "1.1.1.1", 443, "/"),
            ("https://[2606:4700::1111]/", "[2606:4700::1111]", 443, "/"),
            ("https://x.vn/a/../b", "x.vn", 443, "/b"),
        ] {
            let target = read(url).unwrap();
            let read = (target.host(), target.port(), target.path().as_str().to_owned(), target.tls());
            assert_eq!(read, (host.to_owned(), port, path.to_owned(), true), "{url}");
        }
    }

    #[test]
    fn what_an_endpoint_may_not_be() {
        let long = format!("https://x.vn/{}", "a".repeat(2_048));
        for (url, refusal) in [
            (&*long, Refusal::Length),
            ("", Refusal::Form),
            ("/hook", Refusal::Form),
            ("//x.vn/hook", Refusal::Form),
            ("https://", Refusal::Form),
            ("https:// x.vn/", Refusal::Form),
            (" https://x.vn/", Refusal::Form),
            ("https://x.vn/\r\nX: y", Refusal::Form),
            ("ht\ttps://x.vn/", Refusal::Form),
            ("https://x.vn\\@evil.vn/", Refusal::Form),
            ("https://x..vn:99999/", Refusal::Form),
            ("https://a%00b.vn/", Refusal::Form),
            ("ftp://x.vn/", Refusal::Scheme),
            ("file:///etc/passwd", Refusal::Scheme),
            ("gopher://x.vn/", Refusal::Scheme),
            ("javascript:alert(1)", Refusal::Scheme),
            ("http://x.vn/", Refusal::Plain),
            ("http://x.vn:443/", Refusal::Plain),
            ("https://user@x.vn/", Refusal::UserInfo),
            ("https://:password@x.vn/", Refusal::UserInfo),
            ("https://x.vn@evil.vn/", Refusal::UserInfo),
            ("https://x.vn/#a", Refusal::Fragment),
            ("https://x.vn:22/", Refusal::Port),
            ("https://x.vn:80/", Refusal::Port),
            ("https://x.vn:0/", Refusal::Port),
        ] {
            assert_eq!(read(url), Err(refusal), "{url:?}");
        }
    }

    #[test]
    fn addresses_are_known_in_every_notation() {
        for (host, special) in [
            ("127.0.0.1", Special::Loopback),
            ("127.1", Special::Loopback),
            ("2130706433", Special::Loopback),
            ("0x7f000001", Special::Loopback),
            ("0x7f.1", Special::Loopback),
            ("0177.0.0.1", Special::Loopback),
            ("017700000001", Special::Loopback),
            ("127.0.0.1.", Special::Loopback),
            ("%31%32%37.0.0.1", Special::Loopback),
            ("１２７.0.0.1", Special::Loopback),
            ("①②⑦.⓪.⓪.①", Special::Loopback),
            ("127。0。0。1", Special::Loopback),
            ("localhost", Special::Loopback),
            ("LOCALHOST.", Special::Loopback),
            ("a.localhost", Special::Loopback),
            ("[::1]", Special::Loopback),
            ("[0:0:0:0:0:0:0:1]", Special::Loopback),
            ("0", Special::Unspecified),
            ("[::]", Special::Unspecified),
            ("10.1", Special::Private),
            ("0300.0250.1.1", Special::Private),
            ("[fd00::1]", Special::Private),
            ("[::ffff:127.0.0.1]", Special::Embedded),
            ("[::127.0.0.1]", Special::Embedded),
            ("[64:ff9b::7f00:1]", Special::Embedded),
            ("[2002:7f00:1::]", Special::Embedded),
            ("169.254.169.254", Special::Metadata),
            ("0xa9fea9fe", Special::Metadata),
            ("2852039166", Special::Metadata),
            ("[fd00:ec2::254]", Special::Metadata),
            ("255.255.255.255", Special::Broadcast),
        ] {
            assert_eq!(read(&format!("https://{host}/")), Err(Refusal::Address(special)), "{host}");
        }
        // Neither an address nor a name.
        for host in ["256.256.256.256", "0x7f.0.0.0.1", "4294967296", "1.2.3.08", "[fe80::1%25eth0]", "[::1"] {
            assert_eq!(read(&format!("https://{host}/")), Err(Refusal::Form), "{host}");
        }
    }

    #[test]
    fn plain_http_and_other_ports_are_opened_by_name() {
        let guard = Guard::new(GuardConfig {
            networks: vec!["10.20.0.0/16".parse().unwrap()],
            ports: vec![9443],
            plain_http: vec![("lgsp.hanoi.local".to_owned(), 8280), ("10.20.0.5".to_owned(), 8080)],
        });
        for (url, open) in [
            ("http://LGSP.hanoi.local:8280/token", true),
            ("http://10.20.0.5:8080/", true),
            ("https://x.vn:9443/", true),
            ("https://10.20.0.6/", true),
            ("http://lgsp.hanoi.local/", false),
            ("http://lgsp.hanoi.local:8281/", false),
            ("http://x.lgsp.hanoi.local:8280/", false),
            ("http://10.20.0.6:8080/", false),
            ("https://x.vn:8280/", false),
            ("https://10.21.0.6/", false),
        ] {
            assert_eq!(guard.target(url).is_ok(), open, "{url}");
        }
    }

    #[test]
    fn a_target_shows_no_path() {
        let shown = format!("{:?}", read("https://x.vn/secret?access_token=secret").unwrap());
        assert_eq!(shown, "Target(x.vn:443)");
    }
}
