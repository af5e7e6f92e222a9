//! A history that is shorter than its mark of what was durable: logs that were removed, an
//! older state in the place of the data. And what is none: cuts and snapshots of a leader.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail as the test does"
)]

mod disk_support;

use std::sync::Arc;

use disk_support::{
    bench::{Bench, small, txn, zxid},
    stats,
};
use zoowarden_peer::Effect as PeerEffect;
use zoowarden_server::disk::{
    BootOptions, Booted, DiskConfig, DiskWorker, Fault, RecoveryError, TxnLogConfig, boot,
};
use zoowarden_shared::{Epoch, Zxid};
use zoowarden_zab::Effect;

fn start(bench: &Bench) -> Booted {
    let options = BootOptions {
        replicated: true,
        ..BootOptions::default()
    };
    boot(&bench.disk, &bench.dirs, options, &stats()).unwrap()
}

/// Starts it, and that it vouches for all that it has, which ends here.
fn assert_vouches(bench: &Bench, last: Zxid) {
    let booted = start(bench);
    assert_eq!(booted.loss, None);
    assert_eq!(booted.state.last_zxid, last);
}

/// That it has lost what lies between these two, and starts as a member without data.
fn assert_lost(bench: &Bench, last: Zxid, durable: Zxid) {
    let booted = start(bench);
    let loss = booted.loss.expect("the loss is noticed");
    assert_eq!((loss.last, loss.durable), (last, durable));
    assert_eq!(booted.state.last_zxid, Zxid(-1));
    assert_eq!(booted.state.sessions, []);
}

/// Where the mark is while a leader's snapshot is there without the rest.
fn out_of_reach(epoch: Epoch) -> Zxid {
    Zxid::new(epoch, u32::MAX)
}

fn remove_logs(bench: &Bench, from: usize) {
    for log in &bench.dirs.log_files(&*bench.disk).unwrap()[from..] {
        bench.disk.remove(&log.path).unwrap();
    }
}

/// Two logs, of which the first ends with transaction 3, where a snapshot is too. The first
/// mark of a process is durable at once.
fn two_logs() -> Bench {
    let mut bench = Bench::with_log(1, 1..=3);
    bench.snapshot(zxid(1, 3));
    bench.append(1, 4..=5);
    bench.reopen(zxid(1, 5));
    bench.worker.raise_mark();
    bench
}

#[test]
fn a_sound_history_is_vouched_for() {
    let bench = two_logs();
    assert_vouches(&bench, zxid(1, 5));
    bench.model.crash();
    assert_vouches(&bench, zxid(1, 5));
}

#[test]
fn removed_logs_are_noticed_by_the_mark_alone() {
    let bench = two_logs();
    remove_logs(&bench, 0);
    assert_lost(&bench, zxid(1, 3), zxid(1, 5));
    // Nothing was changed: the next start sees it too.
    assert_lost(&bench, zxid(1, 3), zxid(1, 5));
}

#[test]
fn the_newest_log_is_missed_although_older_ones_are_there() {
    let bench = two_logs();
    remove_logs(&bench, 1);
    assert_lost(&bench, zxid(1, 3), zxid(1, 5));
}

#[test]
fn an_emptied_directory_is_not_taken_for_a_new_member() {
    let bench = two_logs();
    remove_logs(&bench, 0);
    for name in bench.snapshot_dir() {
        let path = bench.dirs.snapshots().join(name);
        bench.disk.remove(&path).unwrap();
    }
    assert_lost(&bench, Zxid::ZERO, zxid(1, 5));
    let snapshots = bench.dirs.snapshot_files(&*bench.disk).unwrap();
    assert_eq!(snapshots, [], "nothing here may look like a database");
}

#[test]
fn a_standalone_server_is_refused_with_the_way_out() {
    let bench = two_logs();
    remove_logs(&bench, 0);
    let started = boot(&bench.disk, &bench.dirs, BootOptions::default(), &stats());
    let refusal = started.unwrap_err();
    assert!(matches!(refusal, RecoveryError::Lost(_)), "{refusal}");
    let said = refusal.to_string();
    for part in ["0x100000003", "0x100000005", "/data/zoowarden.durable"] {
        assert!(said.contains(part), "{part} is not named: {said}");
    }
    bench.disk.remove(&bench.dirs.mark_file()).unwrap();
    let started = boot(&bench.disk, &bench.dirs, BootOptions::default(), &stats());
    assert_eq!(started.unwrap().state.last_zxid, zxid(1, 3));
}

#[test]
fn a_leaders_cut_is_no_loss() {
    let mut bench = two_logs();
    bench.truncate(zxid(1, 4));
    bench.model.crash();
    assert_vouches(&bench, zxid(1, 4));
}

/// A member may have acknowledged what its leader sends behind the snapshot, until that is
/// there and the epoch is saved.
#[test]
fn a_leaders_snapshot_of_less_is_no_loss_once_the_epoch_is_saved() {
    let mut bench = two_logs();
    bench.worker.perform(Effect::SaveAcceptedEpoch(2));
    bench.stage(zxid(1, 4), b"sent");
    assert_eq!(bench.reload().last_zxid, zxid(1, 4));
    bench.worker.raise_mark();
    bench.model.crash();
    assert_lost(&bench, zxid(1, 4), out_of_reach(2));
    let said = start(&bench).loss.expect("still").to_string();
    assert!(said.contains("0x100000004"), "{said}");
    assert!(!said.contains("0x2ffffffff"), "no transaction: {said}");
    bench.worker.perform(Effect::SaveCurrentEpoch(2));
    bench.model.crash();
    assert_vouches(&bench, zxid(1, 4));
}

