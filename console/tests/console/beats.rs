//! Our own members' heartbeats: what they show, what their absence does, and what it does not.

use zoowarden_console::{
    event::{Command, Event},
    model::{
        beats::Beat,
        member::{Member, State},
        probe::{Fault, Outcome, Probe, Via},
    },
    view::{Look, Theme},
};
use zoowarden_shared::admin::{Heartbeat, MemberReport, Role, verdict::Verdict};

use crate::{
    fixture::{Console, on_members},
    screens::check,
};

fn beat(seq: u64) -> Heartbeat {
    Heartbeat {
        seq,
        boot: "9f3a".into(),
        interval_ms: 100,
        serving: true,
        role: "standalone".into(),
        zxid: 0x2a9,
        epoch: None,
        connections: 31,
        outstanding: 0,
        znodes: 160,
        watches: 12,
        uptime_ms: 1000 + i64::try_from(seq).unwrap() * 100,
        fsync_last_us: Some(820),
        fsync_p99_us: Some(3100),
        ensemble: None,
    }
}

fn address(console: &Console) -> String {
    console.model.members[0].address.clone()
}

fn member(console: &Console) -> &Member {
    &console.model.members[0]
}

fn heard(console: &mut Console, at_mono_ms: u64, beat: Heartbeat) {
    let address = address(console);
    let event = Event::Heartbeat {
        address,
        at_mono_ms,
        beat: Box::new(beat),
    };
    console.at(at_mono_ms, event);
}

fn failed_poll(console: &mut Console, at_mono_ms: u64) {
    let probe = Probe {
        address: address(console),
        at_mono_ms,
        outcome: Outcome::Silent(Fault::Timeout),
        round_trip_us: None,
        interval_ms: 1000,
        closed: Vec::new(),
    };
    console.at(at_mono_ms, Event::Probe(probe));
}

/// The demo's member with `n` beats behind it; returns when the last one came.
fn beating(n: u64) -> (Console, u64) {
    let mut console = on_members("demo");
    let from = console.model.now.mono_ms;
    for seq in 1..=n {
        heard(&mut console, from + seq * 100, beat(seq));
    }
    (console, from + n * 100)
}

#[test]
fn a_member_of_ours_is_drawn_by_its_own_beats() {
    let (mut console, _) = beating(7);
    console.model.load.streams = 1;
    check("beats-120x35", &console.screen(120, 35));
    let ascii = Look {
        ascii: true,
        theme: Theme::Mono,
    };
    let screen = console.screen_with(80, 24, ascii);
    assert!(
        screen.is_ascii() && screen.contains("###|||||||"),
        "{screen}"
    );
}

#[test]
fn a_late_beat_is_a_suspicion_and_no_fault() {
    let (mut console, last) = beating(20);
    console.at(last + 150, Event::Tick);
    assert!(!member(&console).is_late(console.model.now));
    console.at(last + 350, Event::Tick);
    assert!(member(&console).is_late(console.model.now));
    assert_eq!(member(&console).state(console.model.now), State::Serving);
    assert_eq!(console.model.verdict.verdict, Verdict::Healthy);
    heard(&mut console, last + 400, beat(21));
    let marks: Vec<Beat> = member(&console).beats.last(2).collect();
    assert_eq!(marks, [Beat::Own, Beat::Slow]);
}

#[test]
fn it_is_down_after_a_second_without_a_beat_and_a_failed_poll() {
    let (mut console, last) = beating(20);
    failed_poll(&mut console, last + 900);
    assert_eq!(
        member(&console).state(console.model.now),
        State::Serving,
        "it spoke less than a second ago"
    );
    console.at(last + 1500, Event::Tick);
    assert_eq!(
        member(&console).state(console.model.now),
        State::Serving,
        "silence alone proves nothing"
    );
    console.commands.clear();
    failed_poll(&mut console, last + 1600);
    assert_eq!(
        member(&console).state(console.model.now),
        State::Silent(Fault::Timeout)
    );
    assert!(console.commands.contains(&Command::PollNow));
    heard(&mut console, last + 1700, beat(21));
    assert_eq!(member(&console).state(console.model.now), State::Serving);
}

#[test]
fn a_closed_stream_lets_the_next_poll_decide_at_once() {
    let (mut console, last) = beating(20);
    let address = address(&console);
    console.at(last + 10, Event::StreamEnded { address });
    failed_poll(&mut console, last + 12);
    assert_eq!(
        member(&console).state(console.model.now),
        State::Silent(Fault::Timeout)
    );
}

#[test]
fn a_member_that_says_that_it_does_not_serve_is_believed() {
    let (mut console, last) = beating(20);
    let stops = Heartbeat {
        serving: false,
        ..beat(21)
    };
    heard(&mut console, last + 100, stops);
    assert_eq!(member(&console).state(console.model.now), State::NotServing);
}

#[test]
fn beats_that_change_nothing_are_not_drawn() {
    let (mut console, last) = beating(200);
    console.model.is_dirty = false;
    console.model.has_new_beats = false;
    heard(&mut console, last + 100, beat(201));
    assert!(!console.model.is_dirty && !console.model.has_new_beats);
    let busier = Heartbeat {
        connections: 32,
        ..beat(202)
    };
    heard(&mut console, last + 200, busier);
    assert!(console.model.has_new_beats && !console.model.is_dirty);
}

#[test]
fn a_poll_that_tells_only_other_numbers_waits_for_the_next_tick_to_be_drawn() {
    let (mut console, last) = beating(200);
    let address = address(&console);
    let poll = |facts: MemberReport, at_mono_ms| {
        Event::Probe(Probe {
            address: address.clone(),
            at_mono_ms,
            outcome: Outcome::Serving {
                facts: Box::new(facts),
                via: Via::AdminServer,
            },
            round_trip_us: Some(500),
            interval_ms: 1000,
            closed: Vec::new(),
        })
    };
    let before = member(&console).facts.clone();
    console.model.is_dirty = false;
    let busier = MemberReport {
        packets_received: Some(1_000_000),
        ..before.clone()
    };
    console.at(last + 50, poll(busier, last + 50));
    assert!(!console.model.is_dirty);
    console.at(last + 60, Event::Tick);
    assert!(console.model.is_dirty);
    console.model.is_dirty = false;
    let cut_off = MemberReport {
        role: Some(Role::ReadOnly),
        ..before
    };
    console.at(last + 70, poll(cut_off, last + 70));
    assert!(console.model.is_dirty, "another role is news");
}

#[test]
fn answered_polls_do_not_show_between_beats() {
    let (mut console, last) = beating(5);
    let before = member(&console).beats.len();
    let probe = Probe {
        address: address(&console),
        at_mono_ms: last + 50,
        outcome: Outcome::Shut,
        round_trip_us: Some(500),
        interval_ms: 1000,
        closed: Vec::new(),
    };
    console.at(last + 50, Event::Probe(probe));
    assert_eq!(member(&console).beats.len(), before);
    assert_eq!(member(&console).round_trips_us.back(), Some(&500));
}
