//! Members of an ensemble in one process: virtual time, links that deliver in order after a
//! random delay, disks that forget what was not flushed, and as the state machine the list of
//! what was delivered.

mod faults;
mod load;
mod shell;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bytes::Bytes;
use zoowarden_shared::{
    Sid, Zxid,
    config::{DynamicConfig, Role},
    election::Notification,
    quorum::QuorumPacket,
};
use zoowarden_zab::{
    Config, DiskEvent, Durable, Input, LinkEvent, LinkId, Outputs, Serving, Status, Zab,
};

/// SplitMix64.
#[derive(Debug)]
pub(crate) struct Rng(pub(crate) u64);

impl Rng {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// What is on the way.
#[derive(Debug)]
enum Message {
    Vote(Sid, Notification),
    ElectionLink(Sid, bool),
    Dialled(Sid, LinkId),
    Answer(LinkId, bool),
    Packet(LinkId, QuorumPacket),
    Snapshot(LinkId, Vec<(Zxid, Bytes)>),
    Closed(LinkId),
    Disk(DiskDone),
}

#[derive(Debug)]
enum DiskDone {
    Event(DiskEvent),
    Flush,
    Reload,
}

/// A member's disk: what survives a crash is what was flushed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disk {
    log: Vec<(Zxid, Bytes)>,
    flushed: usize,
    accepted: i32,
    current: i32,
    /// The files of the configuration.
    pub(crate) active: DynamicConfig,
    seen: Vec<DynamicConfig>,
}

#[derive(Debug)]
pub(crate) struct Member {
    zab: Option<Zab>,
    pub(crate) disk: Disk,
    staged: Vec<(Zxid, Bytes)>,
    pub(crate) delivered: Vec<(Zxid, Bytes)>,
    pub(crate) serving: Option<Serving>,
    next: Zxid,
    /// Raised by a crash: what was on its way to the process before is lost.
    life: u64,
    last_arrival: BTreeMap<(u64, u64), u64>,
}

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) now_us: u64,
    pub(crate) rng: Rng,
    pub(crate) members: BTreeMap<Sid, Member>,
    reconfig_enabled: bool,
    events: BTreeMap<(u64, u64), (Sid, u64, Message)>,
    sequence: u64,
    /// The two ends of each link, as each end knows it.
    links: BTreeMap<(Sid, LinkId), (Sid, LinkId)>,
    accepted: u64,
    pub(crate) cut: BTreeSet<(Sid, Sid)>,
    /// Members that stand still, and what waits for them.
    paused: BTreeMap<Sid, Vec<(u64, Message)>>,
    pub(crate) trace: VecDeque<String>,
    /// Every leadership that was established.
    pub(crate) leaders: BTreeMap<i32, Sid>,
    pub(crate) acknowledged: Vec<(Zxid, Bytes)>,
    /// Whose flushes take so much longer, microseconds.
    pub(crate) slow: BTreeMap<Sid, u64>,
    proposed: u64,
}

impl World {
    pub(crate) fn new(seed: u64, voters: i64) -> Self {
        Self::of(
            seed,
            &config_of((1..=voters).map(|sid| (sid, Role::Participant))),
            &[],
        )
    }

    /// Members of a configuration, and others that would like to join.
    pub(crate) fn of(seed: u64, config: &DynamicConfig, joiners: &[(i64, Role)]) -> Self {
        let mut world = Self {
            now_us: 1_000_000,
            rng: Rng(seed),
            members: BTreeMap::new(),
            reconfig_enabled: !joiners.is_empty(),
            events: BTreeMap::new(),
            sequence: 0,
            links: BTreeMap::new(),
            accepted: 0,
            cut: BTreeSet::new(),
            paused: BTreeMap::new(),
            trace: VecDeque::new(),
            leaders: BTreeMap::new(),
            acknowledged: Vec::new(),
            slow: BTreeMap::new(),
            proposed: 0,
        };
        let mut files: BTreeMap<Sid, DynamicConfig> = BTreeMap::new();
        files.extend(config.servers.keys().map(|sid| (*sid, config.clone())));
        for (sid, role) in joiners {
            let mut with_it = config.clone();
            with_it.servers.extend(config_of([(*sid, *role)]).servers);
            files.insert(Sid(*sid), with_it);
        }
        for (sid, active) in files {
            let disk = Disk {
                active,
                ..Disk::default()
            };
            let member = Member {
                zab: None,
                disk,
                staged: Vec::new(),
                delivered: Vec::new(),
                serving: None,
                next: Zxid::ZERO,
                life: 0,
                last_arrival: BTreeMap::new(),
            };
            world.members.insert(sid, member);
        }
        let sids: Vec<Sid> = world.members.keys().copied().collect();
        for sid in sids {
            world.start(sid);
        }
        world
    }

