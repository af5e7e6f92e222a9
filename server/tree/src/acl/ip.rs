//! Addresses and networks, of IPv4 and, as Apache since 3.10, IPv6 (`IPAuthenticationProvider`).

use std::net::IpAddr;

/// Whether an ACL's id is an address, or a network such as `10.0.0.0/8`.
pub(super) fn is_valid(id: &str) -> bool {
    parse(id).is_some()
}

/// Whether an address is the one that an ACL's id means, or within its network.
pub(super) fn matches(address: &str, id: &str) -> bool {
    let (Some((network, bits)), Ok(address)) = (parse(id), address.parse::<IpAddr>()) else {
        return false;
    };
    // A socket for both families tells IPv4 addresses in IPv6's form.
    match (address.to_canonical(), network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            // A shift by the whole width is a mask of no bits at all.
            let mask = u32::MAX.checked_shl(u32::BITS - bits).unwrap_or(0);
            address.to_bits() & mask == network.to_bits() & mask
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => {
            let mask = u128::MAX.checked_shl(u128::BITS - bits).unwrap_or(0);
            address.to_bits() & mask == network.to_bits() & mask
        }
        _ => false,
    }
}

/// An address and how many of its leading bits count.
fn parse(id: &str) -> Option<(IpAddr, u32)> {
    let (address, bits) = match id.split_once('/') {
        Some((address, bits)) => (address, Some(bits.parse::<u32>().ok()?)),
        None => (id, None),
    };
    let address: IpAddr = address.parse().ok()?;
    let width = if address.is_ipv4() { 32 } else { 128 };
    let bits = bits.unwrap_or(width);
    (bits <= width).then_some((address, bits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_addresses_or_networks() {
        for id in ["10.0.0.1", "10.0.0.0/8", "0.0.0.0/0", "::1", "fe80::/10"] {
            assert!(is_valid(id), "{id}");
        }
        for id in [
            "",
            "host",
            "10.0.0",
            "10.0.0.256",
            "10.0.0.0/33",
            "10.0.0.0/-1",
            "::1/129",
            "::1::",
        ] {
            assert!(!is_valid(id), "{id}");
        }
    }

    #[test]
    fn networks_hold_their_addresses() {
        assert!(matches("10.0.0.1", "10.0.0.1"));
        assert!(!matches("10.0.0.2", "10.0.0.1"));
        assert!(matches("10.9.8.7", "10.0.0.0/8"));
        assert!(matches("10.9.8.7", "10.1.1.1/8"));
        assert!(!matches("11.9.8.7", "10.0.0.0/8"));
        assert!(matches("192.0.2.130", "192.0.2.128/25"));
        assert!(!matches("192.0.2.127", "192.0.2.128/25"));
        assert!(matches("1.2.3.4", "0.0.0.0/0"));
        assert!(matches("fe80::1", "fe80::/10"));
        assert!(matches("0:0:0:0:0:0:0:1", "::1"));
        assert!(!matches("ff80::1", "fe80::/10"));
        assert!(!matches("1.2.3.4", "::/0"));
        assert!(matches("::ffff:1.2.3.4", "1.2.3.0/24"));
    }
}
