//! A server that is no member of an ensemble, on a data directory that outlives it.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use crate::{kind::Kind, ports::free_port, process::Process, words};

/// How long it may take until it serves: a JVM on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a server is configured.
#[derive(Clone, Copy, Debug, Default)]
pub struct Setup {
    /// System properties, in full (`zookeeper.snapCount`).
    pub properties: &'static [(&'static str, &'static str)],
    /// More lines of zoo.cfg.
    pub settings: &'static str,
}

/// A server that serves on loopback; killed when dropped.
#[derive(Debug)]
pub struct Standalone {
    kind: Kind,
    setup: Setup,
    address: SocketAddr,
    data: PathBuf,
    process: Process,
    /// Outlives the process.
    home: tempfile::TempDir,
}

impl Standalone {
    /// Starts one on a data directory of its own and waits until it serves.
    #[must_use]
    pub fn start(kind: Kind, setup: Setup) -> Self {
        let home = tempfile::tempdir().expect("a temporary directory");
        let data = home.path().join("data");
        Self::run(kind, setup, data, home)
    }

    /// As [`Self::start`], on a data directory that is there.
    #[must_use]
    pub fn start_on(data: &Path, kind: Kind, setup: Setup) -> Self {
        let home = tempfile::tempdir().expect("a temporary directory");
        Self::run(kind, setup, data.to_owned(), home)
    }

    fn run(kind: Kind, setup: Setup, data: PathBuf, home: tempfile::TempDir) -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], free_port()));
        let process = spawn(kind, setup, address, &data, home.path());
        let mut server = Self {
            kind,
            setup,
            address,
            data,
            process,
            home,
        };
        server.wait_until_it_serves();
        server
    }

    /// Where clients find it.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Ends it at once, as a crash would, and starts it again on what it left, at the same
    /// address.
    pub fn crash_and_restart(&mut self) {
        self.process.kill();
        let home = self.home.path();
        self.process = spawn(self.kind, self.setup, self.address, &self.data, home);
        self.wait_until_it_serves();
    }

    /// Ends it at once, as a crash would, and starts a server of this kind on what it left.
    #[must_use]
    pub fn replaced_by(mut self, kind: Kind) -> Self {
        self.process.kill();
        Self::run(kind, self.setup, self.data, self.home)
    }

    fn wait_until_it_serves(&mut self) {
        let deadline = Instant::now() + PATIENCE;
        while !words::ask(self.address, "srvr").contains("Mode: standalone") {
            self.process.assert_still_runs();
            assert!(
                Instant::now() < deadline,
                "{:?} does not serve: {}",
                self.kind,
                self.process.said()
            );
            thread::sleep(Duration::from_millis(20));
        }
    }
}

fn spawn(kind: Kind, setup: Setup, address: SocketAddr, data: &Path, home: &Path) -> Process {
    let config = home.join("zoo.cfg");
    let text = format!(
        "dataDir={}\nclientPort={}\nclientPortAddress=127.0.0.1\nmaxClientCnxns=0\n\
         4lw.commands.whitelist=*\n{}",
        data.display(),
        address.port(),
        setup.settings
    );
    fs::write(&config, text).expect("the config is written");
    let command = kind.command(&config, setup.properties);
    Process::spawn(&format!("{kind:?}"), command, &home.join("server.log"))
}
