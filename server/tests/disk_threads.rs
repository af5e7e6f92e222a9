//! The disk's threads, through the handle that the driver has: what is flushed is reported,
//! a failure is reported once and is final, snapshots and purging go beside the log.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail as the test does"
)]

mod disk_support;

use std::{
    sync::{Arc, mpsc},
    time::Duration,
};

use bytes::Bytes;
use disk_support::{Memory, dirs, snapshot_body, stats, txn_of, write_snapshot};
use zoowarden_peer::{DiskEvent, Effect};
use zoowarden_server::disk::{
    Autopurge, DataDirs, Disk, DiskConfig, DiskHandle, DiskStats, Fault, ModelDisk, Recovered,
    RecoveryOptions, TxnLogConfig, recover,
};
use zoowarden_shared::{Zxid, txn::TxnDigest};

const PATIENCE: Duration = Duration::from_secs(60);

/// A disk, its threads, and the events that they sent.
struct Bench {
    model: ModelDisk,
    disk: Arc<dyn Disk>,
    dirs: DataDirs,
    stats: Arc<DiskStats>,
    handle: DiskHandle,
    events: mpsc::Receiver<DiskEvent>,
}

/// Files that grow in small steps: the model copies them at every sync.
fn small() -> DiskConfig {
    DiskConfig {
        log: TxnLogConfig {
            prealloc_bytes: 16 << 10,
            ..TxnLogConfig::default()
        },
        ..DiskConfig::default()
    }
}

impl Bench {
    fn new(config: DiskConfig) -> Self {
        Self::prepared(config, |_, _| {})
    }

    fn prepared(config: DiskConfig, prepare: impl Fn(&Arc<dyn Disk>, &DataDirs)) -> Self {
        let model = ModelDisk::new(1);
        let disk: Arc<dyn Disk> = Arc::new(model.clone());
        let dirs = dirs();
        dirs.prepare(&*disk, true).unwrap();
        write_snapshot(&disk, &dirs, Zxid(0), b"").unwrap();
        prepare(&disk, &dirs);
        let (sender, events) = mpsc::channel();
        let sink = Arc::new(move |event| drop(sender.send(event)));
        let stats = stats();
        let handle = DiskHandle::start(
            Arc::clone(&disk),
            &dirs,
            config,
            Zxid(0),
            Arc::clone(&stats),
            sink,
        )
        .unwrap();
        Self {
            model,
            disk,
            dirs,
            stats,
            handle,
            events,
        }
    }

    fn append(&self, zxids: std::ops::RangeInclusive<i64>) {
        let txns: Vec<(Zxid, Bytes)> = zxids
            .map(|zxid| (Zxid(zxid), txn_of(Zxid(zxid), vec![1; 50])))
            .collect();
        self.handle.append(txns);
    }

    fn event(&self) -> DiskEvent {
        self.events.recv_timeout(PATIENCE).expect("an event comes")
    }

    fn wait_flushed(&self, zxid: i64) {
        loop {
            match self.event() {
                DiskEvent::Flushed { upto } if upto == Zxid(zxid) => return,
                DiskEvent::Flushed { upto } => assert!(upto < Zxid(zxid)),
                other => panic!("{other:?}"),
            }
        }
    }

    /// What is there after the machine fails now.
    fn recover_after_crash(&self) -> (Recovered, Memory) {
        self.model.crash();
        let mut memory = Memory::default();
        let options = RecoveryOptions::default();
        let recovered = recover(&*self.disk, &self.dirs, options, &mut memory).unwrap();
        (recovered, memory)
    }
}

#[test]
fn what_is_reported_flushed_survives() {
    let bench = Bench::new(small());
    bench.append(1..=3);
    bench.append(4..=10);
    bench.wait_flushed(10);
    assert_eq!(
        bench.recover_after_crash().1.zxids(),
        (1..=10).collect::<Vec<_>>()
    );
    let times = bench.stats.sync_times();
    assert!((1..=2).contains(&times.count), "{times:?}");
    assert!(times.last.is_some());
}

#[test]
fn closing_flushes_what_is_queued() {
    let mut bench = Bench::new(small());
    for zxid in 1..=200 {
        bench.append(zxid..=zxid);
    }
    bench.handle.close();
    let last = bench.events.try_iter().last();
    assert!(
        matches!(last, Some(DiskEvent::Flushed { upto: Zxid(200) })),
        "{last:?}"
    );
    assert_eq!(bench.recover_after_crash().0.last_zxid, Zxid(200));
}

#[test]
fn many_appends_share_a_sync() {
    let mut bench = Bench::new(small());
    for zxid in 1..=1000 {
        bench.append(zxid..=zxid);
    }
    bench.handle.close();
    let flushes = bench.events.try_iter().count() as u64;
    assert_eq!(
        bench.stats.sync_times().count,
        flushes,
        "one sync for each report"
    );
}

#[test]
fn a_new_file_begins_after_a_roll() {
    let bench = Bench::new(small());
    bench.append(1..=2);
    bench.handle.perform(Effect::RollLog);
    bench.append(3..=4);
    bench.wait_flushed(4);
    let firsts: Vec<Zxid> = bench
        .dirs
        .log_files(&*bench.disk)
        .unwrap()
        .iter()
        .map(|file| file.first)
        .collect();
    assert_eq!(firsts, [Zxid(1), Zxid(3)]);
}

