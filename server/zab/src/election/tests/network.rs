//! A network of elections under virtual time: links that delay, break and heal, members that
//! crash.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use zoowarden_shared::{
    election::PeerState::{Following, Leading, Observing},
    jute::Jute,
};

use super::{rng::Rng, *};

/// How often members see to their leaders and followers.
const CARE_US: u64 = 50 * MS;

pub(super) struct Node {
    pub(super) election: Election,
    pub(super) decision: Option<Decision>,
    pub(super) decided_at_us: u64,
    /// When it last had what its role needs.
    pub(super) content_at_us: u64,
    /// What its disk holds, as the vote that it begins with.
    pub(super) disk: Vote,
    pub(super) established: Option<i64>,
    pub(super) up: bool,
    ours: BTreeSet<Sid>,
}

pub(super) struct Network {
    pub(super) now_us: u64,
    rng: Rng,
    pub(super) nodes: BTreeMap<Sid, Node>,
    pub(super) config: DynamicConfig,
    /// In flight from one to another, in order, with the time of arrival.
    links: BTreeMap<(Sid, Sid), VecDeque<(u64, Notification)>>,
    /// Links that are down, both ways each.
    cut: BTreeSet<(Sid, Sid)>,
    max_delay_us: u64,
    /// Who pretends to be Apache's.
    pub(super) apache: BTreeSet<Sid>,
    /// Whoever is down is known to be so at once.
    pub(super) sees_mutes: bool,
    /// Whom each has ever voted for.
    voted: BTreeSet<(Sid, Sid)>,
    starts: BTreeMap<Sid, u64>,
    next_care_us: u64,
    pub(super) delivered: usize,
}

impl Network {
    /// Members with these disks, that start within `spread_us`.
    pub(super) fn new(
        seed: u64,
        config: &DynamicConfig,
        disks: &[Vote],
        spread_us: u64,
        max_delay_us: u64,
    ) -> Self {
        let mut rng = Rng(seed);
        let starts = config
            .servers
            .keys()
            .map(|sid| (*sid, rng.below(spread_us + 1)));
        let starts = starts.collect();
        let node = |(sid, disk): (&Sid, &Vote)| {
            let node = Node {
                election: election(sid.0, config),
                decision: None,
                decided_at_us: 0,
                content_at_us: 0,
                disk: *disk,
                established: None,
                up: false,
                ours: BTreeSet::new(),
            };
            (*sid, node)
        };
        Self {
            now_us: 0,
            nodes: config.servers.keys().zip(disks).map(node).collect(),
            rng,
            config: config.clone(),
            links: BTreeMap::new(),
            cut: BTreeSet::new(),
            max_delay_us,
            apache: BTreeSet::new(),
            sees_mutes: false,
            voted: BTreeSet::new(),
            starts,
            next_care_us: 0,
            delivered: 0,
        }
    }

    pub(super) fn sids(&self) -> Vec<Sid> {
        self.nodes.keys().copied().collect()
    }

    pub(super) fn connected(&self, one: Sid, other: Sid) -> bool {
        self.nodes[&one].up && self.nodes[&other].up && !self.cut.contains(&(one, other))
    }

    fn peers(&self, sid: Sid) -> Peers {
        let mut peers = Peers {
            ours: self.nodes[&sid].ours.clone(),
            ..Peers::default()
        };
        if self.sees_mutes {
            peers.mute = self
                .sids()
                .into_iter()
                .filter(|other| !self.nodes[other].up)
                .collect();
        }
        peers
    }

    /// One election does something; what it says is sent, and what it decides is noted.
    fn with(
        &mut self,
        sid: Sid,
        act: impl FnOnce(&mut Election, u64, &Peers, &mut Messages) -> Option<Decision>,
    ) {
        let (now_us, peers, mut out) = (self.now_us, self.peers(sid), Vec::new());
        let node = self.nodes.get_mut(&sid).unwrap();
        let decision = act(&mut node.election, now_us, &peers, &mut out);
        if decision.is_some() {
            (node.decision, node.established) = (decision, None);
            (node.decided_at_us, node.content_at_us) = (now_us, now_us);
        }
        for (to, notification) in out {
            self.voted.insert((sid, notification.leader));
            self.send(sid, to, notification);
        }
        if let Some(decision) = decision {
            let voted = |voter| self.voted.contains(&(voter, decision.leader));
            let quorums = crate::quorums::Quorums::new(&self.config);
            let by_quorum = quorums.contains_quorum(|voter| voter == sid || voted(voter));
            assert!(by_quorum, "{sid} decides for {} alone", decision.leader);
        }
    }

    fn send(&mut self, from: Sid, to: Sid, mut notification: Notification) {
        if !self.connected(from, to) {
            return;
        }
        if self.apache.contains(&from) {
            notification.extension = bytes::Bytes::new();
        }
        let bytes = notification.to_bytes();
        let arrives = self.now_us + self.rng.below(self.max_delay_us + 1);
        let replaces_unsent = self.rng.below(3) == 0;
        let link = self.links.entry((from, to)).or_default();
        if replaces_unsent {
            // The queue of `QuorumCnxManager` holds one message, the newest.
            link.pop_back();
        }
        let arrives = arrives.max(link.back().map_or(0, |(at, _)| *at));
        link.push_back((arrives, Notification::from_bytes(bytes).unwrap()));
    }

