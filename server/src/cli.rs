//! The command line of one member, which the console's `zoowarden server` shares.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;

use crate::{exit, logging, process, quorum_loss, resync, shadow, supervise};
pub use crate::{quorum_loss::QuorumLossArgs, shadow::ShadowArgs, supervise::SuperviseArgs};

/// How to run one member.
#[derive(Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub struct ServerArgs {
    /// A ZooKeeper zoo.cfg, or a member.toml; told apart by their content.
    #[arg(
        value_name = "CONFIG",
        required_unless_present_any = ["hosts", "control", "inspect", "set_aside"],
        conflicts_with_all = ["hosts", "control"]
    )]
    pub config: Option<PathBuf>,

    /// What Apache takes as a system property: KEY with or without `zookeeper.`. May be given
    /// several times; where the file sets the same, the file counts.
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_value)]
    pub set: Vec<String>,

    /// Also log to daily files in this directory.
    #[arg(long, value_name = "DIR")]
    pub log_dir: Option<PathBuf>,

    /// While the member of CONFIG is stopped: have its next start set aside all that it has and
    /// take it from the leader, without a vote until then. For one whose data is damaged while
    /// the others have a quorum; without one see --set-aside.
    #[arg(long, requires = "config", conflicts_with_all = ["force_quorum", "supervise"])]
    pub resync: bool,

    /// Answer in JSON: the reports of a shadow, and what --control
    /// and --inspect say.
    #[arg(long)]
    pub json: bool,

    /// End when standard input does: how a parent's children end with it, however it ends.
    #[arg(long, hide = true)]
    pub exit_with_parent: bool,

    /// Of a demo: each sync of the disk takes longer by as many milliseconds as this file says,
    /// while it is there.
    #[arg(long, value_name = "FILE", hide = true)]
    pub sync_delay_from: Option<PathBuf>,

    /// Of a shadow.
    #[command(flatten)]
    pub shadow: ShadowArgs,

    /// Of recovery without a quorum.
    #[command(flatten)]
    pub quorum_loss: QuorumLossArgs,

    /// Of the supervisor.
    #[command(flatten)]
    pub supervisor: SuperviseArgs,
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

  zoowarden-server --supervise zoo.cfg
      Beside the member: a supervisor that starts it again when it crashes, after 1, 2, 4, ... 60 s.
      After 3 crashes in 10 minutes it is quarantined: it stays down until you have read its last
      words and released it. Nor is it started again where that cannot help: exit codes 65 and 78.
      DATADIR/zoowarden.supervisor.json says how things are; beside systemd choose one of the two.

  zoowarden-server --control /var/lib/zookeeper status
  zoowarden-server --control /var/lib/zookeeper release
      Ask the supervisor, or tell it: stop, start, restart, release. The door is a socket in the
      data directory, for the user alone that runs the member.

  zoowarden-server --inspect /var/lib/zookeeper
      What is in a data directory, of a server that runs or not: last zxid, epochs, whether all
      sums are right, the ensemble it knows. Nothing is changed. Exit code 65: a start would not
      vouch for it.

  zoowarden-server --resync zoo.cfg && systemctl start zoowarden
      When a member ended with exit code 65: its next start sets the damaged data aside, has no
      vote, and takes everything from the leader. The AdminServer of one that serves: POST resync.
      This is the way whenever the others have a quorum; --set-aside is for when they have none.

  zoowarden-server --force-quorum zoo.cfg --epoch 9 --zxid 0x500000007 \\
      --members 'server.1=zk1:2888:3888:participant;2181'
      When a majority of the disks is gone for good: while the server is stopped, make it a voter
      of the ensemble of these members (several: --members again). What only the lost disks had
      is lost. FIRST stop every absent voter and move its data aside: old voters that are a
      majority among themselves would lead on. Of the survivors force the one with the highest
      (currentEpoch, last zxid) and just so many others that they are a majority with it; the
      rest once it leads. The AdminServer has the same: POST reserve, force_quorum.

  zoowarden-server --set-aside /var/lib/zookeeper
      When a quorum is lost for good and others go on without this server: while it is stopped,
      version-2 becomes version-2.aside-SECONDS, so that nobody can vote by what is in it; nothing
      is removed. It is done at once, on Apache's data too, and orders nothing of the next start.
      For a damaged member of an ensemble that has a leader take --resync.

  zoowarden-server --force-quorum-by - /etc/zookeeper/zoo.cfg
      As --force-quorum, with the order on standard input: what a console's hook runs by ssh.

Exit codes of a member:
  0   it was told to stop
  1   it could not go on: a full disk, a port that is taken, ...: the next start may do better
  2   the command line is wrong (64 of `zoowarden server`)
  65  the data is damaged: it says which file and byte, and touches nothing
  78  the configuration is wrong: it says which line

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
    if let Some(directory) = &args.quorum_loss.inspect {
        return code_of(quorum_loss::inspect(directory, args));
    }
    if let Some(directory) = &args.quorum_loss.set_aside {
        return code_of(quorum_loss::set_aside(directory, args));
    }
    let ended = match &args.supervisor.control.as_deref() {
        Some([directory, order]) => supervise::control(directory.as_ref(), order, args.json),
        _ if args.quorum_loss.force_quorum || args.quorum_loss.force_quorum_by.is_some() => {
            quorum_loss::force_offline(args)
        }
        _ if args.resync => resync::order(args),
        _ if args.supervisor.supervise => supervise::run(args).map(|()| ExitCode::SUCCESS),
        _ => process::run(args).map(|()| ExitCode::SUCCESS),
    };
    code_of(ended)
}

fn code_of(ended: anyhow::Result<ExitCode>) -> ExitCode {
    ended.unwrap_or_else(|fault| {
        tracing::error!("{}", zoowarden_shared::chain::told(fault.as_ref()));
        exit::code_of(&fault)
    })
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
