//! Where a request may go (OWASP API7:2023). Asked twice: of an address when it is registered, and of what its host
//! resolves to at every connection, because names change hands and answers.

mod address;
mod network;
mod refusal;
mod target;

use std::net::IpAddr;

pub use address::{Special, special};
pub use network::{Network, NetworkFault};
pub use refusal::Refusal;
pub use target::Target;

/// Ports that are open to every endpoint, over TLS.
const PORTS: [u16; 2] = [443, 8443];

/// What an operator opens beside the open Internet over TLS; empty by default.
///
/// Whoever may register an endpoint can reach what is opened here: each entry as narrow as it can be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GuardConfig {
    /// Networks that are not of the open Internet and yet may be connected to: the government's own, a machine.
    pub networks: Vec<Network>,
    /// Ports beside 443 and 8443, over TLS.
    pub ports: Vec<u16>,
    /// Hosts, as they stand in the address, and ports that are spoken to without TLS.
    pub plain_http: Vec<(String, u16)>,
}

/// Says where a request may go. Pure: it resolves no name.
#[derive(Clone, Debug, Default)]
pub struct Guard {
    config: GuardConfig,
}

impl Guard {
    /// A guard with what an operator opens.
    #[must_use]
    pub fn new(config: GuardConfig) -> Self {
        Self { config }
    }

    /// Judges the address of an endpoint: when it is registered, and again before every request.
    ///
    /// A name says nothing yet of where it leads, but for `localhost`; addresses are judged at once, however they are
    /// written: octal, hexadecimal, as one number.
    ///
    /// # Errors
    /// The first rule that it breaks.
    pub fn target(&self, url: &str) -> Result<Target, Refusal> {
        target::read(self, url)
    }

    /// Judges an address that a connection would go to.
    ///
    /// # Errors
    /// It is not of the open Internet, and in no network that was opened.
    pub fn admits(&self, address: IpAddr) -> Result<(), Refusal> {
        let Some(special) = special(address) else { return Ok(()) };
        let opened = self.config.networks.iter().any(|network| network.contains(address));
        if !opened || special == Special::Metadata {
            return Err(Refusal::Address(special));
        }
        // Opening a range of NAT64 opens what it leads to only as far as that is open.
        match address {
            IpAddr::V6(v6) => address::embedded(v6).map_or(Ok(()), |within| self.admits(within.into())),
            IpAddr::V4(_) => Ok(()),
        }
    }

    fn admits_plain(&self, host: &str, port: u16) -> bool {
        self.config.plain_http.iter().any(|(name, open)| *open == port && name.eq_ignore_ascii_case(host))
    }

    fn admits_port(&self, port: u16) -> bool {
        PORTS.contains(&port) || self.config.ports.contains(&port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(networks: &[&str]) -> Guard {
        let networks = networks.iter().map(|text| text.parse().unwrap()).collect();
        Guard::new(GuardConfig { networks, ..GuardConfig::default() })
    }

    #[test]
    fn only_what_is_opened_is_open() {
        let guard = opened(&["10.20.0.0/16", "127.0.0.1"]);
        for (address, open) in [
            ("10.20.3.4", true),
            ("127.0.0.1", true),
            ("1.1.1.1", true),
            ("10.21.3.4", false),
            ("127.0.0.2", false),
            ("::1", false),
            ("::ffff:10.20.3.4", false),
        ] {
            assert_eq!(guard.admits(address.parse().unwrap()).is_ok(), open, "{address}");
        }
    }

    #[test]
    fn services_of_metadata_stay_closed_whatever_is_opened() {
        let guard = opened(&["0.0.0.0/0", "::/0"]);
        for address in
            ["169.254.169.254", "100.100.100.200", "168.63.129.16", "fd00:ec2::254", "::ffff:169.254.169.254"]
        {
            assert_eq!(guard.admits(address.parse().unwrap()), Err(Refusal::Address(Special::Metadata)), "{address}");
        }
    }

    #[test]
    fn a_way_round_through_an_embedded_address_is_as_open_as_where_it_leads() {
        let guard = opened(&["64:ff9b::/96"]);
        assert_eq!(guard.admits("64:ff9b::101:101".parse().unwrap()), Ok(()));
        assert_eq!(guard.admits("64:ff9b::7f00:1".parse().unwrap()), Err(Refusal::Address(Special::Loopback)));
        assert_eq!(guard.admits("64:ff9b::a00:1".parse().unwrap()), Err(Refusal::Address(Special::Private)));
    }
}
