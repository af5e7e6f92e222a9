//! Damaged logs and snapshots: a torn end is cut, everything else is refused with file and
//! byte, and no single flipped bit makes a flushed transaction vanish or change.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail as the test does"
)]

mod disk_support;

use std::{path::PathBuf, sync::Arc};

use bytes::Bytes;
use disk_support::{Memory, dirs, open_log, txn_of, write_snapshot};
use zoowarden_server::disk::{
    DataDirs, Disk, ModelDisk, Recovered, RecoveryError, RecoveryOptions, recover,
};
use zoowarden_shared::{Zxid, jute::Jute};

/// A directory with an empty snapshot and logs of these transactions, a file for each list.
struct Scene {
    model: ModelDisk,
    disk: Arc<dyn Disk>,
    dirs: DataDirs,
}

impl Scene {
    fn new(logs: &[&[(i64, Vec<u8>)]]) -> Self {
        let model = ModelDisk::new(1);
        let disk: Arc<dyn Disk> = Arc::new(model.clone());
        let dirs = dirs();
        dirs.prepare(&*disk, true).unwrap();
        write_snapshot(&disk, &dirs, Zxid(0), b"").unwrap();
        for txns in logs {
            let before = Zxid(txns[0].0 - 1);
            let mut log = open_log(&disk, &dirs, 2048, before);
            for (zxid, data) in *txns {
                log.append(Zxid(*zxid), &txn_of(Zxid(*zxid), data.clone()))
                    .unwrap();
                log.commit().unwrap();
            }
        }
        Self { model, disk, dirs }
    }

    fn log(&self, first: i64) -> PathBuf {
        self.dirs.logs().join(format!("log.{first:x}"))
    }

    fn content(&self, first: i64) -> Vec<u8> {
        self.model.content(&self.log(first)).unwrap()
    }

    fn set(&self, first: i64, content: Vec<u8>) {
        self.model.set_content(&self.log(first), content);
    }

    fn recover(&self) -> Result<(Recovered, Memory), RecoveryError> {
        self.recover_with(RecoveryOptions::default())
    }

    fn recover_with(&self, options: RecoveryOptions) -> Result<(Recovered, Memory), RecoveryError> {
        let mut memory = Memory::default();
        let recovered = recover(&*self.disk, &self.dirs, options, &mut memory)?;
        Ok((recovered, memory))
    }

    fn refusal(&self) -> String {
        self.recover().unwrap_err().to_string()
    }
}

fn txns(zxids: std::ops::RangeInclusive<i64>) -> Vec<(i64, Vec<u8>)> {
    zxids.map(|zxid| (zxid, vec![zxid as u8; 20])).collect()
}

/// Where the records of a log of [`txns`] end.
fn end_of(count: usize) -> usize {
    16 + count * (12 + txn_of(Zxid(1), vec![0; 20]).len() + 1)
}

#[test]
fn a_tail_torn_at_any_byte_is_cut_for_good() {
    let whole = Scene::new(&[&txns(1..=3)]).content(1);
    let (last, end) = (end_of(2), end_of(3));
    for cut in last..=end {
        for padding in [0, 1, 100, 3000] {
            let scene = Scene::new(&[&txns(1..=3)]);
            let mut torn = whole[..cut].to_vec();
            torn.resize(cut + padding, 0);
            scene.set(1, torn);
            let (recovered, memory) = scene.recover().unwrap();
            let expected = if cut == end { 3 } else { 2 };
            assert_eq!(recovered.last_zxid, Zxid(expected), "cut at {cut}");
            assert_eq!(memory.txns.len() as i64, expected);
            if cut < end {
                let left = scene.content(1);
                let written = left.iter().rposition(|byte| *byte != 0).unwrap() + 1;
                assert!(written <= last, "cut at {cut}: {written} bytes are left");
            }
            // Whoever appends now must find no trace of it at the next start.
            let mut log = open_log(&scene.disk, &scene.dirs, 2048, recovered.last_zxid);
            let next = recovered.last_zxid.next();
            log.append(next, &txn_of(next, vec![9; 5])).unwrap();
            log.commit().unwrap();
            assert_eq!(scene.recover().unwrap().0.last_zxid, next);
        }
    }
}

