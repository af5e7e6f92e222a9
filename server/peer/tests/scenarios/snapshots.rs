//! Snapshots: when they are taken, what they hold, and that nothing waits for them.

use zoowarden_peer::{DiskEvent, Effects, Input, PeerConfig};
use zoowarden_shared::proto::CreateMode;

use crate::support::{
    Harness,
    client::{create, create_with, delete, set_data},
};

fn config(snap_count: u32) -> PeerConfig {
    PeerConfig {
        snap_count,
        ..PeerConfig::default()
    }
}

#[test]
fn a_member_takes_a_snapshot_when_it_starts() {
    let mut harness = Harness::new(config(100_000));
    assert!(harness.peer.deadline().unwrap() <= harness.now.mono_us);
    harness.input(Input::Tick);
    assert_eq!(harness.snapshots.len(), 1);
    assert!(harness.snapshots[0].is_whole);
    assert_eq!(harness.rolls, 0);
    let view = harness.peer.server_view(harness.now);
    assert_eq!(view.last_snapshot, Some((view.zxid, harness.now.wall_ms)));
}

#[test]
fn snapshots_come_in_the_upper_half_of_snap_count_and_roll_the_log() {
    let mut harness = Harness::new(config(20));
    let mut client = harness.connect();
    let mut since = 0;
    let mut taken = Vec::new();
    for n in 0..200 {
        harness.ok(&mut client, &set_data("/", &[n]));
        since += 1;
        if harness.rolls > taken.len() {
            taken.push(since);
            since = 0;
        }
    }
    assert!(taken.len() >= 9, "{taken:?}");
    assert!(
        taken[1..].iter().all(|n| (11..=20).contains(n)),
        "{taken:?}"
    );
    assert_eq!(harness.snapshots.len(), taken.len() + 1);
}

#[test]
fn a_large_tree_is_written_anew_only_in_proportion_to_what_changed() {
    let mut harness = Harness::new(config(20));
    let mut client = harness.connect();
    let rolls_in = |harness: &mut Harness, client: &mut _, sets: u8| {
        let before = harness.rolls;
        for n in 0..sets {
            harness.ok(client, &set_data("/", &[n]));
        }
        harness.rolls - before
    };
    for n in 0..150 {
        harness.ok(&mut client, &create(&format!("/n{n}")));
    }
    // Of 150 znodes every 75 transactions, not every 10 to 20.
    let few = rolls_in(&mut harness, &mut client, 240);
    assert!((2..=4).contains(&few), "{few}");
    for n in 0..1000 {
        harness.ok(&mut client, &create(&format!("/m{n}")));
    }
    // Of 1150 znodes after ten times snapCount at the latest.
    let bounded = rolls_in(&mut harness, &mut client, 250);
    assert!((1..=2).contains(&bounded), "{bounded}");
}

#[test]
fn snapshots_also_come_in_the_upper_half_of_snap_size_limit() {
    let taken_of = |snap_size_limit_bytes| {
        let mut harness = Harness::new(PeerConfig {
            snap_size_limit_bytes,
            ..PeerConfig::default()
        });
        let mut client = harness.connect();
        for _ in 0..100 {
            harness.ok(&mut client, &set_data("/", &[7; 1000]));
        }
        harness.rolls
    };
    // More than 100 kB of log, a snapshot for every 10 to 20 kB of it.
    let taken = taken_of(20_000);
    assert!((5..=10).contains(&taken), "{taken}");
    assert_eq!(taken_of(0), 0, "no bound");
}

#[test]
fn writes_go_on_while_a_snapshot_is_written_and_are_not_in_it() {
    let mut harness = Harness::new(config(100_000));
    harness.input(Input::Tick);
    let mut client = harness.connect();
    let big = vec![7; 600_000];
    for n in 0..5 {
        let path = format!("/n{n}");
        harness.ok(
            &mut client,
            &create_with(&path, &big, CreateMode::Persistent),
        );
    }
    let config = config(2);
    let mut harness = harness.restart(config);
    harness.auto_snapshot = false;
    let mut client = harness.connect();
    assert_eq!(harness.snapshots.len(), 1);
    // Every slice lets a write through, and the write is answered before the next slice.
    let mut rounds = 0;
    while !harness.snapshots[0].is_whole {
        harness.ok(&mut client, &set_data("/n1", &[rounds]));
        harness.ok(&mut client, &create(&format!("/later{rounds}")));
        if rounds == 0 {
            harness.ok(&mut client, &delete("/n4"));
        }
        rounds += 1;
        harness.input(Input::Disk(DiskEvent::SnapshotSliceWritten));
    }
    assert!(harness.snapshots[0].slices >= 3);
    assert_eq!(
        harness.snapshots.len(),
        1,
        "one at a time, however many are due"
    );
    let (tree, sessions) = harness.load(&harness.snapshots[0]);
    assert_eq!(tree.node("/n4").unwrap().data().unwrap().len(), big.len());
    assert_eq!(tree.node("/n1").unwrap().data().unwrap().len(), big.len());
    assert!(tree.node("/later0").is_none());
    assert_eq!(sessions.len(), 1);
    let zxid = harness.snapshots[0].zxid;
    harness.input(Input::Disk(DiskEvent::SnapshotDone { zxid }));
    // And now the next one that is due is taken.
    for n in 0..12 {
        harness.ok(&mut client, &set_data("/n0", &[n]));
    }
    assert_eq!(harness.snapshots.len(), 2);
    assert!(harness.snapshots[1].zxid > zxid);
}

#[test]
fn slices_are_bounded() {
    let mut harness = Harness::new(config(100_000));
    let mut client = harness.connect();
    let data = vec![1; 100_000];
    for n in 0..40 {
        let path = format!("/n{n}");
        harness.ok(
            &mut client,
            &create_with(&path, &data, CreateMode::Persistent),
        );
    }
    let mut again = harness.restart(config(100_000));
    again.auto_snapshot = false;
    let mut out = Effects::new();
    again.peer.handle(again.now, Input::Tick, &mut out);
    loop {
        let mut is_over = false;
        for effect in out.take() {
            match effect {
                zoowarden_peer::Effect::SnapshotSlice(bytes) => assert!(bytes.len() <= 1 << 20),
                zoowarden_peer::Effect::SnapshotEnd { .. } => is_over = true,
                _ => {}
            }
        }
        if is_over {
            break;
        }
        let written = Input::Disk(DiskEvent::SnapshotSliceWritten);
        again.peer.handle(again.now, written, &mut out);
    }
}

#[test]
fn a_snapshot_that_fails_stops_nothing() {
    let mut harness = Harness::new(config(4));
    harness.auto_snapshot = false;
    let mut client = harness.connect();
    harness.input(Input::Disk(DiskEvent::SnapshotFailed));
    for n in 0..10 {
        harness.ok(&mut client, &set_data("/", &[n]));
    }
    assert_eq!(harness.snapshots.len(), 2);
    assert_eq!(harness.peer.metrics().snapshots_failed, 1);
}
