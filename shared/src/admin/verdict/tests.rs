//! What is said of ensembles in every state that an operator meets.

use super::*;

fn member(name: &'static str, role: Role) -> MemberFacts<'static> {
    MemberFacts {
        role: Some(role),
        zxid: Some(Zxid::new(1, 8)),
        ..MemberFacts::new(name, Presence::Serving)
    }
}

fn silent(name: &'static str) -> MemberFacts<'static> {
    MemberFacts::new(name, Presence::Silent)
}

fn not_serving(name: &'static str) -> MemberFacts<'static> {
    MemberFacts::new(name, Presence::NotServing)
}

fn unknown(name: &'static str) -> MemberFacts<'static> {
    MemberFacts::new(name, Presence::Unknown)
}

fn judged(members: &[MemberFacts<'_>], voters: Option<usize>) -> Judgement {
    judge(&EnsembleFacts {
        members,
        voters,
        lag_bound: DEFAULT_LAG_BOUND,
    })
}

fn told(members: &[MemberFacts<'_>], voters: Option<usize>) -> (Verdict, String) {
    let judgement = judged(members, voters);
    (judgement.verdict, judgement.sentence)
}

#[test]
fn a_whole_ensemble_is_healthy() {
    let members = [
        member("a:1", Role::Follower),
        member("b:1", Role::Leader),
        member("c:1", Role::Follower),
        member("d:1", Role::Observer),
    ];
    let judgement = judged(&members, Some(3));
    assert_eq!(judgement.verdict, Verdict::Healthy);
    assert_eq!(
        judgement.sentence,
        "All 3 voters serve under leader b:1; it survives the loss of 1 more."
    );
    assert_eq!(judgement.leader, Some(1));
    assert_eq!((judgement.voters, judgement.voters_serving), (3, 3));
    assert_eq!(judgement.survives, Some(1));
    // The same without a configuration: an observer that says so does not count.
    assert_eq!(judged(&members, None), judgement);
}

#[test]
fn a_member_in_trouble_is_called_by_id_and_address_and_the_leader_by_id() {
    let with_id = |id, member| MemberFacts {
        id: Some(Sid(id)),
        ..member
    };
    let members = [
        with_id(1, silent("a:1")),
        with_id(2, member("b:1", Role::Leader)),
        with_id(3, member("c:1", Role::Follower)),
    ];
    let (_, sentence) = told(&members, Some(3));
    assert_eq!(
        sentence,
        "1 a:1 does not answer; 2 of 3 voters serve under leader 2; one more loss stops writes."
    );
}

#[test]
fn a_standalone_server_is_healthy_alone() {
    let (verdict, sentence) = told(&[member("a:1", Role::Standalone)], None);
    assert_eq!(verdict, Verdict::Healthy);
    assert_eq!(
        sentence,
        "Standalone server a:1 serves; there is no other member to take over."
    );
    let two = [
        member("a:1", Role::Standalone),
        member("b:1", Role::Standalone),
    ];
    assert_eq!(told(&two, None).0, Verdict::Unknown);
}

#[test]
fn a_silent_member_degrades_what_a_quorum_holds() {
    let members = [
        member("a:1", Role::Follower),
        member("b:1", Role::Leader),
        silent("c:1"),
    ];
    let judgement = judged(&members, Some(3));
    assert_eq!(judgement.verdict, Verdict::Degraded);
    assert_eq!(
        judgement.sentence,
        "c:1 does not answer; 2 of 3 voters serve under leader b:1; one more loss stops writes."
    );
    assert_eq!(judgement.survives, Some(0));
}

#[test]
fn a_silent_observer_degrades_too_but_costs_no_vote() {
    let observer = MemberFacts {
        votes: Some(false),
        ..silent("d:1")
    };
    let members = [
        member("a:1", Role::Follower),
        member("b:1", Role::Leader),
        member("c:1", Role::Follower),
        observer,
    ];
    let judgement = judged(&members, Some(3));
    assert_eq!(judgement.verdict, Verdict::Degraded);
    assert_eq!(judgement.survives, Some(1));
}

#[test]
fn one_that_hears_nothing_of_its_leader_counts_for_nothing() {
    let severed = MemberFacts {
        role: None,
        ..MemberFacts::new("zk1", Presence::Severed)
    };
    let leader = MemberFacts {
        synced_followers: Some(1),
        ..member("zk3", Role::Leader)
    };
    let (verdict, sentence) = told(&[severed, member("zk2", Role::Follower), leader], Some(3));
    assert_eq!(verdict, Verdict::Degraded);
    assert_eq!(
        sentence,
        "Zk1 answers here, yet nothing passes between it and its leader; 2 of 3 voters serve \
         under leader zk3; one more loss stops writes."
    );
}

#[test]
fn a_member_that_lags_degrades() {
    let lagging = MemberFacts {
        lag: Some(5000),
        ..member("c:1", Role::Follower)
    };
    let members = [
        member("a:1", Role::Follower),
        member("b:1", Role::Leader),
        lagging,
    ];
    let (verdict, sentence) = told(&members, Some(3));
    assert_eq!(verdict, Verdict::Degraded);
    assert!(sentence.starts_with("c:1 is 5000 transactions behind; 3 of 3 voters serve"));
}

#[test]
fn a_follower_proves_a_quorum_whose_leader_is_out_of_sight() {
    let members = [
        member("a:1", Role::Follower),
        silent("b:1"),
        member("c:1", Role::Follower),
    ];
    let (verdict, sentence) = told(&members, Some(3));
    assert_eq!(verdict, Verdict::Degraded);
    assert_eq!(
        sentence,
        "b:1 does not answer; a quorum holds, under a leader that does not answer here."
    );
}

#[test]
fn no_quorum_needs_a_quorum_of_voters_that_say_so_or_are_silent() {
    let two_down = [not_serving("a:1"), silent("b:1"), silent("c:1")];
    let (verdict, sentence) = told(&two_down, None);
    assert_eq!(verdict, Verdict::NoQuorum);
    assert_eq!(
        sentence,
        "No quorum: b:1 and c:1 do not answer, a:1 is alive but not serving; \
         2 of 3 voters must serve for writes."
    );
    // One of three that does not serve says nothing of the two that cannot be asked.
    let one_seen = [not_serving("a:1"), unknown("b"), unknown("c")];
    assert_eq!(told(&one_seen, Some(3)).0, Verdict::Unknown);
    // Read-only mode is a member that has lost its quorum.
    let read_only = [member("a:1", Role::ReadOnly), silent("b:1"), silent("c:1")];
    assert_eq!(told(&read_only, None).0, Verdict::NoQuorum);
}

/// It answers that it does not serve, so it is of an ensemble; the rest of that may be well.
#[test]
fn one_address_that_does_not_serve_proves_no_lost_quorum() {
    let (verdict, sentence) = told(&[not_serving("a:1")], None);
    assert_eq!(verdict, Verdict::Unknown);
    assert_eq!(
        sentence,
        "Cannot tell: a:1 is alive but not serving, and who the other members are is not known."
    );
    assert_eq!(told(&[not_serving("a:1")], Some(1)).0, Verdict::NoQuorum);
}

#[test]
fn of_two_voters_the_loss_of_one_is_the_loss_of_the_quorum() {
    let members = [not_serving("a:1"), silent("b:1")];
    assert_eq!(told(&members, Some(2)).0, Verdict::NoQuorum);
    // Of four, two lost leave no majority, even where nothing is known of the others.
    let four = [not_serving("a"), silent("b"), unknown("c"), unknown("d")];
    assert_eq!(told(&four, Some(4)).0, Verdict::NoQuorum);
}

#[test]
fn silence_alone_proves_nothing_unless_the_voters_are_known() {
    let members = [silent("a:1"), silent("b:1"), silent("c:1")];
    assert_eq!(
        told(&members, None),
        (
            Verdict::Unknown,
            "Cannot tell: none of 3 members answers from here.".to_owned()
        )
    );
    assert_eq!(told(&members, Some(3)).0, Verdict::NoQuorum);
    assert_eq!(
        told(&members[..1], None).1,
        "Cannot tell: a:1 does not answer from here."
    );
}

#[test]
fn no_quorum_is_invented_from_members_that_cannot_be_asked() {
    let leader = member("a:1", Role::Leader);
    let members = [leader, unknown("server.2"), unknown("server.3")];
    let (verdict, sentence) = told(&members, Some(3));
    assert_eq!(verdict, Verdict::Unknown);
    assert_eq!(
        sentence,
        "Cannot tell: leader a:1 serves, but nothing is known of server.2 and server.3."
    );
    // Unless the leader says that they follow.
    let vouching = MemberFacts {
        synced_followers: Some(2),
        ..leader
    };
    let members = [vouching, unknown("server.2"), unknown("server.3")];
    assert_eq!(told(&members, Some(3)).0, Verdict::Healthy);
}

#[test]
fn of_two_leaders_the_later_epoch_counts() {
    let old = member("a:1", Role::Leader);
    let new = MemberFacts {
        zxid: Some(Zxid::new(2, 0)),
        ..member("b:1", Role::Leader)
    };
    let judgement = judged(&[old, new, member("c:1", Role::Follower)], Some(3));
    assert_eq!(judgement.leader, Some(1));
    assert_eq!(judgement.verdict, Verdict::Degraded);
    assert!(
        judgement
            .sentence
            .starts_with("2 members say that they lead")
    );
}

#[test]
fn nothing_known_is_nothing_said() {
    assert_eq!(
        told(&[], None),
        (
            Verdict::Unknown,
            "Cannot tell: no member is known.".to_owned()
        )
    );
}

/// A joining member is counted by its leader before its own next answer: "3 is not serving; 3
/// of 3 serve" stood on the screen for a second.
#[test]
fn a_leader_does_not_vouch_for_one_that_says_itself_that_it_does_not_serve() {
    let mut leader = member("b:1", Role::Leader);
    leader.synced_followers = Some(2);
    let members = [member("a:1", Role::Follower), leader, not_serving("c:1")];
    let judgement = judged(&members, Some(3));
    assert_eq!(judgement.voters_serving, 2);
    assert_eq!(
        judgement.sentence,
        "c:1 is alive but not serving; 2 of 3 voters serve under leader b:1; one more loss \
         stops writes."
    );
}

/// "1 of 3 voters serve under leader c:1; one more loss stops writes" stood there after each
/// election of Apache's, until the followers were asked again.
#[test]
fn a_leader_that_was_just_elected_is_not_said_to_survive() {
    let members = [
        not_serving("a:1"),
        silent("b:1"),
        member("c:1", Role::Leader),
    ];
    let (verdict, sentence) = told(&members, Some(3));
    assert_eq!(verdict, Verdict::Degraded);
    assert_eq!(
        sentence,
        "b:1 does not answer, a:1 is alive but not serving; 1 of 3 voters serve under leader \
         c:1; 2 must serve for writes."
    );
}

/// A removed member goes on following: the leader counts it among those in sync.
#[test]
fn who_has_no_vote_is_not_counted_by_the_leaders_word_either() {
    let removed = MemberFacts {
        votes: Some(false),
        ..member("c:1", Role::Follower)
    };
    let leader = MemberFacts {
        synced_followers: Some(1),
        ..member("a:1", Role::Leader)
    };
    let judgement = judged(&[leader, unknown("b:1"), removed], Some(2));
    assert_eq!((judgement.voters, judgement.voters_serving), (2, 1));
}

/// "127.0.0.1:22182 hangs; 3 of 3 voters serve; it survives the loss of 1 more", for the ten
/// seconds in which Apache's leader counted it still.
#[test]
fn a_leader_does_not_vouch_for_one_that_hangs_or_is_down() {
    let leader = MemberFacts {
        synced_followers: Some(2),
        ..member("a:1", Role::Leader)
    };
    for (silence, does) in [
        (Silence::Hangs, "hangs"),
        (Silence::Refused, "is down"),
        (Silence::Untold, "does not answer"),
    ] {
        let away = MemberFacts {
            silence,
            ..silent("b:1")
        };
        let judgement = judged(&[leader, away, member("c:1", Role::Follower)], Some(3));
        assert_eq!(judgement.survives, Some(0));
        let told = format!(
            "b:1 {does}; 2 of 3 voters serve under leader a:1; one more loss stops writes."
        );
        assert_eq!(judgement.sentence, told);
    }
}
