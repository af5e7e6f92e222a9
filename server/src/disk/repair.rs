//! A repair that an operator ordered and that goes over a restart: a member takes a leader's
//! snapshot in the place of all that it has (resync), or one that the operator brought
//! (restore). The file `zoowarden.repair`, beside `version-2`, says how far it is.
//!
//! ```text
//!   wanted ──start──> resync: everything set aside; no vote until a leader's snapshot is there
//!             │       restore: epochs raised, the snapshot staged and installed
//!             v
//!   installed ──serving──> done
//! ```
//!
//! Each step may be done again after a crash. A restored history counts as of a later epoch
//! than the one it replaces: among members that were restored and members that were not, the
//! former win every election, and a leader of the old history takes them for no followers.

use std::io;

use serde::{Deserialize, Serialize};
use zoowarden_shared::{Epoch, Zxid, audit::Record, file::name::snapshot_name};

use super::{
    device::Disk,
    epochs,
    error::{Context, DiskError},
    install::{finish_install, staged_name},
    layout::DataDirs,
    set_aside::set_aside_all_but,
    small_file,
};

/// Amply what a repair's file has.
const MAX_FILE_LEN: u64 = 1 << 20;

/// What is to be done, and how far it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repair {
    /// What is to be done.
    pub kind: RepairKind,
    /// How far it is.
    pub stage: RepairStage,
    /// The order, as it stands in the audit log.
    pub order: Record,
}

/// A kind of repair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RepairKind {
    /// Everything is taken from a leader.
    Resync,
    /// Everything is taken from the candidate ([`DataDirs::candidate_file`]).
    Restore {
        /// The snapshot's transaction.
        zxid: i64,
        /// The epoch as of which the restored history counts.
        epoch: Epoch,
    },
}

/// How far a repair is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RepairStage {
    /// Ordered; the next start begins it.
    Wanted,
    /// The new history is in its place.
    Installed,
    /// The member has served with it.
    Done,
}

impl Repair {
    /// The one that was ordered last; `None` where there was none. A file that cannot be read
    /// as one is an error: what the data is worth depends on it.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn read(disk: &dyn Disk, dirs: &DataDirs) -> Result<Option<Self>, DiskError> {
        let path = dirs.repair_file();
        let Some(content) = small_file::read(disk, &path, MAX_FILE_LEN)? else {
            return Ok(None);
        };
        let repair = serde_json::from_slice(&content).map_err(io::Error::from);
        repair.context("understand", &path).map(Some)
    }

    /// Makes it the one that counts, durably.
    ///
    /// # Errors
    /// Those of the file system: the one before may count then.
    pub fn write(&self, disk: &dyn Disk, dirs: &DataDirs) -> Result<(), DiskError> {
        let path = dirs.repair_file();
        let text = serde_json::to_vec(self).map_err(io::Error::from);
        let text = text.context("write", &path)?;
        small_file::replace(disk, &path, &text)
    }

    /// Notes how far it is, durably.
    ///
    /// # Errors
    /// As [`Self::write`].
    pub fn reach(
        mut self,
        stage: RepairStage,
        disk: &dyn Disk,
        dirs: &DataDirs,
    ) -> Result<Self, DiskError> {
        self.stage = stage;
        self.write(disk, dirs)?;
        Ok(self)
    }

    /// Whether the member waits for a leader's snapshot.
    #[must_use]
    pub fn awaits_leader(&self) -> bool {
        (self.kind, self.stage) == (RepairKind::Resync, RepairStage::Wanted)
    }
}

/// Goes on, at a start, with what was ordered; before anything of the history is read.
/// Whether the member has to wait for a leader's snapshot.
///
/// # Errors
/// Those of the file system; the next start tries again.
pub(super) fn go_on(
    disk: &dyn Disk,
    dirs: &DataDirs,
    is_replicated: bool,
) -> Result<bool, DiskError> {
    let repair = Repair::read(disk, dirs)?;
    let Some(repair) = repair.filter(|repair| repair.stage == RepairStage::Wanted) else {
        small_file::remove(disk, &dirs.candidate_file())?;
        return Ok(false);
    };
    match repair.kind {
        RepairKind::Restore { zxid, epoch } => {
            put_back(disk, dirs, Zxid(zxid), is_replicated.then_some(epoch))?;
            repair.reach(RepairStage::Installed, disk, dirs)?;
            Ok(false)
        }
        RepairKind::Resync => {
            // The crash may have come when the leader's snapshot was there.
            finish_install(disk, dirs)?;
            let awaits = Repair::read(disk, dirs)?.is_some_and(|repair| repair.awaits_leader());
            if awaits {
                set_aside_all_but(disk, dirs, None)?;
                tracing::warn!(
                    "resync: all that was here is set aside; not voting, waiting for a leader's \
                     snapshot"
                );
            }
            Ok(awaits)
        }
    }
}

/// A leader's snapshot is in its place: a resync that waited for it is past the worst.
pub(super) fn installed(disk: &dyn Disk, dirs: &DataDirs) -> Result<(), DiskError> {
    match Repair::read(disk, dirs)? {
        Some(repair) if repair.awaits_leader() => {
            repair.reach(RepairStage::Installed, disk, dirs).map(drop)
        }
        _ => Ok(()),
    }
}

/// Puts the candidate in the place of the history.
fn put_back(
    disk: &dyn Disk,
    dirs: &DataDirs,
    zxid: Zxid,
    epoch: Option<Epoch>,
) -> Result<(), DiskError> {
    if let Some(epoch) = epoch {
        epochs::save_accepted(disk, dirs.snapshots(), epoch)?;
        epochs::save_current(disk, dirs.snapshots(), epoch)?;
    }
    // The history gets shorter, and that is no loss.
    small_file::remove(disk, &dirs.mark_file())?;
    let candidate = dirs.candidate_file();
    let staged = dirs.snapshots().join(staged_name(zxid));
    match disk.rename(&candidate, &staged) {
        // A crash came behind this.
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let snapshot = dirs.snapshots().join(snapshot_name(zxid));
            if disk.read(&staged).is_err() {
                disk.read(&snapshot).context("find", &candidate)?;
            }
        }
        other => other.context("rename", &candidate)?,
    }
    finish_install(disk, dirs)?;
    tracing::warn!(%zxid, ?epoch, "restored: the data is that of the snapshot");
    Ok(())
}
