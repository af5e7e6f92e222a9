//! What an operator ordered and a restart goes on with: after a crash at every step of it the
//! next start goes on, and the member never vouches for less than it should.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail as the test does"
)]

mod disk_support;

use disk_support::{
    bench::{Bench, zxid},
    stats,
};
use zoowarden_server::disk::{
    BootOptions, Booted, Fault, RecoveryError, Repair, RepairKind, RepairStage, boot, inspect,
    load_epochs,
};
use zoowarden_shared::{
    Zxid,
    audit::{Outcome, Record},
};
use zoowarden_zab::Effect;

fn try_start(bench: &Bench) -> Result<Booted, RecoveryError> {
    let options = BootOptions {
        replicated: true,
        ..BootOptions::default()
    };
    boot(&bench.disk, &bench.dirs, options, &stats())
}

fn start(bench: &Bench) -> Booted {
    try_start(bench).unwrap()
}

fn order(bench: &Bench, kind: RepairKind) {
    let order = Record {
        unix_ms: 0,
        principal: "digest:ops".into(),
        host: "192.0.2.7".into(),
        reason: None,
        what: "repair".into(),
        arguments: [].into(),
        command: String::new(),
        gates: Vec::new(),
        before: None,
        after: None,
        outcome: Outcome::Begun,
        sentence: String::new(),
        duration_ms: None,
    };
    let stage = RepairStage::Wanted;
    let repair = Repair { kind, stage, order };
    repair.write(&*bench.disk, &bench.dirs).unwrap();
}

fn stage(bench: &Bench) -> RepairStage {
    let repair = Repair::read(&*bench.disk, &bench.dirs).unwrap();
    repair.expect("there is one").stage
}

/// Five transactions, their mark raised.
fn member() -> Bench {
    let mut bench = Bench::with_log(1, 1..=5);
    bench.worker.raise_mark();
    bench
}

#[test]
fn a_resync_waits_for_a_leaders_snapshot_and_is_over_with_it() {
    let mut bench = member();
    order(&bench, RepairKind::Resync);
    for _ in 0..2 {
        assert_eq!(start(&bench).state.last_zxid, Zxid(-1), "no vote");
        bench.model.crash();
    }
    assert_eq!(bench.dirs.log_files(&*bench.disk).unwrap(), []);
    let aside = bench.disk.list(bench.dirs.logs()).unwrap();
    assert!(aside.iter().any(|file| file.name.starts_with("aside-log.")));
    bench.reopen(Zxid(-1));
    bench.stage(zxid(1, 7), b"sent");
    assert_eq!(stage(&bench), RepairStage::Installed);
    bench.model.crash();
    let booted = start(&bench);
    assert_eq!(
        booted.state.last_zxid,
        Zxid(-1),
        "more was to come behind it"
    );
    assert!(booted.loss.is_some());
    bench.reopen(Zxid(-1));
    bench.stage(zxid(1, 7), b"sent");
    bench.worker.perform(Effect::SaveCurrentEpoch(1));
    bench.model.crash();
    let booted = start(&bench);
    assert_eq!((booted.state.last_zxid, booted.loss), (zxid(1, 7), None));
}

#[test]
fn a_crash_anywhere_in_a_resync_leaves_no_half_of_it() {
    let mut installed = 0;
    for step in 0..80 {
        let mut bench = member();
        order(&bench, RepairKind::Resync);
        bench.model.plan(step, Fault::Crash);
        if try_start(&bench).is_ok() {
            bench.reopen(Zxid(-1));
            bench.worker.perform(Effect::StageBegin(zxid(1, 7)));
            let body = disk_support::snapshot_body(b"sent").freeze();
            bench.worker.perform(Effect::StageChunk(body));
            bench.worker.perform(Effect::StageEnd(zxid(1, 7)));
            bench.worker.perform(Effect::SaveCurrentEpoch(1));
        }
        bench.model.crash();
        let booted = start(&bench);
        let last = booted.state.last_zxid;
        assert!(
            last == Zxid(-1) || last == zxid(1, 7),
            "step {step}: {last}"
        );
        let is_whole = last == zxid(1, 7);
        assert!(!is_whole || stage(&bench) == RepairStage::Installed);
        assert!(!is_whole || booted.loss.is_none(), "step {step}");
        installed += usize::from(last != Zxid(-1));
    }
    assert!((1..80).contains(&installed), "{installed} of 80");
}

/// Brings a file, as an upload does.
fn bring(bench: &Bench, content: &[u8]) {
    let mut file = bench.disk.create(&bench.dirs.candidate_file()).unwrap();
    file.append(content).unwrap();
    file.sync().unwrap();
    bench.disk.sync_dir(bench.dirs.snapshots()).unwrap();
}

/// A candidate of transaction 3 of epoch 1, to count as of epoch 2.
fn restoring() -> Bench {
    let bench = member();
    let other = Bench::with_log(1, 1..=3);
    other.write_snapshot_file(zxid(1, 3));
    let name = other.dirs.snapshots().join("snapshot.100000003");
    let content = other.model.content(&name).unwrap();
    bring(&bench, &content);
    let kind = RepairKind::Restore {
        zxid: zxid(1, 3).0,
        epoch: 2,
    };
    order(&bench, kind);
    bench
}

#[test]
fn a_crash_anywhere_in_a_restore_is_gone_on_from() {
    for step in 0..60 {
        let bench = restoring();
        bench.model.plan(step, Fault::Crash);
        let _ = try_start(&bench);
        bench.model.crash();
        let booted = start(&bench);
        assert_eq!(booted.state.last_zxid, zxid(1, 3), "step {step}");
        assert_eq!(
            (booted.state.accepted_epoch, booted.state.current_epoch),
            (2, 2)
        );
        assert_eq!(booted.loss, None, "step {step}: what was there is no loss");
        assert_eq!(stage(&bench), RepairStage::Installed);
        let epochs = load_epochs(&*bench.disk, bench.dirs.snapshots(), zxid(1, 3)).unwrap();
        assert_eq!(epochs.current, 2);
    }
}

#[test]
fn only_a_whole_snapshot_is_a_candidate() {
    let bench = restoring();
    let path = bench.dirs.candidate_file();
    let look = |named| inspect(&*bench.disk, &path, BootOptions::default().tree, named).unwrap();
    let whole = bench.model.content(&path).unwrap();
    // It says a digest that its tree has not, as one that was written amid transactions does.
    let why = look(Some(zxid(1, 3))).unwrap_err();
    assert!(why.contains("its tree's digest is"), "{why}");
    for len in [0, 10, whole.len() - 1] {
        bring(&bench, &whole[..len]);
        assert!(look(Some(zxid(1, 3))).is_err(), "{len} bytes");
    }
    let mut damaged = whole.clone();
    damaged[whole.len() / 2] ^= 1;
    bring(&bench, &damaged);
    assert!(look(Some(zxid(1, 3))).is_err());
}

#[test]
fn a_candidate_that_nobody_wants_goes_at_the_next_start() {
    let bench = member();
    bring(&bench, &[1, 2, 3]);
    assert_eq!(start(&bench).state.last_zxid, zxid(1, 5));
    assert_eq!(bench.model.content(&bench.dirs.candidate_file()), None);
}
