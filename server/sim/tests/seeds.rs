//! Many seeds, every scenario, and the proof that the checkers bite.

use std::path::Path;

use zoowarden_sim::{Flaw, Outcome, Scenario, Settings, run};

/// Runs these on all processors; those that failed, by seed.
fn run_all(runs: &[Settings]) -> Vec<Outcome> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let next = std::sync::atomic::AtomicUsize::new(0);
    let work = || {
        let mut failed = Vec::new();
        loop {
            let index = next.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            let Some(settings) = runs.get(index) else {
                return failed;
            };
            let outcome = run(settings.clone());
            if outcome.violation.is_some() {
                failed.push(outcome);
            }
        }
    };
    let mut failed: Vec<Outcome> = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers
            .into_iter()
            .flat_map(|worker| {
                worker
                    .join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect()
    });
    failed.sort_by_key(|outcome| outcome.seed);
    failed
}

fn replay_lines(failed: &[Outcome]) -> String {
    failed
        .iter()
        .map(|outcome| {
            let violation = outcome.violation.as_deref().unwrap_or_default();
            format!(
                "{violation}\nreplay: cargo run -p zoowarden-sim -- {}\n",
                outcome.seed
            )
        })
        .collect()
}

#[test]
fn the_same_seed_is_the_same_run() {
    for seed in [3, 17, 40] {
        let first = run(Settings::from_seed(seed));
        assert_eq!(first, run(Settings::from_seed(seed)));
        let other = run(Settings::from_seed(seed + 1));
        assert_ne!(first.trace_hash, other.trace_hash);
    }
}

#[test]
fn five_hundred_fixed_seeds() {
    let runs: Vec<_> = (0..500).map(Settings::from_seed).collect();
    let failed = run_all(&runs);
    assert!(failed.is_empty(), "{}", replay_lines(&failed));
}

/// Seeds that nobody has seen: CI sets `ZOOWARDEN_SIM_SEED` from the commit's id.
#[test]
fn five_hundred_seeds_of_this_commit() {
    let Ok(text) = std::env::var("ZOOWARDEN_SIM_SEED") else {
        return;
    };
    // Any text will do: the first digits of a hash, or a number.
    let first = text.bytes().fold(0_u64, |seed, byte| {
        seed.wrapping_mul(131).wrapping_add(byte.into())
    }) % 1_000_000_000_000;
    let runs: Vec<_> = (first..first + 500).map(Settings::from_seed).collect();
    let failed = run_all(&runs);
    assert!(failed.is_empty(), "{}", replay_lines(&failed));
}

#[test]
fn every_scenario_holds() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    for scenario in Scenario::read_all(&dir).unwrap() {
        let outcome = run(scenario.settings);
        assert_eq!(outcome.violation, None, "scenario {}", scenario.name);
    }
}

/// Whether one of these runs fails with the flaw.
fn is_found(flaw: Flaw, runs: impl IntoIterator<Item = Settings>) -> bool {
    runs.into_iter().any(|settings| {
        let flawed = Settings {
            flaw: Some(flaw),
            ..settings
        };
        run(flawed).violation.is_some()
    })
}

#[test]
fn every_flaw_is_found() {
    // One member that forgets is seldom the one that matters: for this there is a scenario.
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let scenario = Scenario::read(&dir.join("logs-removed.toml")).unwrap();
    for flaw in Flaw::ALL {
        let is_found = match flaw {
            Flaw::LossUnnoticed => is_found(flaw, [scenario.settings.clone()]),
            _ => is_found(flaw, (0..200).map(Settings::from_seed)),
        };
        assert!(is_found, "{} is not found", flaw.name());
    }
}
