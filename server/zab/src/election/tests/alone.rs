//! One member with invented peers: the rules of `FastLeaderElection`, one by one.

use zoowarden_shared::election::PeerState::{Following, Leading, Looking, Observing};

use super::*;
use crate::quorums::Quorums;

#[test]
fn a_round_begins_with_a_vote_for_oneself_to_all_voters() {
    let mut two = Subject::looking(2, &members(3, 1), vote(2, 7, 1));
    assert!(two.election.is_looking());
    assert_eq!(two.election.vote(), Some(vote(2, 7, 1)));
    let (to, first) = two.out[0].clone();
    assert_eq!((to, first.zxid, first.peer_epoch), (Sid(1), Zxid(7), 1));
    assert_eq!(first.version, Notification::VERSION);
    assert!(first.is_zoowarden());
    assert_eq!(two.said(), [(1, Looking, 1, 2), (3, Looking, 1, 2)]);
}

#[test]
fn the_configuration_is_sent_without_what_apache_cannot_read() {
    let mut config = members(3, 0);
    let server = config.servers.get_mut(&Sid(1)).unwrap();
    server.secure_client_address = Some(zoowarden_shared::config::HostPort::new("h", 2281));
    let one = Subject::looking(1, &config, vote(1, 0, 0));
    let text = one.out[0].1.config.clone().unwrap();
    assert_eq!(text, members(3, 0).to_string());
}

#[test]
fn epoch_then_zxid_then_sid_make_a_vote_better() {
    for (offered, is_better) in [
        (vote(1, 0, 3), true),
        (vote(3, 9, 1), false),
        (vote(1, 6, 2), true),
        (vote(3, 4, 2), false),
        (vote(3, 5, 2), true),
        (vote(1, 5, 2), false),
    ] {
        let mut two = Subject::looking(2, &members(5, 0), vote(2, 5, 2));
        two.said();
        assert_eq!(two.hears(4, &says(Looking, 1, offered)), None);
        let expected = if is_better { offered } else { vote(2, 5, 2) };
        assert_eq!(two.election.vote(), Some(expected));
        let receivers = if is_better { 4 } else { 1 };
        assert_eq!(two.said().len(), receivers, "told to all, or to the sender");
    }
}

#[test]
fn a_quorum_decides_after_the_final_wait() {
    let mut one = Subject::looking(1, &members(3, 0), vote(1, 0, 0));
    one.now_us = 30 * MS;
    assert_eq!(one.hears(2, &says(Looking, 1, vote(2, 0, 0))), None);
    assert_eq!(one.election.deadline(), Some(230 * MS));
    let decision = one.waits().unwrap();
    assert_eq!(one.now_us, 230 * MS);
    let expected = Decision {
        leader: Sid(2),
        vote: vote(2, 0, 0),
        round: 1,
        state: Following,
    };
    assert_eq!(decision, expected);
    assert!(!one.election.is_looking());
    assert_eq!(one.election.deadline(), None);
}

#[test]
fn a_better_vote_in_the_final_wait_takes_the_choice_back() {
    let mut one = Subject::looking(1, &members(5, 0), vote(1, 0, 0));
    for voter in [2, 3] {
        one.hears(voter, &says(Looking, 1, vote(3, 0, 0)));
    }
    one.now_us = 199 * MS;
    assert_eq!(one.hears(4, &says(Looking, 1, vote(4, 0, 0))), None);
    assert_eq!(one.waits(), None, "only two of five are for 4");
    one.hears(2, &says(Looking, 1, vote(4, 0, 0)));
    assert_eq!(one.waits().unwrap().leader, Sid(4));
}

#[test]
fn a_later_round_is_entered_with_the_better_of_its_vote_and_ones_own() {
    for (offered, chosen) in [
        (vote(3, 9, 0), vote(3, 9, 0)),
        (vote(3, 1, 0), vote(2, 5, 0)),
    ] {
        let mut two = Subject::looking(2, &members(5, 0), vote(2, 5, 0));
        two.hears(1, &says(Looking, 1, vote(1, 8, 0)));
        two.said();
        two.hears(3, &says(Looking, 6, offered));
        assert_eq!(two.election.round(), 6);
        assert_eq!(
            two.election.vote(),
            Some(chosen),
            "votes of round 1 are gone"
        );
        assert_eq!(two.said().len(), 4, "told to all");
    }
}

