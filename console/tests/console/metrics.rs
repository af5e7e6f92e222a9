//! Screen 8: every number as a chart, the members overlaid.

use zoowarden_console::{
    event::Event,
    model::probe::{Fault, Outcome, Probe},
};
use zoowarden_shared::admin::Monitor;

use crate::{
    fixture::{Console, on_members},
    screens::check,
};

/// Five minutes of three members: one sends more and more, one stands still, one was reset.
fn told() -> Console {
    let mut console = on_members("healthy");
    let start = console.model.now.mono_ms;
    for step in 0..60_u64 {
        for (member, sent) in [
            ("zk1:2181", 100 * step * step),
            ("zk2:2181", 9000),
            ("zk3:2181", 4000 * (step % 30)),
        ] {
            let text = format!(
                "zk_packets_sent\t{sent}\nzk_watch_count\t{}\nzk_avg_latency\t0.5\n\
                 zk_server_state\tleader\n",
                step % 7
            );
            let at = start + step * 5000;
            console.at(
                at,
                Event::Metrics {
                    address: member.to_owned(),
                    at_mono_ms: at,
                    monitor: Box::new(Monitor::from_text(&text)),
                },
            );
        }
    }
    console.keys("8");
    console
}

#[test]
fn counters_are_rates_with_a_mark_for_each_member() {
    let mut console = told();
    console.keys("/packets<enter>");
    check("metrics-120x35", &console.screen(120, 35));
}

#[test]
fn in_a_narrow_window_it_is_a_table_without_a_chart() {
    let mut console = told();
    check("metrics-80x24", &console.screen(80, 24));
    console.keys("os");
    let screen = console.screen(80, 24);
    assert!(screen.contains("sort: spread"), "{screen}");
}

/// What it said before is no value of now.
#[test]
fn the_values_of_a_member_that_fell_silent_are_not_shown_as_current() {
    let mut console = told();
    console.keys("/packets<enter>");
    let at_mono_ms = console.model.now.mono_ms + 1000;
    let refused = Probe {
        address: "zk2:2181".into(),
        at_mono_ms,
        outcome: Outcome::Silent(Fault::Refused),
        round_trip_us: None,
        interval_ms: 1000,
        closed: Vec::new(),
    };
    console.at(at_mono_ms, Event::Probe(refused));
    let screen = console.screen(80, 24);
    let row = screen.lines().find(|line| line.contains("packets_sent"));
    let row: Vec<&str> = row.unwrap().split_whitespace().collect();
    assert_eq!(row[3], "?", "{screen}");
    let screen = console.screen(120, 35);
    assert!(screen.contains("1.0 s ago 0/s"), "{screen}");
}

#[test]
fn where_nobody_tells_it_says_so() {
    let mut console = on_members("only-srvr");
    console.keys("8");
    let screen = console.screen(120, 35);
    assert!(screen.contains("no member tells any"), "{screen}");
}
