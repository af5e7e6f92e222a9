//! A demo's temporary directory, which goes with the demo; that of a demo which was killed
//! goes when the next one starts.

use std::{
    env,
    fs::{self, File},
    io,
    path::Path,
};

use anyhow::{Context as _, Result};
use tempfile::TempDir;

const PREFIX: &str = "zoowarden-demo-";
/// Locked as long as the demo lives: the system unlocks it for the dead.
const LOCK: &str = "lock";
/// The lock's name until it is locked, so that no sweep meets an unlocked one of the living.
const NEW_LOCK: &str = "lock.new";

/// The directory and the lock that says whose it is.
#[derive(Debug)]
pub(super) struct Scratch {
    dir: TempDir,
    _lock: File,
}

impl Scratch {
    /// Makes one, and sweeps what dead demos have left.
    pub(super) fn new() -> Result<Self> {
        let parent = env::temp_dir();
        sweep(&parent);
        Self::within(&parent)
            .with_context(|| format!("cannot make a directory in {}", parent.display()))
    }

    fn within(parent: &Path) -> io::Result<Self> {
        let dir = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        let lock = File::create_new(dir.path().join(NEW_LOCK))?;
        lock.lock()?;
        fs::rename(dir.path().join(NEW_LOCK), dir.path().join(LOCK))?;
        Ok(Self { dir, _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        self.dir.path()
    }
}

/// Removes the directories of demos that are dead. What cannot be read or removed is another
/// user's, or another sweep's at this moment.
fn sweep(parent: &Path) {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    for entry in entries {
        if !entry.file_name().to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        let Ok(lock) = File::open(entry.path().join(LOCK)) else {
            continue;
        };
        if lock.try_lock().is_ok() {
            tracing::debug!(dir = %entry.path().display(), "removing what a dead demo left");
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sweep_takes_the_dead_and_leaves_the_living() {
        let parent = TempDir::new().unwrap();
        let living = Scratch::within(parent.path()).unwrap();
        let dead = Scratch::within(parent.path()).unwrap();
        // Killed: the lock is gone with the process, the directory is not.
        let Scratch { dir, _lock } = dead;
        let left = dir.keep();
        drop(_lock);
        // Just starting: there is no lock yet.
        let starting = parent.path().join(format!("{PREFIX}starting"));
        fs::create_dir(&starting).unwrap();
        let unrelated = parent.path().join("unrelated");
        fs::create_dir(&unrelated).unwrap();

        sweep(parent.path());
        assert!(!left.exists());
        assert!(living.path().exists() && starting.exists() && unrelated.exists());
        let path = living.path().to_owned();
        drop(living);
        assert!(!path.exists());
    }
}
