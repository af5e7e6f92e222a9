//! Where members of ours decide without the final wait, and where not.

use zoowarden_shared::election::PeerState::{Following, Leading, Looking};

use super::*;

/// Server 1 after the loss of leader 3.
fn after_the_loss(ours: &[i64]) -> Subject {
    let mut one = Subject::looking(1, &members(3, 0), vote(1, 5, 1));
    one.peers = peers(&[3], ours);
    one.said();
    one
}

#[test]
fn one_exchange_is_enough_where_only_the_mute_is_missing() {
    let mut one = after_the_loss(&[2]);
    let decision = one.hears(2, &ours(Looking, 1, vote(2, 5, 1))).unwrap();
    assert_eq!((decision.leader, decision.state), (Sid(2), Following));
    assert_eq!(one.said(), [(2, Looking, 1, 2), (3, Looking, 1, 2)]);

    let mut two = Subject::looking(2, &members(3, 0), vote(2, 5, 1));
    two.peers = peers(&[3], &[1]);
    assert_eq!(two.hears(1, &ours(Looking, 1, vote(1, 5, 1))), None);
    let decision = two.hears(1, &ours(Looking, 1, vote(2, 5, 1))).unwrap();
    assert_eq!((decision.leader, decision.state), (Sid(2), Leading));
}

#[test]
fn an_apache_member_is_waited_with() {
    let mut one = after_the_loss(&[]);
    assert_eq!(one.hears(2, &says(Looking, 1, vote(2, 5, 1))), None);
    assert_eq!(one.election.deadline(), Some(200 * MS));
    assert_eq!(one.waits().unwrap().leader, Sid(2));
}

#[test]
fn whoever_may_still_speak_is_waited_for() {
    let mut one = Subject::looking(1, &members(3, 0), vote(1, 5, 1));
    one.peers = peers(&[], &[2, 3]);
    assert_eq!(one.hears(2, &ours(Looking, 1, vote(2, 5, 1))), None);
    // Not once its link is known to be down.
    one.peers = peers(&[3], &[2]);
    let decision = one
        .election
        .peers_changed(one.now_us, &one.peers, &mut one.out);
    assert_eq!(decision.unwrap().leader, Sid(2));
}

#[test]
fn whoever_votes_otherwise_is_waited_for() {
    let mut one = Subject::looking(1, &members(5, 0), vote(1, 0, 0));
    one.peers = peers(&[5], &[2, 3, 4]);
    assert_eq!(one.hears(2, &ours(Looking, 1, vote(4, 0, 0))), None);
    assert_eq!(one.hears(3, &ours(Looking, 1, vote(3, 0, 0))), None);
    assert_eq!(one.hears(4, &ours(Looking, 1, vote(4, 0, 0))), None);
    assert!(one.hears(3, &ours(Looking, 1, vote(4, 0, 0))).is_some());
}

#[test]
fn the_mute_never_make_a_quorum() {
    let mut one = Subject::looking(1, &members(3, 0), vote(1, 5, 1));
    one.peers = peers(&[2, 3], &[]);
    let decision = one.election.peers_changed(0, &one.peers, &mut one.out);
    assert_eq!(decision, None);
    assert_eq!(one.waits(), None);
}

/// The second to notice the loss says that it looks; the first has told its vote to a member
/// that still had a leader then.
#[test]
fn who_begins_later_is_told_at_once() {
    let mut two = Subject::looking(2, &members(3, 0), vote(2, 5, 1));
    two.peers = peers(&[3], &[1]);
    two.said();
    assert_eq!(two.hears(1, &ours(Following, 1, vote(3, 5, 1))), None);
    two.hears(1, &ours(Looking, 1, vote(1, 5, 1)));
    assert_eq!(two.said(), [(1, Looking, 1, 2)]);
    assert!(two.hears(1, &ours(Looking, 1, vote(2, 5, 1))).is_some());
}

/// The old leader is gone, but a follower has not noticed: that is no leadership to join.
#[test]
fn a_lost_leader_is_not_joined_on_hearsay() {
    let mut one = Subject::looking(1, &members(5, 0), vote(1, 5, 1));
    one.peers = peers(&[5], &[2, 3, 4]);
    for voter in [2, 3, 4] {
        assert_eq!(one.hears(voter, &ours(Following, 1, vote(5, 5, 1))), None);
    }
    assert_eq!(one.hears(2, &ours(Leading, 1, vote(2, 5, 1))), None);
}
