//! Three members as processes, with their directories and ports.

use std::{
    fs,
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use zoowarden_client::fourletter;

const MEMBERS: usize = 3;
const START: Duration = Duration::from_secs(60);

/// Whose server.
#[derive(Clone, Debug)]
pub(crate) enum Make {
    /// Ours, and where it is.
    Ours(PathBuf),
    /// Debian's.
    Apache,
}

impl Make {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Ours(_) => "ours",
            Self::Apache => "apache",
        }
    }

    fn command(&self) -> Command {
        match self {
            Self::Ours(server) => Command::new(server),
            Self::Apache => {
                let mut java = Command::new("java");
                java.args([
                    "-Dzookeeper.admin.enableServer=false",
                    "-cp",
                    "/usr/share/java/*",
                ]);
                java.arg("org.apache.zookeeper.server.quorum.QuorumPeerMain");
                java
            }
        }
    }
}

/// What happens to the leader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Kill,
    Stop,
}

impl Fault {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Kill => "kill -9",
            Self::Stop => "SIGSTOP",
        }
    }
}

/// A running ensemble; its processes end with it.
pub(crate) struct Cluster {
    children: Vec<Child>,
    client_ports: Vec<u16>,
    _directory: tempfile::TempDir,
}

impl Cluster {
    pub(crate) async fn start(make: &Make) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let ports = free_ports(3 * MEMBERS);
        let (client_ports, others) = ports.split_at(MEMBERS);
        let servers: String = (1..=MEMBERS)
            .zip(others.chunks(2))
            .map(|(sid, ports)| format!("server.{sid}=127.0.0.1:{}:{}\n", ports[0], ports[1]))
            .collect();
        let children = (1..=MEMBERS)
            .zip(client_ports)
            .map(|(sid, port)| {
                let home = directory.path().join(sid.to_string());
                fs::create_dir(&home).expect("a data directory");
                fs::write(home.join("myid"), sid.to_string()).expect("myid");
                let config = home.join("zoo.cfg");
                let text = format!(
                    "tickTime=2000\ninitLimit=10\nsyncLimit=5\nmaxClientCnxns=0\n\
                     admin.enableServer=false\n4lw.commands.whitelist=*\n\
                     clientPort={port}\nclientPortAddress=127.0.0.1\ndataDir={}\n{servers}",
                    home.display()
                );
                fs::write(&config, text).expect("zoo.cfg");
                let log = fs::File::create(home.join("log")).expect("a log");
                make.command()
                    .arg(config)
                    .stdin(Stdio::null())
                    .stdout(Stdio::null())
                    .stderr(log)
                    .spawn()
                    .expect("the server starts")
            })
            .collect();
        let cluster = Self {
            children,
            client_ports: client_ports.to_vec(),
            _directory: directory,
        };
        cluster.wait_until_whole().await;
        cluster
    }

    async fn wait_until_whole(&self) {
        let start = Instant::now();
        loop {
            let mut modes = Vec::new();
            for member in 0..MEMBERS {
                modes.push(self.mode(member).await);
            }
            let followers = modes
                .iter()
                .filter(|mode| mode.as_deref() == Some("follower"));
            if followers.count() == MEMBERS - 1 && self.leader().await.is_some() {
                return;
            }
            assert!(start.elapsed() < START, "no ensemble: {modes:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn mode(&self, member: usize) -> Option<String> {
        let deadline = Duration::from_millis(500);
        let address = self.client_addresses().swap_remove(member);
        let answer = fourletter::ask(&address, "srvr", deadline).await.ok()?;
        let mode = answer.lines().find_map(|line| line.strip_prefix("Mode: "));
        mode.map(str::to_owned)
    }

    pub(crate) async fn leader(&self) -> Option<usize> {
        for member in 0..MEMBERS {
            if self.mode(member).await.as_deref() == Some("leader") {
                return Some(member);
            }
        }
        None
    }

    pub(crate) fn client_addresses(&self) -> Vec<String> {
        let ports = self.client_ports.iter();
        ports.map(|port| format!("127.0.0.1:{port}")).collect()
    }

    pub(crate) fn fail(&mut self, member: usize, fault: Fault) {
        match fault {
            Fault::Kill => self.children[member].kill().expect("the leader is killed"),
            Fault::Stop => {
                let pid = Pid::from_child(&self.children[member]);
                kill_process(pid, Signal::STOP).expect("the leader is stopped");
            }
        }
    }

    pub(crate) fn stop(&mut self) {
        for child in &mut self.children {
            // One of them is dead already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Ports that nobody listens on at this moment, all different.
fn free_ports(count: usize) -> Vec<u16> {
    let listeners: Vec<_> = (0..count)
        .map(|_| TcpListener::bind(("127.0.0.1", 0)).expect("a free port"))
        .collect();
    let ports = listeners.iter().map(|listener| listener.local_addr());
    ports
        .map(|address| address.expect("its address").port())
        .collect()
}
