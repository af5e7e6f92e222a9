//! The command line of one member, which the console's `zoowarden server` shares.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;

pub use crate::shadow::ShadowArgs;
use crate::{logging, member, shadow};

/// How to run one member.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub struct ServerArgs {
    /// A ZooKeeper zoo.cfg, or a member.toml; told apart by their content.
    #[arg(
        value_name = "CONFIG",
        required_unless_present = "hosts",
        conflicts_with = "hosts"
    )]
    pub config: Option<PathBuf>,

    /// What Apache takes as a system property: KEY with or without `zookeeper.`. May be given
    /// several times; where the file sets the same, the file counts.
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_value)]
    pub set: Vec<String>,

    /// Also log to daily files in this directory.
    #[arg(long, value_name = "DIR")]
    pub log_dir: Option<PathBuf>,

    /// End when standard input does: how a parent's children end with it, however it ends.
    #[arg(long, hide = true)]
    pub exit_with_parent: bool,

    /// Of a shadow.
    #[command(flatten)]
    pub shadow: ShadowArgs,
}

const EXAMPLES: &str = "\
Examples:
  zoowarden-server zoo.cfg
      Serve with the configuration of an Apache ZooKeeper server, from its data directory.

  zoowarden-server --set 4lw.commands.whitelist='*' --set jute.maxbuffer=4194304 zoo.cfg
      What Apache's scripts pass as -Dzookeeper.4lw.commands.whitelist=* -Djute.maxbuffer=...

  RUST_LOG=debug zoowarden-server --log-dir /var/log/zoowarden member.toml
      Say more, to standard error and to /var/log/zoowarden/zoowarden-server.YYYY-MM-DD.log.

  zoowarden-server --shadow zk1:2181,zk2:2181 --data-dir /var/lib/zoowarden-shadow
      Before the first member of an ensemble is swapped for one of ours: see that ours takes
      every transaction of your own load and comes to the same tree. The shadow copies the data
      (DIFF or SNAP), applies all that is committed, and compares each transaction's digest
      (Apache 3.6 and later write them) with its own. It has no vote, and whether it is there
      or not makes no difference to the others; on the leader it counts as one observer more.
      Every 10 s and at the end it prints the last zxid, transactions applied, digests
      compared and wrong, lag and reconnects. The exit code is 0 where all agreed, 1 where one
      did not, 2 where it could not follow. It must reach the quorum and election ports.

A smallest zoo.cfg:
  dataDir=/var/lib/zookeeper
  clientPort=2181

SIGTERM and SIGINT stop the member cleanly, with exit code 0. See that it serves:
  echo srvr | nc localhost 2181
  curl localhost:8080/commands/monitor";

fn key_value(text: &str) -> Result<String, String> {
    match text.split_once('=') {
        Some((key, _)) if !key.trim().is_empty() => Ok(text.to_owned()),
        _ => Err("expected KEY=VALUE".to_owned()),
    }
}

/// Runs one member until it is told to stop. What is wrong goes to standard error.
#[must_use]
pub fn main_with(args: &ServerArgs) -> ExitCode {
    let _writing = match logging::start(args.log_dir.as_deref()) {
        Ok(guard) => guard,
        Err(fault) => {
            eprintln!("zoowarden-server: {fault:#}");
            return ExitCode::FAILURE;
        }
    };
    if let (Some(hosts), Some(directory)) = (&args.shadow.hosts, &args.shadow.data_dir) {
        return shadow::run(args, hosts, directory);
    }
    match member::run(args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            tracing::error!("{fault:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Cli {
        #[command(flatten)]
        server: ServerArgs,
    }

    #[test]
    fn set_needs_a_key_and_a_value() {
        for bad in ["novalue", "=x", ""] {
            assert!(Cli::try_parse_from(["server", "--set", bad, "zoo.cfg"]).is_err());
        }
        let set = ["server", "--set", "a=b=c", "--set", "d=", "zoo.cfg"];
        let cli = Cli::try_parse_from(set).unwrap();
        assert_eq!(cli.server.set, ["a=b=c", "d="]);
    }
}
