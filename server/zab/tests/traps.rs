//! The rules of synchronisation, one test for each bug that Apache had: a learner and a leader
//! by hand, packet by packet.
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::needless_pass_by_value,
    reason = "a test that cannot go on should say where"
)]

use bytes::Bytes;
use zoowarden_shared::{
    Sid, Zxid,
    config::DynamicConfig,
    election::{Notification, PeerState},
    jute::Jute,
    quorum::{AckEpoch, LeaderInfo, LearnerInfo, PacketType, QuorumPacket},
};
use zoowarden_zab::{
    Config, DiskEvent, Durable, Effect, Input, LinkEvent, LinkId, Outputs, Serving, Upcall, Zab,
};

/// One member, and what it asked for since the last look.
struct Hand {
    zab: Zab,
    out: Outputs,
    now_us: u64,
    /// Of the others' votes.
    round: i64,
}

fn z(epoch: i32, counter: u32) -> Zxid {
    Zxid::new(epoch, counter)
}

impl Hand {
    /// Member 1 of three, whose disk holds everything up to here.
    fn new(last: Zxid, epoch: i32) -> Self {
        let lines = (1..=3).map(|sid| format!("server.{sid}=h:2888:3888:participant\n"));
        let members = DynamicConfig::parse(&lines.collect::<String>(), "test").expect("lines");
        let durable = Durable {
            last_zxid: last,
            accepted_epoch: epoch,
            current_epoch: epoch,
        };
        let mut hand = Self {
            zab: Zab::new(Config::new(Sid(1), members), durable),
            out: Outputs::default(),
            now_us: 1_000_000,
            round: 1,
        };
        hand.zab.start(hand.now_us, &mut hand.out);
        hand
    }

    fn vote(&mut self, from: i64, state: PeerState, leader: i64, zxid: Zxid) {
        self.vote_of_epoch(from, state, leader, zxid, zxid.epoch());
    }

    fn vote_of_epoch(&mut self, from: i64, state: PeerState, leader: i64, zxid: Zxid, epoch: i32) {
        let notification = Notification {
            state,
            leader: Sid(leader),
            zxid,
            election_epoch: self.round,
            peer_epoch: i64::from(epoch),
            version: Notification::VERSION,
            config: Some(String::new()),
            extension: Bytes::new(),
        };
        let from = Sid(from);
        let input = Input::Vote { from, notification };
        self.zab.handle(self.now_us, input, &mut self.out);
    }

    fn link(&mut self, link: LinkId, event: LinkEvent) {
        self.zab
            .handle(self.now_us, Input::Link(link, event), &mut self.out);
    }

    fn packet(&mut self, link: LinkId, kind: PacketType, zxid: Zxid, data: Option<Bytes>) {
        let packet = QuorumPacket::new(kind, zxid, data);
        self.link(link, LinkEvent::Packet(packet));
    }

    fn disk(&mut self, event: DiskEvent) {
        let event = &event;
        self.zab.disk(self.now_us, event, &mut self.out);
    }

