//! Programs of the operator's, run for this console: hooks that start members or look at their
//! hosts, and what is told of alarms.
//!
//! An argv, never a shell; in a process group of its own, so that at its deadline all that it
//! has started ends with it; its output line by line, bounded, cleaned, and read to its end, so
//! that it never waits on a full pipe. What is filled in for a host is one ([`host_of`]).

use std::{
    process::{ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    process::{ChildStdin, Command},
    sync::mpsc,
    time::timeout,
};
use zoowarden_client::is_host;

use crate::{model::roster::split, text::clean};

/// Of each of its two outputs, lines that are told; the rest is read and dropped.
const MOST_LINES: usize = 500;
/// Of a line, bytes; what is longer is told as several.
const MOST_BYTES: u64 = 4096;
/// Once it has ended, what is left in its pipes is waited for so long: a service that it has
/// left behind may keep them open for ever.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// A line that it has printed, cleaned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) is_error: bool,
    pub(crate) line: String,
}

/// Why there is no exit status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// It never ran.
    NotStarted(String),
    /// It was killed at its deadline, or lost: it may have done its work.
    Unknown(String),
}

impl Failure {
    /// In one line.
    pub(crate) fn sentence(self) -> String {
        match self {
            Self::NotStarted(why) | Self::Unknown(why) => why,
        }
    }
}

/// Runs a program until it ends or its time is over; each line goes to `said` as it comes.
///
/// # Errors
/// [`Failure`]; that it ends with another status than 0 is none.
pub(crate) async fn run(
    argv: &[String],
    input: Option<String>,
    limit: Duration,
    said: mpsc::Sender<Said>,
) -> Result<ExitStatus, Failure> {
    let Some((program, arguments)) = argv.split_first() else {
        return Err(Failure::NotStarted("there is no program".to_owned()));
    };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(if input.is_some() {
            Stdio::piped()
        } else {
            Stdio::null()
        })
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| Failure::NotStarted(format!("{program}: {error}")))?;
    let group = child.id().and_then(|id| Pid::from_raw(id.cast_signed()));
    let fed = feed(child.stdin.take(), input);
    let heard = tell(child.stdout.take(), false, &said);
    let complained = tell(child.stderr.take(), true, &said);
    let attend = async {
        let told = async { tokio::join!(fed, heard, complained) };
        let mut told = std::pin::pin!(told);
        let mut is_told = false;
        let status = loop {
            tokio::select! {
                _ = &mut told, if !is_told => is_told = true,
                status = child.wait() => break status,
            }
        };
        if !is_told {
            let _ = timeout(LAST_WORDS, told).await;
        }
        status
    };
    let Ok(status) = timeout(limit, attend).await else {
        if let Some(group) = group {
            // It may have ended by itself this moment.
            let _ = kill_process_group(group, Signal::KILL);
        }
        // It ends by the signal; this takes it off the process table.
        let _ = child.wait().await;
        let after = limit.as_secs_f32();
        let why = format!("{program}: killed, not done after {after} s");
        return Err(Failure::Unknown(why));
    };
    status.map_err(|error| Failure::Unknown(format!("{program}: {error}")))
}

/// How a program ended, and all that it said.
#[derive(Debug)]
pub(crate) struct Output {
    pub(crate) status: ExitStatus,
    pub(crate) lines: Vec<String>,
    pub(crate) errors: Vec<String>,
}

/// Runs a program as [`run`] does, and keeps its lines.
///
/// # Errors
/// As there.
pub(crate) async fn output(
    argv: &[String],
    input: Option<String>,
    limit: Duration,
) -> Result<Output, Failure> {
    let (sender, mut said) = mpsc::channel(64);
    let (mut lines, mut errors) = (Vec::new(), Vec::new());
    let keeping = async {
        while let Some(Said { is_error, line }) = said.recv().await {
            let kept = if is_error { &mut errors } else { &mut lines };
            kept.push(line);
        }
    };
    let (ended, ()) = tokio::join!(run(argv, input, limit, sender), keeping);
    Ok(Output {
        status: ended?,
        lines,
        errors,
    })
}

