//! The command line of a shadow.

use std::path::PathBuf;

use clap::Args;

/// How to follow an ensemble from outside.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Shadow")]
pub struct ShadowArgs {
    /// Follow the running ensemble at these client addresses (HOST:PORT,...) without becoming a
    /// member of it, apply every transaction, and check every digest.
    #[arg(long = "shadow", value_name = "HOSTS", requires = "data_dir")]
    pub hosts: Option<String>,

    /// Where the shadow keeps its copy; the next run goes on from there.
    #[arg(long, value_name = "DIR", requires = "hosts")]
    pub data_dir: Option<PathBuf>,

    /// Serve clients too, as any observer does: they read the copy; what they write goes to the
    /// ensemble.
    #[arg(long, value_name = "PORT", requires = "hosts")]
    pub client_port: Option<u16>,
}
