//! Members come, change their roles and go, while a writer goes on: ensembles of ours, and
//! ours with Apache's, whoever leads.
//!
//! - `moving`: members that go on elsewhere.
//! - `permission`: who may ask for it.
//! - `zkcli`: Apache's command line asks for it.

mod moving;
mod permission;
mod zkcli;

use zoowarden_shared::ErrorCode;
use zoowarden_testkit::words::mntr;

use crate::harness::{
    Client, Ensemble,
    Kind::{self, Apache, Ours},
    Options,
};

const CONFIG: &str = "/zookeeper/config";
const SETTINGS: &str = "reconfigEnabled=true\nskipACL=yes\n";
/// Of ours alone; Apache takes it for a system property that nobody asks for.
const MIXED: &str = "reconfigEnabled=true\nskipACL=yes\nzoowarden.reconfigMixed=true\n";

/// Three voters and, the last, an observer; member 3 leads.
fn ensemble(kinds: &[Kind], settings: &'static str) -> Ensemble {
    let options = Options {
        tick_ms: 500,
        observers: vec![4],
        settings,
        ..Options::default()
    };
    Ensemble::led_by(3, kinds, &options)
}

/// All members that run show this configuration.
fn wait_for_config(ensemble: &mut Ensemble, text: &str) {
    for sid in ensemble.sids() {
        if !ensemble.member(sid).is_awake() {
            continue;
        }
        let client = ensemble.client(sid);
        ensemble.wait("the configuration is shown", |_| {
            (client.read(CONFIG)? == text.as_bytes()).then_some(())
        });
        client.close();
    }
}

/// Promotes the observer, removes a follower, then the leader, and starts anew.
fn members_come_and_go(mut ensemble: Ensemble) {
    let writer = ensemble.writer("writer", &[1, 4]);
    writer.wait_for_more(20);
    let client = ensemble.client(1);
    let promoted = ensemble.member(4).joining_line("participant");
    let text = reconfig(&client, Some(&promoted), None);
    wait_for_config(&mut ensemble, &text);
    writer.wait_for_more(20);

    let text = reconfig(&client, None, Some(2));
    wait_for_config(&mut ensemble, &text);
    ensemble.stop(2);
    writer.wait_for_more(20);

    // An Apache follower lets its clients go where the leader changes, answered or not.
    let _ = client.reconfig(None, Some(3));
    let leader = ensemble.wait("another leads", |ensemble| ensemble.leader_among(&[1, 4]));
    writer.wait_for_more(20);
    ensemble.stop(3);
    ensemble.wait_settled();
    drop(client);
    let text = ensemble.client(4).read(CONFIG).expect("it is there");
    let text = String::from_utf8(text).expect("it is a text");
    assert!(!text.contains("server.3="), "{text}");
    wait_for_config(&mut ensemble, &text);
    let record = writer.finish();
    assert_eq!(record.lost_sessions, 0, "the writer's session was lost");
    assert_eq!(ensemble.wait_settled(), leader, "nobody was elected");
    ensemble.assert_agreed(&[&record]);

    for sid in [1, 4] {
        ensemble.kill(sid);
    }
    for sid in [1, 4] {
        ensemble.start(sid);
    }
    ensemble.wait_settled();
    wait_for_config(&mut ensemble, &text);
    ensemble.assert_agreed(&[&record]);
}

fn reconfig(client: &Client, joining: Option<&str>, leaving: Option<usize>) -> String {
    let done = client.reconfig(joining, leaving);
    done.unwrap_or_else(|error| panic!("{joining:?} {leaving:?}: {error}"))
}

/// A follower that is removed and not stopped follows on, and is counted apart.
fn removed_and_not_gone(mut ensemble: Ensemble) {
    let client = ensemble.client(3);
    let text = reconfig(&client, None, Some(1));
    wait_for_config(&mut ensemble, &text);
    ensemble.wait("it follows without a vote", |ensemble| {
        let told = mntr(ensemble.address(3));
        let number = |name: &str| told.get(name).map(String::as_str);
        let counts = [
            number("synced_followers"),
            number("synced_non_voting_followers"),
            number("synced_observers"),
        ];
        (counts == [Some("2"), Some("1"), Some("1")]).then_some(())
    });
    client.make("/seen-by-all");
    ensemble.assert_agreed(&[]);
}

#[test]
fn a_follower_of_ours_is_removed_and_not_gone() {
    removed_and_not_gone(ensemble(&[Ours; 4], SETTINGS));
}

#[test]
#[ignore = "starts Apache: see main.rs"]
fn a_follower_is_removed_and_not_gone_where_apache_leads() {
    removed_and_not_gone(ensemble(&[Ours, Ours, Apache, Ours], SETTINGS));
}

#[test]
fn members_of_ours_come_and_go() {
    members_come_and_go(ensemble(&[Ours; 4], SETTINGS));
}

#[test]
fn a_configuration_without_a_connected_quorum_is_refused() {
    let mut ensemble = ensemble(&[Ours; 4], SETTINGS);
    ensemble.stop(4);
    let client = ensemble.client(1);
    let strangers: Vec<_> = (7..10)
        .map(|sid| {
            let [a, b, c] = [0, 1, 2].map(|port| 10 * sid + port);
            format!("server.{sid}=127.0.0.1:{a}:{b};127.0.0.1:{c}")
        })
        .collect();
    let refused = client.reconfig(Some(&strangers.join(",")), None);
    let code = refused.err().and_then(|error| error.code());
    assert_eq!(code, Some(ErrorCode::NewConfigNoQuorum));
}

#[test]
#[ignore = "starts Apache: see main.rs"]
fn ours_obey_apaches_leader() {
    members_come_and_go(ensemble(&[Ours, Ours, Apache, Ours], SETTINGS));
}

#[test]
#[ignore = "starts Apache: see main.rs"]
fn ours_lead_apaches_where_the_operator_vouches_for_them() {
    members_come_and_go(ensemble(&[Ours, Apache, Ours, Apache], MIXED));
}

#[test]
#[ignore = "starts Apache: see main.rs"]
fn ours_refuse_reconfig_with_apaches_members() {
    let mut ensemble = ensemble(&[Ours, Apache, Ours, Ours], SETTINGS);
    ensemble.wait_settled();
    let client = ensemble.client(1);
    let refused = client.reconfig(None, Some(2));
    let code = refused.err().and_then(|error| error.code());
    assert_eq!(code, Some(ErrorCode::ReconfigDisabled));
}

#[test]
#[ignore = "starts Apache: see main.rs"]
fn members_of_apaches_come_and_go() {
    members_come_and_go(ensemble(&[Apache; 4], SETTINGS));
}
