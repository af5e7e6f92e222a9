//! `--shadow`: follows a running ensemble without being of it, applies every transaction, and
//! compares the digest that each of them carries with its own tree's.
//!
//! ```text
//!   HOSTS ──conf or /zookeeper/config──> ensemble ──server lines──┐
//!   DIR ──> directory ──a number of its own──────────────────────┴─> follower ──samples──> progress
//! ```
//!
//! It registers as an observer (OBSERVERINFO) that has accepted no epoch: it can raise no
//! epoch, elects nobody and acknowledges nothing that counts. What a leader shows of it is one
//! observer more while it is there.

mod args;
mod directory;
mod ensemble;
mod follower;
mod progress;

use std::{path::Path, process::ExitCode, time::Duration};

use anyhow::Context;
pub use args::ShadowArgs;
use ensemble::Ensemble;
use follower::Follower;
use progress::Progress;
use tokio::{
    net::TcpListener,
    time::{Instant, MissedTickBehavior, interval, interval_at},
};
use tokio_util::sync::CancellationToken;
use zoowarden_shared::{
    Sid,
    config::{HostPort, ServerConfig},
};

use crate::{cli::ServerArgs, configure::Configured, net, process};

/// Between two reports.
const REPORT_INTERVAL: Duration = Duration::from_secs(10);
/// Between two looks at what the follower does: a leader that was lost and found within would
/// still be noticed.
const SAMPLE_INTERVAL: Duration = Duration::from_millis(100);
/// Neither clean nor a mismatch: the ensemble could not be followed.
const FAILED: u8 = 2;

/// Runs the shadow until a signal ends it: 0 where all digests agreed, 1 where one did not, 2
/// where it could not follow.
pub(crate) fn run(args: &ServerArgs, hosts: &str, directory: &Path) -> ExitCode {
    match follow(args, hosts, directory) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(fault) => {
            tracing::error!("{fault:#}");
            ExitCode::from(FAILED)
        }
    }
}

/// Returns how many digests did not agree.
fn follow(args: &ServerArgs, hosts: &str, directory: &Path) -> anyhow::Result<u64> {
    let hosts = zoowarden_client::hosts::parse(hosts)?;
    let sid = directory::claim(directory)?;
    let runtime = process::runtime()?;
    let result = runtime.block_on(async {
        let shutdown = CancellationToken::new();
        process::stop_as_asked(args, &shutdown)?;
        let ensemble = tokio::select! {
            ensemble = ensemble::find(&hosts) => ensemble?,
            () = shutdown.cancelled() => return Ok(0),
        };
        let voters = ensemble.servers.voters().count();
        tracing::info!(%sid, voters, "found the ensemble");
        let configured = configure(ensemble, sid, directory, args)?;
        let client = match args.shadow.client_port {
            Some(port) => Some(bind(port)?),
            None => None,
        };
        let follower = tokio::select! {
            follower = Follower::start(configured, client) => follower?,
            () = shutdown.cancelled() => return Ok(0),
        };
        watch(follower, &hosts, args.json, shutdown).await
    });
    runtime.shutdown_background();
    result
}

fn bind(port: u16) -> anyhow::Result<TcpListener> {
    net::bind(None, port, None).with_context(|| format!("cannot listen for clients on port {port}"))
}

/// The configuration of a member that is in nobody's.
fn configure(
    ensemble: Ensemble,
    sid: Sid,
    directory: &Path,
    args: &ServerArgs,
) -> anyhow::Result<Configured> {
    let Ensemble {
        servers,
        tick_time_ms,
        init_limit_ticks,
        sync_limit_ticks,
    } = ensemble;
    let text = format!("dataDir=.\ntickTime={tick_time_ms}\n");
    let mut config = ServerConfig::parse(&text, "the ensemble's configuration", &args.set)?;
    config.data_dir = directory.to_owned();
    config.data_log_dir = directory.to_owned();
    config.ensemble.servers = servers;
    config.ensemble.init_limit_ticks = init_limit_ticks;
    config.ensemble.sync_limit_ticks = sync_limit_ticks;
    // One voter, which leads itself, can be followed like many.
    config.ensemble.standalone_enabled = false;
    Ok(Configured::shadow(config, sid))
}

/// Tells what the follower does, until it is to stop. Returns how many digests did not agree.
async fn watch(
    follower: Follower,
    hosts: &[HostPort],
    is_json: bool,
    shutdown: CancellationToken,
) -> anyhow::Result<u64> {
    let mut progress = None;
    let mut samples = interval(SAMPLE_INTERVAL);
    samples.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut reports = interval_at(Instant::now() + REPORT_INTERVAL, REPORT_INTERVAL);
    loop {
        let event = tokio::select! {
            biased;
            () = shutdown.cancelled() => "end",
            _ = reports.tick() => "now",
            _ = samples.tick() => "",
        };
        let reported = !event.is_empty();
        // Asked first: what comes after it here is no lag.
        let last = match reported {
            true => ensemble::last_zxid(hosts).await,
            false => None,
        };
        let Ok(sample) = follower.sample().await else {
            break;
        };
        let progress = progress.get_or_insert_with(|| Progress::new(sample, is_json));
        if let Some(line) = progress.observe(sample) {
            println!("{line}");
        }
        if reported {
            println!("{}", progress.report(event, last));
        }
        if event == "end" {
            break;
        }
    }
    follower.stop().await?;
    Ok(progress.map_or(0, |progress| progress.mismatches()))
}
