//! When it waits, how long, and what an operator's orders change.

use super::*;

const CRASH: Happening = Happening::ChildEnded(End::Crash);

/// A policy that never quarantines.
fn patient() -> Policy {
    Policy::new(Limits {
        max_ends: usize::MAX,
        ..Limits::default()
    })
}

fn order(policy: &mut Policy, order: Order) -> Decision {
    policy.handle(0, Happening::Order(order))
}

#[test]
fn each_crash_waits_twice_as_long_up_to_a_minute_and_health_forgives() {
    let mut policy = patient();
    let mut now_ms = 0;
    for wait_ms in [1, 2, 4, 8, 16, 32, 60, 60].map(|s| s * 1000) {
        let at_ms = now_ms + wait_ms;
        assert_eq!(policy.handle(now_ms, CRASH), Decision::StartAt { at_ms });
        assert_eq!(policy.due_ms(), Some(at_ms));
        let early = policy.handle(at_ms - 1, Happening::Due);
        assert_eq!(early, Decision::Nothing);
        assert_eq!(policy.handle(at_ms, Happening::Due), Decision::Start);
        now_ms = at_ms;
    }
    policy.handle(now_ms, Happening::ChildHealthy);
    let at_ms = now_ms + 1000;
    assert_eq!(policy.handle(now_ms, CRASH), Decision::StartAt { at_ms });
}

#[test]
fn the_third_crash_in_ten_minutes_is_the_last_until_a_release() {
    let mut policy = Policy::new(Limits::default());
    for at_ms in [0, 300_000] {
        policy.handle(at_ms, CRASH);
        policy.handle(at_ms + 60_000, Happening::Due);
        policy.handle(at_ms + 120_000, Happening::ChildHealthy);
    }
    let third = policy.handle(600_000, CRASH);
    assert_eq!(third, Decision::StayDown(Down::Quarantined));
    for refused in [Order::Start, Order::Restart] {
        let decision = order(&mut policy, refused);
        assert_eq!(decision, Decision::Refuse(Refusal::Quarantined));
    }
    assert_eq!(order(&mut policy, Order::Release), Decision::Start);
    // It begins anew.
    let again = policy.handle(700_000, CRASH);
    assert_eq!(again, Decision::StartAt { at_ms: 701_000 });
}

#[test]
fn crashes_that_are_far_apart_never_add_up() {
    let mut policy = Policy::new(Limits::default());
    for n in 0..20 {
        let now_ms = n * 300_001;
        assert!(matches!(
            policy.handle(now_ms, CRASH),
            Decision::StartAt { .. }
        ));
        policy.handle(now_ms + 60_000, Happening::Due);
    }
}

#[test]
fn what_only_an_operator_can_mend_is_not_tried_again() {
    let mut policy = Policy::new(Limits::default());
    let refused = policy.handle(0, Happening::ChildEnded(End::NeedsOperator));
    assert_eq!(refused, Decision::StayDown(Down::Refused));
    assert_eq!(policy.down(), Some(Down::Refused));
    assert_eq!(policy.handle(9, Happening::Due), Decision::Nothing);
    assert_eq!(order(&mut policy, Order::Start), Decision::Start);
}

#[test]
fn ordered_ends_do_not_count() {
    let mut policy = Policy::new(Limits::default());
    for _ in 0..10 {
        assert_eq!(order(&mut policy, Order::Restart), Decision::EndChild);
        assert_eq!(policy.handle(0, CRASH), Decision::Start);
        assert_eq!(order(&mut policy, Order::Stop), Decision::EndChild);
        let down = policy.handle(0, CRASH);
        assert_eq!(down, Decision::StayDown(Down::Stopped));
        assert_eq!(order(&mut policy, Order::Start), Decision::Start);
    }
}

#[test]
fn the_last_order_counts_while_it_ends() {
    let mut policy = Policy::new(Limits::default());
    order(&mut policy, Order::Stop);
    assert_eq!(order(&mut policy, Order::Start), Decision::Nothing);
    let ended = policy.handle(0, Happening::ChildEnded(End::Clean));
    assert_eq!(ended, Decision::Start);
    order(&mut policy, Order::Restart);
    order(&mut policy, Order::Stop);
    assert!(matches!(policy.handle(0, CRASH), Decision::StayDown(_)));
}

#[test]
fn an_order_cuts_the_wait_short() {
    let mut policy = Policy::new(Limits::default());
    policy.handle(0, CRASH);
    assert_eq!(order(&mut policy, Order::Start), Decision::Start);
    policy.handle(0, CRASH);
    let down = order(&mut policy, Order::Stop);
    assert_eq!(down, Decision::StayDown(Down::Stopped));
    assert_eq!(policy.handle(u64::MAX, Happening::Due), Decision::Nothing);
}

#[test]
fn a_member_that_somebody_stopped_stays_stopped() {
    let mut policy = Policy::new(Limits::default());
    let ended = policy.handle(0, Happening::ChildEnded(End::Clean));
    assert_eq!(ended, Decision::StayDown(Down::Stopped));
    let decision = order(&mut policy, Order::Release);
    assert_eq!(decision, Decision::Refuse(Refusal::NotQuarantined));
}
