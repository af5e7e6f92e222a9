//! Cuts the log behind a transaction, as a leader orders (`FileTxnLog.truncate`).
//!
//! First it is proved that what would be left is a database that ends there: a snapshot that
//! is not newer, and the logs from it to the transaction. Then, each step durable before the
//! next, so that a crash leaves more or less of the tail and never a hole:
//!
//! ```text
//!   snapshots that may hold what is cut      set aside, the newest first
//!   log files that begin behind the cut      removed, the newest first
//!   the file that holds the transaction      cut
//! ```

use zoowarden_shared::{
    SessionId, Zxid,
    acl::Acl,
    file::snapshot::{SnapshotEnd, SnapshotNode},
    txn::TxnRecord,
};

use super::{
    device::Disk,
    error::Context,
    layout::DataDirs,
    load::load_newest,
    recovery::{Refusal, Visitor, prove_fallback},
    recovery_error::RecoveryError,
    replay::{From, replay},
    scan::scan,
    set_aside::set_aside,
};

/// Makes the log end with this transaction, for which [`prove_cut`] was asked. Nothing may be
/// appended meanwhile.
///
/// # Errors
/// The file system's: the tail is there in part, and the log must take nothing more
/// (ZOOKEEPER-3701).
pub(super) fn truncate(disk: &dyn Disk, dirs: &DataDirs, zxid: Zxid) -> Result<(), RecoveryError> {
    for snapshot in dirs.snapshot_files(disk)? {
        if snapshot.name.zxid > zxid {
            set_aside(disk, &snapshot.path)?;
        }
    }
    // Even where none was: the snapshot that is left must be there for good.
    disk.sync_dir(dirs.snapshots())
        .context("sync", dirs.snapshots())?;

    for log in dirs.log_files(disk)?.iter().rev() {
        let kept = if log.first > zxid {
            None
        } else {
            Some(scan(disk, log, zxid)?).filter(|kept| !kept.is_empty())
        };
        let Some(kept) = kept else {
            disk.remove(&log.path).context("remove", &log.path)?;
            continue;
        };
        // A file that came back would follow a hole.
        disk.sync_dir(dirs.logs()).context("sync", dirs.logs())?;
        disk.truncate(&log.path, kept.end)
            .context("truncate", &log.path)?;
        return Ok(());
    }
    disk.sync_dir(dirs.logs()).context("sync", dirs.logs())?;
    Ok(())
}

/// That a database which ends with this transaction is there. Nothing is changed.
///
/// # Errors
/// [`RecoveryError::NotInLog`] and whatever else recovery would refuse.
pub(super) fn prove_cut(disk: &dyn Disk, dirs: &DataDirs, zxid: Zxid) -> Result<(), RecoveryError> {
    let missing = || RecoveryError::NotInLog { zxid };
    let mut proof = Proof { zxid, found: false };
    let snapshots = dirs
        .snapshot_files(disk)?
        .into_iter()
        .filter(|snapshot| snapshot.name.zxid <= zxid);
    let loaded = load_newest(disk, snapshots, &mut proof)?;
    let base = loaded.snapshot.ok_or_else(missing)?;
    proof.found = base.name.zxid == zxid;
    let from = From::Snapshot(base.name.zxid);
    replay(disk, &dirs.log_files(disk)?, from, &mut proof)?;
    if !proof.found {
        return Err(missing());
    }
    prove_fallback(&base, &loaded.skipped, zxid)
}

/// Looks for the transaction among those that recovery would replay.
struct Proof {
    zxid: Zxid,
    found: bool,
}

impl Visitor for Proof {
    fn begin(&mut self, _: Zxid) {}

    fn session(&mut self, _: SessionId, _: i32) {}

    fn acl(&mut self, _: i64, _: Vec<Acl>) {}

    fn node(&mut self, _: &SnapshotNode<'_>) -> Result<(), Refusal> {
        Ok(())
    }

    fn snapshot_end(&mut self, _: &SnapshotEnd) -> Result<(), Refusal> {
        Ok(())
    }

    fn txn(&mut self, txn: TxnRecord) -> Result<(), Refusal> {
        self.found |= txn.header.zxid == self.zxid;
        Ok(())
    }
}
