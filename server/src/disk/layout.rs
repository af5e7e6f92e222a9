//! Where a member's files are: `dataDir/version-2` and, perhaps elsewhere,
//! `dataLogDir/version-2` (`FileTxnSnapLog`).

use std::{
    io,
    path::{Path, PathBuf},
};

use zoowarden_shared::{
    Zxid,
    file::name::{INITIALIZE, SnapshotName, VERSION_DIR, parse_log_name, parse_snapshot_name},
};

use super::{
    device::Disk,
    error::{Context, DiskError},
};

/// How far the history reaches: the name is one that Apache ignores.
const MARK: &str = "zoowarden.durable";
/// What an operator ordered, and how far it is.
const REPAIR: &str = "zoowarden.repair";
/// A snapshot that an operator brought; beside the others, to which it is renamed.
const CANDIDATE: &str = "restore-candidate";

/// The directories of one member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataDirs {
    snapshots: PathBuf,
    logs: PathBuf,
}

/// A log file and the first transaction in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFile {
    /// As its name says.
    pub first: Zxid,
    /// Where it is.
    pub path: PathBuf,
    /// Its length, bytes.
    pub len: u64,
}

/// A snapshot file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotFile {
    /// As its name says.
    pub name: SnapshotName,
    /// Where it is.
    pub path: PathBuf,
    /// Its length, bytes.
    pub len: u64,
    /// When it was written, where that is known.
    pub modified: Option<std::time::SystemTime>,
}

impl DataDirs {
    /// The directories for `dataDir` and, where it is set, `dataLogDir`.
    #[must_use]
    pub fn new(data_dir: &Path, data_log_dir: Option<&Path>) -> Self {
        Self {
            snapshots: data_dir.join(VERSION_DIR),
            logs: data_log_dir.unwrap_or(data_dir).join(VERSION_DIR),
        }
    }

    /// Where snapshots and epoch files are.
    #[must_use]
    pub fn snapshots(&self) -> &Path {
        &self.snapshots
    }

    /// Where transaction logs are.
    #[must_use]
    pub fn logs(&self) -> &Path {
        &self.logs
    }

    /// The file whose presence lets an empty database vote.
    #[must_use]
    pub fn initialize_file(&self) -> PathBuf {
        self.logs.with_file_name(INITIALIZE)
    }

    /// The file that says how far the history reaches. It is not beside the logs, which may be
    /// a disk of their own: what goes with them cannot tell that they are gone.
    #[must_use]
    pub fn mark_file(&self) -> PathBuf {
        self.snapshots.with_file_name(MARK)
    }

    /// The file that says which repair an operator ordered last, and how far it is.
    #[must_use]
    pub fn repair_file(&self) -> PathBuf {
        self.snapshots.with_file_name(REPAIR)
    }

    /// The snapshot that an operator brought, until it is put in place or given up.
    #[must_use]
    pub fn candidate_file(&self) -> PathBuf {
        self.snapshots.join(CANDIDATE)
    }

    /// Makes the directories where that is allowed (`datadir.autocreate`), and refuses those
    /// whose files belong in the other one.
    ///
    /// # Errors
    /// [`DiskError::MissingDir`], [`DiskError::MixedUp`], or the file system's.
    pub fn prepare(&self, disk: &dyn Disk, autocreate: bool) -> Result<(), DiskError> {
        for dir in [&self.logs, &self.snapshots] {
            match disk.list(dir) {
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    if !autocreate {
                        return Err(DiskError::MissingDir(dir.clone()));
                    }
                    disk.create_dir(dir).context("create", dir)?;
                    // The directory's own name must be durable before anything in it counts.
                    if let Some(parent) = dir.parent() {
                        disk.sync_dir(parent).context("sync", parent)?;
                    }
                }
                Err(error) => return Err(error).context("list", dir),
            }
        }
        if self.logs != self.snapshots {
            refuse_other(disk, &self.logs, |name| name.starts_with("snapshot."))?;
            refuse_other(disk, &self.snapshots, |name| name.starts_with("log."))?;
        }
        Ok(())
    }

    /// The log files, the oldest first.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn log_files(&self, disk: &dyn Disk) -> Result<Vec<LogFile>, DiskError> {
        let entries = disk.list(&self.logs).context("list", &self.logs)?;
        let mut files: Vec<LogFile> = entries
            .into_iter()
            .filter_map(|entry| {
                Some(LogFile {
                    first: parse_log_name(&entry.name)?,
                    path: self.logs.join(&entry.name),
                    len: entry.len,
                })
            })
            .collect();
        files.sort_by_key(|file| file.first);
        Ok(files)
    }

    /// The snapshot files, the newest first, finished or not.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn snapshot_files(&self, disk: &dyn Disk) -> Result<Vec<SnapshotFile>, DiskError> {
        let entries = disk
            .list(&self.snapshots)
            .context("list", &self.snapshots)?;
        let mut files: Vec<SnapshotFile> = entries
            .into_iter()
            .filter_map(|entry| {
                Some(SnapshotFile {
                    name: parse_snapshot_name(&entry.name)?,
                    path: self.snapshots.join(&entry.name),
                    len: entry.len,
                    modified: entry.modified,
                })
            })
            .collect();
        files.sort_by(|a, b| b.name.zxid.cmp(&a.name.zxid).then(a.path.cmp(&b.path)));
        Ok(files)
    }

    /// Bytes of all files beside the snapshots, as the `dirs` command counts them: lengths,
    /// not blocks.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn snapshot_dir_size(&self, disk: &dyn Disk) -> Result<u64, DiskError> {
        dir_size(disk, &self.snapshots)
    }

    /// Bytes of all files beside the logs, space not written yet included.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn log_dir_size(&self, disk: &dyn Disk) -> Result<u64, DiskError> {
        dir_size(disk, &self.logs)
    }
}

fn dir_size(disk: &dyn Disk, dir: &Path) -> Result<u64, DiskError> {
    let entries = disk.list(dir).context("list", dir)?;
    Ok(entries.iter().map(|entry| entry.len).sum())
}

fn refuse_other(
    disk: &dyn Disk,
    dir: &Path,
    is_other: impl Fn(&str) -> bool,
) -> Result<(), DiskError> {
    let entries = disk.list(dir).context("list", dir)?;
    match entries.into_iter().find(|entry| is_other(&entry.name)) {
        None => Ok(()),
        Some(entry) => Err(DiskError::MixedUp {
            path: dir.to_owned(),
            found: entry.name,
        }),
    }
}

/// Bytes that can still be written to the file system of a directory.
///
/// # Errors
/// Those of the file system.
pub fn free_space(dir: &Path) -> io::Result<u64> {
    let stat = rustix::fs::statvfs(dir)?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}
