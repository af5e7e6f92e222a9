//! Makes a leader's snapshot what a restart begins with, in the place of the member's own
//! history, whatever the crash point.
//!
//! ```text
//!   partial-<n>-snapshot.S    being written; the old history counts
//!   staged-snapshot.S         whole: from this rename on the new one counts, and a start
//!        |                    finishes what follows
//!        |   newer snapshots, logs that reach behind S: set aside
//!        v
//!   snapshot.S                all the rest that is older: set aside
//! ```
//!
//! All older logs go, since a leader's history may differ from ours before S too. Where the
//! member merely lagged behind, nothing is set aside before the snapshot has its name, so that
//! Apache finds the old state or the new one there at any time.

use std::path::PathBuf;

use zoowarden_shared::{
    Zxid,
    file::name::{parse_snapshot_name, snapshot_name},
};

use super::{
    device::Disk,
    error::{Context, DiskError},
    layout::DataDirs,
    repair,
    scan::scan,
    set_aside::{set_aside, set_aside_all_but, sync_names},
    snapshot_writer::SealedSnapshot,
};

/// What the name of a snapshot begins with whose installation is not finished.
const STAGED: &str = "staged-";

/// Installs a snapshot that is whole and durable under its partial name. The log must be
/// closed; what it holds is given up.
///
/// # Errors
/// Those of the file system. The next start then finds the old history or the new one, and
/// until then nothing may be written.
pub(super) fn install(
    disk: &dyn Disk,
    dirs: &DataDirs,
    sealed: &SealedSnapshot,
) -> Result<(), DiskError> {
    let name = staged_name(sealed.info.zxid);
    disk.rename(&sealed.path, &dirs.snapshots().join(name))
        .context("rename", &sealed.path)?;
    finish_install(disk, dirs)
}

/// The name of a whole snapshot that is to be installed.
pub(super) fn staged_name(zxid: Zxid) -> String {
    format!("{STAGED}{}", snapshot_name(zxid))
}

/// Finishes an installation that a crash interrupted, if there was one.
///
/// # Errors
/// Those of the file system; it is to be tried again at the next start.
pub(super) fn finish_install(disk: &dyn Disk, dirs: &DataDirs) -> Result<(), DiskError> {
    if let Some((zxid, path)) = staged(disk, dirs)? {
        // The name must not be lost any more once something here is done.
        let dir = dirs.snapshots();
        disk.sync_dir(dir).context("sync", dir)?;
        set_aside_what_contradicts(disk, dirs, zxid)?;
        disk.rename(&path, &dir.join(snapshot_name(zxid)))
            .context("rename", &path)?;
        disk.sync_dir(dir).context("sync", dir)?;
        tracing::info!(%zxid, "a leader's snapshot replaces the member's history");
        set_aside_all_but(disk, dirs, Some(zxid))?;
        repair::installed(disk, dirs)?;
    }
    Ok(())
}

/// The snapshot to be installed. There is one at most: until it is installed nothing else is
/// written.
fn staged(disk: &dyn Disk, dirs: &DataDirs) -> Result<Option<(Zxid, PathBuf)>, DiskError> {
    let dir = dirs.snapshots();
    let entries = disk.list(dir).context("list", dir)?;
    Ok(entries.iter().find_map(|entry| {
        let name = parse_snapshot_name(entry.name.strip_prefix(STAGED)?)?;
        Some((name.zxid, dir.join(&entry.name)))
    }))
}

/// Whatever a start from the snapshot would prefer to it, or replay over it.
fn set_aside_what_contradicts(
    disk: &dyn Disk,
    dirs: &DataDirs,
    zxid: Zxid,
) -> Result<(), DiskError> {
    for snapshot in dirs.snapshot_files(disk)? {
        if snapshot.name.zxid > zxid {
            set_aside(disk, &snapshot.path)?;
        }
    }
    for log in dirs.log_files(disk)?.iter().rev() {
        // Files before one that begins at or before the snapshot cannot reach behind it.
        let may_have_earlier = log.first <= zxid;
        if may_have_earlier && scan(disk, log, zxid)?.ends_there {
            break;
        }
        set_aside(disk, &log.path)?;
        if may_have_earlier {
            break;
        }
    }
    sync_names(disk, dirs)
}