    fn effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.out.effects)
    }

    fn delivered(&mut self) -> Vec<Zxid> {
        let upcalls = std::mem::take(&mut self.out.upcalls).into_iter();
        let delivered = upcalls.filter_map(|upcall| match upcall {
            Upcall::Deliver { zxid, .. } => Some(zxid),
            _ => None,
        });
        delivered.collect()
    }

    /// What was sent on links, as type and zxid.
    fn sent(&mut self) -> Vec<(PacketType, Zxid)> {
        sent(&self.effects())
    }

    /// A follower of member 3 in epoch 2, which has acknowledged the epoch. Its link.
    fn following(last: Zxid, epoch: i32) -> (Self, LinkId) {
        let mut hand = Self::new(last, epoch);
        hand.vote(3, PeerState::Leading, 3, last);
        hand.vote(2, PeerState::Following, 3, last);
        let link = hand.effects().into_iter().find_map(|effect| match effect {
            Effect::Dial(link, Sid(3)) => Some(link),
            _ => None,
        });
        let link = link.expect("it dials its leader");
        hand.link(link, LinkEvent::Connected);
        assert_eq!(hand.sent(), [(PacketType::FollowerInfo, z(epoch, 0))]);
        let info = LeaderInfo {
            protocol_version: LearnerInfo::PROTOCOL_VERSION,
            features: None,
        };
        hand.packet(link, PacketType::LeaderInfo, z(2, 0), Some(info.to_bytes()));
        assert_eq!(
            hand.effects(),
            [Effect::SaveAcceptedEpoch(2)],
            "no promise before it is kept"
        );
        hand.disk(DiskEvent::AcceptedEpochSaved(2));
        assert_eq!(hand.sent(), [(PacketType::AckEpoch, last)]);
        (hand, link)
    }

    fn propose(&mut self, link: LinkId, zxid: Zxid) {
        self.packet(
            link,
            PacketType::Proposal,
            zxid,
            Some(Bytes::from_static(b"txn")),
        );
    }

    /// A leader of epoch 2 with member 2 in step, whose link it is; 3 is away.
    fn leading(last: Zxid) -> (Self, LinkId) {
        let mut hand = Self::new(last, 1);
        hand.vote(2, PeerState::Looking, 1, last);
        // Member 2 is Apache's, so that the last wait is kept.
        hand.now_us += 200_000;
        hand.zab.tick(hand.now_us, &mut hand.out);
        let link = hand.join(1, 2, z(1, 0));
        assert_eq!(hand.sent().last(), Some(&(PacketType::LeaderInfo, z(2, 0))));
        hand.ack_epoch(link, 1, last);
        hand.disk(DiskEvent::AcceptedEpochSaved(2));
        hand.disk(DiskEvent::CurrentEpochSaved(2));
        assert!(!hand.is_leading(), "only a quorum in step makes a leader");
        hand.packet(link, PacketType::Ack, z(2, 0), None);
        assert!(hand.is_leading());
        hand.out = Outputs::default();
        (hand, link)
    }

    fn is_leading(&self) -> bool {
        let serve = Upcall::Serve(Serving::Leading(2));
        self.out.upcalls.contains(&serve)
    }

    /// A learner dials and introduces itself.
    fn join(&mut self, number: u64, sid: i64, accepted: Zxid) -> LinkId {
        let link = LinkId::accepted(number);
        let remote = "127.0.0.1:1".parse().expect("an address");
        self.link(link, LinkEvent::Accepted { remote });
        let info = LearnerInfo {
            sid: Sid(sid),
            protocol_version: LearnerInfo::PROTOCOL_VERSION,
            config_version: Some(0),
            features: None,
        };
        self.packet(
            link,
            PacketType::FollowerInfo,
            accepted,
            Some(info.to_bytes()),
        );
        link
    }

    fn ack_epoch(&mut self, link: LinkId, current_epoch: i32, last: Zxid) {
        let ack = AckEpoch { current_epoch };
        self.packet(link, PacketType::AckEpoch, last, Some(ack.to_bytes()));
    }
}

fn sent(effects: &[Effect]) -> Vec<(PacketType, Zxid)> {
    let sent = effects.iter().filter_map(|effect| match effect {
        Effect::Send(_, packet) => Some((packet.packet_type().expect("a known type"), packet.zxid)),
        _ => None,
    });
    sent.collect()
}