#[test]
fn no_flipped_bit_loses_or_changes_a_transaction() {
    let scene = Scene::new(&[&txns(1..=3)]);
    let whole = scene.content(1);
    let wanted: Vec<Bytes> = (1..=3)
        .map(|z| txn_of(Zxid(z), vec![z as u8; 20]))
        .collect();
    let mut refused = 0;
    // Some of the padding stands for all of it.
    for at in 0..end_of(3) + 40 {
        for bit in 0..8 {
            let mut damaged = whole.clone();
            damaged[at] ^= 1 << bit;
            scene.set(1, damaged);
            match scene.recover() {
                Ok((_, memory)) => {
                    let got: Vec<Bytes> = memory.txns.iter().map(Jute::to_bytes).collect();
                    assert_eq!(got, wanted, "byte {at} bit {bit}");
                    let nobody_reads_it = (8..16).contains(&at) || at >= end_of(3);
                    assert!(nobody_reads_it, "byte {at} bit {bit} went unnoticed");
                }
                Err(error) => {
                    refused += 1;
                    let RecoveryError::CorruptLog { path, offset, .. } = &error else {
                        panic!("byte {at} bit {bit}: {error}");
                    };
                    assert_eq!(path, &scene.log(1));
                    assert!(*offset as usize <= at, "byte {at}: {error}");
                    assert_eq!(scene.content(1).len(), whole.len(), "nothing was cut");
                }
            }
        }
    }
    assert_eq!(refused, 8 * (end_of(3) - 8));
}

#[test]
fn a_corrupt_record_is_named_by_file_and_byte() {
    let scene = Scene::new(&[&txns(1..=2), &txns(3..=4)]);
    let mut damaged = scene.content(1);
    damaged[end_of(1) + 40] ^= 1;
    scene.set(1, damaged);
    let refusal = scene.refusal();
    assert!(refusal.contains("log.1"), "{refusal}");
    assert!(
        refusal.contains(&format!("byte {}", end_of(1))),
        "{refusal}"
    );
}

#[test]
fn a_torn_end_is_passed_over_where_the_next_file_goes_on() {
    // Apache leaves it there, and begins a new file at the next start.
    let scene = Scene::new(&[&txns(1..=3), &txns(3..=4)]);
    let mut torn = scene.content(1);
    torn[end_of(3) - 1..].fill(0);
    scene.set(1, torn);
    let (_, memory) = scene.recover().unwrap();
    assert_eq!(memory.zxids(), [1, 2, 3, 4]);
}

