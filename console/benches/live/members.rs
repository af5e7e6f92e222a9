//! Ensembles of real processes. Each member has a loopback address of its own, so that all may
//! have their AdminServer on one port, as on hosts of their own.

use std::{
    fs,
    net::SocketAddr,
    path::PathBuf,
    process::{Command, Stdio},
    time::Duration,
};

use zoowarden_testkit::{
    Kind, Process, apache, free_port, wait_until,
    words::{self, Mode},
};

const START: Duration = Duration::from_secs(60);

/// How a kind of member is called in the table.
pub(crate) fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Ours => "ours",
        Kind::Apache => "apache",
    }
}

pub(crate) fn has_java() -> bool {
    let java = Command::new("java")
        .arg("-version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    java.is_ok_and(|status| status.success())
}

/// A running ensemble; its processes end with it.
pub(crate) struct Members {
    kind: Kind,
    clients: Vec<SocketAddr>,
    admin_port: u16,
    processes: Vec<Process>,
    directory: tempfile::TempDir,
}

impl Members {
    pub(crate) fn start(kind: Kind, count: u8) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let admin_port = free_port();
        let clients: Vec<SocketAddr> = (1..=count)
            .map(|n| SocketAddr::from(([127, 0, 0, n], free_port())))
            .collect();
        let servers: String = (1..=count)
            .map(|n| {
                let client = clients[usize::from(n) - 1].port();
                let (quorum, votes) = (free_port(), free_port());
                format!("server.{n}=127.0.0.{n}:{quorum}:{votes};127.0.0.{n}:{client}\n")
            })
            .collect();
        for (n, _) in (1..=count).zip(&clients) {
            let home = directory.path().join(n.to_string());
            fs::create_dir(&home).expect("a data directory");
            fs::write(home.join("myid"), n.to_string()).expect("myid");
            let ours = match kind {
                Kind::Ours => format!(
                    "admin.enableServer=true\nadmin.serverAddress=127.0.0.{n}\n\
                     admin.serverPort={admin_port}\n"
                ),
                Kind::Apache => String::new(),
            };
            let text = format!(
                "tickTime=2000\ninitLimit=10\nsyncLimit=5\nmaxClientCnxns=0\n\
                 maxSessionTimeout=3600000\n4lw.commands.whitelist=*\n{ours}dataDir={}\n{servers}",
                home.display()
            );
            fs::write(home.join("zoo.cfg"), text).expect("zoo.cfg");
        }
        let mut members = Self {
            kind,
            clients,
            admin_port,
            processes: Vec::new(),
            directory,
        };
        for member in 0..usize::from(count) {
            let process = members.spawn(member);
            members.processes.push(process);
        }
        members.wait_until_whole();
        members
    }

    fn home(&self, member: usize) -> PathBuf {
        self.directory.path().join((member + 1).to_string())
    }

    fn spawn(&self, member: usize) -> Process {
        let home = self.home(member);
        let mut command = match self.kind {
            Kind::Ours => {
                let mut command = Command::new(env!("CARGO_BIN_EXE_zoowarden"));
                command.arg("server");
                command
            }
            Kind::Apache => apache::java(&apache::SMALL, apache::SERVER),
        };
        command.arg(home.join("zoo.cfg"));
        Process::spawn(
            &format!("member {}", member + 1),
            command,
            &home.join("log"),
        )
    }

    fn wait_until_whole(&self) {
        wait_until("all follow one leader", START, || {
            let modes: Vec<_> = (0..self.clients.len())
                .filter_map(|member| self.mode(member))
                .collect();
            let with = |mode| modes.iter().filter(|found| **found == mode).count();
            (with(Mode::Leader), with(Mode::Follower)) == (1, self.clients.len() - 1)
        });
    }

    fn mode(&self, member: usize) -> Option<Mode> {
        Some(words::srvr(self.clients[member])?.mode)
    }

    pub(crate) fn clients(&self) -> &[SocketAddr] {
        &self.clients
    }

    pub(crate) fn addresses(&self) -> String {
        let all: Vec<String> = self.clients.iter().map(SocketAddr::to_string).collect();
        all.join(",")
    }

    pub(crate) fn admin_port(&self) -> u16 {
        self.admin_port
    }

    pub(crate) fn a_follower(&self) -> usize {
        (0..self.clients.len())
            .find(|&member| self.mode(member) == Some(Mode::Follower))
            .expect("a follower")
    }

    pub(crate) fn kill(&mut self, member: usize) {
        self.processes[member].kill();
    }

    pub(crate) fn revive(&mut self, member: usize) {
        self.processes[member] = self.spawn(member);
        self.wait_until_whole();
    }

    pub(crate) fn pause(&mut self, member: usize) {
        self.processes[member].pause();
    }

    pub(crate) fn resume(&mut self, member: usize) {
        self.processes[member].resume();
    }
}
