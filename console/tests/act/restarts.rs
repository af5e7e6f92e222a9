//! The operator's hooks: a member that is down, one that runs, all of them in turn.

use super::ensemble::Ensemble;

#[test]
fn members_are_started_restarted_and_rolled_by_the_operators_hook() {
    let ensemble = Ensemble::ours(3);
    let act = |words: &[&str]| ensemble.act(&[words, &["--reason", "a test"]].concat());
    let down = ensemble.follower();
    ensemble.script("stop", down);
    let other = (1..=3)
        .find(|id| *id != down && *id != ensemble.leader())
        .unwrap();
    let (code, answer) = act(&[
        "restart",
        &other.to_string(),
        "--confirm",
        &other.to_string(),
    ]);
    assert_eq!(code, 2, "{answer:#}");
    assert_eq!(
        answer["sentence"],
        "refused: quorum: would leave 1 of 3, need 2"
    );

    let (code, answer) = act(&["start", &down.to_string(), "--yes"]);
    assert_eq!(
        (code, &answer["outcome"]),
        (0, &"done".into()),
        "{answer:#}"
    );
    let before: Vec<String> = (1..=3).map(|id| ensemble.pid(id)).collect();
    let (code, answer) = act(&["restart", &down.to_string(), "--confirm", &down.to_string()]);
    assert_eq!(
        (code, &answer["outcome"]),
        (0, &"done".into()),
        "{answer:#}"
    );
    assert_ne!(ensemble.pid(down), before[down - 1]);

    // Halted at the first failure, and taken up where it stopped.
    let leader = ensemble.leader();
    let followers: Vec<usize> = (1..=3).filter(|id| *id != leader).collect();
    let first = followers[0].to_string();
    ensemble.break_hook(followers[1], true);
    let (code, answer) = act(&["rolling-restart", "--confirm", "test"]);
    assert_eq!(
        (code, &answer["outcome"]),
        (2, &"failed".into()),
        "{answer:#}"
    );
    let resume = ["rolling-restart", "after", &first];
    assert_eq!(answer["resume"], serde_json::json!(resume));
    ensemble.break_hook(followers[1], false);
    let pid = ensemble.pid(followers[0]);
    let (code, answer) = act(&[&resume[..], &["--confirm", "test"]].concat());
    assert_eq!(
        (code, &answer["outcome"]),
        (0, &"done".into()),
        "{answer:#}"
    );
    assert_eq!(ensemble.pid(followers[0]), pid, "it had its turn");
    for id in 1..=3 {
        assert_ne!(ensemble.pid(id), before[id - 1], "{id} is another process");
    }
}

/// Each of two restarts left a quorum, and both together took it away.
#[test]
fn of_two_actions_at_once_the_second_is_refused_and_says_who_acts() {
    let ensemble = Ensemble::ours(3);
    let restart = |id: usize| {
        let id = id.to_string();
        ensemble.act(&["restart", &id, "--confirm", &id, "--reason", "a test"])
    };
    let leader = ensemble.leader();
    let mut followers = (1..=3).filter(|id| *id != leader);
    let (first, second) = (followers.next().unwrap(), followers.next().unwrap());
    ensemble.hold_hook(first, true);
    std::thread::scope(|scope| {
        let running = scope.spawn(|| restart(first));
        // Known to the members, and so under way.
        ensemble.wait("it acts", || {
            ensemble.consoles(leader).contains("restart, step")
        });
        let (code, answer) = restart(second);
        ensemble.hold_hook(first, false);
        assert_eq!(code, 2, "{answer:#}");
        let said = answer["sentence"].as_str().unwrap();
        assert!(
            said.starts_with("refused: no other actor: let that end first: "),
            "{said}"
        );
        assert!(
            said.contains(&format!(": restart {first}, since ")),
            "{said}"
        );
        let (code, answer) = running.join().unwrap();
        assert_eq!(code, 0, "{answer:#}");
    });
    // It is forgotten with its end, and not seconds later.
    ensemble.wait("nobody acts", || {
        !ensemble.consoles(leader).contains("restart")
    });
    let (code, answer) = restart(second);
    assert_eq!(code, 0, "{answer:#}");
}
