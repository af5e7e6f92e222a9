//! What a follower does, and in which order.

use bytes::Bytes;
use zoowarden_shared::{
    Zxid,
    election::PeerState,
    jute::Jute,
    quorum::{LeaderInfo, LearnerInfo, PacketType},
};
use zoowarden_zab::{DiskEvent, Effect, LinkEvent};

use crate::hand::{Hand, z};

/// The last transactions of the candidates that were voted for.
fn votes(effects: &[Effect]) -> Vec<Zxid> {
    let votes = effects.iter().filter_map(|effect| match effect {
        Effect::ToElection(_, vote) => Some(vote.zxid),
        _ => None,
    });
    votes.collect()
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

/// A member whose log cannot be cut where the leader says does not go on as if it had been
/// (ZOOKEEPER-3701): it asks for a snapshot. It has all that it ever acknowledged, so that its
/// promise and its vote stay good. Found by the simulator (seed 6006011): without them, the one
/// other member that was left was no quorum.
#[test]
fn simulator_6006011_a_refused_cut_ends_in_a_snapshot_of_the_same_leader() {
    let (mut learner, link) = Hand::following(z(1, 5), 1);
    learner.packet(link, PacketType::Trunc, z(1, 3), None);
    learner.effects();
    learner.disk(DiskEvent::TruncateRefused(z(1, 3)));
    let effects = learner.effects();
    let [Effect::Dial(again, _)] = effects[..] else {
        panic!("the leader is held, and dialled again: {effects:?}");
    };
    learner.link(again, LinkEvent::Connected);
    let info = LeaderInfo {
        protocol_version: LearnerInfo::PROTOCOL_VERSION,
        features: None,
    };
    let leader_info = Some(info.to_bytes());
    learner.packet(again, PacketType::LeaderInfo, z(2, 0), leader_info);
    let effects = learner.effects();
    let sent = [
        (PacketType::FollowerInfo, z(2, 0)),
        (PacketType::AckEpoch, Zxid(-1)),
    ];
    assert_eq!(crate::hand::sent(&effects), sent);
    assert!(effects.contains(&Effect::Hangup(link)), "{effects:?}");
    assert!(learner.zab.status().vouches, "nothing has changed");
    learner.packet(again, PacketType::Snap, z(1, 3), None);
    assert_eq!(learner.effects(), [Effect::StageBegin(z(1, 3))]);
    learner.link(again, LinkEvent::Closed);
    assert_eq!(votes(&learner.effects()), [z(1, 5), z(1, 5)]);
}

/// A DIFF behind the zxid -1 would leave in the log what was to be cut.
#[test]
fn simulator_6006011_who_asked_for_a_snapshot_takes_nothing_else() {
    for kind in [PacketType::Diff, PacketType::Trunc] {
        let (mut learner, link) = Hand::following_without_data(z(1, 5));
        learner.packet(link, kind, z(1, 3), None);
        assert!(learner.effects().contains(&Effect::Hangup(link)));
    }
}

/// What memory has cut and the disk has not is not what the member has.
#[test]
fn zookeeper_3701_a_disk_that_lacks_what_it_should_have_is_not_vouched_for() {
    let (mut learner, link) = Hand::following(z(1, 1), 1);
    learner.packet(link, PacketType::Diff, z(1, 1), None);
    learner.propose(link, z(1, 2));
    learner.propose(link, z(1, 3));
    learner.disk(DiskEvent::Flushed { upto: z(1, 3) });
    learner.link(link, LinkEvent::Closed);
    learner.effects();
    let (mut learner, link) = learner.follow_again(z(1, 3));
    learner.packet(link, PacketType::Trunc, z(1, 2), None);
    learner.disk(DiskEvent::TruncateRefused(z(1, 2)));
    assert!(!learner.zab.status().vouches);
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

/// Found by the simulator (seed 5073332): a member had lost what it had acknowledged. It was
/// sent a snapshot, its leader died before NEWLEADER, and it elected one that never had what
/// was lost.
#[test]
fn simulator_5073332_a_snapshot_without_newleader_is_not_vouched_for() {
    for is_newleader_acked in [false, true] {
        let (mut learner, link) = Hand::following_without_data(z(1, 5));
        learner.packet(link, PacketType::Snap, z(1, 4), None);
        learner.link(link, LinkEvent::SnapshotEnd);
        learner.disk(DiskEvent::Staged(z(1, 4)));
        learner.disk(DiskEvent::Reloaded(z(1, 4)));
        learner.propose(link, z(1, 5));
        learner.disk(DiskEvent::Flushed { upto: z(1, 5) });
        assert!(!learner.zab.status().vouches);
        if is_newleader_acked {
            learner.packet(link, PacketType::NewLeader, z(2, 0), None);
            learner.disk(DiskEvent::CurrentEpochSaved(2));
        }
        learner.effects();
        learner.link(link, LinkEvent::Closed);
        learner.now_us = learner.zab.deadline().expect("it is to ask for a leader");
        learner.zab.tick(learner.now_us, &mut learner.out);
        let vouched = if is_newleader_acked {
            z(1, 5)
        } else {
            Zxid(-1)
        };
        let votes = votes(&learner.effects());
        assert!(!votes.is_empty());
        assert!(votes.iter().all(|zxid| *zxid == vouched), "{votes:?}");
    }
}

/// What a leader has beyond its snapshot may be what this member has acknowledged.
#[test]
fn simulator_5073332_a_snapshot_of_less_is_not_vouched_for() {
    for (sent, vouches) in [(z(1, 4), false), (z(1, 5), true)] {
        let (mut learner, link) = Hand::following(z(1, 5), 1);
        learner.packet(link, PacketType::Snap, sent, None);
        learner.link(link, LinkEvent::SnapshotEnd);
        learner.disk(DiskEvent::Staged(sent));
        learner.disk(DiskEvent::Reloaded(sent));
        assert_eq!(learner.zab.status().vouches, vouches);
    }
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
    let (mut learner, link) = learner.follow_again(z(2, 1));
    learner.packet(link, PacketType::Diff, z(2, 1), None);
    learner.packet(link, PacketType::NewLeader, z(3, 0), None);
    learner.disk(DiskEvent::CurrentEpochSaved(3));
    learner.packet(link, PacketType::UpToDate, Zxid(-1), None);
    assert_eq!(learner.delivered(), [z(2, 1)]);
}
