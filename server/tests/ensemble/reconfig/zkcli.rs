//! zkCli changes the members, at ours and at Apache's leader, as an operator does.

use super::{
    permission::{SUPER, SUPER_DIGEST},
    wait_for_config,
};
use crate::harness::{
    Ensemble,
    Kind::{Apache, Ours},
    Options, zkcli, zkcli_session,
};

const COMMITTED: &str = "Committed new configuration:\n";

/// Runs a reconfig as the super user at this member; all members show what it printed.
fn change(ensemble: &mut Ensemble, at: usize, command: &str) -> String {
    let login = format!("addauth digest {SUPER}");
    let said = zkcli_session(ensemble.address(at), &[&login, command]);
    let printed = said
        .split_once(COMMITTED)
        .unwrap_or_else(|| panic!("{command}: {said}"));
    // The prompt, or the end of the session, comes behind the version.
    let (lines, rest) = printed.1.split_once("\nversion=").expect("it has one");
    let version = rest.lines().next().expect("it has one").trim_end();
    let text = format!("{lines}\nversion={version}");
    wait_for_config(ensemble, &text);
    text
}

/// `config` of zkCli at every member.
fn assert_all_print(ensemble: &Ensemble, text: &str) {
    for sid in ensemble.sids() {
        let said = zkcli(ensemble.address(sid), &["config"]);
        assert!(said.contains(text), "member {sid}: {said}");
    }
}

#[test]
#[ignore = "starts Apache: see main.rs"]
fn ours_obey_what_zkcli_has_apaches_leader_do() {
    let options = Options {
        tick_ms: 500,
        observers: vec![4],
        settings: SUPER_DIGEST,
        ..Options::default()
    };
    let mut ensemble = Ensemble::led_by(3, &[Ours, Ours, Apache, Ours], &options);
    let writer = ensemble.writer("writer", &[1, 4]);
    for sid in [1, 3] {
        let said = zkcli(ensemble.address(sid), &["reconfig", "-remove", "4"]);
        assert!(!said.contains(COMMITTED), "member {sid}: {said}");
        assert!(said.contains("Insufficient permission"), "{said}");
    }
    // Through ours, which forwards what its client has proved.
    let promoted = ensemble.member(4).joining_line("participant");
    let text = change(&mut ensemble, 1, &format!("reconfig -add {promoted}"));
    assert!(text.contains(&promoted), "{text}");
    assert_all_print(&ensemble, &text);
    writer.wait_for_more(20);

    // At the leader itself.
    let text = change(&mut ensemble, 3, "reconfig -remove 2");
    assert!(!text.contains("server.2="), "{text}");
    writer.wait_for_more(20);
    let back = ensemble.member(2).joining_line("participant");
    let text = change(&mut ensemble, 3, &format!("reconfig -add {back}"));
    assert_all_print(&ensemble, &text);
    writer.wait_for_more(20);

    // The quorum is that of the new configuration: three of four.
    ensemble.kill(3);
    let leader = ensemble.wait("one of ours leads", |ensemble| {
        ensemble.leader_among(&[1, 2, 4])
    });
    writer.wait_for_more(20);
    // And now ours does it.
    let text = change(&mut ensemble, leader, "reconfig -remove 3");
    assert!(!text.contains("server.3="), "{text}");
    let record = writer.finish();
    assert_eq!(record.lost_sessions, 0, "the writer's session was lost");
    ensemble.assert_agreed(&[&record]);
}
