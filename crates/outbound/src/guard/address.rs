//! Which addresses are not of the open Internet: the special-purpose registries of IANA (RFC 6890), read strictly.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::network::Network;

/// Why an address is not connected to. Says nothing of the address itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Special {
    /// This machine: 127/8, ::1.
    #[error("loopback")]
    Loopback,
    /// "This network": 0/8, which some systems take for this machine, and ::.
    #[error("unspecified")]
    Unspecified,
    /// Private networks: RFC 1918, and fc00::/7 of RFC 4193.
    #[error("private")]
    Private,
    /// Between a provider and its customers: 100.64/10 of RFC 6598.
    #[error("shared")]
    Shared,
    /// 169.254/16, fe80::/10.
    #[error("link-local")]
    LinkLocal,
    /// Services of clouds that give out credentials to whoever asks.
    #[error("metadata")]
    Metadata,
    /// 224/4, ff00::/8.
    #[error("multicast")]
    Multicast,
    /// 255.255.255.255.
    #[error("broadcast")]
    Broadcast,
    /// Ranges of examples in documents: RFC 5737, RFC 3849, RFC 9637.
    #[error("documentation")]
    Documentation,
    /// Carries an IPv4 address within: mapped, compatible, 6to4, Teredo, NAT64, ISATAP.
    #[error("embedded IPv4")]
    Embedded,
    /// Anything else that is reserved or not given out to anybody.
    #[error("reserved")]
    Reserved,
}

/// Addresses of metadata services, refused even within a network that is allowed. The Azure one is a public address.
const METADATA: [Network; 5] = [
    Network::v4([169, 254, 169, 254], 32),
    Network::v4([169, 254, 170, 2], 32),
    Network::v4([168, 63, 129, 16], 32),
    Network::v4([100, 100, 100, 200], 32),
    Network::v4([192, 0, 0, 192], 32),
];
/// The one of AWS over IPv6, whose words do not fit the short form of ranges.
const METADATA_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

const V4: [(Network, Special); 16] = [
    (Network::v4([255, 255, 255, 255], 32), Special::Broadcast),
    (Network::v4([0, 0, 0, 0], 8), Special::Unspecified),
    (Network::v4([10, 0, 0, 0], 8), Special::Private),
    (Network::v4([100, 64, 0, 0], 10), Special::Shared),
    (Network::v4([127, 0, 0, 0], 8), Special::Loopback),
    (Network::v4([169, 254, 0, 0], 16), Special::LinkLocal),
    (Network::v4([172, 16, 0, 0], 12), Special::Private),
    (Network::v4([192, 0, 0, 0], 24), Special::Reserved),
    (Network::v4([192, 0, 2, 0], 24), Special::Documentation),
    (Network::v4([192, 88, 99, 0], 24), Special::Reserved),
    (Network::v4([192, 168, 0, 0], 16), Special::Private),
    (Network::v4([198, 18, 0, 0], 15), Special::Reserved),
    (Network::v4([198, 51, 100, 0], 24), Special::Documentation),
    (Network::v4([203, 0, 113, 0], 24), Special::Documentation),
    (Network::v4([224, 0, 0, 0], 4), Special::Multicast),
    (Network::v4([240, 0, 0, 0], 4), Special::Reserved),
];

const V6: [(Network, Special); 11] = [
    (Network::v6([0x64, 0xff9b, 0], 96), Special::Embedded),
    (Network::v6([0x64, 0xff9b, 1], 48), Special::Embedded),
    (Network::v6([0x2001, 0, 0], 32), Special::Embedded),
    (Network::v6([0x2001, 0, 0], 23), Special::Reserved),
    (Network::v6([0x2001, 0xdb8, 0], 32), Special::Documentation),
    (Network::v6([0x3fff, 0, 0], 20), Special::Documentation),
    (Network::v6([0x2002, 0, 0], 16), Special::Embedded),
    (Network::v6([0xfc00, 0, 0], 7), Special::Private),
    (Network::v6([0xfe80, 0, 0], 10), Special::LinkLocal),
    (Network::v6([0xff00, 0, 0], 8), Special::Multicast),
    (Network::v6([0xfec0, 0, 0], 10), Special::Reserved),
];

/// The one block that IANA gives addresses of the Internet out of; all outside it is something else.
const GLOBAL_UNICAST: Network = Network::v6([0x2000, 0, 0], 3);

/// Why this is no address of the open Internet; `None` when it is one.
#[must_use]
pub fn special(address: IpAddr) -> Option<Special> {
    if METADATA.iter().any(|network| network.contains(address)) || address == METADATA_V6 {
        return Some(Special::Metadata);
    }
    match address {
        IpAddr::V4(_) => V4.iter().find(|(network, _)| network.contains(address)).map(|(_, special)| *special),
        IpAddr::V6(v6) => special_v6(v6),
    }
}

