//! Where this member itself listens, by its own line of the configuration in force
//! (`QuorumPeer.processReconfig`).

use tokio::sync::watch;
use zoowarden_shared::{
    Sid,
    config::{DynamicConfig, HostPort, PeerAddress, ServerSpec},
};

/// The addresses of this member's ports; whoever listens at one is told when it moves.
#[derive(Debug)]
pub(crate) struct OwnPorts {
    sid: Sid,
    /// `quorumListenOnAllIPs`.
    on_all_ips: bool,
    pub(crate) client: watch::Sender<Vec<HostPort>>,
    pub(crate) quorum: watch::Sender<Vec<HostPort>>,
    pub(crate) election: watch::Sender<Vec<HostPort>>,
}

impl OwnPorts {
    /// The ports of member `sid` in this configuration. Clients are served at `client`, which
    /// the member's own settings may have said instead of its line.
    pub(crate) fn new(
        sid: Sid,
        config: &DynamicConfig,
        on_all_ips: bool,
        client: Option<&HostPort>,
    ) -> Self {
        let own = config.servers.get(&sid);
        let at = |port| {
            let addresses = own.map(|own| listen_addresses(own, on_all_ips, port));
            watch::Sender::new(addresses.unwrap_or_default())
        };
        Self {
            sid,
            on_all_ips,
            client: watch::Sender::new(client.into_iter().cloned().collect()),
            quorum: at(|own| own.quorum_port),
            election: at(|own| own.election_port),
        }
    }

    /// This configuration is in force. Whoever is not in it, or has no address for clients in
    /// it, stays where it is.
    pub(crate) fn config_active(&self, config: &DynamicConfig) {
        let Some(own) = config.servers.get(&self.sid) else {
            return;
        };
        let at = |port| listen_addresses(own, self.on_all_ips, port);
        if let Some(client) = &own.client_address {
            move_to(&self.client, vec![client.clone()]);
        }
        move_to(&self.quorum, at(|own| own.quorum_port));
        move_to(&self.election, at(|own| own.election_port));
    }
}

/// Where a member with this line listens for other members, by the port of each of its
/// addresses that `port` names.
pub(crate) fn listen_addresses(
    own: &ServerSpec,
    on_all_ips: bool,
    port: fn(&PeerAddress) -> u16,
) -> Vec<HostPort> {
    let addresses = own.addresses.iter();
    let mut addresses: Vec<_> = addresses
        .map(|address| match on_all_ips {
            true => HostPort::any(port(address)),
            false => HostPort::new(&address.host, port(address)),
        })
        .collect();
    addresses.sort();
    addresses.dedup();
    addresses
}

fn move_to(port: &watch::Sender<Vec<HostPort>>, addresses: Vec<HostPort>) {
    port.send_if_modified(|at| {
        let moves = *at != addresses;
        *at = addresses;
        moves
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const ME: Sid = Sid(1);

    fn config(own_line: &str) -> DynamicConfig {
        DynamicConfig {
            servers: [(ME, own_line.parse().unwrap())].into(),
            ..DynamicConfig::default()
        }
    }

    /// Which of the three have moved: client, quorum, election.
    fn moved(from: &str, to: &str) -> [Option<String>; 3] {
        let from = config(from);
        let ports = OwnPorts::new(ME, &from, false, Some(&HostPort::any(2181)));
        let told = [&ports.client, &ports.quorum, &ports.election].map(watch::Sender::subscribe);
        ports.config_active(&config(to));
        told.map(|told| {
            let addresses = told.borrow().iter().map(HostPort::to_string).collect();
            told.has_changed().unwrap().then_some(addresses)
        })
    }

    #[test]
    fn each_port_moves_for_itself() {
        let from = "zoo1:2888:3888;2181";
        assert_eq!(moved(from, from), [None, None, None]);
        let to = |address: &str| Some(address.to_owned());
        assert_eq!(
            moved(from, "zoo1:2889:3888;zoo1:2182"),
            [to("zoo1:2182"), to("zoo1:2889"), None]
        );
        assert_eq!(
            moved(from, "zoo1:2888:3889;2181"),
            [None, None, to("zoo1:3889")]
        );
    }

    #[test]
    fn a_line_that_says_nothing_of_clients_does_not_turn_them_away() {
        assert_eq!(
            moved("zoo1:2888:3888;2181", "zoo1:2888:3888"),
            [None, None, None]
        );
    }

    #[test]
    fn who_is_removed_or_listens_everywhere_stays() {
        let from = config("zoo1:2888:3888");
        let ports = OwnPorts::new(ME, &from, true, None);
        let told = ports.quorum.subscribe();
        ports.config_active(&DynamicConfig::default());
        ports.config_active(&config("zoo2:2888:3888"));
        assert!(!told.has_changed().unwrap());
        assert_eq!(*told.borrow(), [HostPort::any(2888)]);
    }
}