#[test]
fn a_file_beyond_its_limit_is_closed() {
    let bench = Bench::new(DiskConfig {
        log: TxnLogConfig {
            size_limit_bytes: Some(300),
            ..small().log
        },
        ..DiskConfig::default()
    });
    for zxid in 1..=6 {
        bench.append(zxid..=zxid);
        bench.wait_flushed(zxid);
    }
    assert!(bench.dirs.log_files(&*bench.disk).unwrap().len() > 1);
    assert_eq!(bench.recover_after_crash().0.last_zxid, Zxid(6));
}

#[test]
fn a_failed_write_is_final_zookeeper_3701() {
    for fault in [Fault::Io, Fault::Full] {
        // Write and sync of a file that is open already.
        for ahead in 0..2 {
            let mut bench = Bench::new(small());
            bench.append(1..=2);
            bench.wait_flushed(2);
            if fault == Fault::Full && ahead > 0 {
                continue;
            }
            bench.model.plan(ahead, fault);
            bench.append(3..=3);
            assert!(matches!(bench.event(), DiskEvent::LogFailed));
            bench.model.free_space();
            bench.append(4..=4);
            bench.handle.close();
            assert!(
                bench.events.try_recv().is_err(),
                "nothing is reported any more"
            );
            let last = bench.recover_after_crash().0.last_zxid;
            assert!(last <= Zxid(3), "nothing was written behind it");
        }
    }
}

#[test]
fn a_hole_in_the_appends_is_refused_zookeeper_4925() {
    let bench = Bench::new(small());
    bench.append(1..=2);
    bench.append(4..=4);
    loop {
        match bench.event() {
            DiskEvent::LogFailed => break,
            DiskEvent::Flushed { upto } => assert_eq!(upto, Zxid(2)),
            other => panic!("{other:?}"),
        }
    }
    assert!(bench.recover_after_crash().0.last_zxid <= Zxid(2));
}

fn take_snapshot(bench: &Bench, zxid: i64) -> DiskEvent {
    let zxid = Zxid(zxid);
    bench.handle.perform(Effect::SnapshotBegin { zxid });
    let body = snapshot_body(b"content").freeze();
    for slice in [body.slice(..20), body.slice(20..)] {
        bench.handle.perform(Effect::SnapshotSlice(slice));
        match bench.event() {
            DiskEvent::SnapshotSliceWritten => {}
            other => return other,
        }
    }
    let digest = Some(TxnDigest {
        version: TxnDigest::VERSION,
        tree_digest: 5,
    });
    bench.handle.perform(Effect::SnapshotEnd { zxid, digest });
    bench.event()
}

#[test]
fn a_snapshot_is_durable_when_it_is_reported() {
    let bench = Bench::new(small());
    bench.append(1..=2);
    bench.wait_flushed(2);
    let done = take_snapshot(&bench, 2);
    assert!(
        matches!(done, DiskEvent::SnapshotDone { zxid: Zxid(2) }),
        "{done:?}"
    );
    assert_eq!(bench.stats.last_snapshot().unwrap().zxid, Zxid(2));
    let (recovered, memory) = bench.recover_after_crash();
    assert_eq!(recovered.snapshot.unwrap().zxid, Zxid(2));
    assert_eq!(memory.nodes, [(String::new(), Some(b"content".to_vec()))]);
    let digest = memory.end.unwrap().digest.unwrap();
    assert_eq!((digest.zxid, digest.digest), (Zxid(2), 5));
}

#[test]
fn a_snapshot_that_fails_leaves_the_log_going_and_no_file() {
    // Making the file, its header, a slice, the other, the seal, sync, rename, directory.
    for ahead in 0..8 {
        let mut bench = Bench::new(small());
        bench.model.plan(ahead, Fault::Io);
        let failed = take_snapshot(&bench, 0);
        assert!(
            matches!(failed, DiskEvent::SnapshotFailed),
            "{ahead}: {failed:?}"
        );
        assert_eq!(bench.stats.snapshots_failed(), 1);
        bench.append(1..=1);
        bench.wait_flushed(1);
        let done = take_snapshot(&bench, 1);
        assert!(
            matches!(done, DiskEvent::SnapshotDone { .. }),
            "{ahead}: {done:?}"
        );
        bench.handle.close();
        assert_eq!(
            bench.recover_after_crash().0.snapshot.unwrap().zxid,
            Zxid(1)
        );
    }
}

#[test]
fn old_files_go_at_the_start_and_at_intervals() {
    let config = DiskConfig {
        autopurge: Some(Autopurge {
            retain: 3,
            interval: Duration::from_secs(3600),
        }),
        ..small()
    };
    let mut bench = Bench::prepared(config, |disk, dirs| {
        for zxid in 1..=5 {
            write_snapshot(disk, dirs, Zxid(zxid), b"").unwrap();
        }
    });
    // The purge at the start stands before whatever else the thread is told.
    let done = take_snapshot(&bench, 6);
    assert!(matches!(done, DiskEvent::SnapshotDone { .. }), "{done:?}");
    let left = || -> Vec<i64> {
        let files = bench.dirs.snapshot_files(&*bench.disk).unwrap();
        files.iter().map(|file| file.name.zxid.0).collect()
    };
    assert!(left().len() <= 5, "{:?}", left());
    bench.handle.purge(3);
    bench.handle.close();
    assert_eq!(left(), [6, 5, 4]);
}
