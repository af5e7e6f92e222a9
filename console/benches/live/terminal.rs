//! The console on a pseudo-terminal of 120 by 35, and what stands on its screen when.

use std::{
    fs,
    io::{Read, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, RecvTimeoutError, channel},
    thread,
    time::{Duration, Instant},
};

use crate::members::Members;

/// For anything to appear.
const DEADLINE: Duration = Duration::from_secs(90);
/// How OSC 777 begins: a notification.
const NOTICE: &[u8] = b"\x1b]777;";
/// Of a clock tick of /proc/PID/stat, as the kernel tells them to all programs.
const TICK: Duration = Duration::from_millis(10);

/// A running console; it ends with this.
pub(crate) struct Console {
    script: Child,
    keys: ChildStdin,
    output: Receiver<(Instant, Vec<u8>)>,
    screen: vt100::Parser,
    notified: Option<Instant>,
    opened: Instant,
    bytes: u64,
    home: tempfile::TempDir,
}

impl Console {
    /// Opens it on an ensemble, with this console.toml.
    pub(crate) fn open(members: &Members, config: &str) -> Self {
        let home = tempfile::tempdir().expect("a home");
        let file = home.path().join("console.toml");
        fs::write(&file, config).expect("console.toml");
        let directory = home.path().display();
        let console = format!(
            "stty cols 120 rows 35; echo $$ > {directory}/pid; exec {} --connect {} --admin-port {} \
             --config {}",
            env!("CARGO_BIN_EXE_zoowarden"),
            members.addresses(),
            members.admin_port(),
            file.display(),
        );
        // script(1) gives it the terminal, and us the other end.
        let mut script = Command::new("script")
            .args(["-q", "-f", "-e", "-c", &console, "/dev/null"])
            .env("HOME", home.path())
            .env("XDG_STATE_HOME", home.path().join("state"))
            .env("TERM", "xterm-256color")
            .env_remove("DBUS_SESSION_BUS_ADDRESS")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("script is installed (util-linux)");
        let keys = script.stdin.take().expect("its input");
        let mut stdout = script.stdout.take().expect("its output");
        let (sender, output) = channel();
        thread::spawn(move || {
            let mut chunk = [0; 65_536];
            while let Ok(read @ 1..) = stdout.read(&mut chunk) {
                if sender
                    .send((Instant::now(), chunk[..read].to_vec()))
                    .is_err()
                {
                    return;
                }
            }
        });
        Self {
            script,
            keys,
            output,
            screen: vt100::Parser::new(35, 120, 0),
            notified: None,
            opened: Instant::now(),
            bytes: 0,
            home,
        }
    }

    pub(crate) fn type_keys(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).expect("it takes keys");
        self.keys.flush().expect("it takes keys");
    }

    /// When the screen was first as wanted.
    pub(crate) fn until(&mut self, what: &str, wanted: impl Fn(&str) -> bool) -> Instant {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let contents = self.screen.screen().contents();
            assert!(
                Instant::now() < deadline,
                "waited for {what}; the screen is:\n{contents}"
            );
            match self.take(Duration::from_secs(1)) {
                Some(at) if wanted(&self.screen.screen().contents()) => return at,
                _ => {}
            }
        }
    }

    /// Takes in what comes, for so long.
    pub(crate) fn look_for(&mut self, time: Duration) {
        let end = Instant::now() + time;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            self.take(left);
        }
    }

    /// What notified before does not count.
    pub(crate) fn forget_notices(&mut self) {
        self.notified = None;
    }

    /// When the terminal was first asked to notify.
    pub(crate) fn until_notified(&mut self) -> Instant {
        let deadline = Instant::now() + DEADLINE;
        loop {
            if let Some(at) = self.notified {
                return at;
            }
            assert!(Instant::now() < deadline, "nobody was notified");
            self.take(Duration::from_secs(1));
        }
    }

    fn take(&mut self, patience: Duration) -> Option<Instant> {
        match self.output.recv_timeout(patience) {
            Ok((at, bytes)) => {
                self.bytes += bytes.len() as u64;
                if self.notified.is_none() && bytes.windows(NOTICE.len()).any(|one| one == NOTICE) {
                    self.notified = Some(at);
                }
                self.screen.process(&bytes);
                Some(at)
            }
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                panic!("the console ended:\n{}", self.screen.screen().contents())
            }
        }
    }

    /// What it writes to the terminal, on the average.
    pub(crate) fn bytes_per_s(&self) -> u64 {
        self.bytes / self.opened.elapsed().as_secs().max(1)
    }

    fn proc(&self, file: &str) -> String {
        let pid = fs::read_to_string(self.home.path().join("pid")).expect("its pid");
        fs::read_to_string(format!("/proc/{}/{file}", pid.trim())).expect("it runs")
    }

    /// Spent by all its threads so far.
    pub(crate) fn processor_time(&self) -> Duration {
        let stat = self.proc("stat");
        let (_, fields) = stat.rsplit_once(") ").expect("the name is in brackets");
        let fields: Vec<u32> = fields
            .split(' ')
            .skip(11)
            .take(2)
            .map(|field| field.parse().expect("clock ticks"))
            .collect();
        TICK * fields.iter().sum()
    }

    pub(crate) fn resident_kib(&self) -> u64 {
        self.status("VmRSS:")
    }

    /// Ever since its start.
    pub(crate) fn most_resident_kib(&self) -> u64 {
        self.status("VmHWM:")
    }

    fn status(&self, name: &str) -> u64 {
        let status = self.proc("status");
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|line| line.split_whitespace().next());
        number
            .and_then(|number| number.parse().ok())
            .unwrap_or_else(|| panic!("no {name} in:\n{status}"))
    }
}

impl Drop for Console {
    fn drop(&mut self) {
        // Ctrl-C ends it in order; script ends with it.
        let _ = self.keys.write_all(b"\x03");
        let _ = self.keys.flush();
        let deadline = Instant::now() + Duration::from_secs(5);
        while Instant::now() < deadline {
            if let Ok(Some(_)) = self.script.try_wait() {
                return;
            }
            thread::sleep(Duration::from_millis(5));
        }
        let _ = self.script.kill();
        let _ = self.script.wait();
    }
}
