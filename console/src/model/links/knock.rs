//! Which ports of the members are tried from here: connect, and close at once.
//!
//! Only members of ours are tried: Apache's log a warning for each connection to their quorum
//! or election port that says nothing, and a console must not fill its members' logs. The
//! quorum port is open on a leader alone (learners connect to it), the election port on all.

use serde::{Deserialize, Serialize};

use crate::model::{Model, member::Member, probe::Via, ui::Screen};
use zoowarden_shared::admin::Role;

/// Between two tries of a port.
pub const EVERY_MS: u64 = 10_000;

/// Which port.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Port {
    Quorum,
    Election,
}

impl Port {
    /// As it is drawn.
    #[must_use]
    pub fn shown(self) -> &'static str {
        match self {
            Self::Quorum => "quorum port",
            Self::Election => "election port",
        }
    }
}

/// A port to try.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Door {
    /// The member's address, by which it is known.
    pub member: String,
    pub port: Port,
    /// `host:port` of the port.
    pub at: String,
}

/// How it answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Knock {
    pub door: Door,
    /// When it answered, or did not.
    pub at_mono_ms: u64,
    /// How long connecting took, microseconds; or why it failed.
    pub result: Result<u64, String>,
}

/// The ports to try from now on, where they are others than before: those of all our members
/// while the Links screen is open, and none otherwise.
pub fn wanted(model: &mut Model) -> Option<Vec<Door>> {
    let doors = if model.ui.screen == Screen::Links {
        doors(model)
    } else {
        Vec::new()
    };
    (model.links.doors != doors).then(|| {
        model.links.doors.clone_from(&doors);
        doors
    })
}

fn doors(model: &Model) -> Vec<Door> {
    let mut doors = Vec::new();
    for member in model.members.iter().filter(|member| is_ours(member)) {
        let Some(spec) = member
            .sid
            .and_then(|sid| model.known.config.servers.get(&sid))
        else {
            continue;
        };
        let Some(peer) = spec.addresses.first() else {
            continue;
        };
        let mut add = |port, number: u16| {
            let at = if peer.host.contains(':') {
                format!("[{}]:{number}", peer.host)
            } else {
                format!("{}:{number}", peer.host)
            };
            let at = model.known.address_map.get(&at).cloned().unwrap_or(at);
            doors.push(Door {
                member: member.address.clone(),
                port,
                at,
            });
        };
        if member.current_role(model.now) == Some(Role::Leader) {
            add(Port::Quorum, peer.quorum_port);
        }
        if member.vote.may_count() {
            add(Port::Election, peer.election_port);
        }
    }
    doors
}

/// Whether it is a member of ours whose AdminServer answers us: its heartbeats come by that.
#[must_use]
pub fn is_reached(member: &Member) -> bool {
    member.pulse.is_some() || (is_ours(member) && member.via == Some(Via::AdminServer))
}

/// Whether it is a member of ours, by its heartbeats or its version.
#[must_use]
pub fn is_ours(member: &Member) -> bool {
    let version = member.facts.version.as_deref();
    member.pulse.is_some() || version.is_some_and(|version| version.contains("zoowarden"))
}
