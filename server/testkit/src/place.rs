//! Where a member runs, and how it is reached there.

use std::{net::Ipv4Addr, process::Command};

use crate::ports::free_port;

/// An address, and the ports on it.
#[derive(Clone, Debug)]
pub struct Place {
    pub ip: Ipv4Addr,
    pub client_port: u16,
    pub quorum_port: u16,
    pub election_port: u16,
    pub admin_port: u16,
    /// The network namespace, of which somebody else takes care.
    namespace: Option<String>,
}

impl Place {
    /// On loopback, on ports of its own.
    #[must_use]
    pub fn on_loopback() -> Self {
        Self {
            ip: Ipv4Addr::LOCALHOST,
            client_port: free_port(),
            quorum_port: free_port(),
            election_port: free_port(),
            admin_port: free_port(),
            namespace: None,
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