/// NEWLEADER is acknowledged when everything before it is durable, and the epoch after that.
#[test]
fn zookeeper_3911_4643_4646_log_then_epoch_then_ack() {
    let (mut learner, link) = Hand::following(z(1, 1), 1);
    learner.packet(link, PacketType::Diff, z(1, 3), None);
    for zxid in [z(1, 2), z(1, 3)] {
        learner.propose(link, zxid);
        learner.packet(link, PacketType::Commit, zxid, None);
    }
    learner.packet(link, PacketType::NewLeader, z(2, 0), None);
    assert_eq!(learner.sent(), [], "nothing is flushed");
    learner.disk(DiskEvent::Flushed { upto: z(1, 2) });
    assert_eq!(learner.effects(), [], "one of two is flushed");
    learner.disk(DiskEvent::Flushed { upto: z(1, 3) });
    assert_eq!(learner.effects(), [Effect::SaveCurrentEpoch(2)]);
    assert_eq!(learner.delivered(), [], "not committed before UPTODATE");
    learner.disk(DiskEvent::CurrentEpochSaved(2));
    assert_eq!(learner.sent(), [(PacketType::Ack, z(2, 0))]);
    learner.packet(link, PacketType::UpToDate, Zxid(-1), None);
    assert_eq!(learner.delivered(), [z(1, 2), z(1, 3)]);
}

/// The first packet back is the ACK of NEWLEADER; a COMMIT that comes right behind NEWLEADER
/// is for a proposal from before it (ZOOKEEPER-4394).
#[test]
fn zookeeper_4394_one_queue_across_newleader_and_uptodate() {
    let (mut learner, link) = Hand::following(z(1, 1), 1);
    learner.packet(link, PacketType::Diff, z(1, 1), None);
    learner.propose(link, z(2, 1));
    learner.packet(link, PacketType::NewLeader, z(2, 0), None);
    learner.packet(link, PacketType::Commit, z(2, 1), None);
    learner.propose(link, z(2, 2));
    learner.disk(DiskEvent::Flushed { upto: z(2, 2) });
    learner.effects();
    learner.disk(DiskEvent::CurrentEpochSaved(2));
    let acks = [(PacketType::Ack, z(2, 0)), (PacketType::Ack, z(2, 2))];
    assert_eq!(learner.sent(), acks);
    learner.packet(link, PacketType::UpToDate, Zxid(-1), None);
    assert_eq!(learner.delivered(), [z(2, 1)]);
    learner.packet(link, PacketType::Commit, z(2, 2), None);
    assert_eq!(learner.delivered(), [z(2, 2)]);
}

/// A hole in what the leader sends is never written.
#[test]
fn zookeeper_4925_a_hole_ends_the_synchronisation() {
    for (base, wrong) in [(z(1, 1), z(1, 3)), (z(1, 1), z(2, 2))] {
        let (mut learner, link) = Hand::following(base, 1);
        learner.packet(link, PacketType::Diff, wrong, None);
        learner.propose(link, wrong);
        let effects = learner.effects();
        assert!(effects.contains(&Effect::Hangup(link)), "{effects:?}");
        let writes = |effect: &Effect| matches!(effect, Effect::Append { .. });
        assert!(!effects.iter().any(writes), "{effects:?}");
    }
}

/// Apache's TLA+ findings: a proposal may come twice.
#[test]
fn a_duplicate_proposal_is_harmless() {
    let (mut learner, link) = Hand::following(z(1, 2), 1);
    learner.packet(link, PacketType::Diff, z(1, 2), None);
    for zxid in [z(1, 1), z(1, 2), z(1, 3), z(1, 3)] {
        learner.propose(link, zxid);
    }
    let appends = learner.effects();
    assert_eq!(appends.len(), 1, "{appends:?}");
}

/// A cut is done before anything that follows it, whole, and from disk.
#[test]
fn zookeeper_5094_what_was_loaded_is_loaded_anew_after_a_cut() {
    let (mut learner, link) = Hand::following(z(1, 5), 1);
    learner.packet(link, PacketType::Trunc, z(1, 3), None);
    learner.propose(link, z(2, 1));
    let cut = [Effect::PauseLink(link), Effect::Truncate(z(1, 3))];
    assert_eq!(learner.effects(), cut, "the proposal waits");
    learner.disk(DiskEvent::Truncated(z(1, 3)));
    assert_eq!(learner.effects(), [Effect::Reload]);
    learner.disk(DiskEvent::Reloaded(z(1, 3)));
    let effects = learner.effects();
    assert!(matches!(effects[0], Effect::Append { .. }), "{effects:?}");
    assert_eq!(effects[1], Effect::ResumeLink(link));
}

