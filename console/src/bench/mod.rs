//! `zoowarden bench`: a lean load generator, the successor of zk-latencies.
//!
//! ```text
//!   guard    may this ensemble be loaded at all?      plan     what is written and removed
//!   keys     the znodes' names                        frame    requests prebuilt as bytes
//!   hello    opens a session: socket, TLS, identity      wire   its socket under load
//!   lane     one session: a socket, a window of requests in flight, their send times
//!   engine   threads that drive many lanes each, over epoll; no typed client, no allocation
//!   run      the phases: znodes, warm-up, measurement, removal
//!   outcome  operations per second and latencies, as text or JSON
//! ```
//!
//! The hot loop patches a number and a name into a copied request, writes a window's worth at
//! once, and looks at no more of a reply than its length, xid and error: it must saturate a
//! server while it shares two cores with it.

mod engine;
mod frame;
mod guard;
mod hello;
mod keys;
mod lane;
mod outcome;
mod plan;
mod run;
mod wire;

use std::{path::PathBuf, process::ExitCode};

use clap::ValueEnum;
use serde::Serialize;

pub use guard::DEMO_MARKER;
pub use run::run;

/// What the sessions ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// getData of random znodes.
    Get,
    /// setData of random znodes.
    Set,
    /// create of new znodes.
    Create,
    /// Both, as --write-percent says.
    Mixed,
}

impl Mode {
    fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Set => "set",
            Self::Create => "create",
            Self::Mixed => "mixed",
        }
    }
}

/// Load an ensemble and measure it.
///
/// Everything it writes is below one new znode, /zoowarden-bench-<random>, and is removed at
/// the end.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// The members to load, HOST:PORT,...; sessions are spread over them.
    #[arg(long, value_name = "HOSTS", required_unless_present = "cluster")]
    pub connect: Option<String>,
    /// Load the members that console.toml lists of this cluster, by its TLS and as its identity.
    #[arg(long, value_name = "NAME", conflicts_with = "connect")]
    pub cluster: Option<String>,
    /// Read clusters from this file instead of ~/.config/zoowarden/console.toml.
    #[arg(long, value_name = "FILE", conflicts_with = "connect")]
    pub config: Option<PathBuf>,
    /// What to ask for.
    #[arg(long, value_enum)]
    pub mode: Mode,
    /// Sessions, each with a connection of its own.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub sessions: u32,
    /// Requests outstanding in each session.
    #[arg(long, default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub window: u32,
    /// With --mode mixed: of a hundred requests, how many are setData.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=99))]
    pub write_percent: u32,
    /// Bytes of data in each znode.
    #[arg(long, default_value_t = 128, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    pub size: u32,
    /// Seconds to measure, after the warm-up.
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub secs: u64,
    /// Seconds of load before the measurement.
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u64).range(0..=3600))]
    pub warmup_secs: u64,
    /// Znodes that get, set and mixed work on; they are created first.
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub nodes: u64,
    /// With --mode create: create exactly this many znodes, instead of for a time.
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=1_000_000_000))]
    pub count: Option<u64>,
    /// Threads of the load generator.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    pub threads: u32,
    /// Leave what was created.
    #[arg(long)]
    pub keep: bool,
    /// Load an ensemble that this program did not start.
    #[arg(long)]
    pub yes: bool,
    /// Print the result, with all settings, as one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// The exit code when the ensemble may not be loaded without --yes.
const REFUSED: u8 = 2;

fn refused() -> ExitCode {
    ExitCode::from(REFUSED)
}