/// Who votes by a reconfig that it has not heard of names nobody, and minds no other round.
#[test]
fn simulator_11685_a_voter_comes_to_the_round_of_one_that_does_not_know_of_its_vote() {
    let mut two = Subject::looking(2, &members(3, 0), vote(2, 7, 1));
    two.election.me.quorums = Quorums::joint(&members(3, 0), &[members(4, 0)]);
    two.said();
    assert_eq!(
        two.hears(4, &says(Looking, 3, vote(Vote::NONE, 7, 1))),
        None
    );
    assert_eq!(two.election.vote(), Some(vote(2, 7, 1)));
    let all = [1, 3, 4].map(|to| (to, Looking, 3, 2));
    assert_eq!(two.said(), all);
}

#[test]
fn a_laggard_is_told_and_not_counted() {
    let mut two = Subject::looking(2, &members(5, 0), vote(2, 5, 0));
    two.hears(3, &says(Looking, 4, vote(3, 5, 0)));
    two.said();
    two.now_us = 500 * MS;
    assert_eq!(two.hears(1, &says(Looking, 3, vote(1, 99, 9))), None);
    assert_eq!(two.said(), [(1, Looking, 4, 3)]);
    assert_eq!(two.election.vote(), Some(vote(3, 5, 0)));
}

#[test]
fn a_quorums_choice_stands_though_a_voter_went_on() {
    let mut one = Subject::looking(1, &members(3, 0), vote(1, 0, 0));
    one.hears(3, &says(Looking, 1, vote(3, 0, 0)));
    one.hears(2, &says(Looking, 2, vote(2, 0, 0)));
    assert_eq!(one.election.round(), 1);
    // Not where the chosen one itself went on: it will not lead in this round.
    one.hears(3, &says(Looking, 2, vote(3, 0, 0)));
    assert_eq!(one.election.round(), 2);
}

#[test]
fn silence_is_answered_by_the_vote_again_at_twice_the_time() {
    let mut one = Subject::looking(1, &members(3, 0), vote(1, 0, 0));
    one.said();
    let mut pauses = Vec::new();
    for _ in 0..10 {
        let before = one.now_us;
        assert_eq!(one.waits(), None);
        assert_eq!(one.said(), [(2, Looking, 1, 1), (3, Looking, 1, 1)]);
        pauses.push((one.now_us - before) / MS);
    }
    let expected = [200, 400, 800, 1600, 3200, 6400, 12800, 25600, 51200, 60000];
    assert_eq!(pauses, expected);
}

#[test]
fn a_voter_alone_decides_at_once() {
    let mut one = Subject::looking(1, &members(1, 0), vote(1, 3, 2));
    assert_eq!(one.election.deadline(), Some(0));
    let decision = one.waits().unwrap();
    assert_eq!((decision.leader, decision.state), (Sid(1), Leading));
    assert_eq!(one.now_us, 0);
}

#[test]
fn a_settled_member_answers_who_looks_and_nobody_else() {
    let mut one = Subject::looking(1, &members(3, 1), vote(1, 0, 0));
    one.hears(2, &says(Looking, 1, vote(2, 0, 0)));
    one.waits().unwrap();
    one.election.established(7);
    one.said();
    for state in [Following, Leading, Observing] {
        one.hears(3, &says(state, 9, vote(3, 9, 9)));
    }
    assert_eq!(one.said(), []);
    for asks in [3, 4] {
        let question = says(Looking, 5, vote(asks, 99, 99));
        assert_eq!(one.hears(asks, &question), None);
        assert_eq!(one.out[0].1.peer_epoch, 7, "the epoch that was established");
        assert_eq!(one.said(), [(asks, Following, 1, 2)]);
    }
    assert_eq!(one.election.round(), 1);
}

