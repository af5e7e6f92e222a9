//! The ports of a demo's members: six each, consecutive from one base.
//!
//! ```text
//!   base + 0N ..   client ports of members 1 to N: the connect string
//!   base + 1N ..   quorum,   base + 2N ..  election,   base + 3N ..  AdminServer
//!   base + 4N ..   where they listen behind the relays of quorum,  base + 5N ..  of election
//! ```

use std::{net::TcpListener, process, time::SystemTime};

use anyhow::{Context as _, Result, bail};

/// Ports of each member.
const KINDS: u16 = 6;
/// Where free ports are looked for: below the ports that Linux gives to outgoing connections
/// (from 32768), so that no client of the crowd takes the port of a member that is away.
const FREE: std::ops::Range<u16> = 20_000..32_000;
/// So many places are tried for a row of free ports.
const TRIES: u16 = 200;

/// The ports of one member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ports {
    pub client: u16,
    /// Where followers reach it while it leads.
    pub quorum: u16,
    pub election: u16,
    /// Of its AdminServer.
    pub admin: u16,
    /// Where it listens itself: a relay stands at [`Self::quorum`].
    pub quorum_listen: u16,
    /// The same for [`Self::election`].
    pub election_listen: u16,
}

/// The ports of members 1 to `members`, from this base on.
///
/// # Errors
/// When they would pass 65535.
pub(super) fn from_base(base: u16, members: u16) -> Result<Vec<Ports>> {
    let needed = members.saturating_mul(KINDS);
    if base == 0 || base.checked_add(needed.saturating_sub(1)).is_none() {
        bail!(
            "--base-port {base}: expected 1 to {}",
            u16::MAX - needed + 1
        );
    }
    let port = |kind: u16, member: u16| base + kind * members + member;
    Ok((0..members)
        .map(|member| Ports {
            client: port(0, member),
            quorum: port(1, member),
            election: port(2, member),
            admin: port(3, member),
            quorum_listen: port(4, member),
            election_listen: port(5, member),
        })
        .collect())
}

/// Says which of the ports from this base on is taken, if one is.
///
/// # Errors
/// The first that cannot be listened on.
pub(super) fn check(base: u16, members: u16) -> Result<()> {
    for port in base..=base.saturating_add(members * KINDS - 1) {
        TcpListener::bind(("127.0.0.1", port))
            .with_context(|| format!("port {port} of 127.0.0.1 cannot be had"))?;
    }
    Ok(())
}

/// A base from which on nobody listens at this moment.
///
/// # Errors
/// When there is none.
pub(super) fn free_base(members: u16) -> Result<u16> {
    // Demos that start together should not look at the same places.
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    let seed =
        u64::from(process::id()) * 7919 + since.map_or(0, |since| since.subsec_nanos().into());
    let row = members * KINDS;
    let rows = (FREE.end - FREE.start) / row;
    (0..TRIES.min(rows))
        .map(|turn| FREE.start + ((seed % u64::from(rows)) as u16 + turn) % rows * row)
        .find(|&base| check(base, members).is_ok())
        .context("no row of free ports")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_member_has_ports_of_its_own_and_clients_come_first() {
        let ports = from_base(2181, 3).unwrap();
        let clients: Vec<u16> = ports.iter().map(|ports| ports.client).collect();
        assert_eq!(clients, [2181, 2182, 2183]);
        let mut all: Vec<u16> = ports
            .iter()
            .flat_map(|p| {
                let listening = [p.quorum_listen, p.election_listen];
                [p.client, p.quorum, p.election, p.admin]
                    .into_iter()
                    .chain(listening)
            })
            .collect();
        all.sort_unstable();
        assert_eq!(all, (2181..2199).collect::<Vec<u16>>());
    }

    #[test]
    fn ports_past_the_last_are_refused() {
        assert!(from_base(65_518, 3).is_ok());
        let refused = from_base(65_519, 3).unwrap_err().to_string();
        assert!(refused.ends_with("expected 1 to 65518"), "{refused}");
        assert!(from_base(0, 1).is_err());
    }

    #[test]
    fn a_taken_port_is_named() {
        let base = free_base(3).unwrap();
        let _held = TcpListener::bind(("127.0.0.1", base + 5)).unwrap();
        let refused = check(base, 3).unwrap_err().to_string();
        assert!(refused.contains(&(base + 5).to_string()), "{refused}");
    }
}
