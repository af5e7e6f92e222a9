//! What a member keeps: transaction log, snapshots, epochs, in Apache's formats and with one
//! promise. What was reported as flushed is there after a crash at any moment; what was never
//! appended is not.
//!
//! ```text
//!   handle ─┬─> log_thread ────┐       threads around
//!           └─> snapshot_thread┤
//!   worker (no threads) ───────┴─┬─> log_worker ──────┬─> txn_log, mark_keeper
//!                       command  │                    ├─> truncate, install, epochs
//!                                │                    └─> recovery (loads anew)
//!                                └─> snapshot_worker ─┬─> snapshot_writer <── staging
//!                                                     └─> purge, read_log
//!   boot ─┬───> repair (what an operator ordered: resync, restore <── candidate)
//!         ├───> recovery ────────┬─> load, replay, damage
//!         │                      └─> install (finishes it)
//!         └───> mark (is it all that there was?)
//!
//!   below all: device (`Disk`) ──┬─> real   (std::fs)  <── slow (of a demo)
//!                                └─> model  (loses and tears what was not synced)
//!   beside: look (reads what a start would find, and changes nothing), layout, scan (what is
//!   where), set_aside (what counts no more), small_file (read and replaced whole), history
//!   (keeps the two sides apart), stats (figures for the admin commands)
//! ```
//!
//! Two rules hold everywhere. A failed write or sync of the log is final: nothing is retried,
//! the member stops serving. A file that others read is written aside, synced and renamed.
//!
//! Deliberately absent: async file I/O, which buys nothing for a log; compression of
//! snapshots; repair of damaged files, which are refused with file and byte instead.

mod boot;
mod candidate;
mod command;
mod damage;
mod device;
mod epochs;
mod error;
mod handle;
mod history;
mod install;
mod layout;
mod load;
mod log_thread;
mod log_worker;
mod look;
mod mark;
mod mark_keeper;
mod model;
mod purge;
mod read_log;
mod real;
mod recovery;
mod recovery_error;
mod repair;
mod replay;
mod scan;
mod set_aside;
mod slow;
mod small_file;
mod snapshot_thread;
mod snapshot_worker;
mod snapshot_writer;
mod staging;
mod stats;
mod truncate;
mod txn_log;
mod worker;

pub use boot::{BootOptions, Booted, RecoveredTree, boot, recover_into_tree};
pub use candidate::{Candidate, inspect};
pub use command::DiskSide;
pub use device::{Disk, DiskFile, DiskRead, Entry};
pub use epochs::{
    Epochs, EpochsError, load as load_epochs, peek as peek_epochs, save_accepted, save_current,
};
pub use error::DiskError;
pub use handle::{Autopurge, DiskConfig, DiskHandle, EventSink};
pub use layout::{DataDirs, LogFile, SnapshotFile, free_space};
pub use look::{Look, look};
pub use mark::Loss;
pub use model::{Fault, ModelDisk, Rng};
pub(crate) use purge::is_finished;
pub use purge::{MIN_RETAINED, Purged, purge};
pub use real::RealDisk;
pub use recovery::{Recovered, RecoveryOptions, Refusal, Visitor, recover};
pub use recovery_error::RecoveryError;
pub use repair::{Repair, RepairKind, RepairStage};
pub use slow::SlowDisk;
pub use snapshot_writer::{SnapshotWriter, remove_partial_snapshots};
pub use stats::{DiskStats, SnapshotInfo, SyncTimes};
pub use txn_log::{MAX_COMMIT_BYTES, TxnLog, TxnLogConfig};
pub use worker::{DiskEffect, DiskWorker};