/// The host of a member's address, where a program may be given it.
///
/// # Errors
/// In words, for what could be taken for an option, a second command or more than a name:
/// addresses come from the ensemble's configuration, which others may write.
pub(crate) fn host_of(address: &str) -> Result<&str, String> {
    let (host, _) = split(address);
    if is_host(host) {
        Ok(host)
    } else {
        Err(format!("no hook is run for the host \"{}\"", clean(host)))
    }
}

async fn feed(stdin: Option<ChildStdin>, input: Option<String>) {
    if let (Some(mut stdin), Some(input)) = (stdin, input) {
        // A program need not read it.
        let _ = stdin.write_all(input.as_bytes()).await;
    }
}

async fn tell(pipe: Option<impl AsyncRead + Unpin>, is_error: bool, said: &mpsc::Sender<Said>) {
    let Some(pipe) = pipe else {
        return;
    };
    let mut reader = BufReader::new(pipe);
    let mut told = 0;
    loop {
        let mut line = Vec::new();
        let mut bounded = (&mut reader).take(MOST_BYTES);
        match bounded.read_until(b'\n', &mut line).await {
            Ok(1..) if told < MOST_LINES => {
                told += 1;
                let text = String::from_utf8_lossy(&line);
                let line = clean(text.trim_end_matches(['\n', '\r']));
                // Whoever reads may have left; it is read to its end all the same.
                let _ = said.send(Said { is_error, line }).await;
            }
            Ok(1..) => {}
            Ok(0) | Err(_) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn sh(script: &str, input: Option<&str>, limit_ms: u64) -> Result<Output, Failure> {
        let argv = ["sh", "-c", script].map(str::to_owned);
        let limit = Duration::from_millis(limit_ms);
        output(&argv, input.map(str::to_owned), limit).await
    }

    #[tokio::test]
    async fn its_lines_are_told_apart_cleaned_and_bounded() {
        let ended = sh(
            "cat; printf '\\033[2J\\n' >&2; exit 3",
            Some("in\n"),
            10_000,
        )
        .await;
        let ended = ended.unwrap();
        assert_eq!(ended.status.code(), Some(3));
        assert_eq!(ended.lines, ["in"]);
        assert_eq!(ended.errors, ["\\x1b[2J"]);
        let endless = "i=0; while [ $i -lt 2000 ]; do echo $i; i=$((i+1)); done";
        let ended = sh(endless, None, 10_000).await.unwrap();
        assert_eq!(ended.lines.len(), MOST_LINES);
        let long = sh("head -c 9000 /dev/zero | tr '\\0' x", None, 10_000).await;
        let lengths: Vec<usize> = long.unwrap().lines.iter().map(String::len).collect();
        assert_eq!(lengths, [4096, 4096, 808]);
    }

    #[tokio::test]
    async fn one_that_reads_nothing_and_one_that_is_not_there_hold_nobody_up() {
        let much = "x".repeat(1 << 20);
        assert!(
            sh("exit 0", Some(&much), 10_000)
                .await
                .unwrap()
                .status
                .success()
        );
        let argv = ["/no/such/program".to_owned()];
        let ended = output(&argv, None, Duration::from_secs(1)).await;
        assert!(matches!(ended, Err(Failure::NotStarted(_))));
        assert!(matches!(
            output(&[], None, Duration::from_secs(1)).await,
            Err(Failure::NotStarted(_))
        ));
    }

    #[tokio::test]
    async fn a_service_left_behind_does_not_hold_it_up_and_a_deadline_ends_all() {
        let ended = sh("sleep 5 & echo started", None, 4000).await.unwrap();
        assert_eq!(ended.lines, ["started"]);
        let killed = sh("sleep 100 & sleep 100", None, 300).await.unwrap_err();
        let why = "sh: killed, not done after 0.3 s".to_owned();
        assert_eq!(killed, Failure::Unknown(why));
    }

    #[test]
    fn a_host_that_could_be_an_option_or_a_command_is_refused() {
        assert_eq!(host_of("zk1.example.org:2181"), Ok("zk1.example.org"));
        assert_eq!(host_of("[::1]:2181"), Ok("::1"));
        for address in [
            "-oProxyCommand=x:2181",
            "a b:2181",
            "a;b:2181",
            "$(x):2181",
            ":2181",
        ] {
            assert!(host_of(address).is_err(), "{address}");
        }
    }
}
