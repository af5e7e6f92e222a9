//! What Apache's members of several versions say, as bytes.

use bytes::Bytes;
use zoowarden_shared::{
    election::PeerState::{Following, Leading, Looking},
    jute::Jute,
};

use super::*;

/// What a member of 3.4 sends of this.
fn of_3_4(notification: &Notification) -> Notification {
    let bytes = notification.to_bytes().slice(..40);
    Notification::from_bytes(bytes).unwrap()
}

#[test]
fn votes_of_3_4_count() {
    let mut one = Subject::looking(1, &members(3, 0), vote(1, 0, 0));
    let old = of_3_4(&says(Looking, 1, vote(2, 0, 0)));
    assert_eq!((old.version, &old.config), (0, &None));
    assert_eq!(one.hears(2, &old), None);
    assert_eq!(one.waits().unwrap().leader, Sid(2));
}

/// Members before 3.4.6 do not raise their vote's epoch with the leader's: next to newer ones
/// only the leader's name is compared.
#[test]
fn zookeeper_1732_epochs_of_3_4_are_not_compared_with_newer_ones() {
    let join = |leader: &Notification, follower: &Notification| {
        let mut three = Subject::looking(3, &members(3, 0), vote(3, 0, 0));
        three.hears(2, leader);
        three.hears(1, follower).map(|decision| decision.leader)
    };
    let leader = says(Leading, 7, vote(2, 0, 5));
    let follower = says(Following, 7, vote(2, 0, 4));
    assert_eq!(join(&leader, &of_3_4(&follower)), Some(Sid(2)));
    assert_eq!(join(&of_3_4(&leader), &follower), Some(Sid(2)));
    assert_eq!(join(&of_3_4(&leader), &of_3_4(&follower)), None);
    assert_eq!(join(&leader, &follower), None);
}

/// After its first election with reconfigEnabled an Apache member answers with round 0.
#[test]
fn a_round_that_was_forgotten_is_no_obstacle() {
    let mut three = Subject::looking(3, &members(3, 0), vote(3, 0, 0));
    three.hears(1, &says(Following, 0, vote(2, 0, 5)));
    let decision = three.hears(2, &says(Leading, 4, vote(2, 0, 5))).unwrap();
    assert_eq!((decision.leader, decision.round), (Sid(2), 4));
}

/// A partial vote is lost alone: the election goes on with the next one.
#[test]
fn zookeeper_3769_a_malformed_vote_does_not_end_the_election() {
    let mut one = Subject::looking(1, &members(3, 0), vote(1, 0, 0));
    let whole = says(Looking, 1, vote(2, 0, 0)).to_bytes();
    let mut read = 0;
    for length in 0..=whole.len() {
        let Ok(part) = Notification::from_bytes(whole.slice(..length)) else {
            continue;
        };
        read += 1;
        assert_eq!(one.hears(2, &part), None);
    }
    assert_eq!(read, 3, "two old forms and the whole");
    assert_eq!(one.waits().unwrap().leader, Sid(2));
}

#[test]
fn a_configuration_that_cannot_be_understood_does_not_lose_the_vote() {
    let mut one = Subject::looking(1, &members(3, 0), vote(1, 0, 0));
    let odd = Notification {
        config: Some("server.x=;;;".to_owned()),
        extension: Bytes::from_static(b"to come"),
        ..says(Looking, 1, vote(2, 0, 0))
    };
    one.hears(2, &odd);
    assert_eq!(one.waits().unwrap().leader, Sid(2));
}
