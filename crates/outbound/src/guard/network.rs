//! Ranges of addresses in CIDR notation (RFC 4632, RFC 4291).

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// A range of addresses: `10.20.0.0/16`, `fd12::/48`; an address alone is a range of one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Network {
    first: IpAddr,
    prefix: u8,
}

/// Text that is no range.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkFault {
    /// No address before the slash.
    #[error("not an address, or an address, a slash and a number of bits")]
    Form,
    /// More bits than the address has.
    #[error("more bits than the address has")]
    Bits,
    /// Bits behind the prefix are set: `10.20.0.1/16` is a typing mistake, or means something else.
    #[error("the address has bits behind the prefix")]
    Host,
}

impl Network {
    pub(super) const fn v4(first: [u8; 4], prefix: u8) -> Self {
        let [a, b, c, d] = first;
        Self { first: IpAddr::V4(Ipv4Addr::new(a, b, c, d)), prefix }
    }

    pub(super) const fn v6(first: [u16; 3], prefix: u8) -> Self {
        let [a, b, c] = first;
        Self { first: IpAddr::V6(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0)), prefix }
    }

    /// Whether the address lies in the range. An IPv4 address lies in no range of IPv6, mapped or not.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.first, address) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(self.prefix)).unwrap_or(0);
                first.to_bits() == address.to_bits() & mask
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0);
                first.to_bits() == address.to_bits() & mask
            }
            _ => false,
        }
    }
}

impl FromStr for Network {
    type Err = NetworkFault;

    fn from_str(text: &str) -> Result<Self, NetworkFault> {
        let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let first: IpAddr = address.parse().map_err(|_| NetworkFault::Form)?;
        let width = if first.is_ipv4() { 32 } else { 128 };
        let prefix = match bits {
            None => width,
            Some(bits) if !bits.is_empty() && bits.bytes().all(|b| b.is_ascii_digit()) => {
                bits.parse().map_err(|_| NetworkFault::Bits)?
            }
            Some(_) => return Err(NetworkFault::Form),
        };
        if prefix > width {
            return Err(NetworkFault::Bits);
        }
        let network = Self { first, prefix };
        if network.contains(first) { Ok(network) } else { Err(NetworkFault::Host) }
    }
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.first, self.prefix)
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_contain_their_ends_and_not_their_neighbours() {
        for (network, inside, outside) in [
            (
                "10.20.0.0/16",
                &["10.20.0.0", "10.20.255.255"][..],
                &["10.19.255.255", "10.21.0.0", "::ffff:10.20.0.0"][..],
            ),
            ("0.0.0.0/0", &["0.0.0.0", "255.255.255.255"], &["::"]),
            ("127.0.0.1", &["127.0.0.1"], &["127.0.0.2"]),
            ("172.16.0.0/12", &["172.16.0.0", "172.31.255.255"], &["172.32.0.0", "172.15.255.255"]),
            ("fd12::/48", &["fd12::", "fd12:0:0:ffff::1"], &["fd12:0:1::", "10.0.0.1"]),
            ("::/0", &["::", "ffff::"], &["0.0.0.0"]),
        ] {
            let range: Network = network.parse().unwrap();
            assert!(inside.iter().all(|address| range.contains(address.parse().unwrap())), "{network}");
            assert!(!outside.iter().any(|address| range.contains(address.parse().unwrap())), "{network}");
            assert_eq!(range.to_string().parse(), Ok(range));
        }
    }

    #[test]
    fn texts_that_are_no_ranges_say_why() {
        for (text, fault) in [
            ("", NetworkFault::Form),
            ("10.0.0.0/", NetworkFault::Form),
            ("10.0.0.0/+8", NetworkFault::Form),
            ("10.0.0/8", NetworkFault::Form),
            ("010.0.0.0/8", NetworkFault::Form),
            ("hanoi.gov.vn/8", NetworkFault::Form),
            ("10.0.0.0/33", NetworkFault::Bits),
            ("10.0.0.0/999", NetworkFault::Bits),
            ("::/129", NetworkFault::Bits),
            ("10.20.0.1/16", NetworkFault::Host),
        ] {
            assert_eq!(text.parse::<Network>(), Err(fault), "{text}");
        }
    }
}