    pub(super) fn look(&mut self, sid: Sid) {
        let node = self.nodes.get_mut(&sid).unwrap();
        (node.decision, node.established) = (None, None);
        let disk = node.disk;
        self.with(sid, |election, now_us, _, out| {
            election.look(now_us, disk, out);
            None
        });
    }

    pub(super) fn start(&mut self, sid: Sid) {
        let node = self.nodes.get_mut(&sid).unwrap();
        node.up = true;
        node.election = election(sid.0, &self.config);
        node.ours.clear();
        self.look(sid);
        for other in self.sids() {
            self.links_up(sid, other);
        }
    }

    pub(super) fn crash(&mut self, sid: Sid) {
        self.starts.remove(&sid);
        let node = self.nodes.get_mut(&sid).unwrap();
        (node.up, node.decision, node.established) = (false, None, None);
        self.links
            .retain(|(from, to), _| *from != sid && *to != sid);
        for node in self.nodes.values_mut() {
            node.ours.remove(&sid);
        }
        if self.sees_mutes {
            // A closed connection is noticed at once.
            for other in self.sids() {
                if self.leader_of(other) == Some(sid) {
                    self.look(other);
                }
            }
        }
    }

    pub(super) fn leader_of(&self, sid: Sid) -> Option<Sid> {
        self.nodes[&sid].decision.map(|decision| decision.leader)
    }

    fn links_up(&mut self, one: Sid, other: Sid) {
        if one == other || !self.connected(one, other) {
            return;
        }
        for (from, to) in [(one, other), (other, one)] {
            self.with(from, |election, _, _, out| {
                election.link_up(to, out);
                None
            });
        }
    }

    pub(super) fn cut(&mut self, one: Sid, other: Sid) {
        for link in [(one, other), (other, one)] {
            self.cut.insert(link);
            self.links.remove(&link);
        }
    }

    pub(super) fn heal(&mut self) {
        for (one, other) in std::mem::take(&mut self.cut) {
            if one < other {
                self.links_up(one, other);
            }
        }
    }

    /// Lets everything happen up to a time.
    pub(super) fn run_until(&mut self, end_us: u64) {
        while let Some(next_us) = self.next_event().filter(|at| *at <= end_us) {
            self.now_us = self.now_us.max(next_us);
            self.step();
        }
        self.now_us = end_us;
    }

    fn next_event(&self) -> Option<u64> {
        let arrivals = self.links.values().filter_map(|link| Some(link.front()?.0));
        let up = self.nodes.values().filter(|node| node.up);
        arrivals
            .chain(up.filter_map(|node| node.election.deadline()))
            .chain(self.starts.values().copied())
            .chain([self.next_care_us])
            .min()
    }

    fn step(&mut self) {
        let now_us = self.now_us;
        let starting: Vec<_> = self
            .starts
            .iter()
            .filter(|(_, at)| **at <= now_us)
            .collect();
        for sid in starting
            .into_iter()
            .map(|(sid, _)| *sid)
            .collect::<Vec<_>>()
        {
            self.starts.remove(&sid);
            self.start(sid);
        }
        for (from, to) in self.links.keys().copied().collect::<Vec<_>>() {
            self.deliver(from, to);
        }
        for sid in self.sids() {
            let node = &self.nodes[&sid];
            if node.up && node.election.deadline().is_some_and(|at| at <= now_us) {
                self.with(sid, Election::tick);
            }
        }
        if now_us >= self.next_care_us {
            self.next_care_us = now_us + CARE_US;
            self.care();
        }
    }

    fn deliver(&mut self, from: Sid, to: Sid) {
        let now_us = self.now_us;
        while let Some(link) = self.links.get_mut(&(from, to))
            && link.front().is_some_and(|(at, _)| *at <= now_us)
        {
            let Some((_, notification)) = link.pop_front() else {
                return;
            };
            self.delivered += 1;
            if notification.is_zoowarden() {
                self.nodes.get_mut(&to).unwrap().ours.insert(from);
            }
            self.with(to, |election, now_us, peers, out| {
                election.receive(now_us, from, &notification, peers, out)
            });
        }
    }

    /// The one leader that all who are up follow, if it is so.
    pub(super) fn agreed(&self) -> Option<Sid> {
        let up: Vec<_> = self.nodes.iter().filter(|(_, node)| node.up).collect();
        let leader = up.first()?.1.decision?.leader;
        let is_right = |(sid, node): &(&Sid, &Node)| {
            node.decision.is_some_and(|decision| {
                let votes = self.config.voters().any(|(voter, _)| voter == **sid);
                let state = match votes {
                    _ if leader == **sid => Leading,
                    true => Following,
                    false => Observing,
                };
                decision.leader == leader && decision.state == state
            })
        };
        up.iter().all(is_right).then_some(leader)
    }
}
