//! Three members as processes, with their directories and ports.

use std::{fs, net::SocketAddr, process::Command, time::Duration};

use zoowarden_testkit::{
    Kind, Process, apache, free_port, our_server, wait_until,
    words::{self, Mode},
};

const MEMBERS: usize = 3;
const START: Duration = Duration::from_secs(60);

/// How a kind of member is called in the table.
pub(crate) fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Ours => "ours",
        Kind::Apache => "apache",
    }
}

/// Apache's with the JVM's own settings: those of the tests make it start quickly, not run so.
fn command(kind: Kind) -> Command {
    match kind {
        Kind::Ours => Command::new(our_server()),
        Kind::Apache => apache::java(&[], apache::SERVER),
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
    processes: Vec<Process>,
    clients: Vec<SocketAddr>,
    _directory: tempfile::TempDir,
}

impl Cluster {
    pub(crate) fn start(kind: Kind) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let clients: Vec<_> = (0..MEMBERS)
            .map(|_| SocketAddr::from(([127, 0, 0, 1], free_port())))
            .collect();
        let servers: String = (1..=MEMBERS)
            .map(|sid| format!("server.{sid}=127.0.0.1:{}:{}\n", free_port(), free_port()))
            .collect();
        let processes = (1..=MEMBERS)
            .zip(&clients)
            .map(|(sid, client)| {
                let home = directory.path().join(sid.to_string());
                fs::create_dir(&home).expect("a data directory");
                fs::write(home.join("myid"), sid.to_string()).expect("myid");
                let config = home.join("zoo.cfg");
                let text = format!(
                    "tickTime=2000\ninitLimit=10\nsyncLimit=5\nmaxClientCnxns=0\n\
                     admin.enableServer=false\n4lw.commands.whitelist=*\n\
                     clientPort={}\nclientPortAddress=127.0.0.1\ndataDir={}\n{servers}",
                    client.port(),
                    home.display()
                );
                fs::write(&config, text).expect("zoo.cfg");
                let mut command = command(kind);
                command.arg(config);
                Process::spawn(&format!("member {sid}"), command, &home.join("log"))
            })
            .collect();
        let cluster = Self {
            processes,
            clients,
            _directory: directory,
        };
        cluster.wait_until_whole();
        cluster
    }

    fn wait_until_whole(&self) {
        wait_until("all follow one leader", START, || {
            let modes: Vec<_> = (0..MEMBERS)
                .filter_map(|member| self.mode(member))
                .collect();
            let with = |mode| modes.iter().filter(|found| **found == mode).count();
            (with(Mode::Leader), with(Mode::Follower)) == (1, MEMBERS - 1)
        });
    }

    fn mode(&self, member: usize) -> Option<Mode> {
        Some(words::srvr(self.clients[member])?.mode)
    }

    pub(crate) fn leader(&self) -> Option<usize> {
        (0..MEMBERS).find(|&member| self.mode(member) == Some(Mode::Leader))
    }

    pub(crate) fn client_addresses(&self) -> Vec<String> {
        self.clients.iter().map(SocketAddr::to_string).collect()
    }

    pub(crate) fn fail(&mut self, member: usize, fault: Fault) {
        match fault {
            Fault::Kill => self.processes[member].kill(),
            Fault::Stop => self.processes[member].pause(),
        }
    }
}