    fn member(&mut self, sid: Sid) -> &mut Member {
        self.members.get_mut(&sid).expect("a member")
    }

    pub(crate) fn is_up(&self, sid: Sid) -> bool {
        self.members[&sid].zab.is_some()
    }

    pub(crate) fn status(&self, sid: Sid) -> Option<Status> {
        self.members[&sid].zab.as_ref().map(Zab::status)
    }

    pub(crate) fn note(&mut self, line: impl AsRef<str>) {
        let line = line.as_ref();
        if self.trace.len() > 400 {
            self.trace.pop_front();
        }
        self.trace.push_back(format!("{:>9} {line}", self.now_us));
    }

    pub(crate) fn start(&mut self, sid: Sid) {
        let disk = &self.members[&sid].disk;
        let mut config = Config::new(sid, disk.active.clone());
        config.seen = disk.seen.clone();
        config.reconfig_enabled = self.reconfig_enabled;
        config.history_txns = 6;
        let member = self.member(sid);
        member.disk.log.truncate(member.disk.flushed);
        member.delivered = member.disk.log.clone();
        let durable = Durable {
            last_zxid: member.disk.log.last().map_or(Zxid::ZERO, |(zxid, _)| *zxid),
            accepted_epoch: member.disk.accepted,
            current_epoch: member.disk.current,
        };
        member.zab = Some(Zab::new(config, durable));
        member.serving = None;
        self.note(format!("{sid} starts with {durable:?}"));
        self.with(sid, |zab, now_us, out| zab.start(now_us, out));
        for other in self.others(sid) {
            if self.is_up(other) && !self.is_cut(sid, other) {
                self.post(sid, 500, Message::ElectionLink(other, true));
                self.post(other, 500, Message::ElectionLink(sid, true));
            }
        }
    }

    fn others(&self, than: Sid) -> Vec<Sid> {
        let sids = self.members.keys().copied();
        sids.filter(|other| *other != than).collect()
    }

    fn post(&mut self, to: Sid, delay_us: u64, message: Message) {
        let life = self.members[&to].life;
        self.sequence += 1;
        let key = (self.now_us + delay_us, self.sequence);
        self.events.insert(key, (to, life, message));
    }

    /// In order with what was sent on this path before.
    fn post_in_order(&mut self, from: u64, to: Sid, path: u64, message: Message) {
        let delay = 50 + self.rng.below(2000);
        let now_us = self.now_us;
        let arrival = self
            .member(to)
            .last_arrival
            .entry((from, path))
            .or_default();
        let at = (now_us + delay).max(*arrival);
        *arrival = at;
        self.post(to, at - now_us, message);
    }

    /// Runs until the condition holds or this much time has passed. Whether it held.
    pub(crate) fn run(&mut self, for_us: u64, mut until: impl FnMut(&Self) -> bool) -> bool {
        let end_us = self.now_us + for_us;
        loop {
            if until(self) {
                return true;
            }
            let due = self
                .members
                .iter()
                .filter(|(sid, _)| !self.paused.contains_key(sid))
                .filter_map(|(sid, member)| Some((member.zab.as_ref()?.deadline()?, *sid)));
            let due = due.min();
            let event = self.events.keys().next().copied();
            let at = event
                .map_or(u64::MAX, |(at, _)| at)
                .min(due.map_or(u64::MAX, |(at, _)| at));
            if at > end_us {
                self.now_us = end_us;
                return until(self);
            }
            self.now_us = self.now_us.max(at);
            if let Some(key) = event.filter(|(event, _)| *event <= at)
                && let Some((to, life, message)) = self.events.remove(&key)
            {
                if let Some(waiting) = self.paused.get_mut(&to) {
                    waiting.push((life, message));
                } else if self.members[&to].life == life && self.is_up(to) {
                    self.arrive(to, message);
                } else if let Message::Dialled(from, link) = message {
                    self.post(from, 100, Message::Answer(link, false));
                }
            } else if let Some((_, sid)) = due {
                self.with(sid, |zab, now_us, out| zab.tick(now_us, out));
            }
        }
    }

