//! `zoowarden replay FILE`: the console on a recording, with time in the operator's hands.
//!
//! ```text
//!   Recording ──moments up to T──> update(&mut Model) ──> draw       as on a live ensemble
//!   keys ──> update ──Command::Replay──> player: plays, steps, jumps
//! ```
//!
//! - `player`: where it is; checkpoints, from which it goes back;  `run`: the loop
//! - `finder`: the `events` that there are, once somebody wants to go to one: a `scout` looks
//!   through all of it, and `chronicle` is what it has come by
//! - `unanswered`: what a recording says where members would be asked
//!
//! Deliberately absent: the network. Nobody is asked, told or changed.

mod chronicle;
mod events;
mod finder;
mod player;
mod run;
mod scout;
mod unanswered;

use std::path::PathBuf;

pub use player::Player;
pub use run::run;

use crate::cli::LookArgs;

/// Open the console on a recording: space plays and pauses, `,` and `.` step a second, `<` and
/// `>` a minute, `(` and `)` go to the event before and to the next, `[` and `]` change the speed.
#[derive(clap::Args, Clone, Debug)]
pub struct Args {
    /// A recording: a .zwrec file, or a directory of them, such as
    /// ~/.local/state/zoowarden/CLUSTER.recording
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Read alarm rules and runbooks from this file instead of
    /// ~/.config/zoowarden/console.toml
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    #[command(flatten)]
    pub look: LookArgs,
}
