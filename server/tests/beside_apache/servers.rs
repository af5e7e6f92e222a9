//! The two kinds of server under test, each a process of its own, gone when dropped.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

/// `super:test`, hashed as `DigestAuthenticationProvider` does.
const SUPER_DIGEST: &str = "super:D/InIHSb7yEEbrWz8b9l71RjZJU=";

/// What both get as system properties.
const PROPERTIES: [(&str, &str); 4] = [
    (
        "zookeeper.DigestAuthenticationProvider.superDigest",
        SUPER_DIGEST,
    ),
    ("zookeeper.extendedTypesEnabled", "true"),
    ("zookeeper.admin.enableServer", "false"),
    ("zookeeper.snapCount", "500"),
];

/// Which server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Apache ZooKeeper 3.8.0 of Debian's package.
    Apache,
    /// This workspace's `zoowarden-server`.
    Ours,
}

/// A running standalone server.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    kind: Kind,
    child: Child,
    home: Home,
}

/// A temporary directory with a data directory in it.
pub(crate) struct Home(tempfile::TempDir);

impl Home {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary directory"))
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    pub(crate) fn apache() -> Self {
        Self::start(Kind::Apache, Home::new())
    }

    pub(crate) fn ours() -> Self {
        Self::start(Kind::Ours, Home::new())
    }

    /// Starts one on the data directory of `home`, empty or not, and waits until it serves.
    pub(crate) fn start(kind: Kind, home: Home) -> Self {
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let config = home.0.path().join("zoo.cfg");
        let text = format!(
            "dataDir={}\nclientPort={port}\ntickTime=2000\nmaxClientCnxns=0\n\
             4lw.commands.whitelist=*\nreconfigEnabled=true\n",
            home.data().display()
        );
        std::fs::write(&config, text).expect("the config is written");
        let log = std::fs::File::create(home.0.path().join("server.log")).expect("a log file");
        let mut child = command(kind, &config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{kind:?} does not start: {error}"));
        let address = SocketAddr::from(([127, 0, 0, 1], port));
        let deadline = Instant::now() + Duration::from_secs(60);
        while !fourletter(address, "srvr").contains("Mode: standalone") {
            let ended = child.try_wait().expect("the child can be asked");
            let late = Instant::now() >= deadline;
            if ended.is_some() || late {
                let log = std::fs::read_to_string(home.0.path().join("server.log"));
                panic!(
                    "{kind:?} does not serve ({ended:?}): {}",
                    log.unwrap_or_default()
                );
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Self {
            address,
            kind,
            child,
            home,
        }
    }

    /// Ends it at once, as a crash would, and starts a server of this kind on what it left.
    pub(crate) fn replaced_by(self, kind: Kind) -> Self {
        let mut old = self;
        old.child.kill().expect("it can be killed");
        old.child.wait().expect("it ends");
        let home = std::mem::replace(&mut old.home, Home::new());
        drop(old);
        Self::start(kind, home)
    }

    pub(crate) fn kind(&self) -> Kind {
        self.kind
    }
}

fn command(kind: Kind, config: &Path) -> Command {
    let mut command = match kind {
        Kind::Apache => {
            let mut command = Command::new("java");
            command.args(["-Xmx1g", "-cp", "/usr/share/java/*"]);
            for (key, value) in PROPERTIES {
                command.arg(format!("-D{key}={value}"));
            }
            command.arg("org.apache.zookeeper.server.quorum.QuorumPeerMain");
            command
        }
        Kind::Ours => {
            let mut command = Command::new(env!("CARGO_BIN_EXE_zoowarden-server"));
            for (key, value) in PROPERTIES {
                command.arg("--set").arg(format!("{key}={value}"));
            }
            command
        }
    };
    command.arg(config);
    command
}

/// The answer to a four-letter word; empty where there is none.
pub(crate) fn fourletter(address: SocketAddr, word: &str) -> String {
    let mut text = String::new();
    if let Ok(mut stream) = TcpStream::connect(address) {
        // A server that is only just starting may accept and never answer.
        let _ = stream.set_read_timeout(Some(Duration::from_secs(2)));
        let _ = stream.write_all(word.as_bytes());
        let _ = stream.read_to_string(&mut text);
    }
    text
}