/// The leader is lost in the middle of a cut: nobody is voted for before it is done.
#[test]
fn zookeeper_5094_no_vote_while_the_log_is_being_cut() {
    let (mut learner, link) = Hand::following(z(1, 5), 1);
    learner.packet(link, PacketType::Trunc, z(1, 3), None);
    learner.effects();
    learner.link(link, LinkEvent::Closed);
    let votes = |effects: &[Effect]| {
        let votes = effects.iter().filter_map(|effect| match effect {
            Effect::ToElection(_, vote) => Some(vote.zxid),
            _ => None,
        });
        votes.collect::<Vec<_>>()
    };
    assert_eq!(votes(&learner.effects()), []);
    learner.disk(DiskEvent::Truncated(z(1, 3)));
    assert_eq!(learner.effects(), [Effect::Reload]);
    learner.disk(DiskEvent::Reloaded(z(1, 3)));
    assert_eq!(votes(&learner.effects()), [z(1, 3), z(1, 3)]);
}

/// A snapshot counts when it is whole and on disk; half of one changes nothing.
#[test]
fn zookeeper_3642_a_snapshot_that_ends_early_changes_nothing() {
    let (mut learner, link) = Hand::following(z(1, 5), 1);
    learner.packet(link, PacketType::Snap, z(2, 7), None);
    learner.link(link, LinkEvent::SnapshotChunk(Bytes::from_static(b"half")));
    learner.effects();
    learner.link(link, LinkEvent::Closed);
    let effects = learner.effects();
    assert!(effects.contains(&Effect::StageAbort), "{effects:?}");
    assert!(!effects.contains(&Effect::Reload), "{effects:?}");
    let votes_for = |zxid| {
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::ToElection(_, v) if v.zxid == zxid))
    };
    assert!(votes_for(z(1, 5)));
}

/// Nobody is told NEWLEADER before all that it lacks is queued, the open proposals too, and
/// from then on it gets what others get (ZOOKEEPER-3104 and Apache's TLA+ findings).
#[test]
fn zookeeper_3104_newleader_comes_behind_all_that_is_missing() {
    let (mut leader, first) = Hand::leading(z(1, 2));
    for counter in 1..=3 {
        let txn = Bytes::from_static(b"txn");
        leader
            .zab
            .propose(leader.now_us, z(2, counter), txn, &mut leader.out);
    }
    leader.disk(DiskEvent::Flushed { upto: z(2, 3) });
    leader.packet(first, PacketType::Ack, z(2, 1), None);
    assert_eq!(leader.delivered(), [z(2, 1)]);
    leader.effects();
    let second = leader.join(2, 3, z(1, 0));
    leader.ack_epoch(second, 1, z(1, 2));
    let to_second: Vec<_> = leader
        .effects()
        .into_iter()
        .filter(|effect| matches!(effect, Effect::Send(link, _) if *link == second))
        .collect();
    let expected = [
        (PacketType::LeaderInfo, z(2, 0)),
        (PacketType::Diff, z(2, 1)),
        (PacketType::Proposal, z(2, 1)),
        (PacketType::Commit, z(2, 1)),
        (PacketType::Proposal, z(2, 2)),
        (PacketType::Proposal, z(2, 3)),
        (PacketType::NewLeader, z(2, 0)),
    ];
    assert_eq!(sent(&to_second), expected);
    let txn = Bytes::from_static(b"txn");
    leader
        .zab
        .propose(leader.now_us, z(2, 4), txn, &mut leader.out);
    let proposals = [(PacketType::Proposal, z(2, 4)); 2];
    assert_eq!(
        leader.sent(),
        proposals,
        "though it has not acknowledged NEWLEADER"
    );
}