#[test]
fn a_leader_is_joined_when_a_quorum_and_itself_say_so() {
    let mut three = Subject::looking(3, &members(5, 0), vote(3, 50, 1));
    // Of other rounds, with other zxids, of one epoch (ZOOKEEPER-1805).
    assert_eq!(three.hears(1, &says(Following, 8, vote(2, 10, 4))), None);
    assert_eq!(three.hears(4, &says(Following, 7, vote(2, 11, 4))), None);
    assert_eq!(three.hears(5, &says(Following, 7, vote(2, 11, 4))), None);
    let decision = three.hears(2, &says(Leading, 9, vote(2, 12, 4))).unwrap();
    assert_eq!((decision.leader, decision.state), (Sid(2), Following));
    assert_eq!((decision.round, three.election.round()), (9, 9));
    assert_eq!(decision.vote, vote(2, 12, 4));
}

#[test]
fn epochs_must_agree_but_within_one_round() {
    let established = |round| {
        let mut three = Subject::looking(3, &members(3, 0), vote(3, 0, 0));
        three.hears(2, &says(Leading, round, vote(2, 0, 5)));
        three.hears(1, &says(Following, round, vote(2, 0, 4)))
    };
    assert_eq!(established(8), None);
    assert_eq!(established(1).unwrap().leader, Sid(2));
}

#[test]
fn followers_of_a_leader_that_looks_again_are_not_joined() {
    let mut three = Subject::looking(3, &members(3, 0), vote(3, 0, 0));
    three.hears(2, &says(Leading, 8, vote(2, 0, 4)));
    three.hears(2, &says(Looking, 0, vote(2, 0, 4)));
    let decision = three.hears(1, &says(Following, 8, vote(2, 0, 4)));
    assert_eq!(decision, None);
}

#[test]
fn a_member_chosen_in_its_round_leads_when_followers_say_so() {
    let mut three = Subject::looking(3, &members(3, 0), vote(3, 0, 0));
    let elsewhere = says(Following, 2, vote(3, 0, 0));
    assert_eq!(three.hears(1, &elsewhere), None);
    assert_eq!(three.hears(2, &elsewhere), None, "of another round");
    let mut three = Subject::looking(3, &members(3, 0), vote(3, 0, 0));
    let decision = three.hears(1, &says(Following, 1, vote(3, 0, 0))).unwrap();
    assert_eq!((decision.leader, decision.state), (Sid(3), Leading));
}

#[test]
fn an_observer_votes_for_nobody_and_follows_whom_the_voters_follow() {
    let mut four = Subject::looking(4, &members(3, 1), vote(4, 9, 9));
    let nobody = vote(i64::MIN, i64::MIN, i64::MIN);
    assert_eq!(four.election.vote(), Some(nobody));
    assert_eq!(four.said().len(), 3);
    four.hears(1, &says(Following, 5, vote(2, 0, 4)));
    let decision = four.hears(2, &says(Leading, 5, vote(2, 0, 4))).unwrap();
    assert_eq!((decision.leader, decision.state), (Sid(2), Observing));
}

#[test]
fn an_observer_can_tell_from_votes_too_but_its_own_is_none() {
    let mut four = Subject::looking(4, &members(3, 1), vote(4, 9, 9));
    four.hears(2, &says(Looking, 1, vote(2, 0, 0)));
    assert_eq!(four.waits(), None, "one of three");
    four.hears(3, &says(Looking, 1, vote(2, 0, 0)));
    let decision = four.waits().unwrap();
    assert_eq!((decision.leader, decision.state), (Sid(2), Observing));
}

#[test]
fn an_observers_vote_is_answered_not_counted_and_it_hears_of_the_end() {
    let mut two = Subject::looking(2, &members(3, 2), vote(2, 0, 0));
    two.said();
    let observer = says(Looking, 40, vote(i64::MIN, i64::MIN, i64::MIN));
    two.hears(5, &observer);
    assert_eq!(two.said(), [(5, Looking, 1, 2)]);
    assert_eq!(two.election.round(), 1);
    two.hears(1, &says(Looking, 1, vote(2, 0, 0)));
    two.said();
    two.waits().unwrap();
    assert_eq!(two.said(), [(5, Leading, 1, 2)]);
}

#[test]
fn two_that_answer_each_other_do_not_do_so_without_end() {
    let mut two = Subject::looking(2, &members(3, 1), vote(2, 0, 0));
    two.said();
    // An observer of Apache in a later round answers whoever lags behind it, at once.
    let answer = says(Looking, 40, vote(2, 0, 0));
    let answered = (0..1000).filter(|_| {
        two.hears(4, &answer);
        !two.said().is_empty()
    });
    assert_eq!(answered.count(), 1);
    two.now_us = 200 * MS;
    two.hears(4, &answer);
    assert_eq!(two.said().len(), 1, "who asks again later is told again");
}

