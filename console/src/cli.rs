//! The command line. `--help` teaches: what each form opens, with examples.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use clap_complete::Shell;

use crate::{
    act, audit_command, bench, config, demo, detached, drill, man, replay, serve, status,
    view::Theme, watch,
};

const EXAMPLES: &str = "\
Examples:
  zoowarden                                   your clusters (several: the fleet), or a demo
  zoowarden demo --members 5                  five members of our own and clients on them;
                                              --headless for scripts; --help says more
  zoowarden drill                             faults to find and repair, scored
  zoowarden --connect zk1:2181                watch an ensemble; the others are found from one
  zoowarden --connect zk1,zk2,zk3             the same, where their addresses must be given
  zoowarden status --connect zk1:2181 --json  one look for scripts: 0 healthy, 1 degraded,
                                              2 no quorum, 3 cannot tell
  zoowarden act restart 3 --cluster prod --dry-run
                                              judge one action; act --help says more
  zoowarden server zoo.cfg                    run one member in the foreground
  zoowarden bench --connect zk1:2181 --mode get
  zoowarden config check                      all that is wrong with console.toml, by lines
  zoowarden config example                    a console.toml with every key
  zoowarden man | man -l -                    the manual; --out DIR writes one of each subcommand
  zoowarden completions bash > /etc/bash_completion.d/zoowarden

A wrong command line ends with exit code 64.

Keys: 2 members, 5 sessions, 7 znodes, ? help, / filter, q quit.
Clusters are listed in ~/.config/zoowarden/console.toml (config example has every key):
  [[cluster]]
  name = \"prod\"
  connect = [\"zk1:2181\", \"zk2:2181\", \"zk3:2181\"]
  tag = \"PROD\"
  colour = \"red\"
  via = [\"ssh\", \"-W\", \"%h:%p\", \"bastion\"]   # no shell; kubectl exec -i ... nc %h %p will do too
  [cluster.tls]                               # ca, cert, key, server_name, verify_hostname
  ca = \"/etc/zk/ca.pem\"
  [cluster.auth]                              # USER:PASSWORD in a file of mode 0600, or printed
  digest = { file = \"~/.zk/digest\" }        # by a command; sasl (DIGEST-MD5) likewise
  sasl = { command = [\"pass\", \"zk\"] }";

/// Exit code of a wrong command line, `EX_USAGE` of sysexits.h: 1 to 3 are verdicts of
/// `zoowarden status`.
pub const USAGE: u8 = 64;

/// A console that watches ZooKeeper ensembles, and the server to run them.
#[derive(Debug, Parser)]
#[command(name = "zoowarden", version, about, after_help = EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Option<Subcommands>,
    #[command(flatten)]
    pub console: ConsoleArgs,
}

/// What the console itself takes.
#[derive(Debug, Args)]
pub struct ConsoleArgs {
    /// Watch the ensemble at these addresses (port 2181 where none is given)
    #[arg(long, value_name = "HOST:PORT,...")]
    pub connect: Option<String>,
    /// Never change anything, whatever is asked
    #[arg(long)]
    pub read_only: bool,
    /// Open this cluster of console.toml; otherwise the only one, or the fleet of all
    #[arg(long, value_name = "NAME", conflicts_with = "connect")]
    pub cluster: Option<String>,
    /// Read clusters from this file instead of ~/.config/zoowarden/console.toml; beside --connect
    /// all but its clusters: neither TLS nor via nor identity is taken from one
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Keep the demo's data in this directory, and use what is there
    #[arg(long, value_name = "DIR", conflicts_with_all = ["connect", "cluster"])]
    pub data_dir: Option<PathBuf>,
    /// The port of the members' AdminServers (8080), or one for each address of --connect
    #[arg(
        long,
        value_name = "PORT,...",
        value_delimiter = ',',
        requires = "connect"
    )]
    pub admin_port: Vec<u16>,
    #[command(flatten)]
    pub look: LookArgs,
}

/// How the screen is drawn, whatever it shows.
#[derive(Args, Clone, Debug)]
pub struct LookArgs {
    /// Draw in ASCII alone
    #[arg(long)]
    pub ascii: bool,
    /// Draw without colours (so does the environment variable NO_COLOR)
    #[arg(long)]
    pub no_color: bool,
    /// Draw in this theme, whatever console.toml says
    #[arg(long, value_name = "THEME", conflicts_with = "no_color")]
    pub theme: Option<Theme>,
    /// Write daily log files into this directory; the screen never shows logs
    #[arg(long, value_name = "DIR")]
    pub log_dir: Option<PathBuf>,
}

/// The other things this binary does.
#[derive(Debug, Subcommand)]
pub enum Subcommands {
    /// An ensemble on this machine with a few dozen clients, and the console on it
    Demo(demo::Args),
    Drill(drill::Args),
    /// Run one member in the foreground
    Server(serve::ServerArgs),
    /// One look at an ensemble, then exit: 0 healthy, 1 degraded, 2 no quorum, 3 cannot tell,
    /// 64 wrong command line
    Status(status::Args),
    /// Check the audit log, or show it: who changed what, and whether the log was changed since
    Audit(audit_command::Args),
    /// Act on an ensemble, through the gate: 0 done, 1 verify, 2 refused or failed, 3 could not
    /// look, 64 wrong command line
    Act(act::Args),
    Plans(detached::command::Args),
    Watch(watch::Args),
    Replay(replay::Args),
    /// Put a load on an ensemble and measure it
    Bench(bench::Args),
    /// What is wrong with console.toml, where it is looked for, and an example of every key
    Config(config::Args),
    /// Print the manual page, or write those of all subcommands
    Man(man::Args),
    /// Print what completes this command line in a shell
    Completions {
        /// The shell
        shell: Shell,
    },
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn the_help_teaches_by_examples() {
        let help = Cli::command().render_long_help().to_string();
        assert!(help.contains("Examples:") && help.contains("console.toml"));
    }
}
