//! The operator's read-only hooks: a command of console.toml that tells something of a
//! member's host, such as iostat or the end of its log.
//!
//! `{host}` and `{port}` are filled in only where the host is one, so that no address from a
//! configuration can be an option or a second command for ssh.

use std::time::Duration;

use crate::{
    model::roster::split,
    program::{Failure, host_of, output},
};

/// A hook that has not ended by then is killed, with all that it started.
const DEADLINE: Duration = Duration::from_secs(20);

/// Runs it for the member at this address; the lines it prints, cleaned.
///
/// # Errors
/// In words: an address that no hook is given, a command that cannot be started, fails or
/// does not end.
pub(crate) async fn run(argv: &[String], address: &str) -> Result<Vec<String>, String> {
    let argv = filled(argv, address)?;
    let mut ended = output(&argv, None, DEADLINE)
        .await
        .map_err(Failure::sentence)?;
    if !ended.status.success() {
        let program = argv.first().map_or("", String::as_str);
        let last = ended.errors.pop().unwrap_or_default();
        let how = format!("{program}: {}: {last}", ended.status);
        if ended.lines.is_empty() {
            return Err(how);
        }
        ended.lines.push(format!("({how})"));
    }
    Ok(ended.lines)
}

/// The arguments with `{host}` and `{port}` filled in.
fn filled(argv: &[String], address: &str) -> Result<Vec<String>, String> {
    let host = host_of(address)?;
    let (_, port) = split(address);
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