#[test]
fn a_hole_between_files_is_refused() {
    let scene = Scene::new(&[&txns(1..=3), &txns(5..=6)]);
    let error = scene.recover().unwrap_err();
    assert!(
        matches!(
            error,
            RecoveryError::Gap {
                found: Zxid(5),
                last: Zxid(3),
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_hole_behind_the_snapshot_is_refused() {
    let scene = Scene::new(&[&txns(2..=3)]);
    assert!(matches!(
        scene.recover().unwrap_err(),
        RecoveryError::Gap { found: Zxid(2), .. }
    ));
}

#[test]
fn a_new_epoch_begins_with_its_first_transaction() {
    let epoch = 1 << 32;
    let next: Vec<_> = vec![(epoch + 1, vec![1]), (epoch + 2, vec![2])];
    let scene = Scene::new(&[&txns(1..=3), &next]);
    assert_eq!(
        scene.recover().unwrap().1.zxids(),
        [1, 2, 3, epoch + 1, epoch + 2]
    );

    let scene = Scene::new(&[&txns(1..=3), &next]);
    let mut later = scene.content(epoch + 1);
    // The second transaction alone, as if the first were missing.
    let record = end_of(0) + 12 + txn_of(Zxid(epoch + 1), vec![1]).len() + 1;
    later.drain(16..record);
    scene.set(epoch + 1, later);
    assert!(matches!(
        scene.recover().unwrap_err(),
        RecoveryError::Gap {
            found: Zxid(0x1_0000_0002),
            ..
        }
    ));
}

#[test]
fn a_log_that_was_being_made_is_removed() {
    // What a crash can leave of the first commit to a file: nothing, a part of the header,
    // zeros, the header alone.
    let header = Scene::new(&[&txns(1..=1)]).content(1)[..16].to_vec();
    for left in [vec![], header[..7].to_vec(), vec![0; 2048], header] {
        let scene = Scene::new(&[&txns(1..=2), &txns(3..=3)]);
        scene.set(3, left);
        assert_eq!(scene.recover().unwrap().0.last_zxid, Zxid(2));
        assert!(
            scene.model.content(&scene.log(3)).is_none(),
            "Apache cannot read it"
        );
    }
}

#[test]
fn logs_without_a_snapshot_are_refused_unless_trusted() {
    // ZOOKEEPER-3056, ZOOKEEPER-3781.
    let scene = Scene::new(&[&txns(1..=3)]);
    let snapshot = scene.dirs.snapshots().join("snapshot.0");
    scene.disk.remove(&snapshot).unwrap();
    let refusal = scene.refusal();
    assert!(refusal.contains("snapshot.trust.empty"), "{refusal}");
    let trusting = RecoveryOptions {
        trust_empty_snapshot: true,
        ..RecoveryOptions::default()
    };
    let (recovered, memory) = scene.recover_with(trusting).unwrap();
    assert_eq!((recovered.snapshot, recovered.last_zxid), (None, Zxid(3)));
    assert_eq!(memory.zxids(), [1, 2, 3]);
}

#[test]
fn an_empty_directory_counts_as_a_database_only_where_it_may() {
    let model = ModelDisk::new(1);
    let dirs = dirs();
    dirs.prepare(&model, true).unwrap();
    let strict = RecoveryOptions {
        db_autocreate: false,
        ..RecoveryOptions::default()
    };
    let start = |options| recover(&model, &dirs, options, &mut Memory::default()).unwrap();
    assert_eq!(start(RecoveryOptions::default()).last_zxid, Zxid(0));
    assert_eq!(start(strict).last_zxid, Zxid(-1));
    model.create(&dirs.initialize_file()).unwrap();
    assert_eq!(start(strict).last_zxid, Zxid(0));
}

#[test]
fn a_damaged_snapshot_is_replaced_by_an_older_one_where_the_logs_reach() {
    let scene = Scene::new(&[&txns(1..=3), &txns(4..=5)]);
    write_snapshot(&scene.disk, &scene.dirs, Zxid(3), b"three").unwrap();
    let path = scene.dirs.snapshots().join("snapshot.3");
    let whole = scene.model.content(&path).unwrap();
    for at in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[at] ^= 0x10;
        scene.model.set_content(&path, damaged);
        let (recovered, memory) = scene.recover().unwrap();
        assert_eq!(recovered.snapshot.unwrap().zxid, Zxid(0), "byte {at}");
        assert_eq!(memory.zxids(), [1, 2, 3, 4, 5]);
    }
}

#[test]
fn an_older_snapshot_is_refused_where_transactions_may_be_missing() {
    // The logs end before the damaged snapshot's transaction.
    let scene = Scene::new(&[&txns(1..=3)]);
    write_snapshot(&scene.disk, &scene.dirs, Zxid(9), b"nine").unwrap();
    let path = scene.dirs.snapshots().join("snapshot.9");
    let mut damaged = scene.model.content(&path).unwrap();
    damaged[30] ^= 1;
    scene.model.set_content(&path, damaged.clone());
    let refusal = scene.refusal();
    assert!(refusal.contains("snapshot.9"), "{refusal}");
    assert!(refusal.contains("snapshot.0"), "{refusal}");

    // One that was never finished, as Apache leaves it, held nothing that the logs lack.
    damaged.truncate(damaged.len() - 3);
    scene.model.set_content(&path, damaged);
    assert_eq!(scene.recover().unwrap().0.last_zxid, Zxid(3));
}

#[test]
fn a_snapshot_covers_damage_before_it() {
    let scene = Scene::new(&[&txns(1..=3)]);
    write_snapshot(&scene.disk, &scene.dirs, Zxid(3), b"three").unwrap();
    let mut damaged = scene.content(1);
    damaged[end_of(1) + 40] ^= 1;
    scene.set(1, damaged);
    let (recovered, memory) = scene.recover().unwrap();
    assert_eq!(recovered.last_zxid, Zxid(3));
    assert!(memory.txns.is_empty());
}

#[test]
fn compressed_snapshots_are_refused_by_name() {
    let scene = Scene::new(&[&txns(1..=3)]);
    let path = scene.dirs.snapshots().join("snapshot.9.gz");
    scene.disk.create(&path).unwrap();
    let refusal = scene.refusal();
    assert!(refusal.contains("snapshot.9.gz"), "{refusal}");
    assert!(refusal.contains("compressed"), "{refusal}");
}

#[test]
fn mixed_up_directories_are_refused() {
    // ZOOKEEPER-2967.
    let scene = Scene::new(&[&txns(1..=3)]);
    let swapped = DataDirs::new(
        scene.dirs.logs().parent().unwrap(),
        scene.dirs.snapshots().parent(),
    );
    let error = swapped.prepare(&*scene.disk, true).unwrap_err();
    assert!(error.to_string().contains("mixed up"), "{error}");
}
