//! The value of one `server.N`: addresses, role, client address (`QuorumPeer.QuorumServer`).

use std::{fmt, str::FromStr};

use crate::config::{
    HostPort,
    address::{is_host, java_address, java_host, split_host},
};

/// Whether a member votes (`LearnerType`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// It votes.
    #[default]
    Participant,
    /// It only follows.
    Observer,
}

impl Role {
    /// The role of a word, in any case.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        match word.trim().to_ascii_lowercase().as_str() {
            "participant" => Some(Self::Participant),
            "observer" => Some(Self::Observer),
            _ => None,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Participant => "participant",
            Self::Observer => "observer",
        })
    }
}

/// One address at which the other members reach a member.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerAddress {
    /// Host name or IP address.
    pub host: String,
    /// Where a leader listens to its learners.
    pub quorum_port: u16,
    /// Where votes are exchanged.
    pub election_port: u16,
}

/// One member, as `server.N=` describes it:
/// `host:quorum:election[:role][|host:...][;[host:]client_port[;[host:]secure_port]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerSpec {
    /// At least one; several where `multiAddress.enabled`.
    pub addresses: Vec<PeerAddress>,
    /// Whether it votes.
    pub role: Role,
    /// Where it serves clients, if the configuration says so.
    pub client_address: Option<HostPort>,
    /// Where it serves clients with TLS; only Apache 3.10 and later know this part.
    pub secure_client_address: Option<HostPort>,
}

/// What a `server.N` value should have been.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}, found \"{found}\"")]
pub struct ServerSpecError {
    /// The form.
    pub expected: &'static str,
    /// The part that does not have it.
    pub found: String,
}

const FORM: &str = "host:quorum_port:election_port[:participant|observer][;[host:]client_port]";
const PORT: &str = "a port number from 1 to 65535";

impl FromStr for ServerSpec {
    type Err = ServerSpecError;

    fn from_str(text: &str) -> Result<Self, ServerSpecError> {
        let mut parts = text.trim().split(';');
        let peers = parts.next().unwrap_or_default();
        let client_address = parts.next().map(client_part).transpose()?.flatten();
        let secure_client_address = parts.next().map(client_part).transpose()?.flatten();
        if parts.next().is_some() {
            return Err(unexpected(FORM, text));
        }
        let mut addresses = Vec::new();
        let mut role = None;
        for address in peers.split('|') {
            let (address, its_role) = peer_address(address)?;
            if role.is_some_and(|role| its_role.is_some_and(|its| its != role)) {
                return Err(unexpected("the same role for all addresses", peers));
            }
            role = role.or(its_role);
            addresses.push(address);
        }
        Ok(Self {
            addresses,
            role: role.unwrap_or_default(),
            client_address,
            secure_client_address,
        })
    }
}

fn unexpected(expected: &'static str, found: &str) -> ServerSpecError {
    ServerSpecError {
        expected,
        found: found.to_owned(),
    }
}

/// An empty part is one that is left out.
fn client_part(text: &str) -> Result<Option<HostPort>, ServerSpecError> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    HostPort::parse(text)
        .map(Some)
        .ok_or_else(|| unexpected("[host:]client_port", text))
}

fn peer_address(text: &str) -> Result<(PeerAddress, Option<Role>), ServerSpecError> {
    let parts = split_host(text.trim()).ok_or_else(|| unexpected(FORM, text))?;
    let (host, quorum, election, role) = match parts.as_slice() {
        [host, quorum, election] => (*host, *quorum, *election, None),
        [host, quorum, election, role] => (*host, *quorum, *election, Some(*role)),
        _ => return Err(unexpected(FORM, text)),
    };
    if !is_host(host) {
        return Err(unexpected(FORM, text));
    }
    let role = role
        .map(|word| Role::parse(word).ok_or_else(|| unexpected("participant or observer", word)))
        .transpose()?;
    let port = |text: &str| text.trim().parse().map_err(|_| unexpected(PORT, text));
    let address = PeerAddress {
        host: host.to_owned(),
        quorum_port: port(quorum)?,
        election_port: port(election)?,
    };
    if address.quorum_port == address.election_port {
        return Err(unexpected("different quorum and election ports", text));
    }
    Ok((address, role))
}

impl fmt::Display for ServerSpec {
    /// As `QuorumServer.toString`: several addresses in the order of their hosts, the role
    /// always, the client address with its host.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = |peer: &PeerAddress| {
            let quorum = HostPort::new(&java_host(&peer.host), peer.quorum_port);
            (quorum, peer.election_port)
        };
        let mut addresses: Vec<_> = self.addresses.iter().map(address).collect();
        addresses.sort_by(|(one, _), (other, _)| one.host.cmp(&other.host));
        for (index, (quorum, election_port)) in addresses.iter().enumerate() {
            let bar = if index == 0 { "" } else { "|" };
            write!(f, "{bar}{quorum}:{election_port}")?;
        }
        write!(f, ":{}", self.role)?;
        if let Some(client) = &self.client_address {
            write!(f, ";{}", java_address(client))?;
        }
        if let Some(secure) = &self.secure_client_address {
            let bar = if self.client_address.is_none() {
                ";;"
            } else {
                ";"
            };
            write!(f, "{bar}{}", java_address(secure))?;
        }
        Ok(())
    }
}
