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
    let (connection, _events) = ensemble.client(follower);
    let kept = ensemble
        .block_on(connection.exists("/kept", false))
        .unwrap();
    assert!(kept.value.is_some());
}
