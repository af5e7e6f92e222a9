//! `zoowarden-server CONFIG`: one member in the foreground. All of it is in the library's
//! `cli`, which `zoowarden server CONFIG` runs too.

use std::process::ExitCode;

use clap::Parser;
use mimalloc::MiMalloc;
use zoowarden_server::cli::{ServerArgs, main_with};

/// Transactions are made on one thread and freed on another, and znodes come and go in all
/// sizes: the system's allocator takes a tenth of the driver's time for that.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// A coordination server that ZooKeeper's clients and data directories take for Apache's.
#[derive(Parser)]
#[command(name = "zoowarden-server", version)]
struct Cli {
    #[command(flatten)]
    server: ServerArgs,
}

fn main() -> ExitCode {
    main_with(&Cli::parse().server)
}
