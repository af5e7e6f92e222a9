//! A member's disk without threads, driven as replication drives it.

use std::{ops::RangeInclusive, sync::Arc};

use bytes::Bytes;
use zoowarden_peer::{DiskEvent, Effect as PeerEffect, Recovered as PeerState};
use zoowarden_server::disk::{
    DataDirs, Disk, DiskConfig, DiskWorker, ModelDisk, Recovered, RecoveryOptions, TxnLogConfig,
    recover,
};
use zoowarden_shared::{Epoch, Zxid, jute::Jute};
use zoowarden_zab::{DiskEvent as Replicated, Effect, LinkId};

use super::{Memory, dirs, snapshot_body, stats, txn_of, write_snapshot};

pub(crate) fn zxid(epoch: Epoch, counter: i64) -> Zxid {
    Zxid::new(epoch, u32::try_from(counter).unwrap())
}

pub(crate) fn link(number: u64) -> LinkId {
    LinkId::accepted(number)
}

/// Logs that grow in small steps: the model copies them at every sync.
pub(crate) fn small() -> DiskConfig {
    DiskConfig {
        log: TxnLogConfig {
            prealloc_bytes: 4 << 10,
            ..TxnLogConfig::default()
        },
        ..DiskConfig::default()
    }
}

/// A transaction that is told apart from others with its zxid.
pub(crate) fn txn(zxid: Zxid) -> Bytes {
    txn_of(zxid, vec![zxid.0 as u8; 20])
}

pub(crate) struct Bench {
    pub(crate) model: ModelDisk,
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) dirs: DataDirs,
    pub(crate) worker: DiskWorker,
}

impl Bench {
    /// A member with the empty snapshot and a log of these transactions.
    pub(crate) fn with_log(epoch: Epoch, counters: RangeInclusive<i64>) -> Self {
        let model = ModelDisk::new(1);
        let disk: Arc<dyn Disk> = Arc::new(model.clone());
        let dirs = dirs();
        dirs.prepare(&*disk, true).unwrap();
        write_snapshot(&disk, &dirs, Zxid::ZERO, b"").unwrap();
        let worker = DiskWorker::new(Arc::clone(&disk), &dirs, small(), Zxid::ZERO, stats());
        let mut bench = Self {
            model,
            disk,
            dirs,
            worker,
        };
        bench.append(epoch, counters);
        bench
    }

    /// As after a restart of the process.
    pub(crate) fn reopen(&mut self, last: Zxid) {
        let disk = Arc::clone(&self.disk);
        self.worker = DiskWorker::new(disk, &self.dirs, small(), last, stats());
    }

    pub(crate) fn append(&mut self, epoch: Epoch, counters: RangeInclusive<i64>) {
        let upto = zxid(epoch, *counters.end());
        for counter in counters {
            let zxid = zxid(epoch, counter);
            let append = PeerEffect::Append {
                zxid,
                txn: txn(zxid),
            };
            assert!(self.worker.perform(append).is_empty());
        }
        let events = self.worker.commit();
        assert!(
            matches!(events[..], [DiskEvent::Flushed { upto: last }] if last == upto),
            "{events:?}"
        );
    }

    pub(crate) fn roll(&mut self) {
        assert!(self.worker.perform(PeerEffect::RollLog).is_empty());
    }

    pub(crate) fn begin_snapshot(&mut self, zxid: Zxid) {
        self.worker.perform(PeerEffect::SnapshotBegin { zxid });
        let body = snapshot_body(b"own").freeze();
        let events = self.worker.perform(PeerEffect::SnapshotSlice(body));
        assert!(matches!(events[..], [DiskEvent::SnapshotSliceWritten]));
    }

    pub(crate) fn end_snapshot(&mut self, zxid: Zxid) -> Vec<DiskEvent> {
        let digest = None;
        self.worker
            .perform(PeerEffect::SnapshotEnd { zxid, digest })
    }

    /// A snapshot of the member's own, as the peer asks for it.
    pub(crate) fn snapshot(&mut self, zxid: Zxid) {
        self.roll();
        self.begin_snapshot(zxid);
        let events = self.end_snapshot(zxid);
        assert!(
            matches!(events[..], [DiskEvent::SnapshotDone { .. }]),
            "{events:?}"
        );
    }

    /// A snapshot's file and nothing else, as Apache writes one that it was sent.
    pub(crate) fn write_snapshot_file(&self, zxid: Zxid) {
        write_snapshot(&self.disk, &self.dirs, zxid, b"sent").unwrap();
    }

