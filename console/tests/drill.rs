//! `zoowarden drill --auto`: real members, real faults, and each repaired by keys through the
//! console's own gates.

#![allow(clippy::unwrap_used, reason = "a test's helpers fail as the test does")]

use std::process::{Command, Output};

use serde_json::Value;

fn drill(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_zoowarden"));
    command.arg("drill").args(arguments).output().unwrap()
}

/// Runs it, and holds that each fault was detected, located and repaired.
fn all_repaired(arguments: &[&str]) -> Vec<Value> {
    let output = drill(&[&["--auto", "--json", "--seed", "1"], arguments].concat());
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{output:?}");
    let report: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(report["missed"], Value::Array(Vec::new()), "{report:#}");
    let scores = report["scores"].as_array().unwrap().clone();
    for score in &scores {
        assert!(score["located_ms"].is_u64() && score["repaired_ms"].is_u64());
    }
    scores
}

#[test]
fn a_dead_leader_and_a_stuck_lock_are_found_and_repaired() {
    let scores = all_repaired(&["--only", "dead-leader", "--only", "stuck-lock"]);
    let names: Vec<_> = scores.iter().map(|score| &score["name"]).collect();
    assert_eq!(names, ["dead-leader", "stuck-lock"]);
    assert!(scores[0]["alarmed_ms"].is_u64() && scores[1]["alarmed_ms"].is_null());
}

#[test]
#[ignore = "two minutes of real faults: cargo test -p zoowarden --test drill -- --ignored"]
fn every_fault_is_found_and_repaired() {
    let scores = all_repaired(&[]);
    let list = drill(&["--list"]);
    let list = String::from_utf8_lossy(&list.stdout).into_owned();
    assert_eq!(scores.len(), list.lines().count());
}

#[test]
fn names_that_there_are_not_and_no_terminal_are_a_wrong_command_line() {
    for arguments in [&["--only", "earthquake"][..], &[]] {
        assert_eq!(drill(arguments).status.code(), Some(64), "{arguments:?}");
    }
}