/// A learner that stands at the beginning of an epoch has no transaction there to cut at, and
/// may hold more than its zxid says.
#[test]
fn never_a_cut_across_epochs_or_from_an_epochs_beginning() {
    for last in [z(2, 0), z(3, 0)] {
        let (mut leader, _) = Hand::leading(z(1, 2));
        let link = leader.join(2, 3, z(1, 0));
        leader.ack_epoch(link, 1, last);
        assert!(
            leader.out.upcalls.contains(&Upcall::SnapshotWanted(link)),
            "{last}"
        );
    }
    // Within an epoch, an uncommitted tail is cut.
    let (mut leader, _) = Hand::leading(z(1, 2));
    let link = leader.join(2, 3, z(1, 0));
    leader.ack_epoch(link, 1, z(1, 4));
    assert!(leader.sent().contains(&(PacketType::Trunc, z(1, 2))));
}

/// A member that falls behind what is kept in memory gets a DIFF only where the log proves
/// that it has the learner's last transaction.
#[test]
fn zookeeper_2418_no_proof_of_overlap_no_diff() {
    let (mut leader, _) = Hand::leading(z(1, 200));
    let link = leader.join(2, 3, z(1, 0));
    leader.ack_epoch(link, 1, z(1, 100));
    let read = Effect::ReadLog {
        link,
        after: z(1, 100),
        upto: z(1, 200),
    };
    assert!(leader.effects().contains(&read));
    leader.disk(DiskEvent::LogRead {
        link,
        txns: Vec::new(),
        complete: false,
    });
    assert!(leader.out.upcalls.contains(&Upcall::SnapshotWanted(link)));
    assert_eq!(leader.sent(), [], "no DIFF was begun");
}

/// An Apache follower fails on a COMMIT between NEWLEADER and UPTODATE of what was proposed
/// before: `Learner.syncWithLeader` has taken that off its list.
#[test]
fn an_apache_follower_gets_no_commit_before_it_is_up_to_date() {
    let (mut leader, two) = Hand::leading(z(1, 2));
    let txn = Bytes::from_static(b"txn");
    leader
        .zab
        .propose(leader.now_us, z(2, 1), txn, &mut leader.out);
    leader.disk(DiskEvent::Flushed { upto: z(2, 1) });
    let three = leader.join(2, 3, z(1, 0));
    leader.ack_epoch(three, 1, z(1, 2));
    leader.effects();
    leader.packet(two, PacketType::Ack, z(2, 1), None);
    assert_eq!(
        leader.sent(),
        [(PacketType::Commit, z(2, 1))],
        "to the other"
    );
    leader.packet(three, PacketType::Ack, z(2, 0), None);
    let expected = [
        (PacketType::UpToDate, Zxid(-1)),
        (PacketType::Commit, z(2, 1)),
    ];
    assert_eq!(leader.sent(), expected);
}

/// Where a voter has more than the leader, the leader makes way at once.
#[test]
fn a_leader_that_lacks_something_makes_way() {
    let mut leader = Hand::new(z(1, 2), 1);
    leader.vote(2, PeerState::Looking, 1, z(1, 2));
    leader.now_us += 200_000;
    leader.zab.tick(leader.now_us, &mut leader.out);
    let link = leader.join(1, 3, z(1, 0));
    leader.ack_epoch(link, 1, z(1, 3));
    assert!(leader.effects().contains(&Effect::Hangup(link)));
    assert_eq!(leader.zab.status().state, PeerState::Looking);
}

/// A member whose log cannot be cut where the leader says does not vote until it has a
/// snapshot (ZOOKEEPER-3701: it does not go on as if it had been cut either).
#[test]
fn zookeeper_3701_a_refused_cut_ends_in_a_snapshot() {
    let (mut learner, link) = Hand::following(z(1, 5), 1);
    learner.packet(link, PacketType::Trunc, z(1, 3), None);
    learner.effects();
    learner.disk(DiskEvent::TruncateRefused(z(1, 3)));
    let effects = learner.effects();
    let votes: Vec<Zxid> = effects
        .iter()
        .filter_map(|effect| match effect {
            Effect::ToElection(_, vote) => Some(vote.zxid),
            _ => None,
        })
        .collect();
    assert_eq!(votes, [Zxid(-1), Zxid(-1)], "{effects:?}");
}

