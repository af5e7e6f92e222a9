//! Logs: to daily files where `--log-dir` asks for them, and never to the screen.

use std::path::Path;

use anyhow::Context;
pub use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::EnvFilter;

/// Begins to log; the guard writes out what is left when it is dropped.
///
/// # Errors
/// When the directory cannot be made or written to.
pub fn start(directory: &Path) -> anyhow::Result<WorkerGuard> {
    std::fs::create_dir_all(directory)
        .with_context(|| format!("cannot make the log directory {}", directory.display()))?;
    let files = tracing_appender::rolling::Builder::new()
        .rotation(tracing_appender::rolling::Rotation::DAILY)
        .filename_prefix("zoowarden-console")
        .filename_suffix("log")
        .build(directory)
        .with_context(|| format!("cannot write logs in {}", directory.display()))?;
    let (writer, guard) = tracing_appender::non_blocking(files);
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_writer(writer)
        .with_ansi(false)
        .with_env_filter(filter)
        .init();
    Ok(guard)
}
