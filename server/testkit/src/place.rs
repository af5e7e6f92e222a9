//! Where a member runs, and how it is reached there.

use std::{net::Ipv4Addr, process::Command};

use crate::ports::free_port;

/// An address, and the ports on it.
#[derive(Clone, Debug)]
pub struct Place {
    pub ip: Ipv4Addr,
    pub client_port: u16,
    /// Which the other members dial.
    pub quorum_port: u16,
    pub election_port: u16,
    /// At which it listens itself: the same, unless something stands before it.
    pub quorum_listen_port: u16,
    pub election_listen_port: u16,
    pub admin_port: u16,
    /// The network namespace, of which somebody else takes care.
    namespace: Option<String>,
}

impl Place {
    /// On loopback, on ports of its own.
    #[must_use]
    pub fn on_loopback() -> Self {
        let (quorum_port, election_port) = (free_port(), free_port());
        Self {
            ip: Ipv4Addr::LOCALHOST,
            client_port: free_port(),
            quorum_port,
            election_port,
            quorum_listen_port: quorum_port,
            election_listen_port: election_port,
            admin_port: free_port(),
            namespace: None,
        }
    }

    /// On loopback, where the other members dial these ports, of which somebody else takes
    /// care, in the place of its own.
    #[must_use]
    pub fn on_loopback_behind(quorum_port: u16, election_port: u16) -> Self {
        Self {
            quorum_port,
            election_port,
            ..Self::on_loopback()
        }
    }

    /// In this network namespace, which has this address to itself.
    #[must_use]
    pub fn in_namespace(namespace: String, ip: Ipv4Addr) -> Self {
        Self {
            ip,
            client_port: 2181,
            quorum_port: 2888,
            election_port: 3888,
            quorum_listen_port: 2888,
            election_listen_port: 3888,
            admin_port: 8080,
            namespace: Some(namespace),
        }
    }

    /// What runs this command there; it becomes the program, so that the child is the member.
    pub(crate) fn running(&self, command: Command) -> Command {
        let Some(namespace) = &self.namespace else {
            return command;
        };
        let mut inside = Command::new("ip");
        inside
            .args(["netns", "exec", namespace])
            .arg(command.get_program())
            .args(command.get_args());
        inside
    }
}
