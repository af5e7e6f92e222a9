//! The two programs under test, with one command line for each.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use crate::apache;

/// Which program a server runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Apache ZooKeeper 3.8.0 of Debian's package.
    Apache,
    /// This workspace's `zoowarden-server`.
    Ours,
}

impl Kind {
    /// The command that runs a server with this zoo.cfg and these system properties in the
    /// foreground, its log on standard output and standard error, without an AdminServer.
    #[must_use]
    pub fn command(self, config: &Path, properties: &[(&str, &str)]) -> Command {
        let mut command = match self {
            Self::Apache => {
                let defined: Vec<_> = properties
                    .iter()
                    .map(|(key, value)| format!("-D{key}={value}"))
                    .collect();
                let defined = defined.iter().map(String::as_str);
                let options: Vec<_> = apache::SMALL.into_iter().chain(defined).collect();
                apache::java(&options, apache::SERVER)
            }
            Self::Ours => {
                let mut command = Command::new(our_server());
                command.args(["--set", "zookeeper.admin.enableServer=false"]);
                for (key, value) in properties {
                    command.arg("--set").arg(format!("{key}={value}"));
                }
                command
            }
        };
        command.arg(config);
        command
    }
}

/// `zoowarden-server` as cargo has built it for the test that runs, which stands in `deps`
/// beside it: a library is not told by `CARGO_BIN_EXE_*`.
#[must_use]
pub fn our_server() -> PathBuf {
    let test = env::current_exe().expect("the test knows where it is");
    let built = test.parent().and_then(Path::parent);
    let name = format!("zoowarden-server{}", env::consts::EXE_SUFFIX);
    let server = built.expect("it stands in deps").join(name);
    assert!(
        server.exists(),
        "{}: cargo builds it for the tests of zoowarden-server alone",
        server.display()
    );
    server
}
