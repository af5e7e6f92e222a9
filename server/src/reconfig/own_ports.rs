//! Where this member itself listens, by its own line of the configuration in force
//! (`QuorumPeer.processReconfig`), or where its own settings say instead: then it stays there,
//! and whoever maps the addresses of its line to those follows a reconfig.

use tokio::sync::watch;
use zoowarden_shared::{
    Sid,
    config::{DynamicConfig, HostPort, PeerAddress, ServerSpec},
};

/// One of the two ports that are for members alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PeerPort {
    /// For learners.
    Quorum,
    /// For votes.
    Election,
}

impl PeerPort {
    fn of(self, address: &PeerAddress) -> u16 {
        match self {
            Self::Quorum => address.quorum_port,
            Self::Election => address.election_port,
        }
    }
}

/// What a member's own settings say of where it listens for other members.
#[derive(Clone, Debug, Default)]
pub(crate) struct ListenSettings {
    /// `quorumListenOnAllIPs`.
    pub(crate) on_all_ips: bool,
    /// `zoowarden.quorumListenAddress`.
    pub(crate) quorum: Option<HostPort>,
    /// `zoowarden.electionListenAddress`.
    pub(crate) election: Option<HostPort>,
}

impl ListenSettings {
    /// Where a member with this line listens.
    pub(crate) fn addresses(&self, own: &ServerSpec, port: PeerPort) -> Vec<HostPort> {
        let elsewhere = match port {
            PeerPort::Quorum => &self.quorum,
            PeerPort::Election => &self.election,
        };
        if let Some(elsewhere) = elsewhere {
            return vec![elsewhere.clone()];
        }
        let mut addresses: Vec<_> = (own.addresses.iter())
            .map(|address| match self.on_all_ips {
                true => HostPort::any(port.of(address)),
                false => HostPort::new(&address.host, port.of(address)),
            })
            .collect();
        addresses.sort();
        addresses.dedup();
        addresses
    }
}

/// The addresses of this member's ports; whoever listens at one is told when it moves.
#[derive(Debug)]
pub(crate) struct OwnPorts {
    sid: Sid,
    listen: ListenSettings,
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
        listen: ListenSettings,
        client: Option<&HostPort>,
    ) -> Self {
        let own = config.servers.get(&sid);
        let at = |port| {
            let addresses = own.map(|own| listen.addresses(own, port));
            watch::Sender::new(addresses.unwrap_or_default())
        };
        Self {
            sid,
            client: watch::Sender::new(client.into_iter().cloned().collect()),
            quorum: at(PeerPort::Quorum),
            election: at(PeerPort::Election),
            listen,
        }
    }

    /// This configuration is in force. Whoever is not in it, or has no address for clients in
    /// it, stays where it is.
    pub(crate) fn config_active(&self, config: &DynamicConfig) {
        let Some(own) = config.servers.get(&self.sid) else {
            return;
        };
        if let Some(client) = &own.client_address {
            move_to(&self.client, vec![client.clone()]);
        }
        let at = |port| self.listen.addresses(own, port);
        move_to(&self.quorum, at(PeerPort::Quorum));
        move_to(&self.election, at(PeerPort::Election));
    }
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
        let ports = OwnPorts::new(
            ME,
            &from,
            ListenSettings::default(),
            Some(&HostPort::any(2181)),
        );
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
        let everywhere = ListenSettings {
            on_all_ips: true,
            ..ListenSettings::default()
        };
        let ports = OwnPorts::new(ME, &from, everywhere, None);
        let told = ports.quorum.subscribe();
        ports.config_active(&DynamicConfig::default());
        ports.config_active(&config("zoo2:2888:3888"));
        assert!(!told.has_changed().unwrap());
        assert_eq!(*told.borrow(), [HostPort::any(2888)]);
    }

    #[test]
    fn who_listens_elsewhere_than_its_line_says_stays_there() {
        let elsewhere = ListenSettings {
            on_all_ips: true,
            quorum: Some(HostPort::new("10.0.0.1", 12_888)),
            election: None,
        };
        let ports = OwnPorts::new(ME, &config("zoo1:2888:3888"), elsewhere, None);
        ports.config_active(&config("zoo2:2889:3889"));
        assert_eq!(*ports.quorum.borrow(), [HostPort::new("10.0.0.1", 12_888)]);
        assert_eq!(*ports.election.borrow(), [HostPort::any(3889)]);
    }
}
