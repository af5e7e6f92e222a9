//! Random lives of a member's files on a disk that loses and tears what was not synced: after
//! every crash all that was reported flushed is there, in order, and nothing that was never
//! appended. A failing seed is replayed with `ZOOWARDEN_SEED=<seed>`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail as the test does"
)]

mod disk_support;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use bytes::Bytes;
use disk_support::{Memory, dirs, open_log, random_txn, write_snapshot};
use zoowarden_server::disk::{
    DataDirs, Disk, DiskError, Fault, ModelDisk, Recovered, RecoveryOptions, Rng, TxnLog,
    load_epochs, purge, recover, remove_partial_snapshots, save_accepted, save_current,
};
use zoowarden_shared::{Epoch, Zxid, jute::Jute};

const SEEDS: u64 = 3000;

#[test]
fn nothing_flushed_is_ever_lost() {
    if let Some(seed) = std::env::var("ZOOWARDEN_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
    {
        run(seed);
        return;
    }
    for seed in 0..SEEDS {
        if catch_unwind(AssertUnwindSafe(|| run(seed))).is_err() {
            panic!(
                "replay with: ZOOWARDEN_SEED={seed} cargo test -p zoowarden-server \
                 --test disk_crash -- --nocapture"
            );
        }
    }
}

fn run(seed: u64) {
    let mut member = Member::new(seed);
    for _ in 0..6 {
        member.live();
        member.die();
    }
    // A last start, with no fault planned, must succeed.
    member.model.crash();
    member.start().expect("it starts on what is left");
}

/// A member's files and what is known of them.
struct Member {
    rng: Rng,
    model: ModelDisk,
    disk: Arc<dyn Disk>,
    dirs: DataDirs,
    prealloc_bytes: u64,
    /// All that was ever appended and may still be in the log: zxids 1, 2, 3 ...
    appended: Vec<Bytes>,
    /// How many of them were reported flushed.
    flushed: usize,
    /// Standalone servers have none.
    has_epochs: bool,
    /// The epoch saved last, and the one that may be there instead.
    epoch: (Epoch, Epoch),
}

impl Member {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::new(seed);
        let model = ModelDisk::new(rng.number());
        let disk: Arc<dyn Disk> = Arc::new(model.clone());
        let dirs = dirs();
        dirs.prepare(&*disk, true).unwrap();
        let has_epochs = rng.one_in(2);
        let prealloc_bytes = [0, 1024, 16 << 10][rng.below(3)];
        Self {
            rng,
            model,
            disk,
            dirs,
            prealloc_bytes,
            appended: Vec::new(),
            flushed: 0,
            has_epochs,
            epoch: (0, 0),
        }
    }

    fn live(&mut self) {
        let fault = [Fault::Crash, Fault::Crash, Fault::Io, Fault::Full][self.rng.below(4)];
        self.model.plan(self.rng.below(120) as u64, fault);
        // Whatever fails, the process ends there: that is what a member does.
        let _ = self.start().and_then(|last| self.work(last));
    }

    /// Recovers, and checks what was recovered.
    fn start(&mut self) -> Result<Zxid, DiskError> {
        let mut memory = Memory::default();
        let options = RecoveryOptions::default();
        let recovered = match recover(&*self.disk, &self.dirs, options, &mut memory) {
            Ok(recovered) => recovered,
            Err(zoowarden_server::disk::RecoveryError::Disk(error)) => return Err(error),
            Err(error) => panic!("the data was refused: {error}"),
        };
        self.check(&recovered, &memory);
        remove_partial_snapshots(&*self.disk, self.dirs.snapshots())?;
        if recovered.snapshot.is_none() {
            self.snapshot(recovered.last_zxid)?;
        }
        if !self.has_epochs {
            return Ok(recovered.last_zxid);
        }
        match load_epochs(&*self.disk, self.dirs.snapshots(), Zxid::ZERO) {
            Ok(epochs) => {
                let (old, new) = self.epoch;
                assert!(
                    (old..=new).contains(&epochs.current),
                    "{epochs:?} {old} {new}"
                );
                assert!(
                    (old..=new).contains(&epochs.accepted),
                    "{epochs:?} {old} {new}"
                );
            }
            Err(zoowarden_server::disk::EpochsError::Disk(error)) => return Err(error),
            Err(error) => panic!("the epochs contradict each other: {error}"),
        }
        Ok(recovered.last_zxid)
    }

    fn check(&mut self, recovered: &Recovered, memory: &Memory) {
        let last = recovered.last_zxid.0 as usize;
        assert!(last >= self.flushed, "flushed {} > {last}", self.flushed);
        assert!(last <= self.appended.len(), "{last} was never appended");
        let snapshot = recovered
            .snapshot
            .map_or(0, |snapshot| snapshot.zxid.0 as usize);
        if recovered.snapshot.is_some() {
            let content = (String::new(), Some(self.content(snapshot)));
            assert_eq!(memory.nodes, [content], "the snapshot of {snapshot}");
        }
        let replayed: Vec<Bytes> = memory.txns.iter().map(Jute::to_bytes).collect();
        assert_eq!(replayed, self.appended[snapshot..last]);
        // What was not there can never come back.
        self.appended.truncate(last);
        self.flushed = last;
    }

    fn work(&mut self, last: Zxid) -> Result<(), DiskError> {
        let mut log = open_log(&self.disk, &self.dirs, self.prealloc_bytes, last);
        let result = self.work_on(&mut log);
        if result.is_err() {
            // A log that failed must take nothing more; one that did not (an epoch file did)
            // may go on.
            let zxid = Zxid(self.appended.len() as i64 + 1);
            let txn = random_txn(zxid, &mut self.rng);
            if log.append(zxid, &txn).is_ok() {
                self.appended.push(txn);
                self.note_flushed(log.commit().unwrap_or(None));
            }
        }
        result
    }

    fn work_on(&mut self, log: &mut TxnLog) -> Result<(), DiskError> {
        for _ in 0..self.rng.below(60) {
            match self.rng.below(20) {
                0..10 => {
                    let zxid = Zxid(self.appended.len() as i64 + 1);
                    let txn = random_txn(zxid, &mut self.rng);
                    self.appended.push(txn.clone());
                    log.append(zxid, &txn)?;
                }
                10..15 => self.note_flushed(log.commit()?),
                15 => self.note_flushed(log.roll()?),
                16 => {
                    // As the peer does: a new log file for what follows the snapshot.
                    self.note_flushed(log.roll()?);
                    let zxid = Zxid(self.flushed as i64);
                    // A snapshot that fails is tried again later; the log goes on.
                    let _ = self.snapshot(zxid);
                }
                17 => {
                    let _ = purge(&*self.disk, &self.dirs, 3);
                }
                18 if self.has_epochs => self.new_epoch()?,
                _ => self.model.free_space(),
            }
        }
        Ok(())
    }

    fn note_flushed(&mut self, upto: Option<Zxid>) {
        if let Some(upto) = upto {
            assert_eq!(upto.0 as usize, self.appended.len());
            self.flushed = self.appended.len();
        }
    }

    fn snapshot(&mut self, zxid: Zxid) -> Result<(), DiskError> {
        let content = self.content(zxid.0 as usize);
        write_snapshot(&self.disk, &self.dirs, zxid, &content)
    }

    /// What the tree holds after so many transactions: something that depends on all of them.
    fn content(&self, count: usize) -> Vec<u8> {
        let mut sum = 0u64;
        for byte in self.appended[..count].iter().flatten() {
            sum = sum.wrapping_mul(31).wrapping_add(u64::from(*byte));
        }
        [count as u64, sum].map(u64::to_be_bytes).concat()
    }

    fn new_epoch(&mut self) -> Result<(), DiskError> {
        let epoch = self.epoch.1 + 1;
        self.epoch.1 = epoch;
        let dir = self.dirs.snapshots();
        save_accepted(&*self.disk, dir, epoch)?;
        save_current(&*self.disk, dir, epoch)?;
        self.epoch.0 = epoch;
        Ok(())
    }

    /// The machine stops, or only the process.
    fn die(&mut self) {
        if self.model.is_down() || self.rng.one_in(2) {
            self.model.crash();
        } else {
            self.model.free_space();
        }
    }
}
