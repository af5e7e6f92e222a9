//! A child process that runs: its signals, and what its end means.

use std::{io, process::ExitStatus};

use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    process::{Child, ChildStdin},
    time::Instant,
};

use super::policy::End;
use crate::exit;

/// A child that was started and is not waited for yet.
pub(super) struct Running {
    child: Child,
    /// Waiting for a child would close it.
    _input: Option<ChildStdin>,
    pid: Option<Pid>,
    pub(super) started: Instant,
    /// It has run for long enough.
    pub(super) is_healthy: bool,
    /// Set once it was told to end.
    pub(super) kill_at: Option<Instant>,
}

impl Running {
    /// One that has just been started.
    pub(super) fn new(mut child: Child) -> Self {
        let id = child.id();
        Self {
            _input: child.stdin.take(),
            pid: id.and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)),
            child,
            started: Instant::now(),
            is_healthy: false,
            kill_at: None,
        }
    }

    /// Waits for its end.
    pub(super) async fn wait(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Asks it to end; by then it is to be killed.
    pub(super) fn tell_to_end(&mut self, kill_at: Instant) {
        self.kill_at = Some(kill_at);
        self.signal(Signal::TERM);
        // One that stands still would not hear of it.
        self.signal(Signal::CONT);
    }

    /// Sends it a signal.
    pub(super) fn signal(&self, signal: Signal) {
        if let Some(pid) = self.pid {
            // It is there or not waited for yet: the number is nobody else's.
            let _ = kill_process(pid, signal);
        }
    }
}

/// What an exit status means for the policy.
pub(super) fn meaning(status: ExitStatus) -> End {
    match status.code() {
        Some(0) => End::Clean,
        Some(code) if exit::needs_operator(code) => End::NeedsOperator,
        _ => End::Crash,
    }
}
