//! Commands that only root may give.

use std::{
    io::Write,
    process::{Command, Stdio},
};

/// Runs a command line (words separated by blanks) and fails the test where it fails: a fault
/// that cannot be made must not pass for one that was survived.
pub(super) fn run(line: &str) {
    run_with(line, "");
}

/// As [`run`], with this on its standard input.
pub(super) fn run_with(line: &str, input: &str) {
    if let Err(why) = attempt(line, input) {
        panic!("this test needs root, CAP_NET_ADMIN, iproute2, nftables, mount: `{line}`: {why}");
    }
}

/// Runs a command line and says what went wrong.
pub(super) fn attempt(line: &str, input: &str) -> Result<(), String> {
    let mut words = line.split_whitespace();
    let mut child = Command::new(words.next().unwrap_or_default())
        .args(words)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    if let Some(mut stdin) = child.stdin.take() {
        // A command that does not read has said already what is wrong.
        let _ = stdin.write_all(input.as_bytes());
    }
    let output = child
        .wait_with_output()
        .map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(format!("{}: {}", output.status, said.trim()))
}
