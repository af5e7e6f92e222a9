//! The side of the disk that must never delay the log: snapshots, our own and a leader's,
//! purging, and reading the log back. A failure here is no failure of the log.

use std::{sync::Arc, time::Instant};

use zoowarden_peer::DiskEvent;
use zoowarden_shared::{Zxid, txn::TxnDigest};
use zoowarden_zab::DiskEvent as Replicated;

use super::{
    command::SnapshotCommand,
    device::Disk,
    error::DiskError,
    history::History,
    layout::DataDirs,
    purge::purge,
    read_log::{LogHistory, Part},
    snapshot_writer::{SealedSnapshot, SnapshotWriter},
    staging::Staging,
    stats::{DiskStats, SnapshotInfo},
};

/// Performs commands for snapshots, one after the other.
#[derive(Debug)]
pub(super) struct SnapshotWorker {
    disk: Arc<dyn Disk>,
    dirs: DataDirs,
    stats: Arc<DiskStats>,
    history: History,
    under_way: Option<UnderWay>,
    staging: Staging,
    log_history: LogHistory,
}

/// A snapshot of our own that is being written.
#[derive(Debug)]
struct UnderWay {
    writer: SnapshotWriter,
    /// For the operator only.
    started: Instant,
    /// [`History::changes`] when it was asked for.
    changes: u64,
}

impl SnapshotWorker {
    pub(super) fn new(
        disk: Arc<dyn Disk>,
        dirs: DataDirs,
        stats: Arc<DiskStats>,
        history: History,
    ) -> Self {
        Self {
            staging: Staging::new(Arc::clone(&disk), dirs.snapshots().to_owned()),
            disk,
            dirs,
            stats,
            history,
            under_way: None,
            log_history: LogHistory::default(),
        }
    }

    /// Performs a command. A leader's snapshot that is whole is returned: it is the log's side
    /// that puts it in place, behind all appends.
    pub(super) fn perform(
        &mut self,
        command: SnapshotCommand,
        events: &mut Vec<DiskEvent>,
    ) -> Option<SealedSnapshot> {
        match command {
            SnapshotCommand::Begin { zxid, changes } => self.begin(zxid, changes, events),
            SnapshotCommand::Slice(bytes) => self.slice(&bytes, events),
            SnapshotCommand::End { zxid, digest } => self.end(zxid, digest, events),
            SnapshotCommand::Purge { retain } => self.purge(retain),
            SnapshotCommand::StageBegin(zxid) => {
                let begun = self.staging.begin(zxid);
                self.staged(begun, events);
            }
            SnapshotCommand::StageChunk(bytes) => {
                let written = self.staging.chunk(&bytes);
                self.staged(written, events);
            }
            SnapshotCommand::StageEnd(zxid) => {
                let sealed = self.staging.end(zxid);
                return self.staged(sealed, events).flatten();
            }
            SnapshotCommand::StageAbort => self.staging.abort(),
            SnapshotCommand::ReadLog { link, after, upto } => {
                let part = self.read_log(after, upto);
                events.push(DiskEvent::Replication(Replicated::LogRead {
                    link,
                    txns: part.txns,
                    complete: part.complete,
                }));
            }
        }
        None
    }

    /// Gives up what is not finished.
    pub(super) fn give_up(&mut self) {
        self.staging.abort();
        self.give_up_own();
    }

    pub(super) fn purge(&self, retain: usize) {
        let _held = self.history.hold_files();
        match purge(&*self.disk, &self.dirs, retain) {
            Ok(purged) => tracing::info!(
                snapshots = purged.snapshots,
                logs = purged.logs,
                "old files removed"
            ),
            Err(error) => tracing::warn!(%error, "old files cannot be removed"),
        }
    }

    fn begin(&mut self, zxid: Zxid, changes: u64, events: &mut Vec<DiskEvent>) {
        self.give_up_own();
        let disk = Arc::clone(&self.disk);
        match SnapshotWriter::begin(disk, self.dirs.snapshots(), zxid) {
            Ok(writer) => {
                self.under_way = Some(UnderWay {
                    writer,
                    started: Instant::now(),
                    changes,
                });
            }
            Err(error) => self.fail(&error, events),
        }
    }

    fn slice(&mut self, bytes: &[u8], events: &mut Vec<DiskEvent>) {
        // None is under way once it has failed.
        if let Some(UnderWay { writer, .. }) = &mut self.under_way {
            match writer.slice(bytes) {
                Ok(()) => events.push(DiskEvent::SnapshotSliceWritten),
                Err(error) => self.fail(&error, events),
            }
        }
    }

    fn end(&mut self, zxid: Zxid, digest: Option<TxnDigest>, events: &mut Vec<DiskEvent>) {
        let Some(own) = self.under_way.take() else {
            return;
        };
        match self.finish(own.writer, own.changes, digest) {
            Ok(snapshot) => {
                let took = own.started.elapsed();
                tracing::info!(%zxid, len = snapshot.len, took_ms = took.as_millis() as u64,
                    "snapshot written");
                self.stats.snapshot_written(snapshot, took);
                events.push(DiskEvent::SnapshotDone { zxid });
            }
            Err(error) => self.fail(&error, events),
        }
    }

    fn finish(
        &self,
        writer: SnapshotWriter,
        changes: u64,
        digest: Option<TxnDigest>,
    ) -> Result<SnapshotInfo, DiskError> {
        let _held = self.history.hold_files();
        if changes != self.history.changes() {
            let zxid = writer.zxid();
            writer.abandon();
            return Err(DiskError::HistoryChanged { zxid });
        }
        writer.finish(digest)
    }

    fn fail(&mut self, error: &DiskError, events: &mut Vec<DiskEvent>) {
        tracing::error!(%error, "a snapshot cannot be written; the log goes on");
        self.give_up_own();
        self.stats.snapshot_failed();
        events.push(DiskEvent::SnapshotFailed);
    }

    fn give_up_own(&mut self) {
        if let Some(own) = self.under_way.take() {
            own.writer.abandon();
        }
    }

    /// Reports a leader's snapshot that could not be written. Nothing has changed then.
    fn staged<T>(&self, result: Result<T, DiskError>, events: &mut Vec<DiskEvent>) -> Option<T> {
        result
            .inspect_err(|error| {
                tracing::error!(%error, "a leader's snapshot cannot be written");
                events.push(DiskEvent::Replication(Replicated::StageFailed));
            })
            .ok()
    }

    fn read_log(&mut self, after: Zxid, upto: Zxid) -> Part {
        let _held = self.history.hold_files();
        let changes = self.history.changes();
        self.log_history
            .read(&*self.disk, &self.dirs, after, upto, changes)
            .unwrap_or_else(|error| {
                tracing::warn!(%error, "the log cannot be read back; a learner needs a snapshot");
                Part::default()
            })
    }
}
