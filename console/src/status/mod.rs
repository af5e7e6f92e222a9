//! `zoowarden status`: one look at an ensemble, one verdict, and an exit code for scripts.
//!
//! ```text
//!   look     asks one member                    discover   who the members are
//!   gather   all of them at once ──> Picture    lag        behind the leader, asked twice
//!   picture  the facts, judged by shared's verdict, as JSON or as a table
//! ```
//!
//! It costs each member one four-letter word (a leader two), and the ensemble one session,
//! opened to read `/zookeeper/config` and closed again. Nothing is kept and nothing changed.

mod discover;
mod gather;
mod look;
mod picture;
mod table;

#[cfg(test)]
mod tests;

use std::{process::ExitCode, time::Duration};

use anyhow::Result;
use zoowarden_client::hosts;
use zoowarden_shared::admin::verdict::Verdict;

pub use picture::{MemberLine, Picture};

/// Look once at an ensemble: exit 0 healthy, 1 degraded, 2 no quorum, 3 cannot tell.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// Some members' client addresses, HOST:PORT,...; the others are found from them.
    #[arg(long, value_name = "HOSTS")]
    pub connect: String,
    /// Print everything as one JSON object.
    #[arg(long)]
    pub json: bool,
    /// How long each question may take, milliseconds.
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u64).range(1..=600_000))]
    pub deadline_ms: u64,
}

/// Looks, prints, and says by the exit code what it saw.
///
/// # Errors
/// When the picture cannot be printed. That nobody answers is a verdict, no error; neither is
/// a list of hosts that is none, since a script would read exit code 1 as degraded.
pub async fn run(args: Args) -> Result<ExitCode> {
    let seeds = match hosts::parse(&args.connect) {
        Ok(seeds) => seeds,
        Err(fault) => {
            eprintln!("status: --connect: {fault}");
            return Ok(ExitCode::from(Verdict::Unknown.exit_code()));
        }
    };
    let seeds = seeds.iter().map(ToString::to_string).collect();
    let deadline = Duration::from_millis(args.deadline_ms);
    let picture = gather::picture(seeds, deadline).await;
    if args.json {
        println!("{}", serde_json::to_string_pretty(&picture)?);
    } else {
        println!("{}", table::text(&picture));
    }
    Ok(ExitCode::from(picture.verdict.exit_code()))
}
