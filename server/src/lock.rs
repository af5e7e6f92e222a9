//! Two processes on one data directory would destroy it: the first one locks it.
//!
//! The lock is on a file beside `version-2`, under a name that Apache ignores, and the system
//! lets go of it however the process ends. Apache itself does not look at it.

use std::{
    fs::{File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use rustix::fs::{FlockOperation, flock};

const FILE_NAME: &str = "zoowarden.lock";
/// Two supervisors would both start a member.
const SUPERVISOR_FILE_NAME: &str = "zoowarden.supervisor.lock";

/// The file that the member of a directory locks.
pub(crate) fn path(directory: &Path) -> PathBuf {
    directory.join(FILE_NAME)
}

/// Why a directory could not be locked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LockError {
    #[error("{}: another process serves from this directory", .0.display())]
    Taken(PathBuf),
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
}

/// A directory that is ours until this is dropped.
#[derive(Debug)]
pub(crate) struct DirectoryLock {
    _file: File,
}

impl DirectoryLock {
    /// Locks a directory, which must exist.
    pub(crate) fn take(directory: &Path) -> Result<Self, LockError> {
        Self::take_named(directory, FILE_NAME)
    }

    /// Locks a directory for its member's supervisor, beside the member's own lock.
    pub(crate) fn take_for_supervisor(directory: &Path) -> Result<Self, LockError> {
        Self::take_named(directory, SUPERVISOR_FILE_NAME)
    }

    fn take_named(directory: &Path, name: &str) -> Result<Self, LockError> {
        let path = directory.join(name);
        let io = |source| LockError::Io {
            path: path.clone(),
            source,
        };
        let mut file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(io)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => {}
            Err(rustix::io::Errno::WOULDBLOCK) => {
                return Err(LockError::Taken(directory.to_owned()));
            }
            Err(errno) => return Err(io(errno.into())),
        }
        // For whoever wonders who holds it.
        file.set_len(0).map_err(io)?;
        writeln!(file, "{}", std::process::id()).map_err(io)?;
        Ok(Self { _file: file })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_is_locked_until_the_lock_is_dropped() {
        let directory = tempfile::tempdir().unwrap();
        let lock = DirectoryLock::take(directory.path()).unwrap();
        let second = DirectoryLock::take(directory.path());
        assert!(matches!(second, Err(LockError::Taken(_))));
        drop(lock);
        DirectoryLock::take(directory.path()).unwrap();
    }
}