    fn arrive(&mut self, to: Sid, message: Message) {
        match message {
            Message::Vote(from, notification) => {
                self.input(to, Input::Vote { from, notification });
            }
            Message::ElectionLink(sid, up) => self.input(to, Input::ElectionLink { sid, up }),
            Message::Dialled(from, theirs) => {
                self.accepted += 1;
                let ours = LinkId::accepted(self.accepted);
                self.links.insert((from, theirs), (to, ours));
                self.links.insert((to, ours), (from, theirs));
                let remote = "127.0.0.1:1".parse().expect("an address");
                self.input(to, Input::Link(ours, LinkEvent::Accepted { remote }));
                self.post(from, 0, Message::Answer(theirs, true));
            }
            Message::Answer(link, true) => self.input(to, Input::Link(link, LinkEvent::Connected)),
            Message::Answer(link, false) => {
                self.input(to, Input::Link(link, LinkEvent::DialFailed));
            }
            Message::Packet(link, packet) => {
                self.input(to, Input::Link(link, LinkEvent::Packet(packet)));
            }
            Message::Snapshot(link, log) => {
                self.member(to).staged = log;
                self.input(to, Input::Link(link, LinkEvent::SnapshotEnd));
            }
            Message::Closed(link) => self.input(to, Input::Link(link, LinkEvent::Closed)),
            Message::Disk(DiskDone::Event(event)) => {
                match &event {
                    DiskEvent::AcceptedEpochSaved(epoch) => self.member(to).disk.accepted = *epoch,
                    DiskEvent::CurrentEpochSaved(epoch) => self.member(to).disk.current = *epoch,
                    _ => {}
                }
                self.with(to, |zab, now_us, out| zab.disk(now_us, &event, out));
            }
            Message::Disk(DiskDone::Flush) => {
                let disk = &mut self.member(to).disk;
                disk.flushed = disk.log.len();
                if let Some((upto, _)) = disk.log.last() {
                    let event = DiskEvent::Flushed { upto: *upto };
                    self.with(to, |zab, now_us, out| zab.disk(now_us, &event, out));
                }
            }
            Message::Disk(DiskDone::Reload) => {
                let member = self.member(to);
                member.delivered = member.disk.log.clone();
                let last = member.disk.log.last().map_or(Zxid::ZERO, |(zxid, _)| *zxid);
                let event = DiskEvent::Reloaded(last);
                self.with(to, |zab, now_us, out| zab.disk(now_us, &event, out));
            }
        }
    }

    fn input(&mut self, to: Sid, input: Input) {
        self.with(to, |zab, now_us, out| zab.handle(now_us, input, out));
    }

    fn with(&mut self, sid: Sid, act: impl FnOnce(&mut Zab, u64, &mut Outputs)) {
        let now_us = self.now_us;
        let mut out = Outputs::default();
        if let Some(zab) = &mut self.member(sid).zab {
            act(zab, now_us, &mut out);
        }
        loop {
            let effects = std::mem::take(&mut out.effects);
            let upcalls = std::mem::take(&mut out.upcalls);
            if effects.is_empty() && upcalls.is_empty() {
                return;
            }
            for effect in effects {
                self.perform(sid, effect);
            }
            for upcall in upcalls {
                self.upcall(sid, upcall, &mut out);
            }
        }
    }
}

/// A configuration of these members.
pub(crate) fn config_of(members: impl IntoIterator<Item = (i64, Role)>) -> DynamicConfig {
    let line = |(sid, role)| format!("server.{sid}=h{sid}:2888:3888:{role}\n");
    let lines: String = members.into_iter().map(line).collect();
    DynamicConfig::parse(&lines, "test").expect("server lines")
}
