//! The disk of a member without its threads: the same code, one command at a time, in the
//! caller's thread and with no clock in what it does. For the simulator, and for tests.
//!
//! ```
//! use std::{path::Path, sync::Arc, time::Duration};
//!
//! use zoowarden_peer::DiskEvent;
//! use zoowarden_server::disk::{
//!     BootOptions, DataDirs, Disk, DiskConfig, DiskStats, DiskWorker, ModelDisk, boot,
//! };
//! use zoowarden_shared::Zxid;
//! use zoowarden_zab::{DiskEvent as Replicated, Effect};
//!
//! let model = ModelDisk::new(7);
//! let disk: Arc<dyn Disk> = Arc::new(model.clone());
//! let dirs = DataDirs::new(Path::new("/data"), None);
//! dirs.prepare(&*disk, true)?;
//! let stats = Arc::new(DiskStats::new(Duration::from_secs(1)));
//! let options = BootOptions { replicated: true, ..BootOptions::default() };
//! let last = boot(&disk, &dirs, options, &stats)?.state.last_zxid;
//! let config = DiskConfig { boot: options, ..DiskConfig::default() };
//! let mut worker = DiskWorker::new(disk, &dirs, config, last, stats);
//!
//! let mut txn = vec![0; 32];
//! txn[12..20].copy_from_slice(&Zxid::new(1, 1).0.to_be_bytes());
//! worker.perform(Effect::Append { zxid: Zxid::new(1, 1), txn: txn.into() });
//! let flushed = worker.commit();
//! assert!(matches!(flushed[..], [DiskEvent::Flushed { upto }] if upto == Zxid::new(1, 1)));
//!
//! let saved = worker.perform(Effect::SaveAcceptedEpoch(2));
//! let saved = saved.into_iter().next();
//! assert!(matches!(saved, Some(DiskEvent::Replication(Replicated::AcceptedEpochSaved(2)))));
//!
//! model.crash();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::sync::Arc;

use zoowarden_peer::{DiskEvent, Effect};
use zoowarden_shared::Zxid;

use super::{
    command::{Command, LogCommand},
    device::Disk,
    handle::DiskConfig,
    history::History,
    layout::DataDirs,
    log_worker::LogWorker,
    snapshot_worker::SnapshotWorker,
    stats::DiskStats,
};

/// What [`super::DiskHandle`]'s threads do, done at once.
#[derive(Debug)]
pub struct DiskWorker {
    history: History,
    log: LogWorker,
    snapshots: SnapshotWorker,
}

impl DiskWorker {
    /// The disk of a member; the log goes on behind `last`, up to which recovery came.
    #[must_use]
    pub fn new(
        disk: Arc<dyn Disk>,
        dirs: &DataDirs,
        config: DiskConfig,
        last: Zxid,
        stats: Arc<DiskStats>,
    ) -> Self {
        let history = History::default();
        Self {
            log: LogWorker::new(
                Arc::clone(&disk),
                dirs.clone(),
                (config.log, config.boot),
                last,
                Arc::clone(&stats),
                history.clone(),
            ),
            snapshots: SnapshotWorker::new(disk, dirs.clone(), stats, history.clone()),
            history,
        }
    }

    /// Performs an effect that is the disk's, a peer's or its replication's; others are none
    /// of its business. Appends are gathered until [`Self::commit`] or until another effect
    /// for the log. After [`DiskEvent::LogFailed`] the log does nothing more.
    pub fn perform(&mut self, effect: impl Into<DiskEffect>) -> Vec<DiskEvent> {
        let DiskEffect(effect) = effect.into();
        let mut events = Vec::new();
        let Some(command) = Command::of(effect, self.history.changes()) else {
            return events;
        };
        if command.changes_history() {
            self.history.change();
        }
        match command {
            Command::Log(command) => self.log.perform(command, &mut events),
            Command::Snapshots(command) => {
                if let Some(sealed) = self.snapshots.perform(command, &mut events) {
                    self.log.perform(LogCommand::Install(sealed), &mut events);
                }
            }
        }
        events
    }

    /// Makes durable what was appended, with one write and one sync.
    pub fn commit(&mut self) -> Vec<DiskEvent> {
        let mut events = Vec::new();
        self.log.commit(&mut events);
        events
    }

    /// Raises the mark of what is durable, as the log's thread does every second.
    pub fn raise_mark(&mut self) {
        self.log.raise_mark();
    }

    /// Whether something was appended that is not durable yet.
    #[must_use]
    pub fn has_pending(&self) -> bool {
        self.log.pending_bytes() > 0
    }

    /// Removes old snapshots and logs, keeping this many snapshots.
    pub fn purge(&mut self, retain: usize) {
        self.snapshots.purge(retain);
    }
}

/// An effect of a peer, or of its replication.
#[derive(Debug)]
pub struct DiskEffect(pub(super) Effect);

impl From<Effect> for DiskEffect {
    fn from(effect: Effect) -> Self {
        Self(effect)
    }
}

impl From<zoowarden_zab::Effect> for DiskEffect {
    fn from(effect: zoowarden_zab::Effect) -> Self {
        Self(Effect::Replication(effect))
    }
}
