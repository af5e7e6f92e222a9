//! On which port each member's AdminServer is looked for: the same one on every host, but
//! members that share a host have one each.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use zoowarden_shared::admin::Monitor;

use super::doors::AdminPort;
use crate::model::roster::{join, split};

/// On which port each member's AdminServer is looked for. Clones share what is heard.
#[derive(Clone, Debug, Default)]
pub struct AdminPorts {
    usual: AdminPort,
    /// By client address, as it is reached from here.
    own: Arc<BTreeMap<String, u16>>,
    /// What members of ours said of themselves, likewise; what the operator says goes first.
    heard: Arc<RwLock<BTreeMap<String, u16>>>,
}

/// As they were given: what was heard since is no part of the settings.
impl PartialEq for AdminPorts {
    fn eq(&self, other: &Self) -> bool {
        (self.usual, &self.own) == (other.usual, &other.own)
    }
}

impl Eq for AdminPorts {}

impl AdminPorts {
    /// The same on each member's host.
    #[must_use]
    pub fn same(port: u16) -> Self {
        Self::with(port, BTreeMap::new())
    }

    /// One for each member, by its client address: members that share a host.
    #[must_use]
    pub fn each(own: BTreeMap<String, u16>) -> Self {
        Self::with(AdminPort::default().0, own)
    }

    /// One for each member that is named by its client address, another for the rest.
    #[must_use]
    pub fn with(usual: u16, own: BTreeMap<String, u16>) -> Self {
        Self {
            usual: AdminPort(usual),
            own: Arc::new(own),
            heard: Arc::default(),
        }
    }

    /// As `--admin-port` gives them: none for the usual one, one for all members, or one for
    /// each of these addresses, in their order.
    ///
    /// # Errors
    /// In words, when there are more or fewer than that.
    pub fn in_order(addresses: &[String], ports: &[u16]) -> Result<Self, String> {
        match ports {
            [] => Ok(Self::default()),
            [port] => Ok(Self::same(*port)),
            ports if ports.len() == addresses.len() => Ok(Self::each(
                addresses
                    .iter()
                    .cloned()
                    .zip(ports.iter().copied())
                    .collect(),
            )),
            ports => Err(format!(
                "expected one port, or one for each of the {} addresses, found {}",
                addresses.len(),
                ports.len()
            )),
        }
    }

    /// Where the AdminServer of the member at this client address is looked for, `host:port`.
    #[must_use]
    pub fn address_of(&self, address: &str) -> String {
        let (host, _) = split(address);
        join(host, self.of(address).0)
    }

    /// Takes in the `mntr` of the member at this client address: one of ours says in it where
    /// its AdminServer listens.
    pub(crate) fn hear(&self, address: &str, monitor: &Monitor) {
        let port = monitor.get("zoowarden_admin_port");
        let Some(port) = port.and_then(|port| port.parse().ok()) else {
            return;
        };
        if self.of(address) != AdminPort(port) {
            let mut heard = self.heard.write().unwrap_or_else(PoisonError::into_inner);
            heard.insert(address.to_owned(), port);
        }
    }

    pub(super) fn of(&self, address: &str) -> AdminPort {
        let heard = self.heard.read().unwrap_or_else(PoisonError::into_inner);
        let port = self.own.get(address).or_else(|| heard.get(address));
        port.map_or(self.usual, |port| AdminPort(*port))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_of_one_host_have_a_port_each() {
        let addresses = ["h:1", "h:2", "[::1]:3"].map(str::to_owned);
        let of = |ports: &[u16]| {
            let ports = AdminPorts::in_order(&addresses, ports)?;
            Ok::<_, String>(
                addresses
                    .each_ref()
                    .map(|address| ports.address_of(address)),
            )
        };
        assert_eq!(of(&[]).unwrap(), ["h:8080", "h:8080", "[::1]:8080"]);
        assert_eq!(of(&[7]).unwrap(), ["h:7", "h:7", "[::1]:7"]);
        assert_eq!(of(&[7, 8, 9]).unwrap(), ["h:7", "h:8", "[::1]:9"]);
        assert!(of(&[7, 8]).unwrap_err().contains("each of the 3 addresses"));
        let with = AdminPorts::with(9, BTreeMap::from([("h:2".to_owned(), 8)]));
        assert_eq!(with.address_of("h:2"), "h:8");
        assert_eq!(with.address_of("h:5"), "h:9");
    }

    #[test]
    fn what_a_member_says_of_itself_counts_where_the_operator_said_nothing() {
        let ports = AdminPorts::with(9, BTreeMap::from([("h:2".to_owned(), 8)]));
        let shared = ports.clone();
        let said = Monitor::from_text("zk_zoowarden_admin_port\t2190\n");
        for address in ["h:2", "h:3"] {
            shared.hear(address, &said);
        }
        shared.hear("h:4", &Monitor::from_text("zk_version\t3.8.0\n"));
        let of = |address| ports.address_of(address);
        assert_eq!(["h:2", "h:3", "h:4"].map(of), ["h:8", "h:2190", "h:9"]);
    }
}
