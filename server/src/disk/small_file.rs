//! Files of a few lines beside the history (epochs, marks, an ordered repair): read whole within
//! a bound, and replaced whole, so that a crash leaves the old content or the new one.

use std::{
    io::{self, Read},
    path::{Path, PathBuf},
};

use zoowarden_shared::file::epoch::TMP_SUFFIX;

use super::{
    device::Disk,
    error::{Context, DiskError},
};

/// What a file holds, its first `max_len` bytes; `None` where it is not there.
///
/// # Errors
/// Those of the file system.
pub(super) fn read(
    disk: &dyn Disk,
    path: &Path,
    max_len: u64,
) -> Result<Option<Vec<u8>>, DiskError> {
    let file = match disk.read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.context("open", path)?,
    };
    let mut content = Vec::new();
    file.take(max_len)
        .read_to_end(&mut content)
        .context("read", path)?;
    Ok(Some(content))
}

/// Makes this the whole content of a file, durably, as Apache's `AtomicFileOutputStream`:
/// written aside under its name with [`TMP_SUFFIX`], synced, renamed, the directory synced.
///
/// # Errors
/// Those of the file system: the old content or the new one is there then.
pub(super) fn replace(disk: &dyn Disk, path: &Path, content: &[u8]) -> Result<(), DiskError> {
    let mut aside = path.to_path_buf().into_os_string();
    aside.push(TMP_SUFFIX);
    let aside = PathBuf::from(aside);
    let mut file = disk.create(&aside).context("create", &aside)?;
    file.append(content).context("write", &aside)?;
    file.sync().context("sync", &aside)?;
    drop(file);
    disk.rename(&aside, path).context("rename", &aside)?;
    sync_parent(disk, path)
}

/// Removes a file, durably; where it is not there, nothing is done.
///
/// # Errors
/// Those of the file system.
pub(super) fn remove(disk: &dyn Disk, path: &Path) -> Result<(), DiskError> {
    match disk.remove(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => {
            other.context("remove", path)?;
            sync_parent(disk, path)
        }
    }
}

fn sync_parent(disk: &dyn Disk, path: &Path) -> Result<(), DiskError> {
    match path.parent() {
        Some(dir) => disk.sync_dir(dir).context("sync", dir),
        None => Ok(()),
    }
}