    pub(crate) fn truncate(&mut self, zxid: Zxid) {
        let events = self.worker.perform(Effect::Truncate(zxid));
        assert!(
            matches!(events[..], [DiskEvent::Replication(Replicated::Truncated(cut))] if cut == zxid),
            "{events:?}"
        );
    }

    pub(crate) fn stage(&mut self, zxid: Zxid, data: &[u8]) {
        self.worker.perform(Effect::StageBegin(zxid));
        let body = snapshot_body(data).freeze();
        for chunk in [body.slice(..20), body.slice(20..)] {
            assert!(self.worker.perform(Effect::StageChunk(chunk)).is_empty());
        }
        let events = self.worker.perform(Effect::StageEnd(zxid));
        assert!(
            matches!(events[..], [DiskEvent::Replication(Replicated::Staged(staged))] if staged == zxid),
            "{events:?}"
        );
    }

    pub(crate) fn reload(&mut self) -> PeerState {
        let events = self.worker.perform(Effect::Reload);
        match events.into_iter().next() {
            Some(DiskEvent::Reloaded(recovered)) => *recovered,
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn read_log(&mut self, after: Zxid, upto: Zxid) -> (Vec<(Zxid, Bytes)>, bool) {
        let link = link(1);
        let events = self.worker.perform(Effect::ReadLog { link, after, upto });
        match events.into_iter().next() {
            Some(DiskEvent::Replication(Replicated::LogRead { txns, complete, .. })) => {
                (txns, complete)
            }
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn txns(&self, ranges: &[(Epoch, RangeInclusive<i64>)]) -> Vec<(Zxid, Bytes)> {
        let zxids = ranges
            .iter()
            .flat_map(|(epoch, counters)| counters.clone().map(|counter| zxid(*epoch, counter)));
        zxids.map(|zxid| (zxid, txn(zxid))).collect()
    }

    /// Turns a bit over in the record of a transaction.
    pub(crate) fn flip_a_bit_of(&self, zxid: Zxid) {
        let txn = txn(zxid);
        for log in self.dirs.log_files(&*self.disk).unwrap() {
            let mut content = self.model.content(&log.path).unwrap();
            let at = content.windows(txn.len()).position(|bytes| bytes == txn);
            if let Some(at) = at {
                content[at + txn.len() / 2] ^= 1;
                self.model.set_content(&log.path, content);
                return;
            }
        }
        panic!("{zxid} is in no log");
    }

    /// What is there after the machine fails now.
    pub(crate) fn recover_after_crash(&self) -> (Recovered, Memory) {
        self.model.crash();
        let mut memory = Memory::default();
        let options = RecoveryOptions::default();
        let recovered = recover(&*self.disk, &self.dirs, options, &mut memory).unwrap();
        (recovered, memory)
    }

    pub(crate) fn assert_last(&self, last: Zxid) {
        assert_eq!(self.recover_after_crash().0.last_zxid, last);
    }

    /// That a restart finds this last transaction, having replayed these.
    pub(crate) fn assert_recovers(
        &mut self,
        last: Zxid,
        epoch: Epoch,
        counters: RangeInclusive<i64>,
    ) {
        let (recovered, memory) = self.recover_after_crash();
        assert_eq!(recovered.last_zxid, last);
        let replayed: Vec<Bytes> = memory.txns.iter().map(Jute::to_bytes).collect();
        let wanted: Vec<Bytes> = counters.map(|counter| txn(zxid(epoch, counter))).collect();
        assert_eq!(replayed, wanted);
        self.reopen(last);
    }

    pub(crate) fn log_names(&self) -> Vec<String> {
        let logs = self.dirs.log_files(&*self.disk).unwrap();
        logs.iter()
            .map(|log| log.path.file_name().unwrap().to_str().unwrap().to_owned())
            .collect()
    }

    pub(crate) fn snapshot_dir(&self) -> Vec<String> {
        let entries = self.disk.list(self.dirs.snapshots()).unwrap();
        entries.into_iter().map(|entry| entry.name).collect()
    }

    /// All files with their content.
    pub(crate) fn files(&self) -> Vec<(String, Vec<u8>)> {
        let mut files = Vec::new();
        for dir in [self.dirs.snapshots(), self.dirs.logs()] {
            for entry in self.disk.list(dir).unwrap() {
                let content = self.model.content(&dir.join(&entry.name)).unwrap();
                files.push((entry.name, content));
            }
        }
        files
    }
}
