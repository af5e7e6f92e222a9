//! The driver's side of the disk: commands go out, [`DiskEvent`]s come back.
//!
//! Commands queue without bound. The log's are bounded by what the peer has outstanding. The
//! parts of a leader's snapshot are not: each is dropped as soon as it is written or given up,
//! so that whoever reads them from the network can tie a permit to each
//! ([`Bytes::from_owner`]) and wait for permits to come back.

use std::{
    io,
    sync::{Arc, mpsc},
    thread::{self, JoinHandle},
    time::Duration,
};

use bytes::Bytes;
use zoowarden_peer::DiskEvent;
use zoowarden_shared::Zxid;

use super::{
    boot::BootOptions,
    command::{Command, LogCommand, SnapshotCommand},
    device::Disk,
    history::History,
    layout::DataDirs,
    log_thread,
    log_worker::LogWorker,
    snapshot_thread::SnapshotThread,
    snapshot_worker::SnapshotWorker,
    stats::DiskStats,
    txn_log::TxnLogConfig,
    worker::DiskEffect,
};

/// Where events of the disk go. It must not block.
pub type EventSink = Arc<dyn Fn(DiskEvent) + Send + Sync>;

/// How a member's disk works once it is started.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiskConfig {
    /// How the log is written.
    pub log: TxnLogConfig,
    /// `autopurge.*`; `None` for never.
    pub autopurge: Option<Autopurge>,
    /// As at the start: for loading snapshot and log anew.
    pub boot: BootOptions,
}

/// How old snapshots and logs go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Autopurge {
    /// `autopurge.snapRetainCount`: snapshots kept, at least 3.
    pub retain: usize,
    /// `autopurge.purgeInterval`.
    pub interval: Duration,
}

/// The disk threads of a member: one for the log and whatever must happen in order with it,
/// one for snapshots, purging and reading the log back, which must not delay it.
#[derive(Debug)]
pub struct DiskHandle {
    log: Option<mpsc::Sender<LogCommand>>,
    snapshots: Option<mpsc::Sender<SnapshotCommand>>,
    threads: Vec<JoinHandle<()>>,
    history: History,
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
        let history = History::default();
        let log_worker = LogWorker::new(
            Arc::clone(&disk),
            dirs.clone(),
            (config.log, config.boot),
            last,
            Arc::clone(&stats),
            history.clone(),
        );
        let snapshot_thread = SnapshotThread::new(
            SnapshotWorker::new(disk, dirs.clone(), stats, history.clone()),
            log.clone(),
            config.autopurge,
            Arc::clone(&events),
        );
        let log_thread = thread::Builder::new()
            .name("log".into())
            .spawn(move || log_thread::run(log_worker, &log_commands, &events))?;
        let snapshot_thread = thread::Builder::new()
            .name("snapshot".into())
            .spawn(move || snapshot_thread.run(&snapshot_commands))?;
        Ok(Self {
            log: Some(log),
            snapshots: Some(snapshots),
            threads: vec![log_thread, snapshot_thread],
            history,
        })
    }

    /// Appends transactions to the log, in this order; [`DiskEvent::Flushed`] answers.
    pub fn append(&self, txns: Vec<(Zxid, Bytes)>) {
        if !txns.is_empty() {
            self.tell_log(LogCommand::Append(txns));
        }
    }

    /// Performs an effect that is the disk's, a peer's or its replication's; others are none
    /// of its business.
    pub fn perform(&self, effect: impl Into<DiskEffect>) {
        let DiskEffect(effect) = effect.into();
        let command = Command::of(effect, self.history.changes());
        if command.as_ref().is_some_and(Command::changes_history) {
            self.history.change();
        }
        match command {
            Some(Command::Log(command)) => self.tell_log(command),
            Some(Command::Snapshots(command)) => self.tell_snapshots(command),
            None => {}
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
