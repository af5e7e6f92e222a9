//! What runs long goes on when the console that began it is gone.

use std::process::Command;

use serde_json::Value;

use zoowarden_shared::{acl::Acl, proto::CreateMode};

use crate::{
    pane::{Pane, is_healthy, signal},
    serviced::Ensemble,
};

/// What `zoowarden plans` tells with this state directory.
fn plans(state: &std::path::Path, words: &[&str]) -> Vec<Value> {
    let output = Command::new(env!("CARGO_BIN_EXE_zoowarden"))
        .arg("plans")
        .args(words)
        .env("XDG_STATE_HOME", state)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let objects = text.lines().map(|line| serde_json::from_str(line).unwrap());
    objects.collect()
}

/// Kills the console once its plan runs, and waits for the plan's end.
fn it_ends_well_though_its_console_is_killed(pane: &Pane, ensemble: &Ensemble) {
    let state = pane.file("state");
    pane.wait("it runs", |_| plans(&state, &["--json"]).len() == 1);
    signal("KILL", &pane.pid());

    ensemble.wait("its end", || {
        plans(&state, &["--json"])[0]["state"] == "ended"
    });
    let ended = &plans(&state, &["--json"])[0]["ended"];
    assert_eq!(ended["outcome"], "done", "{ended:#}");
}

#[test]
#[ignore = "needs tmux: cargo test -p zoowarden --test tmux -- --ignored plans"]
fn a_restore_reaches_all_members_though_its_console_is_killed() {
    let ensemble = Ensemble::ours(3);
    let file = ensemble.snapshot(1);
    let (connection, _events) = ensemble.client(1);
    let acl = Acl::open();
    let made = connection.create("/later", "x", &acl, CreateMode::Persistent);
    ensemble.block_on(made).unwrap();
    drop(connection);

    let config = ensemble.config_with_admin_ports();
    let pane = Pane::run(160, 35, &format!("--config {}", config.display()));
    pane.wait("a healthy ensemble", is_healthy);
    pane.keys(&[":"]);
    pane.keys(&["-l", &format!("act restore {}", file.display())]);
    pane.keys(&["Enter"]);
    let gate = pane.wait("the gate", |screen| screen.contains("then Enter: "));
    let name = file.file_name().unwrap().to_string_lossy().into_owned();
    let zxid = name.trim_start_matches("snapshot.");
    assert!(gate.contains(&format!("all after 0x{zxid}")), "{gate}");
    pane.keys(&[
        "-l",
        &format!("test I accept the loss of all after 0x{zxid}"),
    ]);
    pane.keys(&["Enter"]);
    it_ends_well_though_its_console_is_killed(&pane, &ensemble);
    for id in 1..=3 {
        let (connection, _events) = ensemble.client(id);
        let looked = ensemble.block_on(connection.exists("/later", false));
        assert!(looked.unwrap().value.is_none(), "the newer tree is on {id}");
    }
}

#[test]
#[ignore = "needs tmux: cargo test -p zoowarden --test tmux -- --ignored plans"]
fn a_lost_quorum_is_brought_back_though_its_console_is_killed() {
    let ensemble = Ensemble::ours(3);
    let config = ensemble.config_with_admin_ports();
    let pane = Pane::run(200, 50, &format!("--config {}", config.display()));
    pane.wait("a healthy ensemble", is_healthy);
    for id in [1, 3] {
        ensemble.destroy(id, true);
    }
    pane.wait("its end", |screen| screen.contains("NO QUORUM"));
    pane.keys(&["-l", ":act quorum-loss"]);
    pane.keys(&["Enter"]);
    let asks = "type the ensemble and the loss, ";
    let gate = pane.wait("the gate", |screen| screen.contains(asks));
    let loss = gate.split(asks).nth(1).unwrap();
    let loss = loss.split(", then Enter").next().unwrap();
    pane.keys(&["-l", "1 3"]);
    pane.keys(&["Enter"]);
    pane.keys(&["-l", loss]);
    pane.keys(&["Enter"]);
    it_ends_well_though_its_console_is_killed(&pane, &ensemble);
    assert!(ensemble.word(2, "srvr").contains("Mode: "));
}

/// Arms a rolling restart by keys, and confirms it.
fn roll(pane: &Pane) {
    pane.wait("a healthy ensemble", is_healthy);
    pane.keys(&[":"]);
    pane.keys(&["-l", "act rolling-restart"]);
    pane.keys(&["Enter"]);
    let gate = pane.wait("the gate", |screen| screen.contains("then Enter: "));
    if gate.contains("may yield") {
        pane.keys(&["-l", "a test"]);
        pane.keys(&["Tab", "Tab"]);
    }
    pane.keys(&["-l", "test"]);
    pane.keys(&["Enter"]);
}

#[test]
#[ignore = "needs tmux: cargo test -p zoowarden --test tmux -- --ignored plans"]
fn a_rolling_restart_goes_on_when_its_console_is_killed() {
    let ensemble = Ensemble::ours(3);
    let before: Vec<String> = (1..=3).map(|id| ensemble.pid(id)).collect();
    let config = ensemble.config();
    let pane = Pane::run(120, 35, &format!("--config {}", config.display()));
    roll(&pane);
    let state = pane.file("state");
    pane.wait("it runs", |_| plans(&state, &["--json"]).len() == 1);
    signal("KILL", &pane.pid());
    let [plan] = &plans(&state, &["--json"])[..] else {
        panic!("one plan");
    };
    assert_eq!(plan["state"], "runs", "{plan:#}");

    // Another console finds it.
    let other = Pane::run_command(
        120,
        35,
        &format!(
            "env XDG_STATE_HOME={} {} --config {}",
            state.display(),
            env!("CARGO_BIN_EXE_zoowarden"),
            config.display()
        ),
    );
    other.keys(&["0"]);
    other.wait("what runs", |screen| {
        screen.contains("rolling restart of test")
    });

    ensemble.wait("its end", || {
        plans(&state, &["--json"])[0]["state"] == "ended"
    });
    let ended = &plans(&state, &["--json"])[0]["ended"];
    assert_eq!(ended["outcome"], "done", "{ended:#}");
    for id in 1..=3 {
        assert_ne!(ensemble.pid(id), before[id - 1], "{id} is another process");
    }
    other.wait("nothing runs", |screen| {
        !screen.contains("rolling restart of test")
    });
}
