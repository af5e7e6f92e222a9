//! Members in memory: links that keep their order, disks that answer at once or when told,
//! time that passes only when asked.
//!
//! ```text
//!   Peer ──effects──> Network ──┬─> links ──> inputs of other members
//!     ^                         ├─> disk  ──> its own inputs
//!     └──── one queue of inputs ┘   clients   inboxes
//! ```

pub(crate) mod clients;
pub(crate) mod disk;
mod faults;
mod links;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use bytes::BytesMut;
use disk::Disk;
use links::Links;
use zoowarden_peer::{
    ClientEvent, CloseReason, ConnId, Effect, Effects, Event, Input, Now, Peer, PeerConfig,
    view::ReplicationView,
};
use zoowarden_shared::{Sid, config::DynamicConfig};

/// More inputs than any scenario needs without time passing.
const TOO_MANY_INPUTS: usize = 200_000;

#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) config: PeerConfig,
    /// `None` while it is down.
    pub(crate) peer: Option<Peer>,
    pub(crate) disk: Disk,
    /// Whether the disk answers at once.
    pub(crate) auto_flush: bool,
    pub(crate) events: Vec<Event>,
    pub(crate) closed: BTreeMap<ConnId, CloseReason>,
    inboxes: BTreeMap<ConnId, BytesMut>,
}

#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) now: Now,
    pub(crate) members: BTreeMap<Sid, Member>,
    links: Links,
    queue: VecDeque<(Sid, Input)>,
    /// Pairs that do not hear each other, the smaller sid first.
    cuts: BTreeSet<(Sid, Sid)>,
    /// Those of them who were not told: what they send is lost.
    unaware: BTreeSet<(Sid, Sid)>,
    next_conn: u64,
}

impl Network {
    /// Three members with empty disks.
    pub(crate) fn new() -> Self {
        Self::with(3, |_| {})
    }

    /// Members 1 to `count`, participants all, once `adjust` has had its way with their
    /// configuration.
    pub(crate) fn with(count: i64, adjust: impl Fn(&mut PeerConfig)) -> Self {
        Self::with_observers(count, 0, adjust)
    }

    /// The last so many of them are observers.
    pub(crate) fn with_observers(
        count: i64,
        observers: i64,
        adjust: impl Fn(&mut PeerConfig),
    ) -> Self {
        let role = |sid: i64| match sid > count - observers {
            true => "observer",
            false => "participant",
        };
        let lines: String = (1..=count)
            .map(|sid| format!("server.{sid}=m{sid}:2888:3888:{}\n", role(sid)))
            .collect();
        let dynamic = DynamicConfig::parse(&lines, "test").unwrap();
        let member = |sid: i64| {
            let mut config = PeerConfig {
                sid: Sid(sid),
                tick_time_ms: 2000,
                min_session_timeout_ms: 4000,
                max_session_timeout_ms: 40_000,
                replication: Some(zoowarden_zab::Config::new(Sid(sid), dynamic.clone())),
                ..PeerConfig::default()
            };
            adjust(&mut config);
            let member = Member {
                config,
                peer: None,
                disk: Disk::default(),
                auto_flush: true,
                events: Vec::new(),
                closed: BTreeMap::new(),
                inboxes: BTreeMap::new(),
            };
            (Sid(sid), member)
        };
        let mut network = Self {
            now: Now {
                mono_us: 1_000_000_000,
                wall_ms: 1_700_000_000_000,
            },
            members: (1..=count).map(member).collect(),
            links: Links::default(),
            queue: VecDeque::new(),
            cuts: BTreeSet::new(),
            unaware: BTreeSet::new(),
            next_conn: 1,
        };
        for sid in network.sids() {
            network.start(sid);
        }
        network
    }

    /// The same, and a leader is elected whom all follow.
    pub(crate) fn established() -> (Self, Sid) {
        let mut network = Self::new();
        let leader = network.settle_leader();
        (network, leader)
    }

    pub(crate) fn sids(&self) -> Vec<Sid> {
        self.members.keys().copied().collect()
    }

    pub(crate) fn member(&mut self, sid: Sid) -> &mut Member {
        self.members.get_mut(&sid).unwrap()
    }

    pub(crate) fn peer(&self, sid: Sid) -> &Peer {
        self.members[&sid].peer.as_ref().unwrap()
    }

    pub(crate) fn view(&self, sid: Sid) -> Option<ReplicationView> {
        self.members[&sid].peer.as_ref()?.replication_view(self.now)
    }

