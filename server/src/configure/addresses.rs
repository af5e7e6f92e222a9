//! Where a member listens, for clients and for the other members, and how it names itself.

use std::net::{IpAddr, ToSocketAddrs};

use anyhow::Context;
use zoowarden_shared::config::{DynamicConfig, HostPort, PeerAddress, Role, ServerSpec};

use super::Configured;
use crate::reconfig::{ListenSettings, OwnPorts, PeerPort};

impl Configured {
    /// Where this member listens until a reconfig moves it.
    pub(crate) fn own_ports(&self) -> OwnPorts {
        OwnPorts::new(
            self.sid,
            &self.config.ensemble.servers,
            self.listen_settings(),
            self.config.client_address.as_ref(),
        )
    }

    /// The members, and this one among them: each names an address when it introduces itself,
    /// and a shadow has none (a handshake without one is refused).
    pub(crate) fn introduced_members(&self) -> DynamicConfig {
        let mut members = self.config.ensemble.servers.clone();
        if self.is_shadow {
            let nowhere = PeerAddress {
                host: HostPort::any(1).host,
                quorum_port: 1,
                election_port: 1,
            };
            let spec = ServerSpec {
                addresses: vec![nowhere],
                role: Role::Observer,
                client_address: None,
                secure_client_address: None,
            };
            members.servers.insert(self.sid, spec);
        }
        members
    }

    /// Where this member listens for the others at its start; empty for a standalone server.
    pub(crate) fn own_addresses(&self, port: PeerPort) -> Vec<HostPort> {
        let own = self.config.ensemble.servers.servers.get(&self.sid);
        let Some(own) = own.filter(|_| self.config.is_distributed()) else {
            return Vec::new();
        };
        self.listen_settings().addresses(own, port)
    }

    fn listen_settings(&self) -> ListenSettings {
        let ensemble = &self.config.ensemble;
        ListenSettings {
            on_all_ips: ensemble.quorum_listen_on_all_ips,
            quorum: ensemble.quorum_listen_address.clone(),
            election: ensemble.election_listen_address.clone(),
        }
    }
}

/// The address to listen on; `None` for every one of this machine. Of a name's addresses an
/// IPv4 one, as Java has it (`java.net.preferIPv6Addresses`).
pub(crate) fn listen_address(address: &HostPort) -> anyhow::Result<Option<IpAddr>> {
    if address.is_any() {
        return Ok(None);
    }
    let found: Vec<_> = (address.host.as_str(), address.port)
        .to_socket_addrs()
        .with_context(|| format!("{}: expected an address of this machine", address.host))?
        .collect();
    let first = found.iter().find(|found| found.is_ipv4()).or(found.first());
    let first = first.with_context(|| format!("{} has no address", address.host))?;
    Ok(Some(first.ip()))
}
