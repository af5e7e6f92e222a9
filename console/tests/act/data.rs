//! What is done to a member's data.

use zoowarden_shared::{acl::Acl, proto::CreateMode};

use super::ensemble::Ensemble;

#[test]
fn a_follower_takes_everything_anew_and_has_its_leaders_digest() {
    let ensemble = Ensemble::ours(3);
    let follower = ensemble.follower();
    let (connection, _events) = ensemble.client(ensemble.leader());
    let acl = Acl::open();
    let made = connection.create("/kept", "x", &acl, CreateMode::Persistent);
    ensemble.block_on(made).unwrap();

    let leader = ensemble.leader().to_string();
    let (code, answer) = ensemble.act_by_hosts(&["resync", &leader, "--confirm", &leader]);
    assert_eq!(code, 2, "the leader is never resynced: {answer:#}");

    let id = follower.to_string();
    let name = ensemble.act_by_hosts(&["resync", &id, "--dry-run"]).1["confirm"]
        .as_str()
        .unwrap()
        .to_owned();
    let (code, answer) = ensemble.act_by_hosts(&["resync", &id, "--confirm", &name]);
    assert_eq!(
        (code, &answer["outcome"]),
        (0, &"done".into()),
        "{answer:#}"
    );
    // Nobody is told that it goes on.
    let told = ensemble.consoles(ensemble.leader());
    assert!(!told.contains("resync"), "{told}");
    let (connection, _events) = ensemble.client(follower);
    let kept = ensemble
        .block_on(connection.exists("/kept", false))
        .unwrap();
    assert!(kept.value.is_some());
}

#[test]
fn a_snapshot_takes_the_place_of_the_tree_on_all_members_or_on_none() {
    let ensemble = Ensemble::ours(3);
    let leader = ensemble.leader();
    let (connection, _events) = ensemble.client(leader);
    let acl = Acl::open();
    let make = |path: &'static str| {
        let made = connection.create(path, "x", &acl, CreateMode::Persistent);
        ensemble.block_on(made).unwrap();
    };
    make("/before");
    let snapshot = ensemble.snapshot(leader);
    make("/after");
    let file = snapshot.to_str().unwrap();

    // By hand first: refused to who may not, and told as what it is.
    let (code, answer) = ensemble.act(&["snapshot", "1", "--yes", "--read-only"]);
    assert_eq!(
        (code, &answer["outcome"]),
        (2, &"refused".into()),
        "{answer:#}"
    );
    let (code, answer) = ensemble.act_with_admins(&["snapshot", "1", "--yes"]);
    assert_eq!(
        (code, &answer["outcome"]),
        (0, &"done".into()),
        "{answer:#}"
    );
    assert!(answer["lines"].to_string().contains("zxid "), "{answer:#}");
    let writes = answer["writes"].as_str().unwrap();
    assert!(writes.starts_with("one was acknowledged in"), "{answer:#}");
    let config = ensemble.config_with_admin_ports();
    let (_, shown) = ensemble.act_by_file(&config, &["snapshot", "1", "--dry-run"]);
    let writes = shown["writes"].as_str().unwrap();
    assert!(writes.contains("not tried: nothing is sent"), "{shown:#}");

    let (code, answer) = ensemble.act_with_admins(&["restore", "/no/such/file"]);
    assert_eq!(
        (code, &answer["outcome"]),
        (2, &"refused".into()),
        "{answer:#}"
    );

    // What one member cannot read is given up by all, and the tree stays.
    let damaged = snapshot.with_file_name("damaged");
    let mut bytes = std::fs::read(&snapshot).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&damaged, bytes).unwrap();
    let loss = "test I accept the loss of all since the snapshot";
    let damaged = damaged.to_str().unwrap();
    let (code, answer) = ensemble.act_with_admins(&["restore", damaged, "--confirm", loss]);
    assert_eq!(
        (code, &answer["outcome"]),
        (2, &"failed".into()),
        "{answer:#}"
    );
    assert!(
        answer["lines"].to_string().contains("taking a step back"),
        "{answer:#}"
    );

    let shown = ensemble.act_with_admins(&["restore", file, "--dry-run"]).1;
    let confirm = shown["confirm"].as_str().unwrap();
    assert!(
        confirm.starts_with("test I accept the loss of all after 0x"),
        "{shown:#}"
    );
    let (code, answer) = ensemble.act_with_admins(&["restore", file, "--confirm", confirm]);
    assert_eq!(
        (code, &answer["outcome"]),
        (0, &"done".into()),
        "{answer:#}"
    );
    let lines = answer["lines"].to_string();
    assert!(lines.contains("all 3 have digest"), "{answer:#}");
    // What was replaced is kept, the newest of it too.
    assert!(lines.contains("bytes "), "{answer:#}");

    for id in 1..=3 {
        let (connection, _events) = ensemble.client(id);
        let there = |path| {
            let looked = ensemble.block_on(connection.exists(path, false));
            looked.unwrap().value.is_some()
        };
        assert_eq!((there("/before"), there("/after")), (true, false), "{id}");
    }
}
