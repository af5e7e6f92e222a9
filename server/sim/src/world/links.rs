//! Quorum links: dialled, accepted, carried, cut, broken.

use bytes::Bytes;
use zoowarden_peer::Input;
use zoowarden_shared::{
    Sid,
    quorum::{PacketType, QuorumPacket},
};
use zoowarden_zab::{Input as ZabInput, LinkEvent, LinkId};

use super::{World, members::Death};
use crate::{
    event::Event,
    flaw::Flaw,
    net::{End, Item},
};

/// How long a dial is tried through a partition.
const DIAL_PATIENCE_US: u64 = 1_000_000;
const DIAL_AGAIN_US: u64 = 100_000;

impl World {
    /// How long a packet takes.
    pub(super) fn delay_us(&mut self) -> u64 {
        50 + self.chance.net.around(self.settings.delay_us)
    }

    pub(super) fn dial(&mut self, member: usize, id: LinkId, sid: Sid) {
        let Some(to) = self.member_of(sid) else {
            return;
        };
        if !self.machines[member].files.names(sid) {
            return self.dial_fails_at_once(member, id);
        }
        let dialler = End {
            member,
            boot: self.machines[member].boot,
            id,
            is_open: true,
            reads: true,
        };
        let key = self.links.dial(dialler, to, self.now_us + DIAL_PATIENCE_US);
        let delay_us = self.delay_us();
        self.trace.note(self.now_us, "dial", member, to as u64, || {
            format!("member {to}, link {key}")
        });
        self.queue.push(self.now_us + delay_us, Event::Dial { key });
    }

    /// Nobody told the member where that one is.
    fn dial_fails_at_once(&mut self, member: usize, id: LinkId) {
        let failed = ZabInput::Link(id, LinkEvent::DialFailed);
        self.queue.push(
            self.now_us,
            Event::Tell {
                member,
                boot: self.machines[member].boot,
                input: Box::new(Input::Replication(failed)),
            },
        );
    }

    /// The dial arrives at the other side, or does not.
    pub(super) fn dial_ends(&mut self, key: u64) {
        let (back_us, now_us) = (self.delay_us(), self.now_us);
        let Some(link) = self.links.get(key) else {
            return;
        };
        let (dialler, to) = (link.ends[0], link.ends[1].member);
        let Some(until_us) = link.dial_until_us.filter(|_| dialler.is_open) else {
            return;
        };
        let is_cut = self.weather.is_cut(dialler.member, to);
        if is_cut && now_us < until_us {
            self.queue.push(now_us + DIAL_AGAIN_US, Event::Dial { key });
            return;
        }
        let machine = &mut self.machines[to];
        let boot = machine.boot;
        let Some(process) = machine.process.as_mut().filter(|_| !is_cut) else {
            self.links.close_side(key, 0);
            self.tell_link(dialler, LinkEvent::DialFailed);
            return;
        };
        let id = LinkId::accepted(process.next_link);
        process.next_link += 1;
        let end = End {
            member: to,
            boot,
            id,
            is_open: true,
            reads: true,
        };
        self.links.accept(key, end);
        for (side, at_us) in [(1, now_us), (0, now_us + back_us)] {
            self.put(key, side, at_us, Item::Up);
        }
    }

    /// Puts something on its way to a side.
    fn put(&mut self, key: u64, side: usize, arrival_us: u64, item: Item) {
        let Some(link) = self.links.get(key) else {
            return;
        };
        let pipe = &mut link.pipes[side];
        let at_us = match item {
            Item::End => pipe.end(arrival_us, item),
            item => pipe.push(arrival_us, item),
        };
        if let Some(at_us) = at_us {
            self.queue.push(at_us, Event::Link { key, side });
        }
    }

    pub(super) fn send_link(&mut self, member: usize, id: LinkId, item: Item) {
        let at_us = self.now_us + self.delay_us();
        let flawed = self.settings.flaw == Some(Flaw::CommitOutOfOrder);
        let swaps = flawed && self.chance.net.one_in(4);
        let Some((key, side, link)) = self.links.find(member, id) else {
            return;
        };
        if let Item::Packet(packet) = &item {
            if packet.packet_type() == Some(PacketType::Snap) {
                link.snapshot = Some(self.machines[member].shadow.upto(packet.zxid));
            }
            if let Err(what) = self.live.expiry.learner_says(member, packet) {
                self.violate(what);
                return;
            }
            self.trace.note(
                self.now_us,
                "send",
                member,
                packet.zxid.0 as u64 ^ u64::from(packet.kind as u32) << 56,
                || {
                    let name = packet
                        .packet_type()
                        .map_or_else(|| packet.kind.to_string(), |kind| kind.name().to_owned());
                    format!("{name} {} on link {key}", packet.zxid)
                },
            );
        }
        self.put(key, 1 - side, at_us, item);
        if swaps
            && let Some(link) = self.links.get(key)
            && let Some((Item::Packet(last), Item::Packet(before))) =
                link.pipes[1 - side].last_two()
            && is_proposal(last)
            && is_proposal(before)
        {
            std::mem::swap(&mut last.data, &mut before.data);
        }
    }

    /// Sends a part of a raw stream, cut into pieces as a network does: a break may come
    /// between any two.
    pub(super) fn send_raw(&mut self, member: usize, id: LinkId, mut part: Bytes) {
        let Some((key, side, _)) = self.links.find(member, id) else {
            return;
        };
        while !part.is_empty() {
            let len = (64 + self.chance.net.below(960)).min(part.len());
            let bytes = part.split_to(len);
            let at_us = self.now_us + self.delay_us();
            let is_last = part.is_empty();
            self.put(key, 1 - side, at_us, Item::Raw { bytes, is_last });
        }
    }

