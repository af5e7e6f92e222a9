//! The command line of the supervisor and of its door.

use clap::Args;

/// How a member is kept running.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Supervisor")]
pub struct SuperviseArgs {
    /// Run the member as a child, and start it again when it crashes: after 1, 2, 4, ... 60 s.
    #[arg(long, requires = "config")]
    pub supervise: bool,

    /// Tell the supervisor of the member with this data directory: status, stop, start,
    /// restart, or release (from quarantine).
    #[arg(long, num_args = 2, value_names = ["DATADIR", "ORDER"])]
    pub control: Option<Vec<String>>,
}
