//! Connections of the quorum port: both ends, in order, or none.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bytes::{Bytes, BytesMut};
use zoowarden_peer::Input;
use zoowarden_shared::{Sid, jute::Jute, quorum::QuorumPacket};
use zoowarden_zab::{Effect, Input as ZabInput, LinkEvent, LinkId};

use super::Network;

/// The signature of a snapshot's stream as a jute string.
const SIGNATURE: &[u8] = b"\0\0\0\x0aBenWasHere";

/// One end of a link.
type End = (Sid, LinkId);

#[derive(Debug, Default)]
pub(super) struct Links {
    /// Each end knows the other.
    other_end: BTreeMap<End, End>,
    paused: BTreeSet<End>,
    held: BTreeMap<End, VecDeque<Input>>,
    accepted: u64,
}

impl Links {
    /// Breaks every link between two members; what each of them hears of it.
    pub(super) fn break_between(&mut self, a: Sid, b: Sid) -> Vec<(Sid, ZabInput)> {
        let is_between = |(x, y): (&End, &End)| (x.0, y.0) == (a, b) || (x.0, y.0) == (b, a);
        let broken: Vec<End> = self
            .other_end
            .iter()
            .filter(|(x, y)| is_between((x, y)))
            .map(|(end, _)| *end)
            .collect();
        broken
            .into_iter()
            .map(|end| {
                self.other_end.remove(&end);
                (end.0, ZabInput::Link(end.1, LinkEvent::Closed))
            })
            .collect()
    }

    /// What arrives on a link that is not read waits.
    pub(super) fn hold_if_paused(&mut self, sid: Sid, input: Input) -> Option<(Sid, Input)> {
        if let Input::Replication(ZabInput::Link(link, _)) = &input
            && self.paused.contains(&(sid, *link))
        {
            self.held.entry((sid, *link)).or_default().push_back(input);
            return None;
        }
        Some((sid, input))
    }
}

impl Network {
    fn tell_link(&mut self, (sid, link): End, event: LinkEvent) {
        let input = Input::Replication(ZabInput::Link(link, event));
        self.queue.push_back((sid, input));
    }

    /// What a member's replication asks of the network.
    pub(super) fn send(&mut self, from: Sid, effect: Effect) {
        match effect {
            Effect::ToElection(to, notification) if self.can_talk(from, to) => {
                let input = ZabInput::Vote { from, notification };
                self.queue.push_back((to, Input::Replication(input)));
            }
            Effect::Dial(link, to) => self.dial((from, link), to),
            Effect::Send(link, packet) => {
                if let Some(end) = self.links.other_end.get(&(from, link)).copied()
                    && self.can_talk(from, end.0)
                {
                    let mut bytes = BytesMut::from(&packet.to_bytes()[..]);
                    let packet = QuorumPacket::decode_from(&mut bytes, 1 << 22).unwrap();
                    assert!(bytes.is_empty());
                    self.tell_link(end, LinkEvent::Packet(packet.unwrap()));
                }
            }
            Effect::Hangup(link) => {
                if let Some(end) = self.links.other_end.remove(&(from, link))
                    && self.can_talk(from, end.0)
                {
                    self.links.other_end.remove(&end);
                    self.tell_link(end, LinkEvent::Closed);
                }
            }
            Effect::PauseLink(link) => {
                self.links.paused.insert((from, link));
            }
            Effect::ResumeLink(link) => {
                self.links.paused.remove(&(from, link));
                let held = self.links.held.remove(&(from, link)).unwrap_or_default();
                for input in held.into_iter().rev() {
                    self.queue.push_front((from, input));
                }
            }
            _ => {}
        }
    }

    fn dial(&mut self, from: End, to: Sid) {
        if !self.can_talk(from.0, to) {
            return self.tell_link(from, LinkEvent::DialFailed);
        }
        self.links.accepted += 1;
        let end = (to, LinkId::accepted(self.links.accepted));
        self.links.other_end.insert(from, end);
        self.links.other_end.insert(end, from);
        let remote = "127.0.0.1:50000".parse().unwrap();
        self.tell_link(end, LinkEvent::Accepted { remote });
        self.tell_link(from, LinkEvent::Connected);
    }

    pub(super) fn send_raw(&mut self, from: Sid, link: LinkId, bytes: &Bytes) {
        if let Some(end) = self.links.other_end.get(&(from, link)).copied() {
            let body = bytes.strip_suffix(SIGNATURE);
            let chunk = bytes.slice(..body.map_or(bytes.len(), <[u8]>::len));
            let is_last = body.is_some();
            self.tell_link(end, LinkEvent::SnapshotChunk(chunk));
            if is_last {
                self.tell_link(end, LinkEvent::SnapshotEnd);
            }
        }
        self.queue.push_back((from, Input::Drained(link)));
    }
}
