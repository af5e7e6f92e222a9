//! `zoowarden act`: one action from the command line, through the same gate as on the screen.
//!
//! ```text
//!   open   who is to be acted on, and with what      show   the judgement, as text or JSON
//!   drive  the gate, with the command line's answers instead of keys
//!   tell   how the plan goes, on the terminal or in a console's journal
//! ```
//!
//! It ends as a Nagios check does: 0 done, 1 unknown (verify) or a reason is wanted, 2 refused
//! or failed, 3 could not look.

mod drive;
mod open;
mod show;
mod tell;

use std::{path::PathBuf, process::ExitCode};

use anyhow::Result;

use crate::{action::Action, cli::USAGE};

/// Act on an ensemble: 0 done and verified, 1 unknown (verify), 2 refused or failed, 3 could
/// not look; 64 on a wrong command line.
#[derive(clap::Args, Clone, Debug)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// What to do, and to whom: `restart 3`
    #[arg(required = true, value_name = "ACTION")]
    pub action: Vec<String>,
    /// Some members' client addresses; the others are found from them
    #[arg(long, value_name = "HOST:PORT,...")]
    pub connect: Option<String>,
    /// The cluster of console.toml, with its hooks and credentials; the only one needs no name
    #[arg(long, value_name = "NAME", conflicts_with = "connect")]
    pub cluster: Option<String>,
    /// Read clusters from this file instead of ~/.config/zoowarden/console.toml; beside --connect
    /// it says no more than where the audit log goes
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The members' AdminServers, where they are not on port 8080 of their hosts
    #[arg(long, value_name = "HOST:PORT,...")]
    pub admin: Option<String>,
    /// USER:PASSWORD of the digest identity that may change things, in a file of mode 0600
    #[arg(long, value_name = "FILE", conflicts_with = "cluster")]
    pub digest_file: Option<PathBuf>,
    /// Judge and show all of it, and send nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Confirm an action that asks for no more than y
    #[arg(long)]
    pub yes: bool,
    /// What the action wants typed, such as the member's name
    #[arg(long, value_name = "TEXT")]
    pub confirm: Option<String>,
    /// Who is powered off and cannot come back, where the action asks for it: "3 4 5"
    #[arg(long, value_name = "IDS")]
    pub powered_off: Option<String>,
    /// Why the soft checks may yield; it is written down
    #[arg(long, value_name = "TEXT")]
    pub reason: Option<String>,
    /// The ticket, written down with the action
    #[arg(long, value_name = "TICKET")]
    pub ticket: Option<String>,
    /// For how long a replace looks after its work, seconds; 60 by itself
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(0..=3600))]
    pub watch: Option<u64>,
    /// Print one JSON object at the end instead of lines
    #[arg(long)]
    pub json: bool,
    /// Never change anything: as --dry-run, enforced where orders are sent
    #[arg(long)]
    pub read_only: bool,
    /// The port of the members' AdminServers (8080), or one for each address of --connect
    #[arg(long, value_name = "PORT,...", value_delimiter = ',', conflicts_with_all = ["admin", "cluster"])]
    pub admin_port: Vec<u16>,
    /// Write down here how the plan goes, for the console that has begun it
    #[arg(long, value_name = "FILE", hide = true)]
    pub journal: Option<PathBuf>,
    /// Begin only the plan of which a console has shown this
    #[arg(long, value_name = "DIGEST", hide = true)]
    pub shown: Option<String>,
}

const EXAMPLES: &str = "\
Actions:
  start MEMBER | restart MEMBER | rolling-restart [after MEMBER,...]
  transfer-leadership ID
  replace ID by ID | replace ID by server.N=HOST:PORT:PORT;PORT
  add server.N=HOST:PORT:PORT;PORT | promote ID | demote ID | remove ID
  kill-session 0xID | rebalance MEMBER [PERCENT]
  snapshot MEMBER | resync ID | restore FILE | quorum-loss

Examples:
  zoowarden act restart 3 --cluster prod --dry-run
  zoowarden act transfer-leadership 2 --cluster prod --confirm 2 --ticket CHG-17";

/// Exit codes beyond success.
const UNKNOWN: u8 = 1;
const FAILED: u8 = 2;
const COULD_NOT_LOOK: u8 = 3;

/// Acts, or says why not.
///
/// # Errors
/// When console.toml or a secret is not as it must be, or nothing can be printed.
pub async fn run(args: Args) -> Result<ExitCode> {
    let action = match Action::parse(&args.action) {
        Ok(action) => action,
        Err(wrong) => {
            eprintln!("act: {wrong}");
            return Ok(ExitCode::from(USAGE));
        }
    };
    let opened = match open::open(&args).await? {
        Ok(opened) => opened,
        Err(wrong) => {
            eprintln!("act: {wrong}");
            return Ok(ExitCode::from(USAGE));
        }
    };
    let mut telling = tell::Telling::begin(&args)?;
    drive::drive(&args, action, opened, &mut telling).await
}
