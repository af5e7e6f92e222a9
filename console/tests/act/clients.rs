//! What is done to sessions, and who leads.

use std::time::Duration;

use zoowarden_client::{ConnectOptions, Connection};
use zoowarden_shared::{acl::Acl, proto::CreateMode};

use super::ensemble::Ensemble;

fn last_four(id: &str) -> &str {
    &id[id.len() - 4..]
}

/// A session with an ephemeral, and how it is named.
pub(crate) fn session_is_killed(ensemble: &Ensemble, by_admin: bool) {
    let (connection, _events) = ensemble.client(ensemble.follower());
    let made = async {
        let acl = Acl::open();
        connection
            .create("/held", "x", &acl, CreateMode::Ephemeral)
            .await
    };
    ensemble.block_on(made).unwrap();
    let id = connection.session().credentials.id.to_string();
    let words = ["kill-session", &id, "--confirm", last_four(&id)];
    let (code, answer) = if by_admin {
        ensemble.act_by_hosts(&words)
    } else {
        ensemble.act(&words)
    };
    assert_eq!(
        (code, &answer["outcome"]),
        (0, &"done".into()),
        "{answer:#}"
    );
    assert_eq!(answer["consequence"]["vanishes"][0], "/held", "{answer:#}");
    let ended = async { tokio::time::timeout(Duration::from_secs(10), connection.ended()).await };
    assert!(ensemble.block_on(ended).is_ok(), "it lives on");
    let (other, _events) = ensemble.client(ensemble.leader());
    let gone = ensemble.block_on(other.exists("/held", false)).unwrap();
    assert!(gone.value.is_none());
}

#[test]
fn sessions_are_killed_and_the_leadership_goes_where_it_is_told() {
    let ensemble = Ensemble::ours(3);
    session_is_killed(&ensemble, true);
    session_is_killed(&ensemble, false);

    let heir = ensemble.follower().to_string();
    let transfer = ["transfer-leadership", &heir, "--confirm", &heir];
    let dry = [&transfer[..], &["--dry-run"]].concat();
    let (code, answer) = ensemble.act_by_hosts(&dry);
    assert_eq!(
        (code, &answer["outcome"]),
        (0, &"ready".into()),
        "{answer:#}"
    );
    let (code, answer) = ensemble.act_by_hosts(&[&transfer[..], &["--read-only"]].concat());
    assert_eq!(code, 2, "{answer:#}");
    assert_eq!(answer["sentence"], "refused: this console is read-only");
    let (code, answer) = ensemble.act_by_hosts(&transfer[..2]);
    assert_eq!(code, 2, "nobody is there to type it: {answer:#}");

    let (code, answer) = ensemble.act_by_hosts(&transfer);
    assert_eq!(
        (code, &answer["outcome"]),
        (0, &"done".into()),
        "{answer:#}"
    );
    assert_eq!(ensemble.leader().to_string(), heir);
    // It leads now: the same again is refused.
    let (code, answer) = ensemble.act_by_hosts(&transfer);
    assert_eq!(code, 2, "{answer:#}");
    assert!(
        answer["sentence"]
            .as_str()
            .unwrap()
            .contains("leads already")
    );
}

#[test]
fn a_rebalance_whose_clients_find_nobody_is_told_by_the_sessions_that_expire() {
    let ensemble = Ensemble::ours(3);
    let crowded = ensemble.follower();
    let options = ConnectOptions {
        timeout_ms: 4_000,
        ..ConnectOptions::default()
    };
    let address = ensemble.address(crowded);
    // These never look for another member.
    let clients: Vec<_> = (0..10)
        .map(|_| {
            let connecting = Connection::connect(&address, options);
            ensemble.block_on(connecting).unwrap()
        })
        .collect();
    let words = ["rebalance", &crowded.to_string(), "--yes"];
    let (code, answer) = ensemble.act_by_hosts(&words);
    assert_eq!(
        (code, &answer["outcome"]),
        (1, &"unknown".into()),
        "{answer:#}"
    );
    let said = answer["sentence"].as_str().unwrap();
    assert!(said.contains("1 session has expired since"), "{answer:#}");
    drop(clients);
}

#[test]
fn nobody_to_look_at_and_nothing_to_do_have_codes_of_their_own() {
    let nobody = [
        "--connect",
        "127.0.0.1:1",
        "restart",
        "127.0.0.1:1",
        "--dry-run",
    ];
    assert_eq!(super::ensemble::act(&nobody).status.code(), Some(3));
    let nonsense = ["--connect", "127.0.0.1:1", "explode", "3"];
    assert_eq!(super::ensemble::act(&nonsense).status.code(), Some(64));
}
