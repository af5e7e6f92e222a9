//! Files that tell a history which the member has given up: kept for whoever wants to look at
//! them, under names that neither we nor Apache take for a log or a snapshot. They go when a
//! purge finds them older than the oldest snapshot that is kept.

use std::path::Path;

use zoowarden_shared::{
    Zxid,
    file::name::{parse_log_name, parse_snapshot_name, snapshot_name},
};

use super::{
    device::Disk,
    error::{Context, DiskError},
    layout::DataDirs,
};

/// What such a file's name begins with.
const ASIDE: &str = "aside-";

/// Gives a log or a snapshot a name by which it counts no more. The directory is to be synced.
pub(super) fn set_aside(disk: &dyn Disk, path: &Path) -> Result<(), DiskError> {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else {
        return Ok(());
    };
    let aside = path.with_file_name(format!("{ASIDE}{name}"));
    disk.rename(path, &aside).context("rename", path)?;
    tracing::warn!(file = %path.display(), aside = %aside.display(), "set aside");
    Ok(())
}

/// Sets aside, durably, every log, and every snapshot but the one of this transaction.
///
/// # Errors
/// Those of the file system; what was not set aside yet still counts.
pub(super) fn set_aside_all_but(
    disk: &dyn Disk,
    dirs: &DataDirs,
    kept: Option<Zxid>,
) -> Result<(), DiskError> {
    let kept = kept.map(snapshot_name);
    for snapshot in dirs.snapshot_files(disk)? {
        let is_kept = kept
            .as_ref()
            .is_some_and(|name| snapshot.path.ends_with(name));
        if !is_kept {
            set_aside(disk, &snapshot.path)?;
        }
    }
    for log in dirs.log_files(disk)? {
        set_aside(disk, &log.path)?;
    }
    sync_names(disk, dirs)
}

/// Makes the names durable that files were given.
///
/// # Errors
/// Those of the file system.
pub(super) fn sync_names(disk: &dyn Disk, dirs: &DataDirs) -> Result<(), DiskError> {
    for dir in [dirs.snapshots(), dirs.logs()] {
        disk.sync_dir(dir).context("sync", dir)?;
    }
    Ok(())
}

/// Removes what was set aside and lies before this transaction.
///
/// # Errors
/// Those of the file system; what was not removed yet stays.
pub(super) fn remove_older(
    disk: &dyn Disk,
    dirs: &DataDirs,
    oldest: Zxid,
) -> Result<(), DiskError> {
    remove_in(disk, dirs.snapshots(), oldest)?;
    if dirs.logs() != dirs.snapshots() {
        remove_in(disk, dirs.logs(), oldest)?;
    }
    Ok(())
}

fn remove_in(disk: &dyn Disk, dir: &Path, oldest: Zxid) -> Result<(), DiskError> {
    for entry in disk.list(dir).context("list", dir)? {
        if zxid_of(&entry.name).is_some_and(|zxid| zxid < oldest) {
            let path = dir.join(&entry.name);
            disk.remove(&path).context("remove", &path)?;
            tracing::info!(file = %path.display(), "purged");
        }
    }
    Ok(())
}

fn zxid_of(name: &str) -> Option<Zxid> {
    let name = name.strip_prefix(ASIDE)?;
    parse_log_name(name).or_else(|| parse_snapshot_name(name).map(|name| name.zxid))
}
