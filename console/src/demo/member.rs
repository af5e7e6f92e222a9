//! One member of the demo: a child process that ends with this one.
//!
//! A task keeps the child: it tells when the child has ended by itself, with its last words,
//! starts another where it is told to, breaks it where the menu `B` says so, and ends it when the demo does.

use std::{
    env, fs,
    io::{Read as _, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};
use tokio::{
    process::{Child, ChildStdin, Command},
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
    time::{Instant, sleep, timeout},
};
use zoowarden_client::fourletter;
use zoowarden_shared::admin::word_refusal;

use super::ports::Ports;
use crate::{action::ProcessOrder, model::breaks::Breakage};

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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberEnd {
    /// Its client address.
    pub address: String,
    pub pid: u32,
    /// Such as `signal: 9 (SIGKILL)`.
    pub how: String,
    /// The end of its log.
    pub last_words: Vec<String>,
}

/// A member's process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Life {
    Running {
        pid: u32,
    },
    /// Nobody had told it to end.
    Ended(MemberEnd),
}

/// Who wants it: an action that was decided on, or the menu `B`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Told {
    Act(ProcessOrder),
    Break(Breakage),
}

/// What is to become of a member's process.
#[derive(Debug)]
pub(super) struct MemberOrder {
    pub(super) told: Told,
    /// What came of it.
    pub(super) done: oneshot::Sender<Result<String, String>>,
}

/// A member; its process ends when this is dropped.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) info: MemberInfo,
    pub(super) life: watch::Receiver<Life>,
    /// Dropped: the child is to end.
    pub(super) orders: mpsc::Sender<MemberOrder>,
    keeper: JoinHandle<()>,
}

impl Member {
    /// Starts the process on the configuration that is there already.
    pub(super) fn spawn(place: Place) -> Result<Self> {
        let child = start(&place)?;
        let info = MemberInfo {
            pid: child.id().context("the member has no process id")?,
            place,
        };
        let (orders, received) = mpsc::channel(1);
        let (lives, life) = watch::channel(Life::Running { pid: info.pid });
        let keeper = tokio::spawn(keep(child, info.clone(), received, lives));
        Ok(Self {
            info,
            life,
            orders,
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
            if let Life::Ended(MemberEnd {
                how, last_words, ..
            }) = &*self.life.borrow()
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
        drop(self.orders);
        self.keeper
    }
}

fn start(place: &Place) -> Result<Child> {
    Command::new(env::current_exe()?)
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
        .context("cannot start a member of the demo")
}

async fn keep(
    child: Child,
    info: MemberInfo,
    mut orders: mpsc::Receiver<MemberOrder>,
    lives: watch::Sender<Life>,
) {
    let mut running = Some(Running::new(child));
    loop {
        let order = match &mut running {
            Some(process) => tokio::select! {
                status = process.child.wait() => {
                    lives.send_replace(Life::Ended(MemberEnd {
                        address: info.address(),
                        pid: process.pid,
                        how: match status {
                            Ok(status) => status.to_string(),
                            Err(fault) => fault.to_string(),
                        },
                        last_words: last_words(&info.place.log),
                    }));
                    running = None;
                    continue;
                }
                order = orders.recv() => order,
            },
            None => orders.recv().await,
        };
        let Some(MemberOrder { told, done }) = order else {
            if let Some(process) = running {
                process.end().await;
            }
            return;
        };
        let order = match told {
            Told::Act(order) => order,
            Told::Break(Breakage::Start) => ProcessOrder::Start,
            Told::Break(Breakage::HoldDown) => {
                let answer = hold_down(&info, running.take(), &lives).await;
                let _ = done.send(answer);
                continue;
            }
            Told::Break(breakage) => {
                let _ = done.send(
                    running
                        .as_mut()
                        .map_or_else(not_running, |process| process.signal(breakage)),
                );
                continue;
            }
        };
        let answer = match (order, running.take()) {
            (ProcessOrder::Start, Some(process)) => {
                let why = format!("process {} runs", process.pid);
                running = Some(process);
                Err(why)
            }
            (_, before) => {
                if let Some(process) = before {
                    process.end().await;
                }
                start(&info.place).map(Running::new).map_or_else(
                    |fault| Err(format!("{fault:#}")),
                    |process| {
                        let pid = process.pid;
                        lives.send_replace(Life::Running { pid });
                        running = Some(process);
                        Ok(format!("process {pid} started"))
                    },
                )
            }
        };
        // Whoever gave the order may have left.
        let _ = done.send(answer);
    }
}

fn not_running() -> Result<String, String> {
    Err("its process does not run".to_owned())
}

/// Ends it, and lets it be.
async fn hold_down(
    info: &MemberInfo,
    running: Option<Running>,
    lives: &watch::Sender<Life>,
) -> Result<String, String> {
    let Some(process) = running else {
        return not_running();
    };
    let pid = process.pid;
    process.end().await;
    lives.send_replace(Life::Ended(MemberEnd {
        address: info.address(),
        pid,
        how: "held down by you".to_owned(),
        last_words: last_words(&info.place.log),
    }));
    Ok(format!("process {pid} has ended, and is held down"))
}

/// A child that has not been seen to end.
struct Running {
    child: Child,
    pid: u32,
    /// Taken out: waiting for a child closes its standard input otherwise.
    pipe: Option<ChildStdin>,
}

impl Running {
    fn new(mut child: Child) -> Self {
        Self {
            pid: child.id().unwrap_or_default(),
            pipe: child.stdin.take(),
            child,
        }
    }

    /// Sends it the signal of a breakage.
    fn signal(&mut self, breakage: Breakage) -> Result<String, String> {
        let signal = match breakage {
            Breakage::Stop => Signal::STOP,
            Breakage::GoOn => Signal::CONT,
            Breakage::Kill | Breakage::HoldDown | Breakage::Start => Signal::KILL,
        };
        // Not after it was waited for: its number may be another's then.
        let pid = self.child.id().and_then(|pid| i32::try_from(pid).ok());
        let Some(pid) = pid.and_then(Pid::from_raw) else {
            return not_running();
        };
        kill_process(pid, signal).map_err(|fault| fault.to_string())?;
        Ok(match breakage {
            Breakage::Stop => format!("process {} stands still", self.pid),
            Breakage::GoOn => format!("process {} goes on", self.pid),
            Breakage::Kill | Breakage::HoldDown | Breakage::Start => {
                format!("process {} was killed", self.pid)
            }
        })
    }

    /// Has it end by itself; by force where it does not.
    async fn end(mut self) {
        drop(self.pipe);
        if timeout(STOP_DEADLINE, self.child.wait()).await.is_err() {
            // It may have ended in between.
            let _ = self.child.kill().await;
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
