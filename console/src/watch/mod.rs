//! `zoowarden watch`: the console's own loop without a screen, for a service or a log: one line
//! for each thing that happens, each alarm's beginning and end, each notification.
//!
//! ```text
//!   sources ──Event──> update(&mut Model) ──> notifier     as configured for the console
//!       └──> recorder       └──> news ──> line              text, or a JSON object
//! ```
//!
//! Nothing is ever changed by it: no gate is opened, and none could.

mod line;
mod news;
mod run;

use std::{path::PathBuf, time::Duration};

pub use run::run;

use crate::duration::parse_ms;

/// Watch an ensemble and print a line for all that happens, until SIGINT or SIGTERM.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// Some members' client addresses; the others are found from them
    #[arg(long, value_name = "HOST:PORT,...")]
    pub connect: Option<String>,
    /// Watch this cluster of console.toml (the only one needs no name), by its way there: via,
    /// TLS, identity
    #[arg(long, value_name = "NAME", conflicts_with = "connect")]
    pub cluster: Option<String>,
    /// Read clusters, alarms and channels from this file instead of
    /// ~/.config/zoowarden/console.toml; beside --connect alarms and channels alone
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The port of the members' AdminServers (8080), or one for each address of --connect
    #[arg(
        long,
        value_name = "PORT,...",
        value_delimiter = ',',
        requires = "connect"
    )]
    pub admin_port: Vec<u16>,
    /// Print each line as a JSON object
    #[arg(long)]
    pub json: bool,
    /// Record what the members tell, where the console does and as much ([record] limit_mib):
    /// zoowarden replay shows it, whoever was at a screen then
    #[arg(long)]
    pub record: bool,
    /// End by itself after so long: 90s, 30m, 2h, 1d
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    pub lasts: Option<Duration>,
}

const EXAMPLES: &str = "\
Examples:
  zoowarden watch --cluster prod                 as a service: tells by the channels of [notify]
  zoowarden watch --connect zk1:2181 --json      {\"time\":...,\"severity\":...,\"kind\":...,
                                                 \"sentence\":...,\"member\":...} a line
  zoowarden watch --cluster prod --record        and keeps what it saw for zoowarden replay
  zoowarden watch --connect zk1:2181 --for 60s

It ends with 0 by a signal or after --for, with 1 when nobody reads its lines.";

fn duration(text: &str) -> Result<Duration, String> {
    // The longest that a timer takes without wrapping is far beyond a year.
    parse_ms(text, 365).map(Duration::from_millis)
}
