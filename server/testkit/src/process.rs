//! One server process: its log in a file, signals, and an end that is always waited for.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};

use crate::wait::wait_until;

/// How long a process may take to end, by itself or after SIGTERM, or to stand still.
const ENDING: Duration = Duration::from_secs(20);

/// A process that is killed when dropped.
#[derive(Debug)]
pub struct Process {
    /// For messages.
    name: String,
    child: Child,
    log: PathBuf,
    /// How long the log was before.
    log_began: usize,
    is_paused: bool,
}

impl Process {
    /// Starts it, with both its outputs at the end of the file `log`.
    pub fn spawn(name: &str, mut command: Command, log: &Path) -> Self {
        let file = File::options().create(true).append(true).open(log);
        let output = file.expect("a log file");
        let log_began = output.metadata().expect("the log's length").len() as usize;
        let second = output.try_clone().expect("a second handle");
        let child = command
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(second)
            .spawn()
            .unwrap_or_else(|error| panic!("{name} does not start: {error}"));
        Self {
            name: name.to_owned(),
            child,
            log: log.to_owned(),
            log_began,
            is_paused: false,
        }
    }

    /// What it has said so far; nothing of what an earlier process said in the same file.
    #[must_use]
    pub fn said(&self) -> String {
        let bytes = fs::read(&self.log).unwrap_or_default();
        let said = bytes.get(self.log_began..).unwrap_or_default();
        String::from_utf8_lossy(said).into_owned()
    }

    /// Fails the test where the process has ended without having been told to.
    pub fn assert_still_runs(&mut self) {
        if let Some(status) = self.try_wait() {
            panic!("{} ended by itself: {status}\n{}", self.name, self.said());
        }
    }

    /// SIGKILL, and no process is left.
    pub fn kill(&mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }

    /// SIGTERM, and no process is left.
    pub fn stop(&mut self) {
        self.signal(Signal::TERM);
        self.wait_for_end();
    }

    /// Waits until the process has ended.
    pub fn wait_for_end(&mut self) -> ExitStatus {
        let mut ended = None;
        let what = format!("{} ends", self.name);
        wait_until(&what, ENDING, || {
            ended = self.try_wait();
            ended.is_some()
        });
        ended.expect("it was waited for")
    }

    /// SIGSTOP: its sockets stay, and once this returns nothing moves.
    pub fn pause(&mut self) {
        self.signal(Signal::STOP);
        let what = format!("{} stands still", self.name);
        wait_until(&what, ENDING, || self.stands_still());
        self.is_paused = true;
    }

    /// SIGCONT.
    pub fn resume(&mut self) {
        self.signal(Signal::CONT);
        self.is_paused = false;
    }

    /// Whether it stands still and can be asked nothing.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.is_paused
    }

    /// Whether every thread has stopped: each does so by itself, a little after the signal.
    fn stands_still(&self) -> bool {
        let id = self.child.id();
        let threads = fs::read_dir(format!("/proc/{id}/task")).expect("the process is there");
        threads.flatten().all(|thread| {
            let stat = fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
            // The state stands behind the name, which may hold anything but is in brackets.
            stat.rsplit_once(") ")
                .is_none_or(|(_, rest)| rest.starts_with('T'))
        })
    }

    fn try_wait(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("the child can be asked")
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("the process is there");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
