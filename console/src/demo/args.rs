//! The command line of `zoowarden demo`.

use std::path::PathBuf;

use super::{DEFAULT_MEMBERS, DemoOptions};
use crate::cli::LookArgs;

const HELP: &str = "\
Examples:
  zoowarden demo                      three members, free ports, throw-away data
  zoowarden demo --members 5          five of them: two may go
  zoowarden demo --members 1          a standalone server
  zoowarden demo --base-port 2181 --data-dir ~/zk
                                      clients at 2181, 2182, 2183; the data stays
  zoowarden demo --headless           no screen: for scripts, and beside one's own clients

Ports, with N members from base P: clients P to P+N-1 (the connect string), then N each for
quorum, election and AdminServer, and N each where the members listen behind the relays that
stand at quorum and election ports, so that B can cut a member off. For three from 2181: clients
2181-2183, quorum 2184-2186, election 2187-2189, AdminServer 2190-2192, behind the relays
2193-2198. All on 127.0.0.1. Without --base-port free ones between 20000 and 32000 are taken.

Data: DIR/member-1, DIR/member-2, ... with --data-dir; they are used when they are there.

To see what a fault costs: press B, the number of a line, Enter; or kill -9 a member's process
(--headless prints their ids, the screen shows them below the member). Then read the line
\"clients\". They count from their side: writes acknowledged; refused; unanswered (sent, and the
connection was lost: they may or may not have happened); sessions lost; and the longest time
between two acknowledgements to any of them.

A member that crashes is started again by its supervisor, after 1 s, then 2 s; after the third
crash in ten minutes it stays down. What B holds down stays down: screen 0 or B starts it.

--headless prints `connect HOST:PORT,...`, then a line for each member with its process id,
ports and directories, then what happens and, every 10 s, the clients' counts; SIGINT or SIGTERM
ends it, with exit code 0. However this process ends, its members end with it.";

/// An ensemble on this machine with a few dozen clients, and the console on it
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = HELP)]
pub struct Args {
    /// How many members; 1 is a standalone server
    #[arg(long, value_name = "N", default_value_t = DEFAULT_MEMBERS, value_parser = clap::value_parser!(u16).range(1..=9))]
    pub members: u16,
    /// Keep the members' data in this directory, and use what is there
    #[arg(long, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// The first of six ports for each member; free ones otherwise
    #[arg(long, value_name = "P", value_parser = clap::value_parser!(u16).range(1..=65_500))]
    pub base_port: Option<u16>,
    /// Draw no screen: print the connect string, the members and what happens
    #[arg(long)]
    pub headless: bool,
    #[command(flatten)]
    pub look: LookArgs,
}

impl Args {
    /// What they ask for.
    #[must_use]
    pub fn options(&self) -> DemoOptions {
        DemoOptions {
            members: self.members,
            data_dir: self.data_dir.clone(),
            base_port: self.base_port,
        }
    }
}
