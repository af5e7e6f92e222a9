//! Which configurations a member takes for possible.

use bytes::Bytes;
use zoowarden_shared::{Sid, Zxid, config::DynamicConfig, quorum::PacketType};
use zoowarden_zab::{Config, DiskEvent, Effect};

use crate::hand::{Hand, members, z};

/// A member that was told of a reconfig, and whose history goes on behind it.
fn member() -> Hand {
    let mut config = Config::new(Sid(1), members(z(1, 0)));
    config.seen = Some(members(z(1, 4)));
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
    let forgotten = [Effect::ConfigSeen(members(z(1, 0)))];
    assert_eq!(is_led_by(&members(z(1, 0))), forgotten);
    let in_force = [Effect::ConfigActive(members(z(1, 4)))];
    assert_eq!(is_led_by(&members(z(1, 4))), in_force, "the leader has it");
    // One that goes by another configuration knows less.
    assert_eq!(is_led_by(&members(z(0, 0))), []);
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
