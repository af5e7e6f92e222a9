//! Removes snapshots that are not needed any more, and the logs that only they needed
//! (`PurgeTxnLog`).

use std::io::{Read, Seek, SeekFrom};

use zoowarden_shared::{
    Zxid,
    file::{
        name::Packing,
        snapshot::{TAIL, ends_sealed},
    },
};

use super::{
    device::Disk,
    error::{Context, DiskError},
    layout::{DataDirs, LogFile, SnapshotFile},
    set_aside::remove_older,
};

/// The fewest snapshots that may be kept (`autopurge.snapRetainCount`).
pub const MIN_RETAINED: usize = 3;

/// What a purge removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// Snapshots, unfinished ones of Apache's included.
    pub snapshots: usize,
    /// Log files.
    pub logs: usize,
}

/// Keeps the `retain` newest finished snapshots, at least [`MIN_RETAINED`], and every log that
/// may hold a transaction behind the oldest of them; removes what is older. Unfinished
/// snapshots do not count: otherwise a full disk would purge the last good one.
///
/// # Errors
/// Those of the file system; what was not removed yet stays.
pub fn purge(disk: &dyn Disk, dirs: &DataDirs, retain: usize) -> Result<Purged, DiskError> {
    let snapshots = dirs.snapshot_files(disk)?;
    let Some(oldest) = oldest_retained(disk, &snapshots, retain.max(MIN_RETAINED))? else {
        return Ok(Purged::default());
    };
    // A snapshot whose name a crash could still take back replaces nothing.
    disk.sync_dir(dirs.snapshots())
        .context("sync", dirs.snapshots())?;
    let mut purged = Purged::default();
    // The oldest first and snapshots before logs: whenever this stops, every snapshot that
    // is left still has the logs it needs.
    for snapshot in snapshots.iter().rev() {
        if snapshot.name.zxid < oldest {
            remove(disk, &snapshot.path)?;
            purged.snapshots += 1;
        }
    }
    let logs = dirs.log_files(disk)?;
    for log in &logs[..first_needed(&logs, oldest)] {
        remove(disk, &log.path)?;
        purged.logs += 1;
    }
    remove_older(disk, dirs, oldest)?;
    Ok(purged)
}

/// The index of the first log that may hold a transaction behind the snapshot of this name:
/// the last one that begins at or before it.
pub(super) fn first_needed(logs: &[LogFile], snapshot: Zxid) -> usize {
    logs.partition_point(|log| log.first <= snapshot)
        .saturating_sub(1)
}

/// Whether a file is a snapshot that was finished; it may still be damaged.
///
/// # Errors
/// Those of the file system.
pub(crate) fn is_finished(disk: &dyn Disk, snapshot: &SnapshotFile) -> Result<bool, DiskError> {
    if snapshot.len < TAIL.len() as u64 {
        return Ok(false);
    }
    let mut file = disk.read(&snapshot.path).context("open", &snapshot.path)?;
    let mut tail = Vec::new();
    file.seek(SeekFrom::End(-(TAIL.len() as i64)))
        .and_then(|_| file.read_to_end(&mut tail))
        .context("read", &snapshot.path)?;
    Ok(ends_sealed(&tail))
}

fn oldest_retained(
    disk: &dyn Disk,
    snapshots: &[SnapshotFile],
    retain: usize,
) -> Result<Option<Zxid>, DiskError> {
    let mut oldest = None;
    let mut kept = 0;
    for snapshot in snapshots {
        if kept == retain {
            break;
        }
        // Nor do packed ones count, which this server cannot load.
        if snapshot.name.packing == Packing::Plain && is_finished(disk, snapshot)? {
            oldest = Some(snapshot.name.zxid);
            kept += 1;
        }
    }
    Ok(oldest)
}

fn remove(disk: &dyn Disk, path: &std::path::Path) -> Result<(), DiskError> {
    disk.remove(path).context("remove", path)?;
    tracing::info!(file = %path.display(), "purged");
    Ok(())
}
