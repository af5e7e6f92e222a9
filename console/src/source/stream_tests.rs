//! A running member of ours, watched by its stream.

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use zoowarden_server::{Configured, Listeners, Member};
use zoowarden_shared::config::{FourLetterWhitelist, HostPort, ServerConfig};

use crate::{
    event::{Command, Event},
    model::probe::{Fault, Outcome},
    reach::Reach,
    source::{AdminPorts, Clock, Sources},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_member_of_ours_tells_beats_and_its_clock_and_its_end_is_asked_after_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let mut config = ServerConfig {
        data_dir: directory.path().into(),
        data_log_dir: directory.path().into(),
        client_address: Some(HostPort::new("127.0.0.1", 0)),
        ..ServerConfig::default()
    };
    config.admin.address = HostPort::new("127.0.0.1", 0);
    config.four_letter_words = FourLetterWhitelist::parse("*");
    config.storage.pre_alloc_size_kib = 64;
    let configured = Configured::standalone(config);
    let listeners = Listeners::bind(&configured).unwrap();
    let member = Member::start(configured, listeners).await.unwrap();
    let address = member.client_address().to_string();
    // It says itself where its AdminServer is.
    let admin = AdminPorts::same(1);
    let stop = CancellationToken::new();
    let running = tokio::spawn(member.run(stop.clone()));

    let (sender, mut events) = mpsc::channel(64);
    let mut sources = Sources::start(sender, Clock::start(), admin, Reach::default(), None);
    sources.perform(Command::Watch {
        addresses: vec![address.clone()],
        hosts: Vec::new(),
    });
    let mut beats: Vec<u64> = Vec::new();
    let mut polls_between = 0;
    let mut clock_ahead_ms = None;
    while beats.len() < 20 {
        match events.recv().await.unwrap() {
            Event::Heartbeat { beat, .. } => beats.push(beat.seq),
            Event::Probe(probe) if !beats.is_empty() => {
                assert!(probe.round_trip_us.is_some());
                polls_between += 1;
            }
            Event::Clock { ahead_ms, .. } => clock_ahead_ms = Some(ahead_ms),
            _ => {}
        }
    }
    assert!(beats.is_sorted_by(|a, b| a + 1 == *b), "{beats:?}");
    assert!(polls_between >= 1, "the round trip is still measured");
    // It is this very host's, told in whole seconds.
    let ahead_ms: i64 = clock_ahead_ms.expect("a full poll tells its clock");
    assert!(ahead_ms.abs() < 2000, "{ahead_ms}");

    stop.cancel();
    let mut order = Vec::new();
    while order.len() < 2 {
        match events.recv().await.unwrap() {
            Event::StreamEnded { address: of } if of == address => order.push("ended"),
            Event::Probe(probe) if !order.is_empty() => {
                order.push("asked");
                // It may still be at its last words; then the next poll says so.
                if let Outcome::Silent(fault) = &probe.outcome {
                    assert_ne!(fault, &Fault::Timeout);
                }
            }
            _ => {}
        }
    }
    assert_eq!(order, ["ended", "asked"]);
    running.await.unwrap().unwrap();
    sources.leave().await;
}
