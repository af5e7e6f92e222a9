//! `restore`: all members take up an older state, and nothing later of the old history is left.

use zoowarden_shared::{acl::Acl, proto::CreateMode};

use super::{snapshot::download, *};

const NO_LIMIT: &str = "admin.rateLimiterIntervalInMS=0\n";

#[test]
fn three_members_go_back_to_a_snapshot() {
    let mut ensemble = three_with(NO_LIMIT);
    let leader = ensemble.wait_settled();
    let client = ensemble.client(leader).connection;
    let acl = Acl::open();
    let create = |path: &'static str| client.create(path, "x", &acl, CreateMode::Persistent);
    ensemble.handle().block_on(create("/before")).unwrap();
    let (status, head, bytes) = download(&ensemble, leader, OPERATOR);
    assert_eq!(status, 200, "{head}");
    ensemble.handle().block_on(create("/after")).unwrap();
    let old_epoch = epoch(&ensemble, leader);

    let command = format!("restore?epoch={old_epoch}");
    let mut damaged = bytes.clone();
    damaged[bytes.len() / 2] ^= 1;
    let (status, answer) = order_with(&ensemble, leader, OPERATOR, &command, damaged);
    assert_eq!(status, 409, "{answer}");
    let files = ensemble.member(leader).files();
    assert!(
        !files.join("restore-candidate").exists(),
        "nothing is left of it"
    );
    let nothing = format!("restore_commit?epoch={old_epoch}&zxid=0x1");
    refused(
        &ensemble,
        leader,
        OPERATOR,
        &nothing,
        409,
        "no snapshot was brought",
    );

    let mut brought = Vec::new();
    for sid in ensemble.sids() {
        let (status, answer) = order_with(&ensemble, sid, OPERATOR, &command, bytes.clone());
        assert_eq!(status, 200, "{answer}");
        brought.push((answer["zxid"].clone(), answer["digest"].clone()));
    }
    assert!(brought.iter().all(|one| one == &brought[0]), "{brought:?}");
    let ended = async { tokio::time::timeout(PATIENCE, client.ended()).await };
    assert!(
        ensemble.handle().block_on(ended).is_ok(),
        "clients are let go"
    );

    let zxid = brought[0].0.as_str().unwrap();
    let commit = format!("restore_commit?epoch={old_epoch}&zxid={zxid}");
    let stale = format!("restore_commit?epoch={}&zxid={zxid}", old_epoch + 1);
    refused(&ensemble, leader, OPERATOR, &stale, 409, "look again");
    let followers = ensemble.others(&[leader]);
    for sid in followers.iter().copied().chain([leader]) {
        let (status, answer) = order(&ensemble, sid, OPERATOR, &commit);
        // The leader may have been told by then that the others have begun a new epoch.
        assert!(sid == leader || status == 200, "{answer}");
    }
    let leader = ensemble.wait("a leader in a later epoch", |ensemble| {
        let leader = ensemble.leader_among(&[1, 2, 3])?;
        (epoch(ensemble, leader) > old_epoch + 1).then_some(leader)
    });
    wait_equal(&mut ensemble);
    let client = ensemble.client(leader).connection;
    let exists = |path: &'static str| client.exists(path, false);
    let before = ensemble.handle().block_on(exists("/before")).unwrap();
    let after = ensemble.handle().block_on(exists("/after")).unwrap();
    assert!(before.value.is_some() && after.value.is_none());
    for sid in followers {
        ensemble.wait("its end is in the audit log", |ensemble| {
            let done = ("restore_commit".to_owned(), Outcome::Done);
            audited(ensemble, sid).contains(&done).then_some(())
        });
    }
}

/// Whoever gives it up, or waits too long, has changed nothing.
#[test]
fn what_was_brought_can_be_given_up() {
    let mut ensemble = three_with(NO_LIMIT);
    let leader = ensemble.wait_settled();
    let (_, _, bytes) = download(&ensemble, leader, OPERATOR);
    let now = epoch(&ensemble, leader);
    let bring = |who| order_with(&ensemble, leader, who, "restore", bytes.clone()).0;
    assert_eq!(bring("basic eA=="), 401);
    // An empty tree's snapshot names no transaction.
    assert_eq!(bring(OPERATOR), 409);
    let command = "restore?zxid=0x0";
    let (status, answer) = order_with(&ensemble, leader, OPERATOR, command, bytes.clone());
    assert_eq!(status, 200, "{answer}");
    let (status, answer) = order(&ensemble, leader, OPERATOR, "restore_abort");
    assert_eq!(
        (status, &answer["given_up"]),
        (200, &true.into()),
        "{answer}"
    );
    let commit = format!("restore_commit?epoch={now}&zxid=0x0");
    refused(
        &ensemble,
        leader,
        OPERATOR,
        &commit,
        409,
        "no snapshot was brought",
    );
    drop(ensemble.client(leader));
    assert_eq!(ensemble.wait_settled(), leader);
}
