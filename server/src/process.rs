//! A member's process: its threads, its signals, what systemd is told, and its member.

use std::{io, thread};

use anyhow::Context as _;
use tokio::{
    runtime::Runtime,
    signal::unix::{SignalKind, signal},
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;

use crate::{
    cli::ServerArgs,
    configure::Configured,
    driver::DriverHandle,
    exit::WrongConfig,
    member::{Ending, Listeners, Member},
    quorum_loss::{self, Reservation},
    supervise::notify::{Notifier, watchdog_period},
};

/// Threads that move bytes between sockets and the driver. More of them only wait for each
/// other: there is one driver, which is on one thread at a time.
const MAX_NET_THREADS: usize = 4;

/// Runs the member that the command line asks for, until a signal ends it.
pub(crate) fn run(args: &ServerArgs) -> anyhow::Result<()> {
    let configured = read(args)?;
    for warning in &configured.config.warnings {
        tracing::warn!("{warning}");
    }
    let runtime = runtime()?;
    let result = runtime.block_on(async {
        let shutdown = CancellationToken::new();
        stop_as_asked(args, &shutdown)?;
        live(args, configured, &shutdown).await
    });
    runtime.shutdown_background();
    result
}

fn read(args: &ServerArgs) -> anyhow::Result<Configured> {
    let config = args.config.as_deref().context("expected a CONFIG")?;
    let mut configured = Configured::read(config, &args.set).context(WrongConfig)?;
    configured.sync_delay.clone_from(&args.sync_delay_from);
    Ok(configured)
}

/// Serves, or stands aside while that is what an operator asked for; from its files again
/// whenever it goes from one to the other.
async fn live(
    args: &ServerArgs,
    mut configured: Configured,
    shutdown: &CancellationToken,
) -> anyhow::Result<()> {
    while !shutdown.is_cancelled() {
        match Reservation::read(&configured.config.data_dir)? {
            Some(reservation) => {
                quorum_loss::hold(configured, reservation, shutdown).await?;
            }
            None => {
                if serve(configured, shutdown.clone()).await? == Ending::Stopped {
                    break;
                }
            }
        }
        configured = read(args)?;
    }
    Ok(())
}

/// Serves as the configured member until it is told to stop.
async fn serve(configured: Configured, shutdown: CancellationToken) -> anyhow::Result<Ending> {
    let listeners = Listeners::bind(&configured)?;
    let member = tokio::select! {
        member = Member::start(configured, listeners) => member?,
        // To stop in the middle of a recovery is what a crash does there: it loses nothing.
        () = shutdown.cancelled() => return Ok(Ending::Stopped),
    };
    let telling = Notifier::from_env()
        .map(|notifier| tokio::spawn(tell_systemd(notifier, member.driver(), shutdown.clone())));
    let ended = member.run_once(shutdown).await;
    if let Some(telling) = telling {
        telling.abort();
    }
    ended
}

/// Tells systemd that the member is ready, that it stops, and until then, as often as it wants
/// to know, that the driver still turns: one that hangs is restarted by its watchdog.
async fn tell_systemd(notifier: Notifier, driver: DriverHandle, stopping: CancellationToken) {
    notifier.ready();
    let turning = async {
        let Some(period) = watchdog_period() else {
            return std::future::pending().await;
        };
        let mut due = interval(period);
        due.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            due.tick().await;
            if driver.ask(|_, _| ()).await.is_ok() {
                notifier.alive();
            }
        }
    };
    tokio::select! {
        () = stopping.cancelled() => notifier.stopping(),
        () = turning => {}
    }
}

/// The threads between sockets and driver.
pub(crate) fn runtime() -> io::Result<Runtime> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(threads.min(MAX_NET_THREADS))
        .thread_name("net")
        .enable_all()
        .build()
}

/// Cancels the token once somebody wants this process to end.
pub(crate) fn stop_as_asked(args: &ServerArgs, shutdown: &CancellationToken) -> io::Result<()> {
    stop_on_signal(shutdown.clone())?;
    outlive_a_file_size_limit()?;
    if args.exit_with_parent {
        stop_with_parent(shutdown.clone())?;
    }
    Ok(())
}

/// SIGTERM and SIGINT stop the member.
fn stop_on_signal(shutdown: CancellationToken) -> io::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        shutdown.cancel();
    });
    Ok(())
}

/// A write beyond RLIMIT_FSIZE is to fail like one on a full disk, with words in the log: the
/// signal that comes with it would end the process without any.
fn outlive_a_file_size_limit() -> io::Result<()> {
    // The handler stays when what listens to it goes.
    signal(SignalKind::from_raw(rustix::process::Signal::XFSZ.as_raw())).map(drop)
}

/// The end of standard input stops the member. The parent holds the other end of that pipe, and
/// the system closes it however the parent ends.
fn stop_with_parent(shutdown: CancellationToken) -> io::Result<()> {
    thread::Builder::new()
        .name("parent".into())
        .spawn(move || {
            // Whatever arrives or goes wrong there, the end is what counts.
            let _ = io::copy(&mut io::stdin(), &mut io::sink());
            shutdown.cancel();
        })?;
    Ok(())
}
