//! What the tracker promises, in times of one tick of 2 s.

use super::*;

const SECOND_US: u64 = 1_000_000;

fn tracker() -> SessionTracker {
    SessionTracker::new(2000, SessionId(100))
}

#[test]
fn ids_count_up() {
    let mut tracker = tracker();
    assert_eq!(tracker.create(4000, 0), SessionId(100));
    assert_eq!(tracker.create(4000, 0), SessionId(101));
    assert_eq!(tracker.len(), 2);
}

/// Found by the simulator (seed 1128909): the wall clock was set back between two starts, and a
/// client was given the id of a session that another still had.
#[test]
fn simulator_1128909_an_id_that_lives_is_not_given_out_again() {
    let mut tracker = tracker();
    tracker.commit(SessionId(100), 4000, 0);
    tracker.commit(SessionId(101), 4000, 0);
    assert_eq!(tracker.create(4000, 0), SessionId(102));
    assert_eq!(tracker.create(4000, 0), SessionId(103));
}

#[test]
fn a_silent_session_expires_once() {
    let mut tracker = tracker();
    let id = tracker.create(4000, 0);
    assert_eq!(tracker.next_deadline_us(), Some(6 * SECOND_US));
    assert_eq!(tracker.expire_due(6 * SECOND_US - 1), []);
    assert_eq!(tracker.expire_due(6 * SECOND_US), [id]);
    assert_eq!(tracker.expire_due(60 * SECOND_US), []);
    assert!(tracker.is_closing(id));
    assert!(!tracker.touch(id, 7 * SECOND_US));
    assert_eq!(tracker.next_deadline_us(), None);
}

#[test]
fn a_touch_puts_expiry_off() {
    let mut tracker = tracker();
    let id = tracker.create(4000, 0);
    assert!(tracker.touch(id, 3 * SECOND_US));
    assert_eq!(tracker.next_deadline_us(), Some(8 * SECOND_US));
    assert_eq!(tracker.expire_due(7 * SECOND_US), []);
    assert_eq!(tracker.expire_due(8 * SECOND_US), [id]);
    assert!(!tracker.touch(SessionId(1), 0));
}

#[test]
fn a_server_that_begins_to_serve_gives_all_their_whole_time() {
    let mut tracker = tracker();
    tracker.commit(SessionId(7), 4000, 0);
    tracker.commit(SessionId(8), 4000, 0);
    tracker.set_closing(SessionId(8));
    assert_eq!(tracker.check(SessionId(7), 1), Ok(()));
    let uncommitted = tracker.create(4000, 0);
    tracker.renew_all(100 * SECOND_US);
    let buckets: Vec<_> = tracker.expiry_buckets().collect();
    let all = vec![SessionId(7), SessionId(8)];
    assert_eq!(buckets, [(106 * SECOND_US, all)]);
    assert_eq!(tracker.check(SessionId(7), 2), Ok(()));
    assert!(!tracker.is_closing(SessionId(8)));
    assert!(!tracker.contains(uncommitted));
}

#[test]
fn the_table_holds_what_transactions_created() {
    let mut tracker = tracker();
    let id = tracker.create(4000, 0);
    assert_eq!(tracker.table(), []);
    assert!(tracker.commit(id, 4000, 0));
    assert!(!tracker.commit(id, 4000, 0));
    assert!(tracker.commit(SessionId(5), 6000, 0));
    assert_eq!(tracker.table(), [(SessionId(5), 6000), (id, 4000)]);
    tracker.remove(id);
    assert_eq!(tracker.table(), [(SessionId(5), 6000)]);
    assert!(!tracker.contains(id));
    assert_eq!(tracker.timeout_ms(SessionId(5)), Some(6000));
}

#[test]
fn a_reconnect_may_negotiate_another_timeout_and_the_table_keeps_the_first() {
    let mut tracker = tracker();
    tracker.commit(SessionId(5), 4000, 0);
    assert!(!tracker.track(SessionId(5), 8000, 0));
    assert_eq!(tracker.next_deadline_us(), Some(10 * SECOND_US));
    assert_eq!(tracker.timeout_ms(SessionId(5)), Some(8000));
    assert_eq!(tracker.table(), [(SessionId(5), 4000)]);
}

#[test]
fn a_session_acts_through_one_owner_until_another_takes_it_up() {
    let mut tracker = tracker();
    let id = tracker.create(4000, 0);
    assert_eq!(tracker.check(id, 1), Ok(()));
    assert_eq!(tracker.check(id, 2), Err(ErrorCode::SessionMoved));
    assert_eq!(tracker.set_owner(id, 2), Ok(()));
    assert_eq!(tracker.check(id, 1), Err(ErrorCode::SessionMoved));
    assert_eq!(tracker.check(id, 2), Ok(()));
    tracker.set_closing(id);
    assert_eq!(tracker.check(id, 2), Err(ErrorCode::SessionExpired));
    assert_eq!(tracker.set_owner(id, 3), Err(ErrorCode::SessionExpired));
    assert_eq!(
        tracker.check(SessionId(1), 1),
        Err(ErrorCode::UnknownSession)
    );
    assert_eq!(
        tracker.check_global(SessionId(1), 1),
        Err(ErrorCode::SessionExpired)
    );
}

#[test]
fn a_closed_session_does_not_expire() {
    let mut tracker = tracker();
    let closing = tracker.create(4000, 0);
    let removed = tracker.create(4000, 0);
    tracker.set_closing(closing);
    tracker.remove(removed);
    assert_eq!(tracker.expire_due(u64::MAX), []);
}

#[test]
fn a_touch_through_another_owner_keeps_the_session_alive_and_tells_that_it_has_moved() {
    let mut tracker = tracker();
    let id = tracker.create(4000, 0);
    assert_eq!(tracker.touch_through(id, 1, SECOND_US), Ok(()));
    let moved = tracker.touch_through(id, 2, 5 * SECOND_US);
    assert_eq!(moved, Err(ErrorCode::SessionMoved));
    assert!(tracker.expire_due(9 * SECOND_US).is_empty());
    tracker.set_closing(id);
    let expired = tracker.touch_through(id, 1, 9 * SECOND_US);
    assert_eq!(expired, Err(ErrorCode::SessionExpired));
}

#[test]
fn a_cleared_tracker_knows_no_session_and_gives_no_id_twice() {
    let mut tracker = tracker();
    let id = tracker.create(4000, 0);
    tracker.clear();
    assert!(tracker.is_empty());
    assert_eq!(tracker.next_deadline_us(), None);
    assert_ne!(tracker.new_id(), id);
}