    pub(crate) fn mode(&self, sid: Sid) -> &'static str {
        self.view(sid).map_or("down", |view| view.mode)
    }

    pub(crate) fn input(&mut self, sid: Sid, input: Input) {
        let now = self.now;
        let mut out = Effects::new();
        let Some(peer) = &mut self.member(sid).peer else {
            return;
        };
        peer.handle(now, input, &mut out);
        self.perform(sid, out);
    }

    pub(crate) fn perform(&mut self, sid: Sid, mut out: Effects) {
        let member = self.members.get_mut(&sid).unwrap();
        for (conn, bytes) in out.take_to_clients() {
            assert!(!member.closed.contains_key(&conn), "{conn:?} is closed");
            let inbox = member.inboxes.entry(conn).or_default();
            inbox.extend_from_slice(&bytes);
        }
        for effect in out.take() {
            self.perform_effect(sid, effect);
        }
        if self.members[&sid].auto_flush {
            self.flush(sid);
        }
    }

    fn perform_effect(&mut self, sid: Sid, effect: Effect) {
        let member = self.members.get_mut(&sid).unwrap();
        let event = match effect {
            Effect::CloseClient(conn, reason) => {
                assert!(member.closed.insert(conn, reason).is_none());
                None
            }
            Effect::Append { zxid, txn } => {
                member.disk.append(zxid, txn);
                None
            }
            Effect::SnapshotBegin { .. } => {
                member.disk.snapshot_begin();
                None
            }
            Effect::SnapshotSlice(slice) => Some(member.disk.snapshot_slice(&slice)),
            Effect::SnapshotEnd { zxid, .. } => Some(member.disk.snapshot_end(zxid)),
            Effect::Event(event) => {
                assert!(
                    !matches!(
                        event,
                        Event::DigestMismatch { .. } | Event::UnreadableTxn { .. }
                    ),
                    "{event:?}"
                );
                member.events.push(event);
                None
            }
            Effect::Replication(effect) => {
                if let (zoowarden_zab::Effect::ConfigActive(active), Some(replication)) =
                    (&effect, &mut member.config.replication)
                {
                    replication.members = active.clone();
                    member.config.config_node = Some(active.to_string());
                }
                let event = member.disk.perform(&effect, &member.config);
                self.send(sid, effect);
                event
            }
            Effect::SendRaw(link, bytes) => {
                self.send_raw(sid, link, &bytes);
                None
            }
            Effect::PauseReading(_) | Effect::ResumeReading(_) | Effect::RollLog => None,
        };
        if let Some(event) = event {
            self.queue.push_back((sid, Input::Disk(event)));
        }
    }

    /// A member's disk has all that was appended.
    pub(crate) fn flush(&mut self, sid: Sid) {
        if let Some(event) = self.member(sid).disk.flush() {
            self.queue.push_back((sid, Input::Disk(event)));
        }
    }

    /// Whether the disks of these members answer at once.
    pub(crate) fn auto_flush(&mut self, sids: &[Sid], auto_flush: bool) {
        for sid in sids {
            self.member(*sid).auto_flush = auto_flush;
            if auto_flush {
                self.flush(*sid);
            }
        }
    }

    /// Everything that happens without time passing.
    pub(crate) fn settle(&mut self) {
        for _ in 0..TOO_MANY_INPUTS {
            let Some((sid, input)) = self.queue.pop_front() else {
                return;
            };
            if let Some((sid, input)) = self.links.hold_if_paused(sid, input) {
                self.input(sid, input);
            }
        }
        panic!("the members never come to rest");
    }

    /// Time passes, up to so many milliseconds, until it is as wanted. Whether it is.
    pub(crate) fn run_until(&mut self, ms: u64, wanted: impl Fn(&Self) -> bool) -> bool {
        let end = self.now.mono_us + ms * 1000;
        for _ in 0..TOO_MANY_INPUTS {
            self.settle();
            if wanted(self) {
                return true;
            }
            let due = |member: &Member| member.peer.as_ref().and_then(Peer::deadline);
            let next = self
                .members
                .iter()
                .filter_map(|(sid, member)| Some((due(member)?, *sid)))
                .min();
            let Some((deadline, sid)) = next.filter(|(deadline, _)| *deadline <= end) else {
                self.pass_time(end);
                return wanted(self);
            };
            self.pass_time(deadline);
            self.input(sid, Input::Tick);
        }
        panic!("the members are never content with the time");
    }

    pub(crate) fn run_ms(&mut self, ms: u64) {
        self.run_until(ms, |_| false);
    }

    fn pass_time(&mut self, to_us: u64) {
        let passed = to_us.saturating_sub(self.now.mono_us);
        self.now.mono_us += passed;
        self.now.wall_ms += (passed / 1000) as i64;
    }

    /// Who leads, once all members that are up are in their places.
    pub(crate) fn settle_leader(&mut self) -> Sid {
        let is_settled = |network: &Self| {
            let up = network
                .sids()
                .into_iter()
                .filter(|sid| network.members[sid].peer.is_some());
            let modes: Vec<_> = up.map(|sid| network.mode(sid)).collect();
            modes.iter().filter(|mode| **mode == "leader").count() == 1
                && !modes.contains(&"leaderelection")
        };
        let settled = self.run_until(30_000, is_settled);
        let modes: Vec<_> = self.sids().iter().map(|sid| self.mode(*sid)).collect();
        assert!(settled, "{modes:?}");
        self.leader().unwrap()
    }

    pub(crate) fn leader(&self) -> Option<Sid> {
        let mut sids = self.sids().into_iter();
        sids.find(|sid| self.mode(*sid) == "leader")
    }

    /// All but this one.
    pub(crate) fn others(&self, sid: Sid) -> Vec<Sid> {
        self.sids()
            .into_iter()
            .filter(|other| *other != sid)
            .collect()
    }

    pub(crate) fn open(&mut self, sid: Sid) -> ConnId {
        let conn = ConnId(self.next_conn);
        self.next_conn += 1;
        let remote = "127.0.0.1:40000".parse().unwrap();
        self.input(sid, Input::Client(conn, ClientEvent::Opened { remote }));
        conn
    }

    /// Every member that is up has applied the same transactions.
    pub(crate) fn assert_converged(&mut self) {
        self.run_ms(1000);
        let view = |sid: Sid| {
            let peer = self.members[&sid].peer.as_ref()?;
            let view = peer.server_view(self.now);
            Some((
                peer.replication_view(self.now)?.status.committed,
                view.node_count,
                view.approximate_data_size,
                peer.session_table(),
            ))
        };
        let mut views: Vec<_> = self.sids().into_iter().filter_map(view).collect();
        views.dedup();
        assert_eq!(views.len(), 1, "{views:?}");
    }
}

impl Member {
    /// Why this member closed a connection, if it did.
    pub(crate) fn closed_with(&self, conn: ConnId) -> Option<&CloseReason> {
        self.closed.get(&conn)
    }
}
