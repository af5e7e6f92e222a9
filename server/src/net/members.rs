//! Where the other members are, by the configuration that counts.

use std::collections::BTreeMap;

use zoowarden_shared::{
    Sid,
    config::{DynamicConfig, HostPort, PeerAddress},
};

/// The addresses of one of the members' ports.
#[derive(Debug)]
pub(super) struct MemberAddresses {
    by_sid: BTreeMap<Sid, Vec<HostPort>>,
    port: fn(&PeerAddress) -> u16,
}

impl MemberAddresses {
    /// Those of this configuration; `port` says which port.
    pub(super) fn new(config: &DynamicConfig, port: fn(&PeerAddress) -> u16) -> Self {
        let mut addresses = Self {
            by_sid: BTreeMap::new(),
            port,
        };
        addresses.add(config);
        addresses
    }

    /// Another configuration may come into force: who is new in it, or has moved, is known too
    /// (`QuorumCnxManager.connectOne` looks into both).
    pub(super) fn add(&mut self, config: &DynamicConfig) {
        for (sid, server) in &config.servers {
            let known = self.by_sid.entry(*sid).or_default();
            for address in &server.addresses {
                let address = HostPort::new(&address.host, (self.port)(address));
                if !known.contains(&address) {
                    known.push(address);
                }
            }
        }
    }

    /// This configuration alone is in force.
    pub(super) fn replace(&mut self, config: &DynamicConfig) {
        self.by_sid.clear();
        self.add(config);
    }

    pub(super) fn get(&self, sid: Sid) -> Option<&Vec<HostPort>> {
        self.by_sid.get(&sid)
    }

    pub(super) fn contains(&self, sid: Sid) -> bool {
        self.by_sid.contains_key(&sid)
    }
}
