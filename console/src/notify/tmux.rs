//! Whether the tmux around us hands escape sequences on to the operator's terminal.

use std::{process::Stdio, time::Duration};

use tokio::{process::Command, time::timeout};

/// tmux is on this machine; where it does not answer, nothing is known.
const ANSWER: Duration = Duration::from_secs(1);

/// The line that opens the way, and where it stands.
const LINE: &str = "tmux drops it: add \"set -g allow-passthrough on\" to ~/.tmux.conf";

/// Asks tmux about the pane that the console runs in.
///
/// # Errors
/// In one line, what the operator is to add.
pub(super) async fn lets_through(pane: &str) -> Result<(), String> {
    let mut ask = Command::new("tmux");
    // As a format it is looked up for the pane first, then for its window and globally.
    ask.args(["display-message", "-p", "-t", pane, "#{allow-passthrough}"])
        .stdin(Stdio::null())
        .kill_on_drop(true);
    match timeout(ANSWER, ask.output()).await {
        Ok(Ok(output)) if output.status.success() => judge(&output.stdout),
        // Nothing is known against it.
        _ => Ok(()),
    }
}

/// `off` alone closes the way: before tmux 3.3 there is no such option, and it is open.
fn judge(answer: &[u8]) -> Result<(), String> {
    match answer.trim_ascii() {
        b"off" | b"0" => Err(LINE.to_owned()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_off_is_off() {
        assert_eq!(judge(b"off\n").unwrap_err(), LINE);
        for open in ["on\n", "all\n", "\n"] {
            assert!(judge(open.as_bytes()).is_ok());
        }
    }
}
