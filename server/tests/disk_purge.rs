//! Purging keeps what every retained snapshot needs, and epoch files survive being replaced.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail as the test does"
)]

mod disk_support;

use std::sync::Arc;

use disk_support::{Memory, dirs, open_log, txn_of, write_snapshot};
use zoowarden_server::disk::{
    DataDirs, Disk, Epochs, EpochsError, ModelDisk, RecoveryOptions, load_epochs, purge, recover,
    save_accepted, save_current,
};
use zoowarden_shared::Zxid;

/// Snapshots of these transactions, and logs that begin with those, to 100 in all.
fn scene(snapshots: &[i64], logs: &[i64]) -> (Arc<dyn Disk>, DataDirs) {
    let disk: Arc<dyn Disk> = Arc::new(ModelDisk::new(1));
    let dirs = dirs();
    dirs.prepare(&*disk, true).unwrap();
    for zxid in snapshots {
        write_snapshot(&disk, &dirs, Zxid(*zxid), b"").unwrap();
    }
    let mut log = open_log(&disk, &dirs, 0, Zxid(logs[0] - 1));
    for zxid in logs[0]..=100 {
        if logs.contains(&zxid) {
            log.roll().unwrap();
        }
        log.append(Zxid(zxid), &txn_of(Zxid(zxid), vec![1]))
            .unwrap();
    }
    log.commit().unwrap();
    (disk, dirs)
}

fn left(disk: &dyn Disk, dirs: &DataDirs) -> (Vec<i64>, Vec<i64>) {
    let snapshots = dirs.snapshot_files(disk).unwrap();
    let logs = dirs.log_files(disk).unwrap();
    (
        snapshots.iter().map(|file| file.name.zxid.0).collect(),
        logs.iter().map(|file| file.first.0).collect(),
    )
}

#[test]
fn the_log_that_reaches_behind_the_oldest_snapshot_stays() {
    // The log of 15 holds what follows the snapshot of 20.
    let (disk, dirs) = scene(&[0, 10, 20, 30, 40], &[1, 11, 15, 35]);
    let purged = purge(&*disk, &dirs, 3).unwrap();
    assert_eq!((purged.snapshots, purged.logs), (2, 2));
    assert_eq!(left(&*disk, &dirs), (vec![40, 30, 20], vec![15, 35]));
}

#[test]
fn every_retained_snapshot_still_recovers() {
    let (disk, dirs) = scene(&[0, 10, 20, 30, 40, 50], &[1, 11, 15, 31, 36, 41]);
    purge(&*disk, &dirs, 3).unwrap();
    for snapshot in dirs.snapshot_files(&*disk).unwrap() {
        let mut memory = Memory::default();
        let recovered = recover(&*disk, &dirs, RecoveryOptions::default(), &mut memory).unwrap();
        assert_eq!(recovered.snapshot.unwrap().zxid, snapshot.name.zxid);
        assert_eq!(recovered.last_zxid, Zxid(100));
        disk.remove(&snapshot.path).unwrap();
    }
}

#[test]
fn at_least_three_are_kept() {
    let (disk, dirs) = scene(&[0, 10, 20, 30, 40], &[1]);
    purge(&*disk, &dirs, 1).unwrap();
    assert_eq!(left(&*disk, &dirs).0, [40, 30, 20]);
}

#[test]
fn unfinished_snapshots_do_not_count() {
    let (disk, dirs) = scene(&[0, 10, 20], &[1, 11, 21]);
    // As Apache leaves them on a full disk: one after the other, each the newest.
    for zxid in ["1e", "28", "32"] {
        disk.create(&dirs.snapshots().join(format!("snapshot.{zxid}")))
            .unwrap();
    }
    purge(&*disk, &dirs, 3).unwrap();
    let (snapshots, logs) = left(&*disk, &dirs);
    assert_eq!(snapshots, [50, 40, 30, 20, 10, 0]);
    assert_eq!(logs, [1, 11, 21]);
}