    pub(super) fn hangup(&mut self, member: usize, id: LinkId) {
        let at_us = self.now_us + self.delay_us();
        if let Some((key, side, _)) = self.links.find(member, id) {
            self.trace
                .note(self.now_us, "hangup", member, key, || format!("link {key}"));
            self.put(key, 1 - side, at_us, Item::End);
            self.links.close_side(key, side);
        }
    }

    pub(super) fn member_reads(&mut self, member: usize, id: LinkId, reads: bool) {
        if let Some((key, side, link)) = self.links.find(member, id) {
            link.ends[side].reads = reads;
            if reads {
                self.queue.push(self.now_us, Event::Link { key, side });
            }
        }
    }

    /// Delivers what has arrived at one side.
    pub(super) fn pump_link(&mut self, key: u64, side: usize) {
        while self.violation.is_none() {
            let now_us = self.now_us;
            let Some(link) = self.links.get(key) else {
                return;
            };
            let (end, other) = (link.ends[side], link.ends[1 - side]);
            let may_read = end.is_open && end.reads && link.dial_until_us.is_none();
            if !may_read
                || self.machines[end.member].is_paused
                || self.weather.is_blocked(other.member, end.member)
            {
                return;
            }
            let Some(item) = link.pipes[side].take(now_us) else {
                return;
            };
            match item {
                Item::Up if side == 0 => self.tell_link(end, LinkEvent::Connected),
                Item::Up => {
                    let last = other.member as u8 + 1;
                    let remote = ([10, 0, 0, last], 40_000).into();
                    self.tell_link(end, LinkEvent::Accepted { remote });
                }
                Item::Packet(packet) => {
                    self.trace.note(
                        now_us,
                        "packet",
                        end.member,
                        packet.zxid.0 as u64 ^ u64::from(packet.kind as u32) << 56,
                        || format!("type {} {} on link {key}", packet.kind, packet.zxid),
                    );
                    self.note_touches(end.member, &packet);
                    self.tell_link(end, LinkEvent::Packet(packet));
                }
                Item::Raw { bytes, is_last } => {
                    let (body, is_end) = link.raw.read(&bytes);
                    if is_end && let Some(incoming) = link.snapshot.take() {
                        self.machines[end.member].shadow.replacing(incoming);
                    }
                    if is_last {
                        self.say_drained(other);
                    }
                    if !body.is_empty() {
                        self.tell_link(end, LinkEvent::SnapshotChunk(body));
                    }
                    if is_end {
                        self.tell_link(end, LinkEvent::SnapshotEnd);
                    }
                }
                Item::End => {
                    self.links.close_side(key, side);
                    self.tell_link(end, LinkEvent::Closed);
                }
            }
        }
    }

    fn say_drained(&mut self, end: End) {
        if end.is_open {
            let input = Box::new(Input::Drained(end.id));
            self.queue.push(
                self.now_us,
                Event::Tell {
                    member: end.member,
                    boot: end.boot,
                    input,
                },
            );
        }
    }

    fn tell_link(&mut self, end: End, event: LinkEvent) {
        if !self.machines[end.member].runs(end.boot) {
            return;
        }
        let input = Input::Replication(ZabInput::Link(end.id, event));
        if self.machines[end.member].is_paused {
            let boot = end.boot;
            self.machines[end.member].backlog.push(Event::Tell {
                member: end.member,
                boot,
                input: Box::new(input),
            });
        } else {
            self.tell(end.member, input);
        }
    }

    /// A link breaks: of what is under way, some arrives, and then the end.
    pub(super) fn break_link(&mut self, key: u64) {
        for side in [0, 1] {
            self.cut_towards(key, side);
        }
    }

    fn cut_towards(&mut self, key: u64, side: usize) {
        let at_us = self.now_us + self.delay_us();
        let Some(link) = self.links.get(key) else {
            return;
        };
        let kept = self.chance.net.below(link.pipes[side].in_flight() + 1);
        link.pipes[side].lose_tail(kept);
        self.put(key, side, at_us, Item::End);
    }

    /// A process is gone: the other sides of its links learn of it now, or only when the
    /// machine is there again.
    pub(super) fn drop_links_of(&mut self, member: usize, death: Death) {
        for (key, side) in self.links.of(member) {
            match death {
                Death::Killed => self.cut_towards(key, 1 - side),
                Death::PowerCut => {
                    let Some(link) = self.links.get(key) else {
                        continue;
                    };
                    let pipe = &mut link.pipes[1 - side];
                    let kept = self.chance.net.below(pipe.in_flight() + 1);
                    pipe.lose_tail(kept);
                }
            }
            self.links.close_side(key, side);
        }
    }

    /// The machine is there again and knows nothing of its old links.
    pub(super) fn reset_old_links(&mut self, member: usize) {
        for key in self.links.keys() {
            for side in [0, 1] {
                let Some(link) = self.links.get(key) else {
                    break;
                };
                let end = link.ends[side];
                let dialling = link.dial_until_us.is_some();
                if end.member == member && !end.is_open && !dialling {
                    self.cut_towards(key, 1 - side);
                }
            }
        }
    }
}

fn is_proposal(packet: &QuorumPacket) -> bool {
    packet.packet_type() == Some(PacketType::Proposal)
}
