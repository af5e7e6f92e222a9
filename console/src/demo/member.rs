//! One member of the demo: a child process that ends with this one.
//!
//! A task keeps the child: it tells when the child has ended by itself, with its last words,
//! and ends it when the demo does.

use std::{
    env, fs,
    io::{Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use tokio::{
    process::{Child, Command},
    sync::{oneshot, watch},
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};
use zoowarden_client::fourletter;
use zoowarden_shared::admin::word_refusal;

use super::ports::Ports;

/// For the start: recovery of kept data and the election included.
const START_DEADLINE: Duration = Duration::from_secs(30);
/// For one question while it starts.
const ASK_DEADLINE: Duration = Duration::from_millis(500);
const ASK_EVERY: Duration = Duration::from_millis(20);
/// How long it may take to end by itself.
const STOP_DEADLINE: Duration = Duration::from_secs(2);
/// Of the log, what is quoted.
const QUOTED_LINES: usize = 5;
const QUOTED_BYTES: u64 = 4096;

/// What a member is given, and where it keeps its things.
#[derive(Clone, Debug)]
pub struct Place {
    /// From 1.
    pub id: u16,
    pub ports: Ports,
    pub data_dir: PathBuf,
    /// Its zoo.cfg.
    pub config: PathBuf,
    /// What it writes to standard error.
    pub log: PathBuf,
}

/// What there is to know about a running member from outside.
#[derive(Clone, Debug)]
pub struct MemberInfo {
    pub place: Place,
    pub pid: u32,
}

impl MemberInfo {
    /// Its client address.
    #[must_use]
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.place.ports.client)
    }
}

/// How a member ended that nobody had told to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberEnd {
    /// Its client address.
    pub address: String,
    pub pid: u32,
    /// Such as `signal: 9 (SIGKILL)`.
    pub how: String,
    /// The end of its log.
    pub last_words: Vec<String>,
}

/// A running member; its process ends when this is dropped.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) info: MemberInfo,
    pub(super) ended: watch::Receiver<Option<MemberEnd>>,
    /// Sent or dropped: the child is to end.
    stop: oneshot::Sender<()>,
    keeper: JoinHandle<()>,
}

impl Member {
    /// Starts the process on the configuration that is there already.
    pub(super) fn spawn(place: Place) -> Result<Self> {
        let child = Command::new(env::current_exe()?)
            .arg("server")
            .arg("--exit-with-parent")
            .arg(&place.config)
            // The pipe whose end tells the child that this process is gone.
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(fs::File::create(&place.log)?)
            // An interrupt at the terminal is for the console, which ends the child in order.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .context("cannot start a member of the demo")?;
        let info = MemberInfo {
            pid: child.id().context("the member has no process id")?,
            place,
        };
        let (stop, stopped) = oneshot::channel();
        let (ends, ended) = watch::channel(None);
        let keeper = tokio::spawn(keep(child, info.clone(), stopped, ends));
        Ok(Self {
            info,
            ended,
            stop,
            keeper,
        })
    }

    /// Waits until it serves: in an ensemble, until it leads or follows.
    pub(super) async fn wait_until_it_serves(&self) -> Result<()> {
        let start = Instant::now();
        let id = self.info.place.id;
        let addr = self.info.address();
        loop {
            if let Ok(answer) = fourletter::ask(&addr, "srvr", ASK_DEADLINE).await
                && word_refusal("srvr", &answer).is_none()
            {
                return Ok(());
            }
            if let Some(MemberEnd {
                how, last_words, ..
            }) = &*self.ended.borrow()
            {
                bail!("member {id} ended ({how}): {}", last_words.join("\n"));
            }
            if start.elapsed() >= START_DEADLINE {
                bail!(
                    "member {id} does not serve after {START_DEADLINE:?}: {}",
                    last_words(&self.info.place.log).join("\n")
                );
            }
            sleep(ASK_EVERY).await;
        }
    }

    /// Tells it to end; what is returned waits for that.
    pub(super) fn stop(self) -> JoinHandle<()> {
        // It may have ended before.
        let _ = self.stop.send(());
        self.keeper
    }
}

async fn keep(
    mut child: Child,
    info: MemberInfo,
    stopped: oneshot::Receiver<()>,
    ends: watch::Sender<Option<MemberEnd>>,
) {
    // Taken out: waiting for a child closes its standard input otherwise.
    let pipe = child.stdin.take();
    tokio::select! {
        status = child.wait() => {
            ends.send_replace(Some(MemberEnd {
                address: info.address(),
                pid: info.pid,
                how: match status {
                    Ok(status) => status.to_string(),
                    Err(fault) => fault.to_string(),
                },
                last_words: last_words(&info.place.log),
            }));
        }
        _ = stopped => {
            drop(pipe);
            if timeout(STOP_DEADLINE, child.wait()).await.is_err() {
                // It may have ended in between.
                let _ = child.kill().await;
            }
        }
    }
}

/// The end of a log.
fn last_words(log: &Path) -> Vec<String> {
    let read = || -> std::io::Result<String> {
        let mut file = fs::File::open(log)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(QUOTED_BYTES)))?;
        let mut bytes = Vec::new();
        file.take(QUOTED_BYTES).read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    let text = read().unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(QUOTED_LINES)..]
        .iter()
        .map(|line| (*line).to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_words_are_few_however_long_the_log() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("server.log");
        assert!(last_words(&log).is_empty());
        let lines: Vec<String> = (0..10_000).map(|n| format!("line {n}")).collect();
        fs::write(&log, lines.join("\n")).unwrap();
        assert_eq!(last_words(&log), &lines[9995..]);
    }
}
