//! What the console does on real members, seen from its terminal. Nothing is asserted.
//!
//! ```text
//!   cargo bench -p zoowarden --bench live -- [start|rest|memory|killed|hangs ...] [--rounds N]
//! ```
//!
//! | figure | what is measured |
//! |---|---|
//! | start | from the start of the process to all three members and the verdict on the screen |
//! | rest | processor time of the console in 20 s on five members of ours that do nothing |
//! | memory | resident memory with 20,000 sessions and 1,000,000 znodes, sessions and znodes shown |
//! | killed | from `kill -9` of a follower to its row on the screen, and to the notification |
//! | hangs | from a key to its screen while a member is stopped (SIGSTOP) |
//!
//! Without a name, all of them. Apache's members are left out where Java is not installed.
//!
//! - `members`: ensembles of real processes, each member on an address of its own.
//! - `terminal`: the console on a pseudo-terminal, and what stands on its screen.
//! - `crowd`: sessions and znodes.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark that cannot go on should say where"
)]

mod crowd;
mod members;
mod terminal;

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use members::Members;
use terminal::Console;
use zoowarden_testkit::Kind;

const FIGURES: [&str; 5] = ["start", "rest", "memory", "killed", "hangs"];
/// A console at rest: past its first questions, and for so long.
const SETTLING: Duration = Duration::from_secs(5);
const REST: Duration = Duration::from_secs(20);
const KIB_PER_MB: u64 = 1000 * 1000 / 1024;

fn main() {
    let mut rounds = 5;
    let mut chosen = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--rounds" => {
                let count = arguments.next().and_then(|count| count.parse().ok());
                rounds = count.expect("--rounds takes a number");
            }
            // cargo says so to every benchmark.
            "--bench" => {}
            name if FIGURES.contains(&name) => chosen.push(argument),
            other => panic!("{other}: expected --rounds N or one of {FIGURES:?}"),
        }
    }
    println!("load of the machine before: {}", load());
    for figure in FIGURES {
        if !chosen.is_empty() && !chosen.iter().any(|name| name == figure) {
            continue;
        }
        match figure {
            "start" => of_both(|kind| start(kind, rounds)),
            "rest" => rest(),
            "memory" => memory(),
            "killed" => of_both(|kind| killed(kind, rounds)),
            _ => hangs(rounds),
        }
    }
    println!("load of the machine after: {}", load());
}

fn of_both(measure: impl Fn(Kind)) {
    measure(Kind::Ours);
    if members::has_java() {
        measure(Kind::Apache);
    }
}

fn start(kind: Kind, rounds: u32) {
    let members = Members::start(kind, 3);
    let mut times = Vec::new();
    for _ in 0..rounds {
        let begun = Instant::now();
        let mut console = Console::open(&members, "");
        let drawn = console.until("the whole picture", |screen| {
            screen.contains("● HEALTHY")
                && screen.contains("q quit")
                && screen.matches("follower").count() == 2
                && screen.contains("  LEADER ")
        });
        times.push(drawn - begun);
    }
    tell("start", members::name(kind), "to the whole picture", times);
}

fn rest() {
    let members = Members::start(Kind::Ours, 5);
    let mut console = Console::open(&members, "");
    console.until("all five", |screen| screen.contains("All 5 voters serve"));
    console.look_for(SETTLING);
    let before = console.processor_time();
    let begun = Instant::now();
    console.look_for(REST);
    let used = console.processor_time() - before;
    let share = 100.0 * used.as_secs_f64() / begun.elapsed().as_secs_f64();
    println!(
        "rest    ours    {share:.2} % of one core with five members, {} KB resident, {} bytes/s to \
         the terminal",
        console.resident_kib(),
        console.bytes_per_s(),
    );
}

fn memory() {
    let members = Members::start(Kind::Ours, 3);
    let crowd = crowd::gather(&members);
    let mut console = Console::open(&members, "");
    console.until("a verdict", |screen| screen.contains("● HEALTHY"));
    let bare = console.resident_kib();
    console.type_keys("5");
    console.until("all sessions", |screen| screen.contains("of 20,00"));
    console.look_for(Duration::from_secs(25));
    let sessions = console.resident_kib();
    console.type_keys("7");
    console.until("the tree", |screen| screen.contains("zookeeper"));
    console.type_keys("j\r");
    console.look_for(SETTLING);
    println!(
        "memory  ours    {} MB resident at first, {} MB with {} sessions shown twice, {} MB with {} \
         znodes behind; most {} MB",
        bare / KIB_PER_MB,
        sessions / KIB_PER_MB,
        crowd.sessions,
        console.resident_kib() / KIB_PER_MB,
        crowd.znodes,
        console.most_resident_kib() / KIB_PER_MB,
    );
}

fn killed(kind: Kind, rounds: u32) {
    let mut members = Members::start(kind, 3);
    let (mut seen, mut told) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let victim = members.a_follower();
        let mut console = Console::open(
            &members,
            "[notify]\nterminal = \"low\"\ndesktop = \"off\"\nosc = [777]\n",
        );
        console.until("a verdict", |screen| screen.contains("● HEALTHY"));
        console.look_for(Duration::from_secs(3));
        console.forget_notices();
        let begun = Instant::now();
        members.kill(victim);
        let drawn = console.until("the loss", |screen| {
            screen.contains("▲ DEGRADED") && screen.contains("DOWN")
        });
        seen.push(drawn - begun);
        told.push(console.until_notified() - begun);
        drop(console);
        members.revive(victim);
    }
    let name = members::name(kind);
    tell("killed", name, "to its box on the screen", seen);
    tell("killed", name, "to the notification", told);
}

fn hangs(rounds: u32) {
    let mut members = Members::start(Kind::Ours, 3);
    let victim = members.a_follower();
    let mut console = Console::open(&members, "");
    console.until("a verdict", |screen| screen.contains("● HEALTHY"));
    members.pause(victim);
    let mut times = Vec::new();
    // The whole time from fresh, through suspicion, to a member that is called silent.
    for _ in 0..rounds * 5 {
        for (key, title) in [
            ("2", "members   3 of 3"),
            ("3", "from the row to the column"),
            ("5", "sessions   "),
            ("1", "drawn from its leader"),
        ] {
            let begun = Instant::now();
            console.type_keys(key);
            let title_line = |screen: &str| screen.lines().any(|line| line.contains(title));
            times.push(console.until(title, title_line) - begun);
            console.look_for(Duration::from_millis(100));
        }
    }
    members.resume(victim);
    tell("hangs", "ours", "from a key to its screen", times);
}

/// Least, median, p99 and greatest.
fn tell(figure: &str, kind: &str, what: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |share: f64| {
        let index = ((times.len() - 1) as f64 * share).ceil() as usize;
        times[index].as_secs_f64() * 1000.0
    };
    println!(
        "{figure:<8}{kind:<8}{what:<28} least {:.0}  median {:.0}  p99 {:.0}  most {:.0} ms, {} times",
        at(0.0),
        at(0.5),
        at(0.99),
        at(1.0),
        times.len()
    );
}

fn load() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let words: Vec<&str> = text.split(' ').take(3).collect();
    format!("{} on {cores} cores", words.join(" "))
}
