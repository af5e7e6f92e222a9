//! The thread that writes snapshots and removes old files, so that neither delays the log.

use std::{
    sync::{
        Arc,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use bytes::Bytes;
use zoowarden_peer::DiskEvent;
use zoowarden_shared::{Zxid, txn::TxnDigest};

use super::{
    device::Disk,
    error::DiskError,
    handle::{Autopurge, EventSink},
    layout::DataDirs,
    purge::purge,
    snapshot_writer::SnapshotWriter,
    stats::DiskStats,
};

/// What the snapshots' thread is told.
#[derive(Debug)]
pub(super) enum SnapshotCommand {
    /// Begin one; another under way is given up.
    Begin { zxid: Zxid },
    /// The next part of its body.
    Slice(Bytes),
    /// Finish it.
    End {
        zxid: Zxid,
        digest: Option<TxnDigest>,
    },
    /// Remove what is old.
    Purge { retain: usize },
}

/// The thread's state.
pub(super) struct Worker {
    disk: Arc<dyn Disk>,
    dirs: DataDirs,
    autopurge: Option<Autopurge>,
    next_purge: Instant,
    stats: Arc<DiskStats>,
    events: EventSink,
    under_way: Option<(SnapshotWriter, Instant)>,
}

impl Worker {
    pub(super) fn new(
        disk: Arc<dyn Disk>,
        dirs: DataDirs,
        autopurge: Option<Autopurge>,
        stats: Arc<DiskStats>,
        events: EventSink,
    ) -> Self {
        Self {
            disk,
            dirs,
            autopurge,
            // As `DatadirCleanupManager`: at once, and then at every interval.
            next_purge: Instant::now(),
            stats,
            events,
            under_way: None,
        }
    }

    /// Runs until the sender of commands is gone.
    pub(super) fn run(mut self, commands: &Receiver<SnapshotCommand>) {
        loop {
            let patience = self.purge_when_due();
            let command = match patience {
                None => commands.recv().map_err(RecvTimeoutError::from),
                Some(patience) => commands.recv_timeout(patience),
            };
            match command {
                Ok(command) => self.perform(command),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return self.give_up(),
            }
        }
    }

    /// Purges if it is time, and returns how long it is until the next time.
    fn purge_when_due(&mut self) -> Option<Duration> {
        let autopurge = self.autopurge?;
        let now = Instant::now();
        if self.next_purge <= now {
            self.next_purge = now + autopurge.interval;
            self.purge(autopurge.retain);
        }
        Some(self.next_purge.saturating_duration_since(now))
    }

    fn perform(&mut self, command: SnapshotCommand) {
        match command {
            SnapshotCommand::Begin { zxid } => {
                self.give_up();
                let disk = Arc::clone(&self.disk);
                match SnapshotWriter::begin(disk, self.dirs.snapshots(), zxid) {
                    Ok(writer) => self.under_way = Some((writer, Instant::now())),
                    Err(error) => self.fail(&error),
                }
            }
            SnapshotCommand::Slice(bytes) => {
                // None is under way once it has failed.
                if let Some((writer, _)) = &mut self.under_way {
                    match writer.slice(&bytes) {
                        Ok(()) => (self.events)(DiskEvent::SnapshotSliceWritten),
                        Err(error) => self.fail(&error),
                    }
                }
            }
            SnapshotCommand::End { zxid, digest } => self.end(zxid, digest),
            SnapshotCommand::Purge { retain } => self.purge(retain),
        }
    }

    fn purge(&self, retain: usize) {
        match purge(&*self.disk, &self.dirs, retain) {
            Ok(purged) => tracing::info!(
                snapshots = purged.snapshots,
                logs = purged.logs,
                "old files removed"
            ),
            Err(error) => tracing::warn!(%error, "old files cannot be removed"),
        }
    }

    fn end(&mut self, zxid: Zxid, digest: Option<TxnDigest>) {
        let Some((writer, started)) = self.under_way.take() else {
            return;
        };
        match writer.finish(digest) {
            Ok(snapshot) => {
                let took = started.elapsed();
                tracing::info!(%zxid, len = snapshot.len, took_ms = took.as_millis() as u64,
                    "snapshot written");
                self.stats.snapshot_written(snapshot, took);
                (self.events)(DiskEvent::SnapshotDone { zxid });
            }
            Err(error) => self.fail(&error),
        }
    }

    fn fail(&mut self, error: &DiskError) {
        tracing::error!(%error, "a snapshot cannot be written; the log goes on");
        self.give_up();
        self.stats.snapshot_failed();
        (self.events)(DiskEvent::SnapshotFailed);
    }

    fn give_up(&mut self) {
        if let Some((writer, _)) = self.under_way.take() {
            writer.abandon();
        }
    }
}
