//! What a member keeps: transaction log, snapshots, epochs, in Apache's formats and with one
//! promise. What was reported as flushed is there after a crash at any moment; what was never
//! appended is not.
//!
//! ```text
//!            ┌─> log_thread ──────> txn_log ───────────────┐          ┌─> real   (std::fs)
//!   handle ──┤                                             ├─> device ┤
//!            └─> snapshot_thread ─┬─> snapshot_writer ─────┤ (`Disk`) └─> model  (loses and
//!                                 └─> purge ───────────────┤               tears what was
//!   boot ──────> recovery ────────┬─> load, replay, damage ┤               not synced)
//!                                 └─> epochs ──────────────┘
//!   layout: which files there are; stats: figures for the admin commands
//! ```
//!
//! Two rules hold everywhere. A failed write or sync of the log is final: nothing is retried,
//! the member stops serving. A file that others read is written aside, synced and renamed.
//!
//! Deliberately absent: async file I/O, which buys nothing for a log; compression of
//! snapshots; repair of damaged files, which are refused with file and byte instead.

mod boot;
mod damage;
mod device;
mod epochs;
mod error;
mod handle;
mod layout;
mod load;
mod log_thread;
mod model;
mod purge;
mod real;
mod recovery;
mod recovery_error;
mod replay;
mod snapshot_thread;
mod snapshot_writer;
mod stats;
mod txn_log;

pub use boot::{BootOptions, Booted, RecoveredTree, boot, recover_into_tree};
pub use device::{Disk, DiskFile, DiskRead, Entry};
pub use epochs::{Epochs, EpochsError, load as load_epochs, save_accepted, save_current};
pub use error::DiskError;
pub use handle::{Autopurge, DiskConfig, DiskHandle, EventSink};
pub use layout::{DataDirs, LogFile, SnapshotFile, free_space};
pub use model::{Fault, ModelDisk, Rng};
pub use purge::{MIN_RETAINED, Purged, purge};
pub use real::RealDisk;
pub use recovery::{Recovered, RecoveryOptions, Refusal, Visitor, recover};
pub use recovery_error::RecoveryError;
pub use snapshot_writer::{SnapshotWriter, remove_partial_snapshots};
pub use stats::{DiskStats, SnapshotInfo, SyncTimes};
pub use txn_log::{MAX_COMMIT_BYTES, TxnLog, TxnLogConfig};
