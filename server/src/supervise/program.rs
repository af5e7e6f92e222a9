//! The member as the supervisor's child: this program with the same arguments, its standard
//! error passed on.

use std::{
    env,
    ffi::OsString,
    io::{self, Write as _},
    process::Stdio,
    sync::Arc,
    time::Duration,
};

use tokio::{
    io::AsyncReadExt as _,
    process::{Child, ChildStderr, Command},
    task::JoinHandle,
    time::timeout,
};

use super::{keeper::Program, tail::Tail};

/// How long what a dead child wrote may be on its way.
const LAST_BYTES: Duration = Duration::from_millis(500);
/// What systemd tells the process that it started, which is not the child.
const NOT_THE_CHILDS: [&str; 3] = ["NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC"];

/// Starts this program again without `--supervise`.
#[derive(Debug)]
pub(super) struct OwnMember {
    arguments: Vec<OsString>,
    tail: Arc<Tail>,
    pump: Option<JoinHandle<()>>,
}

impl OwnMember {
    /// With the arguments that this process was given.
    pub(super) fn new() -> Self {
        let given = env::args_os().skip(1);
        let mut arguments: Vec<_> = given.filter(|one| one != "--supervise").collect();
        arguments.push("--exit-with-parent".into());
        Self {
            arguments,
            tail: Arc::default(),
            pump: None,
        }
    }
}

impl Program for OwnMember {
    fn spawn(&mut self) -> io::Result<Child> {
        let mut command = Command::new(env::current_exe()?);
        for name in NOT_THE_CHILDS {
            command.env_remove(name);
        }
        let mut child = command
            .args(&self.arguments)
            // The pipe whose end tells the child that this process is gone.
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            // An interrupt at the terminal is for this process, which ends the child in order.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        self.tail.clear();
        let tail = Arc::clone(&self.tail);
        self.pump = child
            .stderr
            .take()
            .map(|stderr| tokio::spawn(pass_on(stderr, tail)));
        Ok(child)
    }

    async fn last_words(&mut self) -> Vec<String> {
        if let Some(pump) = self.pump.take() {
            // Whatever comes later was not written by the child.
            let _ = timeout(LAST_BYTES, pump).await;
        }
        self.tail.lines()
    }
}

async fn pass_on(mut stderr: ChildStderr, tail: Arc<Tail>) {
    let mut bytes = vec![0; 16 << 10];
    while let Ok(count @ 1..) = stderr.read(&mut bytes).await {
        tail.push(&bytes[..count]);
        // Nobody may read what this process says; the child is not to block for that.
        let _ = io::stderr().write_all(&bytes[..count]);
    }
}