fn special_v6(address: Ipv6Addr) -> Option<Special> {
    if address.is_unspecified() {
        return Some(Special::Unspecified);
    }
    if address.is_loopback() {
        return Some(Special::Loopback);
    }
    if embedded(address).is_some() {
        return Some(Special::Embedded);
    }
    let listed = V6.iter().find(|(network, _)| network.contains(address.into())).map(|(_, special)| *special);
    listed.or_else(|| (!GLOBAL_UNICAST.contains(address.into())).then_some(Special::Reserved))
}

/// The IPv4 address within an address of IPv6, where its form says that there is one.
pub(super) fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let two = |high: u16, low: u16| Some(Ipv4Addr::from_bits(u32::from(high) << 16 | u32::from(low)));
    match address.segments() {
        // Mapped (RFC 4291 §2.5.5.2), translated (RFC 2765), and compatible, which was given up.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0, 0, 0, 0, 0xffff, 0, high, low] => two(high, low),
        [0, 0, 0, 0, 0, 0, high, low] if (high, low) != (0, 0) && (high, low) != (0, 1) => two(high, low),
        // NAT64 (RFC 6052, RFC 8215): of the second, the form with 96 bits before the address.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x64, 0xff9b, 1, .., high, low] => two(high, low),
        // 6to4 (RFC 3056); Teredo (RFC 4380) keeps the client's address inverted.
        [0x2002, high, low, ..] => two(high, low),
        [0x2001, 0, .., high, low] => two(!high, !low),
        // ISATAP (RFC 5214), under any prefix.
        [.., 0 | 0x200, 0x5efe, high, low] => two(high, low),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_special_range_is_known_by_its_ends() {
        for (special_as, addresses) in [
            (Special::Loopback, &["127.0.0.1", "127.255.255.255", "::1"][..]),
            (Special::Unspecified, &["0.0.0.0", "0.255.255.255", "::"]),
            (Special::Private, &["10.0.0.0", "10.255.255.255", "172.16.0.1", "172.31.255.255", "192.168.255.255"]),
            (Special::Private, &["fc00::", "fdff:ffff::1"]),
            (Special::Shared, &["100.64.0.0", "100.127.255.255"]),
            (Special::LinkLocal, &["169.254.0.0", "169.254.255.255", "fe80::1", "febf::1"]),
            (Special::Metadata, &["169.254.169.254", "169.254.170.2", "168.63.129.16", "100.100.100.200"]),
            (Special::Metadata, &["192.0.0.192", "fd00:ec2::254"]),
            (Special::Multicast, &["224.0.0.0", "239.255.255.255", "ff02::1"]),
            (Special::Broadcast, &["255.255.255.255"]),
            (Special::Documentation, &["192.0.2.1", "198.51.100.255", "203.0.113.0", "2001:db8::1", "3fff:fff::1"]),
            (Special::Embedded, &["::ffff:8.8.8.8", "::8.8.8.8", "::ffff:0:8.8.8.8", "64:ff9b::8.8.8.8"]),
            (Special::Embedded, &["64:ff9b:1::7f00:1", "2002:7f00:1::", "2001::1"]),
            (Special::Embedded, &["2a00:1::5efe:7f00:1", "2a00:1::200:5efe:a00:1"]),
            (
                Special::Reserved,
                &["192.0.0.1", "192.88.99.1", "198.18.0.0", "198.19.255.255", "240.0.0.0", "255.255.255.254"],
            ),
            (Special::Reserved, &["2001:2::1", "2001:1ff::", "100::1", "4000::", "fec0::1", "5f00::1", "::2:0:0:1"]),
        ] {
            for address in addresses {
                assert_eq!(special(address.parse().unwrap()), Some(special_as), "{address}");
            }
        }
    }

    #[test]
    fn neighbours_of_the_ranges_are_of_the_open_internet() {
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:4860:4860::8888",
            "2001:200::1",
            "2003::1",
            "2400:cb00::1",
            "3ffe::1",
        ] {
            assert_eq!(special(address.parse().unwrap()), None, "{address}");
        }
    }

    #[test]
    fn the_address_within_is_found() {
        for (address, within) in [
            ("::ffff:10.1.2.3", Some("10.1.2.3")),
            ("64:ff9b::a01:203", Some("10.1.2.3")),
            ("2002:a01:203::1", Some("10.1.2.3")),
            ("2001:0:1:2:3:4:f5fe:fdfc", Some("10.1.2.3")),
            ("fe80::5efe:a01:203", Some("10.1.2.3")),
            ("2400:cb00::a01:203", None),
            ("::1", None),
        ] {
            assert_eq!(embedded(address.parse().unwrap()), within.map(|text| text.parse().unwrap()), "{address}");
        }
    }
}
