//! `zoowarden-sim`: replays one seed, or looks for one that fails.

use std::{
    io::{IsTerminal, Write},
    path::PathBuf,
    process::ExitCode,
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use clap::Parser;
use zoowarden_sim::{Flaw, Outcome, Scenario, Settings, run};

/// Runs ensembles under virtual time, with faults, and checks what must hold.
///
/// A run is drawn from its seed: how many members and clients, which faults, every delay. The
/// same seed is the same run, so that a failure is replayed by its seed alone.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Examples:
  zoowarden-sim 42                       one run
  zoowarden-sim 42 --trace               the same run, every event printed
  zoowarden-sim --seeds 10000            seeds 0 to 9999, until one fails
  zoowarden-sim --seeds 1000000 --from 5000 --minutes 30
  zoowarden-sim --seeds 1000 --flaw ack-before-fsync   must fail: a safety rule is off
  zoowarden-sim --scenario server/sim/scenarios/NAME.toml

The exit code is 0 where all went well and 1 where a run failed; the last line printed then is
the command that replays it."
)]
struct Args {
    /// The run to perform.
    #[arg(conflicts_with_all = ["seeds", "scenario"])]
    seed: Option<u64>,
    /// Performs so many runs, one seed after the other.
    #[arg(long, value_name = "N")]
    seeds: Option<u64>,
    /// The first of those seeds.
    #[arg(long, value_name = "S", default_value_t = 0)]
    from: u64,
    /// Begins no further run after so many minutes.
    #[arg(long, value_name = "M")]
    minutes: Option<u64>,
    /// Switches one safety rule off, to see that a checker notices.
    #[arg(long)]
    flaw: Option<Flaw>,
    /// Performs the run of a scenario file.
    #[arg(long, value_name = "FILE")]
    scenario: Option<PathBuf>,
    /// Prints every event.
    #[arg(long)]
    trace: bool,
    /// Goes on after a failure, and prints one line for each.
    #[arg(long)]
    keep_going: bool,
    /// Runs at a time; by default as many as there are processors.
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

fn main() -> anyhow::Result<ExitCode> {
    let args = Args::parse();
    if let Some(path) = &args.scenario {
        let mut settings = Scenario::read(path)?.settings;
        settings.trace = args.trace;
        settings.flaw = args.flaw;
        let replay = format!("--scenario {}", path.display());
        return Ok(report(&run(settings), &replay, &args));
    }
    if let Some(count) = args.seeds {
        return Ok(run_many(&args, count));
    }
    let seed = args.seed.unwrap_or(args.from);
    let outcome = run(settings_of(&args, seed));
    Ok(report(&outcome, &seed.to_string(), &args))
}

fn settings_of(args: &Args, seed: u64) -> Settings {
    Settings {
        flaw: args.flaw,
        trace: args.trace,
        ..Settings::from_seed(seed)
    }
}

/// Says how one run went.
fn report(outcome: &Outcome, replay: &str, args: &Args) -> ExitCode {
    println!(
        "{} events in {:.1} s of virtual time, {} of {} requests answered, trace {:016x}",
        outcome.events,
        outcome.virtual_ms as f64 / 1000.0,
        outcome.answered,
        outcome.requests,
        outcome.trace_hash
    );
    match &outcome.violation {
        None => ExitCode::SUCCESS,
        Some(violation) => {
            fail(violation, replay, args);
            ExitCode::FAILURE
        }
    }
}

fn fail(violation: &str, replay: &str, args: &Args) {
    let flaw = args
        .flaw
        .map_or_else(String::new, |flaw| format!(" --flaw {}", flaw.name()));
    println!("{violation}");
    println!("replay: cargo run -p zoowarden-sim -- {replay}{flaw}");
}

fn run_many(args: &Args, count: u64) -> ExitCode {
    let started = Instant::now();
    let deadline = args
        .minutes
        .map(|minutes| started + Duration::from_secs(minutes * 60));
    let threads = args
        .threads
        .unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from));
    let (next, done) = (AtomicU64::new(0), AtomicU64::new(0));
    let (requests, events) = (AtomicU64::new(0), AtomicU64::new(0));
    let (failed, stop) = (AtomicBool::new(false), AtomicBool::new(false));
    let work = || {
        while !stop.load(Ordering::Relaxed) && deadline.is_none_or(|at| Instant::now() < at) {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= count {
                return;
            }
            let seed = args.from + index;
            let outcome = run(settings_of(args, seed));
            done.fetch_add(1, Ordering::Relaxed);
            requests.fetch_add(outcome.requests as u64, Ordering::Relaxed);
            events.fetch_add(outcome.events, Ordering::Relaxed);
            if let Some(violation) = outcome.violation {
                failed.store(true, Ordering::Relaxed);
                fail(&violation, &seed.to_string(), args);
                if !args.keep_going {
                    stop.store(true, Ordering::Relaxed);
                }
            }
        }
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads.max(1)).map(|_| scope.spawn(work)).collect();
        if std::io::stderr().is_terminal() {
            while workers.iter().any(|worker| !worker.is_finished()) {
                progress(done.load(Ordering::Relaxed), count, started);
                thread::sleep(Duration::from_millis(200));
            }
        }
    });
    let done = done.into_inner();
    println!(
        "{done} runs from seed {} in {:.1} s, {} requests, {} events",
        args.from,
        started.elapsed().as_secs_f64(),
        requests.into_inner(),
        events.into_inner()
    );
    if failed.into_inner() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

fn progress(done: u64, count: u64, started: Instant) {
    let rate = done as f64 / started.elapsed().as_secs_f64().max(0.001);
    eprint!("\r{done} of {count} runs, {rate:.0} a second ");
    // A progress line that cannot be shown is no reason to stop.
    let _ = std::io::stderr().flush();
}
