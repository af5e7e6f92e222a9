//! The operator's read-only hooks: a command of console.toml that tells something of a
//! member's host, such as iostat or the end of its log.
//!
//! An argv without a shell. `{host}` and `{port}` are filled in only where the host is made of
//! the letters of host names, so that no address from a configuration can be an option or a
//! second command for ssh. Its output is bounded, and it is ended at a deadline.

use std::{process::Stdio, time::Duration};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{AsyncRead, AsyncReadExt},
    process::Command,
    time::timeout,
};

use crate::{model::roster::split, text::clean};

/// A hook that has not ended by then is killed, with all that it started.
const DEADLINE: Duration = Duration::from_secs(20);
/// What is kept of its output, bytes; the rest is read and dropped.
const KEPT: usize = 64 * 1024;

/// Runs it for the member at this address; the lines it prints, cleaned.
///
/// # Errors
/// In words: an address that no hook is given, a command that cannot be started, fails or
/// does not end.
pub(crate) async fn run(argv: &[String], address: &str) -> Result<Vec<String>, String> {
    let argv = filled(argv, address)?;
    let Some((program, arguments)) = argv.split_first() else {
        return Err("the hook is empty".to_owned());
    };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        // A group of its own: at the deadline, what it has started ends with it.
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("{program}: {error}"))?;
    let group = child
        .id()
        .and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let attend = async { tokio::join!(beginning(stdout), beginning(stderr), child.wait()) };
    let Ok((output, errors, status)) = timeout(DEADLINE, attend).await else {
        if let Some(group) = group {
            // It may have ended by itself this moment.
            let _ = kill_process_group(group, Signal::KILL);
        }
        // It ends by the signal; this takes it off the process table.
        let _ = child.wait().await;
        return Err(format!(
            "{program}: killed, not done after {} s",
            DEADLINE.as_secs()
        ));
    };
    let status = status.map_err(|error| format!("{program}: {error}"))?;
    let mut lines = lines(&output);
    if !status.success() {
        let last = self::lines(&errors).pop().unwrap_or_default();
        if lines.is_empty() {
            return Err(format!("{program}: {status}: {last}"));
        }
        lines.push(format!("({program}: {status}: {last})"));
    }
    Ok(lines)
}

fn lines(bytes: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(bytes).lines().map(clean).collect()
}

async fn beginning(pipe: Option<impl AsyncRead + Unpin>) -> Vec<u8> {
    let mut kept = Vec::new();
    let Some(mut pipe) = pipe else { return kept };
    let mut piece = [0; 4096];
    while let Ok(n @ 1..) = pipe.read(&mut piece).await {
        let room = KEPT - kept.len();
        kept.extend_from_slice(&piece[..n.min(room)]);
    }
    kept
}

/// The arguments with `{host}` and `{port}` filled in.
fn filled(argv: &[String], address: &str) -> Result<Vec<String>, String> {
    let (host, port) = split(address);
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
    if host.is_empty() || host.starts_with('-') || !host.chars().all(plain) {
        return Err(format!("no hook is run for the host \"{}\"", clean(host)));
    }
    let port = port.map_or_else(String::new, |port| port.to_string());
    let fill = |argument: &String| argument.replace("{host}", host).replace("{port}", &port);
    Ok(argv.iter().map(fill).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn argv(words: &[&str]) -> Vec<String> {
        words.iter().map(|word| (*word).to_owned()).collect()
    }

    #[test]
    fn only_hosts_are_filled_in() {
        let filled = |address| filled(&argv(&["ssh", "{host}", "iostat"]), address);
        assert_eq!(filled("zk1:2181").unwrap()[1], "zk1");
        assert_eq!(filled("[::1]:2181").unwrap()[1], "::1");
        for address in ["-oProxyCommand=x:2181", "a b:2181", "a;b:2181", ":2181"] {
            assert!(filled(address).is_err(), "{address}");
        }
    }

    #[tokio::test]
    async fn a_hooks_output_is_told_and_its_failure_too() {
        let said = run(&argv(&["echo", "disk of {host}"]), "zk1:2181").await;
        assert_eq!(said.unwrap(), ["disk of zk1"]);
        let failed = run(&argv(&["sh", "-c", "echo no >&2; exit 3"]), "zk1:2181").await;
        assert!(failed.unwrap_err().ends_with("3: no"));
        assert!(run(&argv(&["/no/such/program"]), "zk1:2181").await.is_err());
    }
}
