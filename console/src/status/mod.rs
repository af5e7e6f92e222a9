//! `zoowarden status`: one look at an ensemble, one verdict, and an exit code for scripts.
//!
//! ```text
//!   look     asks one member                    discover   who the members are
//!   gather   all of them at once ──> Picture    lag        behind the leader, asked twice
//!   picture  the facts, judged by shared's verdict, as JSON or as a table
//! ```
//!
//! It costs each member one four-letter word (a leader two), and the ensemble one session,
//! opened to read `/zookeeper/config` and closed again. Nothing is kept and nothing changed; where
//! nobody tells who the members are, what an earlier console has kept does, with its age.

mod discover;
mod gather;
mod look;
mod picture;
mod table;

#[cfg(test)]
mod tests;

use std::{
    io::{self, Write as _},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

use anyhow::Result;

use crate::{cli::USAGE, reach::target::Target, source::recall};
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
    #[arg(long, value_name = "FILE", conflicts_with = "connect")]
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
    let named = Target::of(
        args.connect.as_deref(),
        args.cluster.as_deref(),
        args.config.as_deref(),
    );
    let target = match named.await {
        Ok(target) => target,
        Err(fault) => {
            eprintln!("status: {fault:#}");
            return Ok(ExitCode::from(USAGE));
        }
    };
    let deadline = Duration::from_millis(args.deadline_ms);
    let Target {
        name,
        seeds,
        addresses,
        reach,
    } = target;
    // In an outage nobody tells who the members are: an earlier console may have seen it.
    let memory = recall(&name, &seeds);
    let mut gatherer = Gatherer::new(reach.client, seeds, addresses);
    if let Some(memory) = memory {
        gatherer.remember(memory);
    }
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
