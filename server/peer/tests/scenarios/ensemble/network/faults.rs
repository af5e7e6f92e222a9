//! Members that start and crash, and pairs of them that do not hear each other.

use zoowarden_peer::{Input, Peer};
use zoowarden_shared::{Sid, quorum::PacketType};
use zoowarden_zab::{Input as ZabInput, LinkEvent};

use super::Network;

impl Network {
    /// Starts a member with what its disk has.
    pub(crate) fn start(&mut self, sid: Sid) {
        let now = self.now;
        let member = self.member(sid);
        let recovered = member.disk.load(&member.config);
        member.peer = Some(Peer::new(
            member.config.clone(),
            recovered,
            sid.0 as u64,
            now,
        ));
        for other in self.sids() {
            if other != sid && self.can_talk(sid, other) {
                self.election_link(sid, other, true);
            }
        }
        self.queue.push_back((sid, Input::Tick));
    }

    /// Ends a member between two inputs: what was not flushed is lost.
    pub(crate) fn crash(&mut self, sid: Sid) {
        let member = self.member(sid);
        member.peer = None;
        member.disk.crash();
        member.inboxes.clear();
        self.queue.retain(|(to, _)| *to != sid);
        for other in self.sids() {
            self.disconnect(sid, other);
        }
    }

    /// These two do not hear each other any more, and notice at once.
    pub(crate) fn cut(&mut self, a: Sid, b: Sid) {
        self.cuts.insert((a.min(b), a.max(b)));
        self.disconnect(a, b);
    }

    /// These two do not hear each other any more, and nothing tells them so.
    pub(crate) fn cut_unaware(&mut self, a: Sid, b: Sid) {
        let pair = (a.min(b), a.max(b));
        self.cuts.insert(pair);
        self.unaware.insert(pair);
    }

    /// How many packets of this kind are on their way between members.
    pub(crate) fn in_flight(&self, kind: PacketType) -> usize {
        let is_one = |input: &Input| match input {
            Input::Replication(ZabInput::Link(_, LinkEvent::Packet(packet))) => {
                packet.packet_type() == Some(kind)
            }
            _ => false,
        };
        let inputs = self.queue.iter().map(|(_, input)| input);
        inputs.filter(|input| is_one(input)).count()
    }

    /// All members hear each other again.
    pub(crate) fn heal(&mut self) {
        for (a, b) in std::mem::take(&mut self.unaware) {
            self.disconnect(a, b);
        }
        for (a, b) in std::mem::take(&mut self.cuts) {
            if self.can_talk(a, b) {
                self.election_link(a, b, true);
            }
        }
    }

    fn disconnect(&mut self, a: Sid, b: Sid) {
        self.election_link(a, b, false);
        for (sid, input) in self.links.break_between(a, b) {
            self.queue.push_back((sid, Input::Replication(input)));
        }
    }

    fn election_link(&mut self, a: Sid, b: Sid, up: bool) {
        for (at, sid) in [(a, b), (b, a)] {
            let input = ZabInput::ElectionLink { sid, up };
            self.queue.push_back((at, Input::Replication(input)));
        }
    }

    pub(crate) fn can_talk(&self, a: Sid, b: Sid) -> bool {
        let is_up = |sid: Sid| self.members[&sid].peer.is_some();
        !self.cuts.contains(&(a.min(b), a.max(b))) && is_up(a) && is_up(b)
    }
}
