//! One member: a data directory, a zoo.cfg, ports, and at times a process.

use std::{
    fs::{self, File},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use super::{kind::Kind, ports::free_port};

/// How long a member may take to end by itself after SIGTERM.
const STOPPING: Duration = Duration::from_secs(20);

pub(crate) struct Member {
    pub(crate) sid: usize,
    pub(crate) kind: Kind,
    home: PathBuf,
    client_port: u16,
    quorum_port: u16,
    election_port: u16,
    observer: bool,
    child: Option<Child>,
    pub(crate) paused: bool,
}

impl Member {
    /// A member without a process, its files below `directory`.
    pub(crate) fn new(directory: &Path, sid: usize, kind: Kind, observer: bool) -> Self {
        let home = directory.join(format!("member{sid}"));
        fs::create_dir_all(home.join("data")).expect("a data directory");
        fs::write(home.join("data/myid"), sid.to_string()).expect("myid is written");
        Self {
            sid,
            kind,
            home,
            client_port: free_port(),
            quorum_port: free_port(),
            election_port: free_port(),
            observer,
            child: None,
            paused: false,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.client_port))
    }

    /// Its line in every member's zoo.cfg.
    pub(crate) fn server_line(&self) -> String {
        let role = if self.observer {
            "observer"
        } else {
            "participant"
        };
        format!(
            "server.{}=127.0.0.1:{}:{}:{role}\n",
            self.sid, self.quorum_port, self.election_port
        )
    }

    /// Its line for a reconfig in which it has this role.
    pub(crate) fn joining_line(&self, role: &str) -> String {
        format!(
            "server.{}=127.0.0.1:{}:{}:{role};127.0.0.1:{}",
            self.sid, self.quorum_port, self.election_port, self.client_port
        )
    }

    /// Writes its zoo.cfg: what all share, and what is its own.
    pub(crate) fn configure(&self, shared: &str) {
        let role = if self.observer {
            "peerType=observer\n"
        } else {
            ""
        };
        let text = format!(
            "dataDir={}\nclientPort={}\nclientPortAddress=127.0.0.1\n{role}{shared}",
            self.data().display(),
            self.client_port,
        );
        fs::write(self.config(), text).expect("the config is written");
    }

    pub(crate) fn start(&mut self) {
        assert!(self.child.is_none(), "member {} runs already", self.sid);
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log_path())
            .expect("a log file");
        let second = log.try_clone().expect("a second handle");
        let child = self
            .kind
            .command(&self.config())
            .current_dir(&self.home)
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(second)
            .spawn()
            .unwrap_or_else(|error| panic!("{:?} does not start: {error}", self.kind));
        self.child = Some(child);
    }

    pub(crate) fn is_running(&self) -> bool {
        self.child.is_some()
    }

    /// Whether it can be asked anything.
    pub(crate) fn is_awake(&self) -> bool {
        self.child.is_some() && !self.paused
    }

    /// Fails the test where the process has ended without having been told to.
    pub(crate) fn assert_still_runs(&mut self) {
        if let Some(child) = &mut self.child {
            let ended = child.try_wait().expect("the child can be asked");
            assert!(
                ended.is_none(),
                "member {} ({:?}) ended by itself: {}",
                self.sid,
                self.kind,
                ended.unwrap_or_default()
            );
        }
    }

    /// SIGKILL, and no process is left.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it can be killed");
            child.wait().expect("it ends");
        }
        self.paused = false;
    }

    /// SIGTERM, and no process is left.
    pub(crate) fn stop(&mut self) {
        self.signal(Signal::TERM);
        let mut child = self.child.take().expect("it runs");
        let deadline = Instant::now() + STOPPING;
        while child.try_wait().expect("the child can be asked").is_none() {
            if Instant::now() >= deadline {
                let _ = child.kill();
                let _ = child.wait();
                panic!("member {} ({:?}) does not stop", self.sid, self.kind);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// SIGSTOP: its sockets stay, and once this returns nothing moves.
    pub(crate) fn pause(&mut self) {
        self.signal(Signal::STOP);
        let deadline = Instant::now() + STOPPING;
        while !self.stands_still() {
            assert!(
                Instant::now() < deadline,
                "member {} does not stand still",
                self.sid
            );
            std::thread::sleep(Duration::from_millis(1));
        }
        self.paused = true;
    }

    /// Whether every thread has stopped: each does so by itself, a little after the signal.
    fn stands_still(&self) -> bool {
        let id = self.child.as_ref().expect("it runs").id();
        let threads = fs::read_dir(format!("/proc/{id}/task")).expect("the process is there");
        threads.flatten().all(|thread| {
            let stat = fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
            // The state stands behind the name, which may hold anything but is in brackets.
            stat.rsplit_once(") ")
                .is_none_or(|(_, rest)| rest.starts_with('T'))
        })
    }

    /// SIGCONT.
    pub(crate) fn resume(&mut self) {
        self.signal(Signal::CONT);
        self.paused = false;
    }

    /// Removes all that it knows, but not who it is.
    pub(crate) fn wipe(&self) {
        assert!(self.child.is_none(), "member {} runs", self.sid);
        fs::remove_dir_all(self.data().join("version-2")).expect("it had data");
    }

    /// Whether these bytes are in one of its transaction logs.
    pub(crate) fn has_logged(&self, bytes: &[u8]) -> bool {
        let files = fs::read_dir(self.data().join("version-2")).expect("it has data");
        files.flatten().any(|file| {
            file.file_name().to_string_lossy().starts_with("log.")
                && fs::read(file.path())
                    .is_ok_and(|log| log.windows(bytes.len()).any(|part| part == bytes))
        })
    }

    /// All that its processes have said so far.
    pub(crate) fn log(&self) -> String {
        let bytes = fs::read(self.log_path()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn data(&self) -> PathBuf {
        self.home.join("data")
    }

    fn config(&self) -> PathBuf {
        self.home.join("zoo.cfg")
    }

    fn log_path(&self) -> PathBuf {
        self.home.join("server.log")
    }

    fn signal(&self, signal: Signal) {
        let child = self.child.as_ref().expect("it runs");
        kill_process(Pid::from_child(child), signal).expect("the process is there");
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
