//! Which configurations a member takes for possible.

use bytes::Bytes;
use zoowarden_shared::{
    Sid, Zxid,
    config::DynamicConfig,
    election::PeerState,
    quorum::{Features, PacketType},
};
use zoowarden_zab::{Config, DiskEvent, Effect, LinkEvent, Upcall};

use crate::{
    hand::{Hand, members, z},
    support::reconfig_txn,
};

/// A member that was told of a reconfig, and whose history goes on behind it.
fn member() -> Hand {
    let mut config = Config::new(Sid(1), members(z(1, 0)));
    config.seen = vec![members(z(1, 4))];
    Hand::with(config, z(1, 9), 1)
}

fn configs(hand: &mut Hand) -> Vec<Effect> {
    let mut effects = hand.effects();
    effects.retain(|effect| matches!(effect, Effect::ConfigSeen(_) | Effect::ConfigActive(_)));
    effects
}

/// What a leader does that is established by this configuration.
fn is_led_by(config: &DynamicConfig) -> Vec<Effect> {
    let (mut learner, link) = member().follow(z(1, 9), z(1, 9));
    learner.packet(link, PacketType::Diff, z(1, 9), None);
    let text = Bytes::from(config.to_string());
    learner.packet(link, PacketType::NewLeader, z(2, 0), Some(text));
    learner.disk(DiskEvent::CurrentEpochSaved(2));
    assert_eq!(configs(&mut learner), [], "nothing is decided yet");
    learner.packet(link, PacketType::UpToDate, Zxid(-1), None);
    configs(&mut learner)
}

/// Found by the simulator (seed 5161458): a member crashed when a leader's snapshot had taken
/// the place of its log, and of the reconfig in it, and asked by that configuration for ever.
#[test]
fn simulator_5161458_a_reconfig_that_the_leaders_history_lacks_is_forgotten() {
    let forgotten = [Effect::ConfigSeen(Vec::new())];
    assert_eq!(is_led_by(&members(z(1, 0))), forgotten);
    let in_force = [Effect::ConfigActive(members(z(1, 4)))];
    assert_eq!(is_led_by(&members(z(1, 4))), in_force, "the leader has it");
    // One that goes by another configuration knows less.
    assert_eq!(is_led_by(&members(z(0, 0))), []);
}

/// Found by the simulator (seeds 10117106 and 10150703): the same, where the leader's history has
/// no transaction at all, so that none could tell that all behind it was decided.
#[test]
fn simulator_10117106_a_reconfig_that_an_empty_history_lacks_is_forgotten() {
    let (mut learner, link) = member().follow(z(1, 9), z(1, 9));
    learner.packet(link, PacketType::Snap, z(0, 0), None);
    learner.link(link, LinkEvent::SnapshotEnd);
    learner.disk(DiskEvent::Staged(z(0, 0)));
    learner.disk(DiskEvent::Reloaded(z(0, 0)));
    let text = Bytes::from(members(z(1, 0)).to_string());
    learner.packet(link, PacketType::NewLeader, z(2, 0), Some(text));
    learner.disk(DiskEvent::CurrentEpochSaved(2));
    assert_eq!(configs(&mut learner), [], "nothing is decided yet");
    learner.packet(link, PacketType::UpToDate, Zxid(-1), None);
    assert_eq!(configs(&mut learner), [Effect::ConfigSeen(Vec::new())]);
}

/// Found by the simulator (seed 3049339): what others have in force says nothing of what may
/// come after it.
#[test]
fn simulator_3049339_what_is_still_to_come_is_not_forgotten_for_an_older_one() {
    let mut looking = member();
    looking.effects();
    let older = members(z(1, 2));
    looking.vote_by(2, z(1, 3), &older);
    assert_eq!(configs(&mut looking), [Effect::ConfigActive(older)]);
    assert!(looking.zab.is_reconfiguring());
}

/// A configuration of these voters, by this transaction.
fn voters(sids: std::ops::RangeInclusive<i64>, version: Zxid) -> DynamicConfig {
    let lines = sids.map(|sid| format!("server.{sid}=h:2888:3888:participant\n"));
    let lines = lines.collect::<String>();
    let mut config = DynamicConfig::parse(&lines, "test").expect("lines");
    config.version = version.0;
    config
}

/// Whether it is elected by its own count where members 2 to this one want it to be.
fn is_elected_by(mut hand: Hand, last: Zxid, upto: i64) -> bool {
    hand.effects();
    for sid in 2..=upto {
        hand.vote(sid, PeerState::Looking, 1, last);
    }
    // The others may be Apache's: the last wait is kept.
    hand.now_us += 300_000;
    hand.zab.tick(hand.now_us, &mut hand.out);
    hand.zab.status().state == PeerState::Leading
}

/// Found by thought. A member is told of a reconfig, is away while it comes into force, and
/// hears of the next one before it knows that. By the first configuration and the third alone,
/// it and one who never heard of the second would be an ensemble of their own.
#[test]
fn a_reconfig_behind_another_does_not_take_its_place() {
    let (second, third) = (voters(4..=6, z(1, 4)), voters(1..=3, z(2, 1)));
    let mut config = Config::new(Sid(1), members(z(1, 0)));
    config.seen = vec![second.clone()];
    let (mut learner, link) = Hand::with(config.clone(), z(1, 9), 1).follow(z(1, 9), z(1, 9));
    learner.packet(link, PacketType::Diff, z(1, 9), None);
    let txn = Some(reconfig_txn(Zxid(third.version), &third));
    learner.packet(link, PacketType::Proposal, z(2, 1), txn.clone());
    let seen = vec![second, third];
    let effects = learner.effects();
    assert_eq!(
        effects[0],
        Effect::ConfigSeen(seen.clone()),
        "before the log"
    );
    assert!(matches!(effects[1], Effect::Append { .. }));
    // Its leader is gone, or it is killed.
    learner.disk(DiskEvent::Flushed { upto: z(2, 1) });
    learner.link(link, LinkEvent::Closed);
    assert!(!is_elected_by(learner, z(2, 1), 3), "without the second");
    config.seen = seen;
    let restarted = || Hand::with(config.clone(), z(2, 1), 2);
    assert!(!is_elected_by(restarted(), z(2, 1), 3), "after a restart");
    assert!(!is_elected_by(restarted(), z(2, 1), 4), "one of the second");
    assert!(is_elected_by(restarted(), z(2, 1), 5), "a quorum of each");
}

