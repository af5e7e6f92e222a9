//! An operator chooses the leader: `transfer_leadership` of the AdminServer, with real
//! processes under writers, and who is refused.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by them"
)]

use std::time::Duration;

use serde_json::Value;
use zoowarden_client::http;
use zoowarden_testkit::{Ensemble, Kind, Options, words::srvr};

const PATIENCE: Duration = Duration::from_secs(20);
const OPERATOR: &str = "digest operator:secret";

fn with_admin() -> Options {
    Options {
        admin: true,
        ..Options::default()
    }
}

/// What the AdminServer of a member answers to a POST.
fn order(ensemble: &Ensemble, sid: usize, who: &str, command: &str) -> (u16, Value) {
    let admin = ensemble.member(sid).admin_address().to_string();
    let path = format!("/commands/{command}");
    let posting = http::post(&admin, &path, who, "".into(), PATIENCE);
    let answer = ensemble.handle().block_on(posting).unwrap();
    (answer.status, serde_json::from_str(&answer.body).unwrap())
}

fn epoch(ensemble: &Ensemble, leader: usize) -> i64 {
    srvr(ensemble.address(leader)).unwrap().zxid as i64 >> 32
}

fn transfer(ensemble: &Ensemble, leader: usize, heir: usize) -> (u16, Value) {
    let epoch = epoch(ensemble, leader);
    let command = format!("transfer_leadership?to={heir}&epoch={epoch}");
    order(ensemble, leader, OPERATOR, &command)
}

#[test]
fn the_leadership_goes_to_whom_the_operator_names() {
    let mut ensemble = Ensemble::started(&[Kind::Ours; 3], &with_admin());
    let mut leader = ensemble.wait_settled();
    let writers: Vec<_> = ["a", "b", "c"]
        .map(|name| ensemble.writer(name, &[1, 2, 3]))
        .into();
    for heir in [1, 2, 3, 1, 3, 2] {
        if heir == leader {
            continue;
        }
        for writer in &writers {
            writer.wait_for_more(20);
        }
        let before = epoch(&ensemble, leader);
        let (status, answer) = transfer(&ensemble, leader, heir);
        assert_eq!((status, &answer["leader"]), (200, &heir.into()), "{answer}");
        assert_eq!(answer["epoch"], before + 1, "{answer}: one election");
        println!("{leader} → {heir}: {} ms", answer["took_ms"]);
        assert_eq!(ensemble.wait_settled(), heir);
        leader = heir;
    }
    let records: Vec<_> = writers.into_iter().map(|writer| writer.finish()).collect();
    ensemble.assert_agreed(&records.iter().collect::<Vec<_>>());
}

#[test]
fn who_may_not_or_looks_at_something_old_is_refused() {
    let options = Options {
        observers: vec![4],
        settings: "DigestAuthenticationProvider.superDigest=super:D/InIHSb7yEEbrWz8b9l71RjZJU=\n",
        ..with_admin()
    };
    let mut ensemble = Ensemble::started(&[Kind::Ours; 4], &options);
    let leader = ensemble.wait_settled();
    let heir = (1..=3).find(|sid| *sid != leader).unwrap();
    let epoch = epoch(&ensemble, leader);
    let refused = |sid: usize, who: &str, command: &str, status: u16, because: &str| {
        let (found, answer) = order(&ensemble, sid, who, command);
        let error = answer["error"].as_str().unwrap_or_default();
        assert_eq!(found, status, "{command}: {answer}");
        assert!(error.contains(because), "{command}: {error}");
    };
    let wanted = format!("transfer_leadership?to={heir}&epoch={epoch}");
    refused(
        leader,
        "basic b3A6c2VjcmV0",
        &wanted,
        401,
        "Not authenticated",
    );
    refused(heir, OPERATOR, &wanted, 409, "does not lead");
    let stale = format!("transfer_leadership?to={heir}&epoch={}", epoch + 1);
    refused(leader, OPERATOR, &stale, 409, "look again");
    for (to, status, because) in [
        (leader, 409, "leads already"),
        (4, 409, "no voter"),
        (9, 409, "no voter"),
    ] {
        let command = format!("transfer_leadership?to={to}&epoch={epoch}");
        refused(leader, OPERATOR, &command, status, because);
    }
    refused(leader, OPERATOR, "transfer_leadership?to=1", 400, "epoch");
    let command = format!("transfer_leadership?to=x&epoch={epoch}");
    refused(
        leader,
        OPERATOR,
        &command,
        400,
        "expected a number, found \"x\"",
    );
    let command = format!("close_session?id=0x7&epoch={epoch}");
    refused(leader, OPERATOR, &command, 404, "no session");
    assert_eq!(ensemble.wait_settled(), leader);
}

