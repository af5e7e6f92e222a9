//! `--supervise CONFIG`: the supervisor's own process.

use std::{path::Path, time::Duration};

use anyhow::Context as _;
use tokio::{
    sync::watch,
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use super::{
    door::Door,
    keeper::{Keeper, Settings},
    notify::{Notifier, watchdog_period},
    policy::Limits,
    program::OwnMember,
    report::Report,
};
use crate::{
    cli::ServerArgs, configure::Configured, exit::WrongConfig, lock::DirectoryLock, process,
};

/// How long the member may take to end: what systemd gives it, less what this process needs.
const GRACE: Duration = Duration::from_secs(25);

/// Keeps the member that the command line asks for until a signal ends both.
pub(crate) fn run(args: &ServerArgs) -> anyhow::Result<()> {
    let config = args.config.as_deref().context("expected a CONFIG")?;
    // Read here to find its data directory; the member reads it again at each start.
    let configured = Configured::read(config, &args.set).context(WrongConfig)?;
    let data_dir = configured.config.data_dir;
    std::fs::create_dir_all(&data_dir)
        .with_context(|| format!("cannot make {}", data_dir.display()))?;
    let _lock = DirectoryLock::take_for_supervisor(&data_dir)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let shutdown = CancellationToken::new();
        process::stop_as_asked(args, &shutdown)?;
        supervise(&data_dir, shutdown).await;
        Ok(())
    })
}

async fn supervise(data_dir: &Path, shutdown: CancellationToken) {
    let before = Report::read(data_dir).unwrap_or_else(|fault| {
        tracing::warn!("cannot read what the last supervisor left: {fault}");
        None
    });
    let settings = Settings {
        limits: Limits::default(),
        grace: GRACE,
        how_to_order: format!("zoowarden-server --control {} {{}}", data_dir.display()),
        before,
    };
    let (keeper, kept) = Keeper::start(OwnMember::new(), settings, shutdown.clone());
    let writing = tokio::spawn(write_reports(keeper.reports(), data_dir.to_owned()));
    let door = match Door::open(data_dir) {
        Ok(door) => Some(tokio::spawn(door.serve(keeper.clone(), shutdown.clone()))),
        Err(fault) => {
            tracing::error!("no control door in {}: {fault}", data_dir.display());
            None
        }
    };
    let notifier = Notifier::from_env();
    if let Some(notifier) = &notifier {
        notifier.ready();
    }
    let ending = async {
        shutdown.cancelled().await;
        if let Some(notifier) = &notifier {
            notifier.stopping();
        }
    };
    tokio::select! {
        () = ending => {}
        () = stay_alive(notifier.as_ref()) => {}
    }
    // Once its last handle and its task are gone the reports end, and with them the writing.
    let _ = kept.await;
    drop(keeper);
    if let Some(door) = door {
        let _ = door.await;
    }
    let _ = writing.await;
}

/// Tells systemd's watchdog that this process lives; never ends.
async fn stay_alive(notifier: Option<&Notifier>) {
    let (Some(notifier), Some(period)) = (notifier, watchdog_period()) else {
        return std::future::pending().await;
    };
    let mut due = interval(period);
    due.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        due.tick().await;
        notifier.alive();
    }
}

/// Keeps the state file true until the keeper has ended.
async fn write_reports(mut reports: watch::Receiver<Report>, data_dir: std::path::PathBuf) {
    while reports.changed().await.is_ok() {
        let report = reports.borrow_and_update().clone();
        let directory = data_dir.clone();
        let written = tokio::task::spawn_blocking(move || report.write(&directory)).await;
        match written {
            Ok(Ok(())) => {}
            Ok(Err(fault)) => tracing::error!("cannot write the supervisor's state: {fault}"),
            Err(_) => return,
        }
    }
}
