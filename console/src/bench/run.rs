//! One run, phase by phase: ask, create, load, remove, report.

use std::{
    io::IsTerminal as _,
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use tokio::task::JoinSet;
use zoowarden_client::{ConnectOptions, Connection, Connector};
use zoowarden_shared::{ErrorCode, acl::Acl, proto::CreateMode};

use super::{
    Args,
    engine::{Measured, Progress, Until, drive},
    guard::is_own_demo,
    hello::{self, Member},
    keys::bucket_path,
    lane::{Lane, Work},
    outcome::Outcome,
    plan::Plan,
    refused,
};
use crate::reach::target::Target;

/// A server under full load answers late.
const CONTROL_DEADLINE: Duration = Duration::from_secs(60);
/// How often a long phase tells how far it is.
const TELL_EVERY: Duration = Duration::from_secs(1);

/// Runs the load and prints the result to standard output; what goes on is told on standard
/// error.
///
/// Exit codes: 0 measured without an error; 1 some operations failed, or the run did; 2 the
/// ensemble is not a demo of this program and `--yes` was not given.
///
/// # Errors
/// A list of hosts that is none, a server that does not answer or hangs up under load.
pub async fn run(args: Args) -> Result<ExitCode> {
    let named = Target::of(
        args.connect.as_deref(),
        args.cluster.as_deref(),
        args.config.as_deref(),
    );
    let Target { seeds, reach, .. } = named.await?;
    let connector = reach.client;
    if let Some(via) = connector.proxy() {
        bail!(
            "the cluster is reached via {}, and a load would measure that command: run bench on a \
             host that reaches the members, with --connect or a cluster without via",
            via.name()
        );
    }
    let members = resolve(&seeds).await?;
    let first = seeds.first().context("no address")?;
    let connect = seeds.join(",");
    let options = ConnectOptions {
        call_deadline: CONTROL_DEADLINE,
        timeout_ms: 30_000,
        ..ConnectOptions::default()
    };
    let (control, _events) = Connection::connect_by(&connector, first, options).await?;
    let plan = Plan::new(&args);
    if !args.yes && !is_own_demo(&control).await? {
        eprintln!(
            "bench: {} is not a demo that this program runs on this machine. It would be loaded:\n\
             bench: {}.\n\
             bench: Say --yes to go on.",
            connect,
            plan.announcement(&args)
        );
        // The session would expire by itself too.
        let _ = control.close().await;
        return Ok(refused());
    }
    eprintln!("bench: {}", plan.announcement(&args));
    let stop = Arc::new(AtomicBool::new(false));
    tokio::spawn(on_interrupt(Arc::clone(&stop), plan.parent.clone()));

    create_parents(&control, &plan).await?;
    let lanes = open_lanes(&args, &plan, members, &connector).await?;
    let loaded = load(&args, &plan, lanes, &stop).await;
    let (measured, lanes) = match loaded {
        Ok(done) => done,
        Err(fault) => {
            eprintln!("bench: what was written is left below {}", plan.parent);
            return Err(fault);
        }
    };
    for lane in lanes {
        lane.close();
    }
    if !args.keep {
        remove_parents(&control, &plan).await?;
    }
    let _ = control.close().await;

    let outcome = Outcome::new(
        &args,
        connect,
        &plan.parent,
        &measured,
        stop.load(Ordering::Relaxed),
    );
    if args.json {
        println!("{}", serde_json::to_string_pretty(&outcome)?);
    } else {
        println!("{}", outcome.text());
    }
    Ok(if outcome.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// One address for each member.
async fn resolve(seeds: &[String]) -> Result<Vec<Member>> {
    let mut members = Vec::new();
    for seed in seeds {
        let found = tokio::net::lookup_host(seed.as_str()).await;
        let mut found = found.with_context(|| format!("cannot resolve {seed}"))?;
        members.push(Member {
            name: seed.clone(),
            addr: found
                .next()
                .with_context(|| format!("{seed} has no address"))?,
        });
    }
    Ok(members)
}

async fn create_parents(control: &Connection, plan: &Plan) -> Result<()> {
    let paths = std::iter::once(plan.parent.clone()).chain(
        plan.buckets()
            .map(|bucket| bucket_path(&plan.parent, bucket)),
    );
    for path in paths {
        control
            .create(&path, "", &Acl::open(), CreateMode::Persistent)
            .await
            .with_context(|| format!("cannot create {path}"))?;
    }
    Ok(())
}

async fn remove_parents(control: &Connection, plan: &Plan) -> Result<()> {
    let buckets = plan.buckets();
    let paths = buckets
        .map(|bucket| bucket_path(&plan.parent, bucket))
        .chain(std::iter::once(plan.parent.clone()));
    for path in paths {
        match control.delete(&path, None).await {
            Ok(_) => {}
            Err(e) if e.code() == Some(ErrorCode::NoNode) => {}
            Err(e) => return Err(e).with_context(|| format!("cannot remove {path}")),
        }
    }
    Ok(())
}

/// Opens all sessions at once, or as many as the blocking threads do.
async fn open_lanes(
    args: &Args,
    plan: &Plan,
    members: Vec<Member>,
    connector: &Connector,
) -> Result<Vec<Lane>> {
    let (window, max_reply) = (args.window as usize, plan.max_reply());
    let mut opening = JoinSet::new();
    for member in members.into_iter().cycle().take(args.sessions as usize) {
        let connector = connector.clone();
        opening.spawn_blocking(move || {
            let wire = hello::open(&member, &connector);
            let wire = wire.with_context(|| format!("cannot open a session on {}", member.name));
            wire.map(|wire| Lane::new(wire, window, max_reply))
        });
    }
    let opened: Result<Vec<Lane>> = opening.join_all().await.into_iter().collect();
    opened.context("the server may bound the connections of one address (maxClientCnxns)")
}

/// Creates, loads, measures and removes; gives the lanes back.
async fn load(
    args: &Args,
    plan: &Plan,
    lanes: Vec<Lane>,
    stop: &Arc<AtomicBool>,
) -> Result<(Measured, Vec<Lane>)> {
    let mut phases = Phases {
        lanes,
        threads: args.threads as usize,
    };
    let mut issued = vec![0; phases.lanes.len()];
    if plan.prepared > 0 {
        let what = Telling::new("creating", Some(plan.prepared));
        phases
            .run(plan.preparing(), Until::KeysAreUsed, what, stop)
            .await?;
        issued = phases.issued();
    }
    let until = if plan.is_counted() {
        Until::KeysAreUsed
    } else {
        Until::Elapsed {
            warmup: Duration::from_secs(args.warmup_secs),
            measured: Duration::from_secs(args.secs),
        }
    };
    let what = Telling::new("measuring", args.count);
    let measured = phases.run(plan.loading(), until, what, stop).await?;
    if plan.prepared == 0 {
        issued = phases.issued();
    }
    if !args.keep {
        let what = Telling::new("removing", Some(issued.iter().sum()));
        // What is to be removed is removed though the operator has ended the load.
        let never = Arc::new(AtomicBool::new(false));
        let work = plan.removing(&issued);
        let removed = phases.run(work, Until::KeysAreUsed, what, &never).await?;
        let failed = |(code, _): &(&i32, &u64)| **code != ErrorCode::NoNode.code();
        if let Some((code, count)) = removed.errors.iter().find(failed) {
            bail!(
                "{count} znodes were not removed: {}",
                ErrorCode::from_code(*code)
            );
        }
    }
    Ok((measured, phases.lanes))
}

/// The lanes, lent to one phase after the other.
#[derive(Debug)]
struct Phases {
    lanes: Vec<Lane>,
    threads: usize,
}

impl Phases {
    fn issued(&self) -> Vec<u64> {
        self.lanes.iter().map(|lane| lane.issued).collect()
    }

    async fn run(
        &mut self,
        mut work: Vec<Work>,
        until: Until,
        what: Telling,
        stop: &Arc<AtomicBool>,
    ) -> Result<Measured> {
        let mut lanes = std::mem::take(&mut self.lanes);
        let threads = self.threads;
        let progress = Arc::new(Progress::new(Arc::clone(stop)));
        let seen = Arc::clone(&progress);
        let mut running = tokio::task::spawn_blocking(move || {
            let measured = drive(&mut lanes, &mut work, threads, until, &seen);
            (measured, lanes)
        });
        let mut ticks = tokio::time::interval(TELL_EVERY);
        ticks.tick().await;
        let (measured, lanes) = loop {
            tokio::select! {
                done = &mut running => break done?,
                _ = ticks.tick() => what.tell(progress.replies.load(Ordering::Relaxed)),
            }
        };
        self.lanes = lanes;
        measured
    }
}

/// A line now and then on how far a phase is, only where somebody may be reading.
#[derive(Clone, Copy, Debug)]
struct Telling {
    what: &'static str,
    of: Option<u64>,
    is_read: bool,
}

impl Telling {
    fn new(what: &'static str, of: Option<u64>) -> Self {
        Self {
            what,
            of,
            is_read: std::io::stderr().is_terminal(),
        }
    }

    fn tell(self, done: u64) {
        if !self.is_read {
            return;
        }
        match self.of {
            Some(all) => eprintln!("bench: {}: {done} of {all}", self.what),
            None => eprintln!("bench: {}: {done} operations", self.what),
        }
    }
}

/// The first interrupt ends the load, the second the program.
async fn on_interrupt(stop: Arc<AtomicBool>, parent: String) {
    if tokio::signal::ctrl_c().await.is_err() {
        return;
    }
    stop.store(true, Ordering::Relaxed);
    eprintln!("bench: ending; again to leave what was written below {parent}");
    if tokio::signal::ctrl_c().await.is_ok() {
        eprintln!("bench: left {parent}");
        std::process::exit(130);
    }
}