#[test]
fn strangers_have_no_voice_and_cannot_be_voted_for() {
    let mut two = Subject::looking(2, &members(3, 1), vote(2, 0, 0));
    for from in [9, 4, 2] {
        two.hears(from, &says(Looking, 5, vote(3, 9, 9)));
    }
    for leader in [9, 4, i64::MIN] {
        two.hears(1, &says(Looking, 5, vote(leader, 9, 9)));
        two.hears(3, &says(Following, 5, vote(leader, 9, 9)));
    }
    assert_eq!(two.election.round(), 1);
    assert_eq!(two.election.vote(), Some(vote(2, 0, 0)));
}

#[test]
fn who_weighs_nothing_votes_but_is_not_chosen() {
    let mut text = members(4, 0).to_string();
    text = text.replace("version=0", "group.1=1:2:3:4\nweight.4=0\nversion=0");
    let config = DynamicConfig::parse(&text, "test").unwrap();
    let mut three = Subject::looking(3, &config, vote(3, 0, 0));
    three.hears(4, &says(Looking, 1, vote(4, 9, 9)));
    assert_eq!(three.election.vote(), Some(vote(3, 0, 0)));
    three.hears(4, &says(Looking, 1, vote(3, 0, 0)));
    three.waits();
    assert!(three.election.is_looking(), "a weight of 1 in 3");
    three.hears(1, &says(Looking, 1, vote(3, 0, 0)));
    assert_eq!(three.waits().unwrap().leader, Sid(3));

    let mut four = Subject::looking(4, &config, vote(4, 9, 9));
    for voter in [1, 2, 3] {
        four.hears(voter, &says(Looking, 1, vote(4, 9, 9)));
    }
    assert_eq!(four.waits(), None);
}

/// db.autocreate=false: an empty member is no help to lose what others have.
#[test]
fn zookeeper_3781_who_has_no_data_neither_votes_nor_is_voted_for() {
    let mut two = Subject::looking(2, &members(3, 0), vote(2, -1, 0));
    two.hears(1, &says(Looking, 1, vote(1, 4, 0)));
    two.hears(3, &says(Looking, 1, vote(1, 4, 0)));
    two.waits();
    assert!(two.election.is_looking());
    two.hears(3, &says(Following, 1, vote(1, 4, 0)));
    assert!(two.hears(1, &says(Leading, 1, vote(1, 4, 0))).is_some());

    let mut one = Subject::looking(1, &members(3, 0), vote(1, 4, 0));
    one.hears(2, &says(Looking, 1, vote(2, -1, 9)));
    assert_eq!(one.waits(), None);
    assert_eq!(one.election.vote(), Some(vote(1, 4, 0)));
}

#[test]
fn a_link_that_comes_up_carries_the_vote() {
    let mut one = Subject::looking(1, &members(3, 1), vote(1, 0, 0));
    one.said();
    for sid in [3, 4] {
        one.election.link_up(Sid(sid), &mut one.out);
    }
    assert_eq!(one.said(), [(3, Looking, 1, 1)]);
}

/// No peer's numbers can stop us or make us panic.
#[test]
fn rounds_wrap() {
    let mut one = Subject::looking(1, &members(3, 0), vote(1, 0, 0));
    one.hears(2, &says(Looking, i64::MAX, vote(2, i64::MAX, i64::MAX)));
    assert_eq!(one.election.round(), i64::MAX);
    one.election.look(0, vote(1, 0, 0), &mut one.out);
    assert_eq!(one.election.round(), i64::MIN);
}

#[test]
fn nothing_is_said_before_the_first_round() {
    let mut idle = election(1, &members(3, 0));
    let mut out = Vec::new();
    let question = says(Looking, 1, vote(2, 0, 0));
    idle.receive(0, Sid(2), &question, &Peers::default(), &mut out);
    assert!(out.is_empty());
    assert_eq!((idle.vote(), idle.deadline()), (None, None));
}
