//! False elections: whether members of ours ever look for a leader while nothing is wrong but
//! that there is more to do than they can.
//!
//! ```text
//!   cargo bench -p zoowarden-server --bench elections -- [--minutes N]
//! ```
//!
//! Three members, and 64 sessions spread over them with 16 setData of 128 bytes outstanding
//! each, for an hour unless told otherwise: all that this machine can do, load and members on
//! the same processors. Whatever else it does makes the test harder. Every minute says how much
//! was written and how long it stopped at most; an election is any search for a leader
//! (`looking_count`) after the start, at any member, whether or not the leader changed. It ends
//! with a failure if there was one, and shows what the members said of it.
//!
//! - `load`: the sessions, and when they were answered.
//! - `watch`: what the members counted.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark that cannot go on should say where"
)]

mod load;
mod watch;

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use load::Load;
use zoowarden_testkit::{Ensemble, Kind, Options};

const MINUTE: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    let minutes = minutes();
    let options = Options {
        tick_ms: 2000,
        // Some snapshots a minute: they are part of what members are busy with.
        snap_count: 500_000,
        ..Options::default()
    };
    let mut ensemble = Ensemble::started(&[Kind::Ours; 3], &options);
    let load = Load::start(&mut ensemble);
    let before = watch::Counts::of(&ensemble);
    let (mut now, began) = (before.clone(), Instant::now());
    println!("minute  writes/s  longest stop, ms  ended connections  elections  epoch");
    for minute in 1..=minutes {
        let end = began + MINUTE * minute;
        std::thread::sleep(end.saturating_duration_since(Instant::now()));
        watch::purge(&ensemble);
        now = watch::Counts::of(&ensemble);
        let seen = load.take();
        println!(
            "{minute:>6}  {:>8}  {:>16}  {:>17}  {:>9}  {:>5}",
            seen.writes / MINUTE.as_secs(),
            seen.longest_stop.as_millis(),
            seen.ended_connections,
            now.searches - before.searches,
            now.epoch
        );
    }
    let elections = now.searches - before.searches;
    println!("{elections} elections in {minutes} minutes");
    if elections == 0 && now.epoch == before.epoch {
        return ExitCode::SUCCESS;
    }
    watch::tell(&ensemble);
    ExitCode::FAILURE
}

fn minutes() -> u32 {
    let mut minutes = 60;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--minutes" => {
                let count = arguments.next().and_then(|count| count.parse().ok());
                minutes = count.expect("--minutes takes a number");
            }
            // cargo says so to every benchmark.
            "--bench" => {}
            other => panic!("{other}: expected --minutes N"),
        }
    }
    minutes
}
