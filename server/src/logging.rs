//! Where log lines go: standard error, daily files where asked, and the memory that `log_tail`
//! of the AdminServer tells from.

use std::{io::IsTerminal, path::Path};

use anyhow::Context;
use tracing_appender::{
    non_blocking::WorkerGuard,
    rolling::{Builder, Rotation},
};
use tracing_subscriber::{EnvFilter, Layer, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::recent_log::RecentLog;

/// What is logged where `RUST_LOG` says nothing.
const DEFAULT_FILTER: &str = "info";

/// Daily files that are kept.
const KEPT_FILES: usize = 30;

/// Starts logging; `RUST_LOG` chooses what. Lines on their way to a file are written when the
/// guard is dropped. Where the process logs already (tests), that goes on.
///
/// # Errors
/// When the directory cannot be written.
pub(crate) fn start(directory: Option<&Path>) -> anyhow::Result<Option<WorkerGuard>> {
    let filter = || EnvFilter::try_from_default_env().unwrap_or_else(|_| DEFAULT_FILTER.into());
    let stderr = fmt::layer()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_target(false)
        .with_filter(filter());
    let recent = fmt::layer()
        .with_writer(RecentLog::of_process())
        .with_ansi(false)
        .with_target(false)
        .with_filter(filter());
    let mut guard = None;
    let mut files = None;
    if let Some(directory) = directory {
        let appender = Builder::new()
            .rotation(Rotation::DAILY)
            .filename_prefix("zoowarden-server")
            .filename_suffix("log")
            .max_log_files(KEPT_FILES)
            .build(directory)
            .with_context(|| format!("cannot log to {}", directory.display()))?;
        let (writer, worker) = tracing_appender::non_blocking(appender);
        guard = Some(worker);
        files = Some(
            fmt::layer()
                .with_writer(writer)
                .with_ansi(false)
                .with_target(false)
                .with_filter(filter()),
        );
    }
    let _ = tracing_subscriber::registry()
        .with(stderr)
        .with(files)
        .with(recent)
        .try_init();
    Ok(guard)
}
