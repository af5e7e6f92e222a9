//! The two programs under test, with one command line for each.

use std::{path::Path, process::Command};

/// Which program a member runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Apache ZooKeeper 3.8.0 of Debian's package.
    Apache,
    /// This workspace's `zoowarden-server`.
    Ours,
}

impl Kind {
    /// The command that runs a member with this zoo.cfg in the foreground, its log on
    /// standard output and standard error.
    pub(crate) fn command(self, config: &Path) -> Command {
        let mut command = match self {
            Self::Apache => {
                let mut command = Command::new("java");
                // Small and quick to start; several run beside each other.
                command.args([
                    "-Xmx256m",
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Dorg.slf4j.simpleLogger.showDateTime=true",
                    "-Dorg.slf4j.simpleLogger.dateTimeFormat=HH:mm:ss.SSS",
                    "-Dzookeeper.admin.enableServer=false",
                    "-cp",
                    // Debian has several loggers; the first is taken, and this one needs no file.
                    "/usr/share/java/slf4j-simple.jar:/usr/share/java/*",
                    "org.apache.zookeeper.server.quorum.QuorumPeerMain",
                ]);
                command
            }
            Self::Ours => {
                let mut command = Command::new(env!("CARGO_BIN_EXE_zoowarden-server"));
                command.args(["--set", "zookeeper.admin.enableServer=false"]);
                command
            }
        };
        command.arg(config);
        command
    }
}
