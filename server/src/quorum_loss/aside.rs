//! Sets a stopped member's data aside: its `version-2` gets another name, so that whoever starts
//! it finds nothing to vote by, and whoever misses a transaction still finds it.
//!
//! What lies beside `version-2` stays: `myid`, and our mark of how far the history reached,
//! because of which a member of ours that finds nothing waits for a leader and does not vote.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, bail};

use crate::disk::DataDirs;

/// Renames the directories, durably; their new names.
///
/// # Errors
/// Where a process has files open in them, and those of the file system.
pub(super) fn set_aside(dirs: &DataDirs) -> anyhow::Result<Vec<PathBuf>> {
    ensure_unused(dirs)?;
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let stamp = since.unwrap_or_default().as_secs();
    let mut moved = Vec::new();
    for from in directories(dirs) {
        if !from.exists() {
            continue;
        }
        let to = free_name(from, stamp);
        fs::rename(from, &to).with_context(|| format!("rename {}", from.display()))?;
        if let Some(parent) = from.parent() {
            File::open(parent)?.sync_all()?;
        }
        moved.push(to);
    }
    Ok(moved)
}

/// Nobody may have a file open in them. Our lock tells of members of ours alone; of Apache's
/// nothing does but the log that it writes to.
///
/// # Errors
/// Who it is.
pub(super) fn ensure_unused(dirs: &DataDirs) -> anyhow::Result<()> {
    for directory in directories(dirs) {
        if let Some(pid) = user_of(directory) {
            bail!(
                "process {pid} has files open in {}: stop it first",
                directory.display()
            );
        }
    }
    Ok(())
}

/// The two, or the one where logs and snapshots are kept together.
fn directories(dirs: &DataDirs) -> impl Iterator<Item = &Path> {
    let logs = (dirs.logs() != dirs.snapshots()).then_some(dirs.logs());
    [dirs.snapshots()].into_iter().chain(logs)
}

fn free_name(from: &Path, stamp: u64) -> PathBuf {
    let name = |n: u64| from.with_extension(format!("aside-{}", stamp + n));
    (0..).map(name).find(|to| !to.exists()).unwrap_or_default()
}

/// A process that has a file open below this directory, among those that we may look at.
fn user_of(directory: &Path) -> Option<u32> {
    let directory = directory.canonicalize().ok()?;
    let processes = fs::read_dir("/proc").ok()?.flatten();
    processes
        .filter_map(|process| process.file_name().to_str()?.parse().ok())
        .find(|pid: &u32| {
            let files = fs::read_dir(format!("/proc/{pid}/fd")).into_iter();
            files.flatten().flatten().any(|file| {
                fs::read_link(file.path()).is_ok_and(|target| target.starts_with(&directory))
            })
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_aside_keeps_its_bytes_and_what_is_in_use_its_name() {
        let home = tempfile::tempdir().unwrap();
        let dirs = DataDirs::new(home.path(), Some(&home.path().join("logs")));
        for directory in [dirs.snapshots(), dirs.logs()] {
            fs::create_dir_all(directory).unwrap();
            fs::write(directory.join("log.1"), "kept").unwrap();
        }
        let open = File::open(dirs.logs().join("log.1")).unwrap();
        let refused = set_aside(&dirs).unwrap_err().to_string();
        assert!(refused.contains("files open"), "{refused}");
        assert!(dirs.snapshots().exists());
        drop(open);
        let moved = set_aside(&dirs).unwrap();
        assert_eq!(moved.len(), 2);
        for path in &moved {
            assert_eq!(fs::read(path.join("log.1")).unwrap(), b"kept");
        }
        // Again, after a start that made a new one: the first stays what it is.
        fs::create_dir_all(dirs.snapshots()).unwrap();
        let again = set_aside(&dirs).unwrap();
        assert!(again.len() == 1 && !moved.contains(&again[0]), "{again:?}");
    }
}
