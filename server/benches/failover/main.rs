//! How long writes stop when the leader fails: three members of ours, and three of Apache's,
//! on the same machine, one after the other.
//!
//! ```text
//!   cargo bench -p zoowarden-server --bench failover -- [--rounds N] [--only ours|apache]
//! ```
//!
//! Four writers, each with a session of its own spread over the members and a read timeout of
//! 250 ms, write without pause. The leader is killed (`kill -9`) or stopped (SIGSTOP) in their
//! midst. The gap is the longest time without an acknowledgement in the merged sequence of
//! all writers; the longest of any one writer stands beside it. Nothing is asserted.
//!
//! - `cluster`: three processes and their files.
//! - `writers`: the load, and what it saw.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a benchmark that cannot go on should say where"
)]

mod cluster;
mod writers;

use std::time::{Duration, Instant};

use cluster::{Cluster, Fault};
use writers::Gaps;
use zoowarden_testkit::Kind;

/// Before the fault, so that the load is steady, and after it, so that its end is seen.
const BEFORE: Duration = Duration::from_secs(2);
const AFTER_OURS: Duration = Duration::from_secs(4);
const AFTER_APACHE: Duration = Duration::from_secs(16);

fn main() {
    let mut rounds = 5;
    let mut only = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--rounds" => {
                let count = arguments.next().and_then(|count| count.parse().ok());
                rounds = count.expect("--rounds takes a number");
            }
            "--only" => only = arguments.next(),
            // cargo says so to every benchmark.
            "--bench" => {}
            other => panic!("{other}: expected --rounds N or --only ours|apache"),
        }
    }
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    println!("the longest time without an acknowledged write, ms ({rounds} rounds, by size)");
    println!(
        "{:<8} {:<8} {:<40} one writer's own",
        "members", "leader", "all writers together"
    );
    for fault in [Fault::Kill, Fault::Stop] {
        for kind in [Kind::Ours, Kind::Apache] {
            if only
                .as_deref()
                .is_some_and(|only| only != cluster::name(kind))
            {
                continue;
            }
            let mut gaps: Vec<Gaps> = (0..rounds)
                .map(|_| runtime.block_on(round(kind, fault)))
                .collect();
            gaps.sort_by_key(|gaps| gaps.merged);
            let list = |of: fn(&Gaps) -> Duration| {
                let mut each: Vec<_> = gaps.iter().map(of).collect();
                each.sort_unstable();
                let each: Vec<_> = each.iter().map(|gap| gap.as_millis().to_string()).collect();
                each.join(" ")
            };
            println!(
                "{:<8} {:<8} {:<40} {}",
                cluster::name(kind),
                fault.name(),
                list(|gaps| gaps.merged),
                list(|gaps| gaps.own)
            );
        }
    }
}

async fn round(kind: Kind, fault: Fault) -> Gaps {
    let mut cluster = Cluster::start(kind);
    let after = match kind {
        Kind::Ours => AFTER_OURS,
        Kind::Apache => AFTER_APACHE,
    };
    let end = Instant::now() + BEFORE + after;
    let writers = writers::start(&cluster.client_addresses(), end).await;
    tokio::time::sleep(BEFORE).await;
    let leader = cluster.leader().expect("a leader");
    cluster.fail(leader, fault);
    writers.finish().await
}
