//! The only file that reaches the server: `zoowarden server`, which the demo runs as a child.

use std::process::ExitCode;

pub use zoowarden_server::cli::ServerArgs;

/// Runs one member in the foreground until it is told to stop.
#[must_use]
pub fn run(args: &ServerArgs) -> ExitCode {
    zoowarden_server::cli::main_with(args)
}