#[test]
fn a_leaders_snapshot_of_more_is_no_loss() {
    let mut bench = two_logs();
    bench.stage(zxid(1, 7), b"sent");
    assert_eq!(bench.reload().last_zxid, zxid(1, 7));
    bench.model.crash();
    assert_vouches(&bench, zxid(1, 7));
}

#[test]
fn a_leaders_snapshot_lets_a_member_vouch_again() {
    let mut bench = two_logs();
    remove_logs(&bench, 0);
    let last = start(&bench).state.last_zxid;
    bench.reopen(last);
    // What its disk still has counts for nothing until then.
    assert_eq!(bench.reload().last_zxid, Zxid(-1));
    bench.worker.perform(Effect::SaveAcceptedEpoch(2));
    bench.model.crash();
    assert_lost(&bench, zxid(1, 3), zxid(1, 5));
    bench.reopen(last);
    bench.stage(zxid(1, 7), b"sent");
    assert_eq!(bench.reload().last_zxid, zxid(1, 7));
    bench.append(1, 8..=8);
    bench.worker.raise_mark();
    bench.model.crash();
    assert_lost(&bench, zxid(1, 8), out_of_reach(2));
    // Not even a second leader's snapshot is enough.
    bench.reopen(last);
    bench.worker.perform(Effect::SaveAcceptedEpoch(3));
    bench.stage(zxid(1, 7), b"sent");
    assert_eq!(bench.reload().last_zxid, zxid(1, 7));
    bench.model.crash();
    assert_lost(&bench, zxid(1, 7), out_of_reach(3));
    bench.reopen(last);
    bench.stage(zxid(1, 7), b"sent");
    bench.worker.perform(Effect::SaveCurrentEpoch(3));
    bench.append(3, 1..=2);
    bench.worker.raise_mark();
    assert_vouches(&bench, zxid(3, 2));
    remove_logs(&bench, 0);
    assert_lost(&bench, zxid(1, 7), zxid(3, 2));
}

/// At every step, from its installation to the epoch, the snapshot is there or is needed still.
#[test]
fn simulator_5073332_a_crash_before_the_epoch_is_saved_leaves_a_member_without_a_vote() {
    let mut installed = 0;
    for step in 0..60 {
        let mut bench = two_logs();
        remove_logs(&bench, 0);
        let last = start(&bench).state.last_zxid;
        bench.reopen(last);
        bench.worker.perform(Effect::SaveAcceptedEpoch(2));
        bench.model.plan(step, Fault::Crash);
        bench.worker.perform(Effect::StageBegin(zxid(1, 7)));
        let body = disk_support::snapshot_body(b"sent").freeze();
        bench.worker.perform(Effect::StageChunk(body));
        bench.worker.perform(Effect::StageEnd(zxid(1, 7)));
        bench.worker.perform(Effect::SaveCurrentEpoch(2));
        bench.model.crash();
        let booted = start(&bench);
        if booted.loss.is_none() {
            assert_eq!(booted.state.last_zxid, zxid(1, 7));
            assert_eq!(booted.state.current_epoch, 2);
            installed += 1;
        }
    }
    assert!((1..60).contains(&installed), "{installed} of 60");
}

/// Apache cuts a log without a word to the mark, but not without a new leader's epoch.
#[test]
fn what_another_server_cut_in_a_later_epoch_is_no_loss() {
    let bench = two_logs();
    remove_logs(&bench, 1);
    zoowarden_server::disk::save_accepted(&*bench.disk, bench.dirs.snapshots(), 2).unwrap();
    zoowarden_server::disk::save_current(&*bench.disk, bench.dirs.snapshots(), 2).unwrap();
    assert_vouches(&bench, zxid(1, 3));
}

#[test]
fn a_mark_that_cannot_be_written_stays_and_the_log_goes_on() {
    let mut bench = two_logs();
    bench.append(1, 6..=6);
    bench.model.plan(0, Fault::Io);
    bench.worker.raise_mark();
    bench.append(1, 7..=7);
    bench.worker.raise_mark();
    assert_vouches(&bench, zxid(1, 7));
    remove_logs(&bench, 0);
    assert_lost(&bench, zxid(1, 3), zxid(1, 5));
}

#[test]
fn what_is_not_synced_is_not_marked() {
    let mut bench = two_logs();
    let config = DiskConfig {
        log: TxnLogConfig {
            force_sync: false,
            ..small().log
        },
        ..small()
    };
    let disk = Arc::clone(&bench.disk);
    bench.worker = DiskWorker::new(disk, &bench.dirs, config, zxid(1, 5), stats());
    bench.append(1, 6..=9);
    bench.worker.raise_mark();
    bench.worker.perform(PeerEffect::RollLog);
    bench.worker.perform(PeerEffect::Append {
        zxid: zxid(1, 10),
        txn: txn(zxid(1, 10)),
    });
    bench.worker.commit();
    bench.worker.raise_mark();
    remove_logs(&bench, 0);
    assert_lost(&bench, zxid(1, 3), zxid(1, 5));
}
