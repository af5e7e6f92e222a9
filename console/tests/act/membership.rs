//! Reconfigs by compare-and-set, each verified on all members.

use super::ensemble::Ensemble;

pub(crate) fn a_member_leaves_and_comes_back(ensemble: &Ensemble) {
    let act = |words: &[&str]| ensemble.act(&[words, &["--reason", "a test"]].concat());
    let third = (1..=4).rev().find(|id| *id != ensemble.leader()).unwrap();
    let sid = third.to_string();
    for (words, voters) in [
        (vec!["demote", &sid, "--confirm", &format!("{sid} 3")], 3),
        (vec!["promote", &sid, "--yes"], 4),
        (vec!["remove", &sid, "--confirm", &format!("{sid} 3")], 3),
    ] {
        let (code, answer) = act(&words);
        assert_eq!(
            (code, &answer["outcome"]),
            (0, &"done".into()),
            "{answer:#}"
        );
        assert_eq!(
            answer["consequence"]["after"]["voters"], voters,
            "{answer:#}"
        );
    }
    let line = ensemble.server_line(third, "participant");
    let (code, answer) = act(&["add", &line, "--yes"]);
    assert_eq!(
        (code, &answer["outcome"]),
        (0, &"done".into()),
        "{answer:#}"
    );
    // The observer takes a dead voter's place: one reconfig.
    let lost = (1..=4)
        .find(|id| *id != ensemble.leader() && *id != third)
        .unwrap();
    ensemble.script("stop", lost);
    let mut voters: Vec<String> = (1..=4)
        .filter(|id| *id != lost)
        .map(|id| id.to_string())
        .collect();
    voters.sort();
    let confirm = voters.join(" ");
    let (code, answer) = act(&[
        "replace",
        &lost.to_string(),
        "by",
        &sid,
        "--confirm",
        &confirm,
        "--watch",
        "2",
    ]);
    assert_eq!(
        (code, &answer["outcome"]),
        (0, &"done".into()),
        "{answer:#}"
    );
    assert_eq!(answer["consequence"]["after"]["margin"], 1, "{answer:#}");
    // Nobody tells the clients: what they are to be given names no member that left.
    let stay = (1..=4).filter(|id| *id != lost);
    let connect: Vec<String> = stay.map(|id| ensemble.address(id)).collect();
    assert_eq!(
        answer["consequence"]["connect"],
        connect.join(","),
        "{answer:#}"
    );
}

#[test]
fn members_are_demoted_promoted_removed_added_and_replaced() {
    a_member_leaves_and_comes_back(&Ensemble::ours(4));
}

#[test]
fn a_member_with_an_empty_disk_comes_back_under_its_id_and_first_without_a_vote() {
    let ensemble = Ensemble::ours(3);
    let lost = ensemble.follower();
    let sid = lost.to_string();
    ensemble.destroy(lost, false);
    std::fs::write(ensemble.data(lost).join("myid"), format!("{sid}\n")).unwrap();
    let (code, answer) = ensemble.act_with_admins(&[
        "replace",
        &sid,
        "by",
        &sid,
        "--confirm",
        "1 2 3",
        "--watch",
        "2",
    ]);
    assert_eq!(
        (code, &answer["outcome"]),
        (0, &"done".into()),
        "{answer:#}"
    );
    assert!(ensemble.word(lost, "srvr").contains("Mode: follower"));
    let config = ensemble.word(lost, "conf");
    let line = ensemble.server_line(lost, "participant");
    assert!(config.contains(&line), "{line}: {config}");
}
