//! What a leader sends, and when it makes way.

use bytes::Bytes;
use zoowarden_shared::{Zxid, election::PeerState, quorum::PacketType};
use zoowarden_zab::{DiskEvent, Effect, Upcall};

use crate::hand::{Hand, sent, z};

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

/// Found by the simulator (seed 6006011): the only follower cannot cut its log, and comes again
/// for a snapshot. What it has promised holds; by its new link it is still a quorum.
#[test]
fn simulator_6006011_a_learner_that_comes_again_for_a_snapshot_makes_the_quorum() {
    let mut leader = Hand::new(z(1, 2), 1);
    leader.vote(2, PeerState::Looking, 1, z(1, 2));
    leader.now_us += 200_000;
    leader.zab.tick(leader.now_us, &mut leader.out);
    let link = leader.join(1, 2, z(1, 0));
    leader.ack_epoch(link, 0, z(1, 4));
    leader.disk(DiskEvent::AcceptedEpochSaved(2));
    leader.disk(DiskEvent::CurrentEpochSaved(2));
    assert!(leader.sent().contains(&(PacketType::Trunc, z(1, 2))));
    let again = leader.join(2, 2, z(2, 0));
    let effects = leader.effects();
    assert!(effects.contains(&Effect::Hangup(link)), "{effects:?}");
    assert_eq!(sent(&effects), [(PacketType::LeaderInfo, z(2, 0))]);
    leader.ack_epoch(again, -1, Zxid(-1));
    assert!(leader.out.upcalls.contains(&Upcall::SnapshotWanted(again)));
    let out = &mut leader.out;
    assert!(leader.zab.snapshot_begun(again, z(1, 2), out));
    leader.zab.snapshot_sent(leader.now_us, again, out);
    leader.packet(again, PacketType::Ack, z(2, 0), None);
    assert!(leader.is_leading());
}

/// Found by the simulator (seed 12016047): a leader fell before its disk had its epoch, and the
/// only one in that epoch was a member whom a reconfig that nobody had committed made a voter.
/// Whoever might lead gave up before that newer history, for ever.
#[test]
fn simulator_12016047_nobody_begins_an_epoch_that_its_leaders_disk_does_not_have() {
    let mut leader = Hand::new(z(1, 2), 1);
    leader.vote(2, PeerState::Looking, 1, z(1, 2));
    leader.now_us += 200_000;
    leader.zab.tick(leader.now_us, &mut leader.out);
    let link = leader.join(1, 2, z(1, 0));
    leader.ack_epoch(link, 1, z(1, 2));
    leader.disk(DiskEvent::AcceptedEpochSaved(2));
    let begins = |sent: &[(PacketType, Zxid)]| sent.contains(&(PacketType::NewLeader, z(2, 0)));
    let effects = leader.effects();
    assert!(
        effects.contains(&Effect::SaveCurrentEpoch(2)),
        "{effects:?}"
    );
    assert!(!begins(&sent(&effects)), "{effects:?}");
    // Nor one that comes meanwhile.
    let late = leader.join(2, 3, z(1, 0));
    leader.ack_epoch(late, 1, z(1, 2));
    assert!(!begins(&leader.sent()));
    leader.disk(DiskEvent::CurrentEpochSaved(2));
    let begun = leader.sent();
    let begun = begun.iter().filter(|one| one.0 == PacketType::NewLeader);
    assert_eq!(begun.count(), 2, "both");
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
