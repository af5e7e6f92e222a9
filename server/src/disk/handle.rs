//! The driver's side of the disk: commands go out, [`DiskEvent`]s come back.

use std::{
    io,
    sync::{Arc, mpsc},
    thread::{self, JoinHandle},
    time::Duration,
};

use bytes::Bytes;
use zoowarden_peer::{DiskEvent, Effect};
use zoowarden_shared::Zxid;

use super::{
    device::Disk,
    layout::DataDirs,
    log_thread::{self, LogCommand},
    snapshot_thread::{self, SnapshotCommand},
    stats::DiskStats,
    txn_log::{TxnLog, TxnLogConfig},
};

/// Where events of the disk go. It must not block.
pub type EventSink = Arc<dyn Fn(DiskEvent) + Send + Sync>;

/// How a member's disk threads work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiskConfig {
    /// How the log is written.
    pub log: TxnLogConfig,
    /// `autopurge.*`; `None` for never.
    pub autopurge: Option<Autopurge>,
}

/// How old snapshots and logs go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Autopurge {
    /// `autopurge.snapRetainCount`: snapshots kept, at least 3.
    pub retain: usize,
    /// `autopurge.purgeInterval`.
    pub interval: Duration,
}

/// The disk threads of a member: one for the log, so that nothing delays it, one for
/// snapshots and purging.
#[derive(Debug)]
pub struct DiskHandle {
    log: Option<mpsc::Sender<LogCommand>>,
    snapshots: Option<mpsc::Sender<SnapshotCommand>>,
    threads: Vec<JoinHandle<()>>,
}

impl DiskHandle {
    /// Starts the threads; the log goes on behind `last`, up to which recovery came.
    ///
    /// # Errors
    /// The system's, when it gives no thread.
    pub fn start(
        disk: Arc<dyn Disk>,
        dirs: &DataDirs,
        config: DiskConfig,
        last: Zxid,
        stats: Arc<DiskStats>,
        events: EventSink,
    ) -> io::Result<Self> {
        let (log, log_commands) = mpsc::channel();
        let (snapshots, snapshot_commands) = mpsc::channel();
        let txn_log = TxnLog::new(
            Arc::clone(&disk),
            dirs.logs().to_owned(),
            config.log,
            Arc::clone(&stats),
            last,
        );
        let worker = snapshot_thread::Worker::new(
            disk,
            dirs.clone(),
            config.autopurge,
            stats,
            Arc::clone(&events),
        );
        let log_thread = thread::Builder::new()
            .name("log".into())
            .spawn(move || log_thread::run(txn_log, &log_commands, &*events))?;
        let snapshot_thread = thread::Builder::new()
            .name("snapshot".into())
            .spawn(move || worker.run(&snapshot_commands))?;
        Ok(Self {
            log: Some(log),
            snapshots: Some(snapshots),
            threads: vec![log_thread, snapshot_thread],
        })
    }

    /// Appends transactions to the log, in this order; [`DiskEvent::Flushed`] answers.
    pub fn append(&self, txns: Vec<(Zxid, Bytes)>) {
        if !txns.is_empty() {
            self.tell_log(LogCommand::Append(txns));
        }
    }

    /// Performs an effect that is the disk's; others are none of its business.
    pub fn perform(&self, effect: Effect) {
        match effect {
            Effect::Append { zxid, txn } => self.append(vec![(zxid, txn)]),
            Effect::RollLog => self.tell_log(LogCommand::Roll),
            Effect::SnapshotBegin { zxid } => {
                self.tell_snapshots(SnapshotCommand::Begin { zxid });
            }
            Effect::SnapshotSlice(bytes) => self.tell_snapshots(SnapshotCommand::Slice(bytes)),
            Effect::SnapshotEnd { zxid, digest } => {
                self.tell_snapshots(SnapshotCommand::End { zxid, digest });
            }
            _ => {}
        }
    }

    /// Removes old snapshots and logs now, keeping this many snapshots.
    pub fn purge(&self, retain: usize) {
        self.tell_snapshots(SnapshotCommand::Purge { retain });
    }

    /// Has everything written and flushed that was appended, gives up an unfinished snapshot,
    /// and ends the threads. All events have been sent when this returns.
    pub fn close(&mut self) {
        self.log = None;
        self.snapshots = None;
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a disk thread panicked");
            }
        }
    }

    fn tell_log(&self, command: LogCommand) {
        if let Some(log) = &self.log {
            // The thread ends before its handle only by a panic, which `close` reports.
            let _ = log.send(command);
        }
    }

    fn tell_snapshots(&self, command: SnapshotCommand) {
        if let Some(snapshots) = &self.snapshots {
            // As above.
            let _ = snapshots.send(command);
        }
    }
}

impl Drop for DiskHandle {
    fn drop(&mut self) {
        self.close();
    }
}