/// Whoever has not all rights on `/` may order nothing; the super user may.
#[test]
fn a_closed_root_takes_orders_of_its_owner_alone() {
    use zoowarden_shared::acl::{Acl, Id, perms};

    let options = Options {
        settings: "DigestAuthenticationProvider.superDigest=super:D/InIHSb7yEEbrWz8b9l71RjZJU=\n",
        ..with_admin()
    };
    let mut ensemble = Ensemble::started(&[Kind::Ours; 3], &options);
    let leader = ensemble.wait_settled();
    let client = ensemble.client(leader);
    let read_only = [Acl {
        perms: perms::READ,
        id: Id::new("world", "anyone"),
    }];
    let connection = client.connection.clone();
    let setting = connection.set_acl("/", &read_only, None);
    ensemble.handle().block_on(setting).unwrap();
    let heir = (1..=3).find(|sid| *sid != leader).unwrap();
    let (status, answer) = transfer(&ensemble, leader, heir);
    assert_eq!((status, &answer["error"]), (403, &"Not authorized".into()));
    let command = format!(
        "transfer_leadership?to={heir}&epoch={}",
        epoch(&ensemble, leader)
    );
    let (status, answer) = order(&ensemble, leader, "digest super:test", &command);
    assert_eq!(status, 200, "{answer}");
}

/// A session that an operator closes is gone everywhere, through whichever member it came.
#[test]
fn an_operator_closes_a_session_on_another_member() {
    let mut ensemble = Ensemble::started(&[Kind::Ours; 3], &with_admin());
    let leader = ensemble.wait_settled();
    let other = (1..=3).find(|sid| *sid != leader).unwrap();
    let client = ensemble.client(other);
    let connection = client.connection.clone();
    let session = connection.session().credentials.id;
    let epoch = epoch(&ensemble, leader);
    let command = format!("close_session?id={session}&epoch={epoch}");
    let (status, answer) = order(&ensemble, leader, OPERATOR, &command);
    assert_eq!(status, 200, "{answer}");
    let ended = async { tokio::time::timeout(PATIENCE, connection.ended()).await };
    assert!(ensemble.handle().block_on(ended).is_ok(), "it lives on");
}

/// Apache's voters know no nominations: with sid 3 one of them would win over 2, and does not
/// over 3.
#[test]
#[ignore = "needs Java and Debian's zookeeper package: cargo test -p zoowarden-server --test handover -- --ignored"]
fn beside_apache_only_who_would_win_anyway_can_be_chosen() {
    let kinds = [Kind::Ours, Kind::Ours, Kind::Apache];
    let ensemble = Ensemble::led_by(2, &kinds, &with_admin());
    let (status, answer) = transfer(&ensemble, 2, 1);
    assert_eq!(status, 409, "{answer}");
    assert!(
        answer["error"]
            .as_str()
            .unwrap()
            .contains("would win the election over 1")
    );
    let (status, answer) = transfer(&ensemble, 2, 3);
    assert_eq!(status, 409, "{answer}");
    assert!(
        answer["error"]
            .as_str()
            .unwrap()
            .contains("only a server of ours")
    );
    drop(ensemble);

    let kinds = [Kind::Apache, Kind::Ours, Kind::Ours];
    let mut ensemble = Ensemble::led_by(3, &kinds, &with_admin());
    let writer = ensemble.writer("w", &[1, 2, 3]);
    for (leader, heir) in [(3, 2), (2, 3)] {
        writer.wait_for_more(20);
        let (status, answer) = transfer(&ensemble, leader, heir);
        assert_eq!((status, &answer["leader"]), (200, &heir.into()), "{answer}");
        println!("{leader} → {heir}: {} ms", answer["took_ms"]);
        assert_eq!(ensemble.wait_settled(), heir);
    }
    let record = writer.finish();
    ensemble.assert_agreed(&[&record]);
}
