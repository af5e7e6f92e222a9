//! Links of learners that have chosen us before we knew: they wait until we lead, or follow
//! somebody else. (Apache's do not get a connection, and try five times.)

use std::collections::BTreeMap;

use zoowarden_shared::quorum::QuorumPacket;

use crate::{
    effect::{Effect, Outputs},
    input::LinkId,
};

/// More than any ensemble has members, and what a port scan may cost.
const MAX_WAITING: usize = 256;
/// A learner says one thing, and waits.
const MAX_PACKETS: usize = 4;

/// Who waits, since when, and what they have said.
#[derive(Debug, Default)]
pub(crate) struct Lobby(BTreeMap<LinkId, Waiting>);

/// One that waits.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) since_us: u64,
    pub(crate) packets: Vec<QuorumPacket>,
}

impl Lobby {
    /// Lets a link in, or hangs it up where there are too many.
    pub(crate) fn enter(&mut self, now_us: u64, link: LinkId, out: &mut Outputs) {
        if self.0.len() >= MAX_WAITING {
            out.effects.push(Effect::Hangup(link));
            return;
        }
        let waiting = Waiting {
            since_us: now_us,
            packets: Vec::new(),
        };
        self.0.insert(link, waiting);
    }

    /// Remembers what it said.
    pub(crate) fn hear(&mut self, link: LinkId, packet: QuorumPacket, out: &mut Outputs) {
        if let Some(waiting) = self.0.get_mut(&link) {
            waiting.packets.push(packet);
            if waiting.packets.len() > MAX_PACKETS {
                self.0.remove(&link);
                out.effects.push(Effect::Hangup(link));
            }
        }
    }

    pub(crate) fn leave(&mut self, link: LinkId) {
        self.0.remove(&link);
    }

    /// Everybody, now that we lead.
    pub(crate) fn admit(&mut self) -> impl Iterator<Item = (LinkId, Waiting)> + use<> {
        std::mem::take(&mut self.0).into_iter()
    }

    /// Nobody, now that we do not.
    pub(crate) fn send_away(&mut self, out: &mut Outputs) {
        let links = std::mem::take(&mut self.0).into_keys();
        out.effects.extend(links.map(Effect::Hangup));
    }

    /// Hangs up who has waited since before this moment.
    pub(crate) fn send_away_older(&mut self, before_us: u64, out: &mut Outputs) {
        self.0.retain(|link, waiting| {
            let stays = waiting.since_us > before_us;
            if !stays {
                out.effects.push(Effect::Hangup(*link));
            }
            stays
        });
    }

    /// Since when the first of them has waited, microseconds.
    pub(crate) fn oldest_us(&self) -> Option<u64> {
        self.0.values().map(|waiting| waiting.since_us).min()
    }
}
