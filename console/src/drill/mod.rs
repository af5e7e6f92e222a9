//! `zoowarden drill`: scripted faults on a demo of three members, and how fast the operator finds
//! and repairs each: a tutorial, and our own end-to-end test.
//!
//! ```text
//!   args      the command line              model::drill   the state of it: pure
//!   screen    the console on it, for people        │ Command::Drill
//!   auto      without a screen: model::drill::operator presses the keys
//!   saboteur <─────────────────────────────────────┘ breaks things, and mends them
//!   rogue     the clients that it lets in
//!   report    the table, as text and as JSON
//! ```
//!
//! Deliberately absent: any ensemble but the demo that this process has started.

mod args;
mod auto;
mod report;
mod rogue;
mod saboteur;
mod screen;

use std::{
    process::ExitCode,
    time::{SystemTime, UNIX_EPOCH},
};

pub use args::Args;
pub use saboteur::Saboteur;

use crate::model::drill::{Drill, SCENARIOS, Scenario};

/// Runs what the command line asks for.
///
/// # Errors
/// When console.toml or the terminal is not as it must be, the demo does not start, or nothing
/// can be printed.
pub async fn run(args: Args) -> anyhow::Result<ExitCode> {
    if args.list {
        report::list(SCENARIOS)?;
        return Ok(ExitCode::SUCCESS);
    }
    let seed = args.seed.unwrap_or_else(any_seed);
    let drill = Drill::new(plan(&args), seed);
    let drill = match args.auto {
        true => auto::run(drill, args.json).await?,
        false => match screen::run(drill, &args.look).await? {
            Some(drill) => drill,
            None => return Ok(crate::open::no_terminal()),
        },
    };
    report::print(&drill, seed, args.json)?;
    Ok(match args.auto && !report::missed(&drill).is_empty() {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    })
}

/// The scenarios that are asked for, in their usual order; all where none is.
fn plan(args: &Args) -> Vec<&'static Scenario> {
    let is_wanted = |scenario: &&Scenario| {
        args.only.is_empty() || args.only.iter().any(|name| name == scenario.name)
    };
    SCENARIOS.iter().filter(is_wanted).collect()
}

/// Another one each time.
fn any_seed() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| u64::from(since.subsec_nanos()))
}