/// Found by thought: a snapshot took the place of a log with a reconfig in it, and the reconfig
/// was forgotten until NEWLEADER told of it, though the history went on behind it.
#[test]
fn a_snapshot_takes_no_configuration_away() {
    let second = voters(4..=6, z(1, 4));
    let mut config = Config::new(Sid(1), members(z(1, 0)));
    config.seen = vec![second];
    let (mut learner, link) = Hand::with(config, z(1, 4), 1).follow(z(1, 4), z(1, 9));
    learner.packet(link, PacketType::Snap, z(1, 9), None);
    learner.link(link, LinkEvent::SnapshotEnd);
    learner.disk(DiskEvent::Staged(z(1, 9)));
    learner.disk(DiskEvent::Reloaded(z(1, 9)));
    assert_eq!(configs(&mut learner), []);
    learner.link(link, LinkEvent::Closed);
    assert!(!is_elected_by(learner, z(1, 9), 3));
}

/// The snapshot of a leader that has not yet committed its last reconfig has that one alone; by
/// which it was decided, the leader has to say.
#[test]
fn all_that_the_leader_asks_is_known_before_its_snapshot() {
    let (second, third) = (voters(4..=6, z(1, 4)), voters(1..=3, z(1, 6)));
    let (mut learner, link) = Hand::new(z(1, 2), 1).follow(z(1, 2), z(1, 9));
    for config in [&members(z(0, 0)), &second, &third] {
        let text = Some(Bytes::from(config.to_string()));
        learner.packet(link, PacketType::Config, Zxid(config.version), text);
    }
    learner.packet(link, PacketType::Snap, z(1, 9), None);
    let effects = learner.effects();
    let (seen, staged) = effects.split_at(2);
    assert_eq!(seen[1], Effect::ConfigSeen(vec![second, third]));
    assert_eq!(staged, [Effect::StageBegin(z(1, 9))]);
    learner.link(link, LinkEvent::SnapshotEnd);
    learner.disk(DiskEvent::Staged(z(1, 9)));
    learner.disk(DiskEvent::Reloaded(z(1, 9)));
    learner.link(link, LinkEvent::Closed);
    assert!(!is_elected_by(learner, z(1, 9), 3));
}

/// An Apache learner expects DIFF, TRUNC or SNAP, and ends its process at anything else.
#[test]
fn a_leader_says_what_it_asks_to_members_of_ours_alone() {
    for features in [None, Some(Features::ours())] {
        let (mut leader, _) = Hand::leading(z(1, 2));
        let link = leader.join_with(2, 3, z(1, 0), features);
        leader.ack_epoch(link, 0, Zxid::ZERO);
        assert!(leader.out.upcalls.contains(&Upcall::SnapshotWanted(link)));
        leader.effects();
        leader.zab.snapshot_begun(link, z(1, 2), &mut leader.out);
        let kinds: Vec<_> = leader.sent().into_iter().map(|(kind, _)| kind).collect();
        let expected: &[PacketType] = match features {
            None => &[PacketType::Snap],
            Some(_) => &[PacketType::Config, PacketType::Snap],
        };
        assert_eq!(kinds, expected);
    }
}

/// Found by the simulator (wide reconfigs, seed 9004937 of a run with many): two servers that
/// were removed, emptied and started anew heard a delayed vote with a configuration in which they
/// were the majority, and began with nothing, in epoch 1, beside the ensemble that there was.
#[test]
fn simulator_9004937_nobody_leads_by_a_reconfig_with_no_data() {
    let is_elected = |version, last| {
        let config = Config::new(Sid(1), members(version));
        is_elected_by(Hand::with(config, last, last.epoch()), last, 2)
    };
    assert!(!is_elected(z(1, 4), Zxid::ZERO));
    assert!(is_elected(z(1, 0), Zxid::ZERO), "a new ensemble");
    assert!(is_elected(Zxid::ZERO, Zxid::ZERO), "a new ensemble");
    assert!(is_elected(z(1, 4), z(1, 4)));
    // Who hears of it only now.
    let mut empty = Hand::new(Zxid::ZERO, 0);
    empty.vote_by(2, Zxid::ZERO, &members(z(1, 4)));
    assert!(!is_elected_by(empty, Zxid::ZERO, 3));
}

/// Its vote is another matter: whoever has the data may need it.
#[test]
fn who_has_no_data_votes_for_who_has() {
    let mut empty = Hand::with(Config::new(Sid(1), members(z(1, 4))), Zxid::ZERO, 0);
    empty.effects();
    empty.vote(2, PeerState::Looking, 2, z(1, 9));
    let named = empty
        .effects()
        .into_iter()
        .filter_map(|effect| match effect {
            Effect::ToElection(_, vote) => Some(vote.leader),
            _ => None,
        });
    assert_eq!(named.last(), Some(Sid(2)));
}