/// Found by the simulator (seed 792): each wait of its own was taken for a pause of the member,
/// after which nobody is accused of silence, so that none was ever given up.
#[test]
fn simulator_792_a_leader_that_vanishes_before_it_serves_is_given_up() {
    let (mut learner, link) = Hand::following(z(1, 1), 1);
    learner.packet(link, PacketType::Diff, z(1, 1), None);
    let limit_us = learner.now_us + 21_000_000;
    while learner.zab.status().state == PeerState::Following {
        learner.now_us = learner.zab.deadline().expect("it waits for something");
        assert!(learner.now_us < limit_us, "initLimit has passed");
        learner.zab.tick(learner.now_us, &mut learner.out);
    }
}

/// Found by the simulator (seed 1296): a voter that has promised itself to a later epoch, whose
/// leader came to nothing, could not join as long as the present leader lived.
#[test]
fn simulator_1296_a_leader_makes_way_for_a_voter_of_a_later_epoch() {
    let (mut leader, _) = Hand::leading(z(1, 2));
    leader.join(2, 3, z(9, 0));
    assert_eq!(leader.zab.status().state, PeerState::Looking);
    leader.effects();
    // It is elected again, and its epoch is above the promise, whoever comes first.
    leader.round = 2;
    leader.vote_of_epoch(2, PeerState::Looking, 1, z(1, 2), 2);
    leader.now_us += 200_000;
    leader.zab.tick(leader.now_us, &mut leader.out);
    leader.join(3, 2, z(2, 0));
    assert!(leader.effects().contains(&Effect::SaveAcceptedEpoch(10)));
    // No epoch comes after the last.
    let link = leader.join(4, 3, z(i32::MAX, 0));
    assert!(leader.effects().contains(&Effect::Hangup(link)));
}

/// ZOOKEEPER-2832: an uncommitted tail that the leader has too is committed with the rest.
#[test]
fn zookeeper_2832_an_empty_diff_decides_the_tail() {
    let (mut learner, link) = Hand::following(z(1, 1), 1);
    learner.packet(link, PacketType::Diff, z(1, 1), None);
    learner.propose(link, z(2, 1));
    learner.packet(link, PacketType::NewLeader, z(2, 0), None);
    learner.disk(DiskEvent::Flushed { upto: z(2, 1) });
    learner.disk(DiskEvent::CurrentEpochSaved(2));
    learner.packet(link, PacketType::UpToDate, Zxid(-1), None);
    assert_eq!(learner.delivered(), [], "2.1 is open");
    learner.link(link, LinkEvent::Closed);
    learner.effects();
    // The next leader has it, says so by an empty DIFF, and a quorum is in step.
    learner.vote(3, PeerState::Leading, 3, z(2, 1));
    learner.vote(2, PeerState::Following, 3, z(2, 1));
    let dials = learner
        .effects()
        .into_iter()
        .find_map(|effect| match effect {
            Effect::Dial(link, _) => Some(link),
            _ => None,
        });
    let link = dials.expect("it dials again");
    learner.link(link, LinkEvent::Connected);
    let info = LeaderInfo {
        protocol_version: LearnerInfo::PROTOCOL_VERSION,
        features: None,
    };
    learner.packet(link, PacketType::LeaderInfo, z(3, 0), Some(info.to_bytes()));
    learner.disk(DiskEvent::AcceptedEpochSaved(3));
    learner.packet(link, PacketType::Diff, z(2, 1), None);
    learner.packet(link, PacketType::NewLeader, z(3, 0), None);
    learner.disk(DiskEvent::CurrentEpochSaved(3));
    learner.packet(link, PacketType::UpToDate, Zxid(-1), None);
    assert_eq!(learner.delivered(), [z(2, 1)]);
}
