//! A slow disk for one member, without a volume of its own: its process looks at a file before
//! each sync of what it writes, and waits for as many milliseconds as that says.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// How much longer each sync takes on a slow disk, ms: as a disk that is about to fail.
const SLOW_MS: u64 = 400;

/// Whether a member's disk is slow; shared by who slows it and who starts processes.
#[derive(Clone, Debug)]
pub(super) struct Slowness {
    file: PathBuf,
}

impl Slowness {
    /// Of the member with this log.
    pub(super) fn beside(log: &Path) -> Self {
        Self {
            file: log.with_file_name("sync-delay-ms"),
        }
    }

    /// What its process looks at.
    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    pub(super) fn is_slow(&self) -> bool {
        self.file.exists()
    }

    /// Slows it, or lets it be as quick as it is.
    ///
    /// # Errors
    /// Those of the file system.
    pub(super) fn set(&self, is_slow: bool) -> io::Result<()> {
        match is_slow {
            true => fs::write(&self.file, SLOW_MS.to_string()),
            false => fs::remove_file(&self.file),
        }
    }
}
