//! The same on Apache's members: through the client port alone, and by the hook.

use super::{
    clients::session_is_killed, ensemble::Ensemble, membership::a_member_leaves_and_comes_back,
};

#[test]
#[ignore = "needs Java and Debian's zookeeper package: cargo test -p zoowarden --test act -- --ignored"]
fn apaches_sessions_are_killed_and_its_leader_is_restarted_into_a_follower() {
    let ensemble = Ensemble::apache(3);
    session_is_killed(&ensemble, false);
    let leader = ensemble.leader();
    let winner = (1..=3).rev().find(|id| *id != leader).unwrap();
    let loser = (1..=3).find(|id| *id != leader).unwrap();
    let transfer = |to: usize| {
        let to = to.to_string();
        ensemble.act(&[
            "transfer-leadership",
            &to,
            "--confirm",
            &to,
            "--reason",
            "a test",
        ])
    };
    let (code, answer) = transfer(loser);
    assert_eq!(code, 2, "{answer:#}");
    assert!(
        answer["sentence"]
            .as_str()
            .unwrap()
            .contains("cannot name an heir")
    );
    let (code, answer) = transfer(winner);
    assert_eq!(
        (code, &answer["outcome"]),
        (0, &"done".into()),
        "{answer:#}"
    );
    assert_eq!(ensemble.leader(), winner);
    let (code, answer) = ensemble.act(&["resync", "1", "--reason", "a test"]);
    assert_eq!(code, 2, "{answer:#}");
}

#[test]
#[ignore = "needs Java and Debian's zookeeper package: cargo test -p zoowarden --test act -- --ignored"]
fn apaches_configuration_is_changed_by_compare_and_set() {
    a_member_leaves_and_comes_back(&Ensemble::apache(4));
}

#[test]
#[ignore = "needs Java and Debian's zookeeper package: cargo test -p zoowarden --test act -- --ignored"]
fn apaches_members_are_rolled_by_the_hook_the_leader_last() {
    let ensemble = Ensemble::apache(3);
    let before: Vec<String> = (1..=3).map(|id| ensemble.pid(id)).collect();
    let roll = ["rolling-restart", "--confirm", "test", "--reason", "a test"];
    let (code, answer) = ensemble.act(&roll);
    assert_eq!(
        (code, &answer["outcome"]),
        (0, &"done".into()),
        "{answer:#}"
    );
    for id in 1..=3 {
        assert_ne!(ensemble.pid(id), before[id - 1], "{id} is another process");
    }
}
