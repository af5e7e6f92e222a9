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

use std::{
    collections::BTreeMap,
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use anyhow::{Context as _, Result};
use zoowarden_client::hosts;

use crate::{cli::USAGE, reach::Reach, settings};
pub(crate) use discover::resolve;
pub(crate) use gather::Gatherer;
pub(crate) use look::Look;
pub use picture::{MemberLine, Picture};

/// Look once at an ensemble: exit 0 healthy, 1 degraded, 2 no quorum, 3 cannot tell; 64 on a
/// wrong command line.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// Some members' client addresses, HOST:PORT,...; the others are found from them.
    #[arg(long, value_name = "HOSTS")]
    pub connect: Option<String>,
    /// Look at this cluster of console.toml (the only one needs no name), by its way there: via,
    /// TLS, identity.
    #[arg(long, value_name = "NAME", conflicts_with = "connect")]
    pub cluster: Option<String>,
    /// Read clusters from this file instead of ~/.config/zoowarden/console.toml.
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
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
/// When the picture cannot be printed. That nobody answers is a verdict, no error; a list of
/// hosts that is none, or a way there that cannot be gone, is a wrong command line, since a
/// script would read 1 as degraded.
pub async fn run(args: Args) -> Result<ExitCode> {
    let target = match Target::of(&args).await {
        Ok(target) => target,
        Err(fault) => {
            eprintln!("status: {fault:#}");
            return Ok(ExitCode::from(USAGE));
        }
    };
    let deadline = Duration::from_millis(args.deadline_ms);
    let Target {
        seeds,
        addresses,
        reach,
    } = target;
    let mut gatherer = Gatherer::new(reach.client, seeds, addresses);
    let picture = gatherer.picture(deadline).await;
    let text = if args.json {
        serde_json::to_string_pretty(&picture)?
    } else {
        table::text(&picture)
    };
    match writeln!(io::stdout(), "{text}") {
        // Whoever reads has read enough: the verdict stands.
        Err(fault) if fault.kind() == io::ErrorKind::BrokenPipe => {}
        printed => printed?,
    }
    Ok(ExitCode::from(picture.verdict.exit_code()))
}

/// Whom to look at, and by which way.
struct Target {
    seeds: Vec<String>,
    addresses: BTreeMap<String, String>,
    reach: Reach,
}

impl Target {
    async fn of(args: &Args) -> Result<Self> {
        if let Some(list) = &args.connect {
            let seeds = hosts::parse(list).context("--connect")?;
            return Ok(Self {
                seeds: seeds.iter().map(ToString::to_string).collect(),
                addresses: BTreeMap::new(),
                reach: Reach::default(),
            });
        }
        let clusters = settings::load(args.config.clone())?.clusters;
        let cluster = settings::choose(args.cluster.as_deref(), clusters);
        let cluster = cluster.map_err(anyhow::Error::msg)?;
        Ok(Self {
            reach: Reach::open(&cluster.reach).await?,
            seeds: cluster.connect,
            addresses: cluster.addresses,
        })
    }
}
