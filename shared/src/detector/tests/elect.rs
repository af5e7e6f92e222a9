//! The silence after which a leader may be elected away.

use super::{
    super::{Detector, ElectPolicy},
    sender::{Sender, trained},
};

const SYNC_LIMIT_US: u64 = 10_000_000;
const HOUR_US: u64 = 3_600_000_000;

/// The silence that the policy wants, in ms.
fn silence_ms(policy: &ElectPolicy, detector: &Detector) -> u64 {
    let from_us = detector.silent_since_us().unwrap();
    (policy.deadline_us(detector).unwrap() - from_us) / 1000
}

#[test]
fn a_quiet_link_waits_for_the_floor_and_a_lossy_one_for_no_more_than_the_cap() {
    let policy = ElectPolicy::new(SYNC_LIMIT_US);
    let quiet = trained(&mut Sender::new(1), 200);
    assert_eq!(silence_ms(&policy, &quiet), 500);
    let lossy = trained(
        &mut Sender {
            loss: 0.3,
            ..Sender::new(1)
        },
        500,
    );
    assert_eq!(silence_ms(&policy, &lossy), 1000);
    let some_loss = trained(
        &mut Sender {
            loss: 0.02,
            ..Sender::new(1)
        },
        1000,
    );
    let silence_ms = silence_ms(&policy, &some_loss);
    assert!((501..1000).contains(&silence_ms), "{silence_ms}");
}

#[test]
fn a_leader_never_heard_is_never_elected_away_by_silence() {
    assert_eq!(
        ElectPolicy::new(SYNC_LIMIT_US).deadline_us(&Detector::new(100_000)),
        None
    );
}

#[test]
fn each_needless_election_doubles_it_up_to_sync_limit_and_an_hour_forgives_one() {
    let mut policy = ElectPolicy::new(SYNC_LIMIT_US);
    let mut sender = Sender::new(1);
    let mut detector = trained(&mut sender, 200);
    let now_us = sender.clock_us as u64;
    let mut waits = Vec::new();
    for _ in 0..6 {
        policy.needless(now_us);
        waits.push(silence_ms(&policy, &detector));
    }
    assert_eq!(waits, [1000, 2000, 4000, 8000, 10_000, 10_000]);
    sender.clock_us += 4.0 * HOUR_US as f64;
    detector.restarted();
    sender.beat(&mut detector, 200);
    assert_eq!(silence_ms(&policy, &detector), 2000);
}

#[test]
fn a_sync_limit_below_the_floor_does_not_undercut_it() {
    let detector = trained(&mut Sender::new(1), 200);
    assert_eq!(silence_ms(&ElectPolicy::new(0), &detector), 500);
}
