//! One member: a data directory, a zoo.cfg, an address, and at times a process.

use std::{
    fs::{self, File},
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use super::{network::Network, ports::free_port};

/// How long a member may take to end, by itself or after SIGTERM.
const ENDING: Duration = Duration::from_secs(20);

/// Where a member runs.
#[derive(Debug)]
struct Place {
    namespace: Option<String>,
    ip: Ipv4Addr,
    /// For clients, followers and elections.
    ports: [u16; 3],
}

#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) sid: usize,
    home: PathBuf,
    place: Place,
    child: Option<Child>,
    paused: bool,
}

impl Member {
    /// A member without a process, its files below `directory`.
    pub(super) fn new(directory: &Path, sid: usize, network: Option<&Network>) -> Self {
        let home = directory.join(format!("member{sid}"));
        fs::create_dir_all(home.join("data")).expect("a data directory");
        let place = match network {
            Some(network) => Place {
                namespace: Some(network.namespace(sid)),
                ip: network.address(sid),
                ports: [2181, 2888, 3888],
            },
            None => Place {
                namespace: None,
                ip: Ipv4Addr::LOCALHOST,
                ports: [free_port(), free_port(), free_port()],
            },
        };
        Self {
            sid,
            home,
            place,
            child: None,
            paused: false,
        }
    }

    /// Where clients find it.
    pub(crate) fn address(&self) -> SocketAddr {
        SocketAddr::new(IpAddr::V4(self.place.ip), self.place.ports[0])
    }

    /// Its line in every member's zoo.cfg.
    pub(super) fn server_line(&self) -> String {
        let (ip, [_, quorum, election]) = (self.place.ip, self.place.ports);
        format!("server.{}={ip}:{quorum}:{election}\n", self.sid)
    }

    /// Writes its zoo.cfg: what all share, and what is its own.
    pub(super) fn configure(&self, shared: &str) {
        let text = format!(
            "dataDir={}\nclientPort={}\nclientPortAddress={}\n{shared}",
            self.data().display(),
            self.place.ports[0],
            self.place.ip
        );
        fs::write(self.config(), text).expect("the config is written");
    }

    pub(super) fn start(&mut self) {
        assert!(self.child.is_none(), "member {} runs already", self.sid);
        // A file system that was mounted there is empty.
        fs::write(self.data().join("myid"), self.sid.to_string()).expect("myid is written");
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log_path())
            .expect("a log file");
        let second = log.try_clone().expect("a second handle");
        let program = env!("CARGO_BIN_EXE_zoowarden-server");
        let mut command = match &self.place.namespace {
            Some(namespace) => {
                // It becomes the program, so that the child is the member.
                let mut command = Command::new("ip");
                command.args(["netns", "exec", namespace, program]);
                command
            }
            None => Command::new(program),
        };
        let child = command
            .args(["--set", "zookeeper.admin.enableServer=false"])
            .arg(self.config())
            .current_dir(&self.home)
            .stdin(Stdio::null())
            .stdout(log)
            .stderr(second)
            .spawn()
            .expect("it starts");
        self.child = Some(child);
    }

    /// Whether it can be asked anything.
    pub(super) fn is_awake(&self) -> bool {
        self.child.is_some() && !self.paused
    }

    /// Fails the test where the process has ended without having been told to.
    pub(super) fn assert_still_runs(&mut self) {
        if let Some(child) = &mut self.child {
            let ended = child.try_wait().expect("the child can be asked");
            assert!(
                ended.is_none(),
                "member {} ended by itself: {}",
                self.sid,
                ended.unwrap_or_default()
            );
        }
    }

    /// SIGKILL, and no process is left.
    pub(super) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it can be killed");
            child.wait().expect("it ends");
        }
        self.paused = false;
    }

    /// SIGTERM, and no process is left.
    pub(super) fn stop(&mut self) {
        self.signal(Signal::TERM);
        self.wait_for_end();
    }

    /// Waits until the process has ended, and says whether it did so without an error.
    pub(super) fn wait_for_end(&mut self) -> bool {
        let mut child = self.child.take().expect("it runs");
        let deadline = Instant::now() + ENDING;
        loop {
            if let Some(status) = child.try_wait().expect("the child can be asked") {
                return status.success();
            }
            if Instant::now() >= deadline {
                let _ = child.kill();
                let _ = child.wait();
                panic!("member {} does not end", self.sid);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// SIGSTOP: its sockets stay, and nothing moves.
    pub(super) fn pause(&mut self) {
        self.signal(Signal::STOP);
        self.paused = true;
    }

    /// SIGCONT.
    pub(super) fn resume(&mut self) {
        self.signal(Signal::CONT);
        self.paused = false;
    }

    /// All that its processes have said so far.
    pub(crate) fn said(&self) -> String {
        let bytes = fs::read(self.log_path()).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Its data directory: where a file system of its own may be mounted before it starts.
    pub(crate) fn data(&self) -> PathBuf {
        self.home.join("data")
    }

    /// Where its logs and snapshots are.
    pub(crate) fn files(&self) -> PathBuf {
        self.data().join("version-2")
    }

    /// Its transaction logs, the oldest first.
    pub(crate) fn logs(&self) -> Vec<PathBuf> {
        let mut logs: Vec<(u64, PathBuf)> = fs::read_dir(self.files())
            .expect("it has files")
            .flatten()
            .filter_map(|file| {
                let name = file.file_name().into_string().ok()?;
                let first = u64::from_str_radix(name.strip_prefix("log.")?, 16).ok()?;
                Some((first, file.path()))
            })
            .collect();
        logs.sort();
        logs.into_iter().map(|(_, path)| path).collect()
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