#[test]
fn nothing_goes_where_there_is_no_snapshot() {
    let (disk, dirs) = scene(&[], &[1, 50]);
    purge(&*disk, &dirs, 3).unwrap();
    assert_eq!(left(&*disk, &dirs).1, [1, 50]);
}

fn put(disk: &dyn Disk, dirs: &DataDirs, name: &str, content: &str) {
    let mut file = disk.create(&dirs.snapshots().join(name)).unwrap();
    file.append(content.as_bytes()).unwrap();
}

#[test]
fn missing_epochs_are_made_from_the_data() {
    let (disk, dirs) = scene(&[0], &[1]);
    let last = Zxid::new(7, 5);
    let epochs = load_epochs(&*disk, dirs.snapshots(), last).unwrap();
    assert_eq!(
        epochs,
        Epochs {
            accepted: 7,
            current: 7
        }
    );
    assert_eq!(load_epochs(&*disk, dirs.snapshots(), last).unwrap(), epochs);
}

#[test]
fn saved_epochs_read_back() {
    let (disk, dirs) = scene(&[0], &[1]);
    save_accepted(&*disk, dirs.snapshots(), 4).unwrap();
    save_current(&*disk, dirs.snapshots(), 3).unwrap();
    let epochs = load_epochs(&*disk, dirs.snapshots(), Zxid::new(3, 9)).unwrap();
    assert_eq!(
        epochs,
        Epochs {
            accepted: 4,
            current: 3
        }
    );
}

#[test]
fn a_left_over_current_epoch_counts_zookeeper_2307_4269() {
    let (disk, dirs) = scene(&[0], &[1]);
    put(&*disk, &dirs, "acceptedEpoch", "4");
    put(&*disk, &dirs, "currentEpoch", "4");
    let load = || load_epochs(&*disk, dirs.snapshots(), Zxid::new(5, 1));
    assert!(matches!(
        load(),
        Err(EpochsError::OlderThanData { current: 4, .. })
    ));
    put(&*disk, &dirs, "acceptedEpoch", "5");
    put(&*disk, &dirs, "currentEpoch.tmp", "5");
    assert_eq!(
        load().unwrap(),
        Epochs {
            accepted: 5,
            current: 5
        }
    );
    disk.remove(&dirs.snapshots().join("currentEpoch.tmp")).ok();
    assert_eq!(
        load().unwrap().current,
        5,
        "it is durable under its own name"
    );
}

#[test]
fn the_epoch_of_the_data_counts_where_it_was_accepted_zookeeper_4643() {
    let (disk, dirs) = scene(&[0], &[1]);
    put(&*disk, &dirs, "acceptedEpoch", "6");
    put(&*disk, &dirs, "currentEpoch", "4");
    // Transactions of the new leader were logged, its epoch was about to be saved.
    let loaded = load_epochs(&*disk, dirs.snapshots(), Zxid::new(5, 1)).unwrap();
    let (accepted, current) = (6, 5);
    assert_eq!(loaded, Epochs { accepted, current });
    let again = load_epochs(&*disk, dirs.snapshots(), Zxid::ZERO).unwrap();
    assert_eq!(again, loaded, "it is durable");
}

#[test]
fn epochs_that_contradict_each_other_are_refused() {
    let (disk, dirs) = scene(&[0], &[1]);
    put(&*disk, &dirs, "acceptedEpoch", "3");
    put(&*disk, &dirs, "currentEpoch", "4");
    let load = || load_epochs(&*disk, dirs.snapshots(), Zxid::new(4, 1));
    assert!(matches!(load(), Err(EpochsError::AcceptedBelowCurrent(_))));
    put(&*disk, &dirs, "acceptedEpoch", "four");
    let error = load().unwrap_err().to_string();
    assert!(
        error.contains("acceptedEpoch") && error.contains("four"),
        "{error}"
    );
}
