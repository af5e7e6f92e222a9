//! The journal of one plan: appended to by the process that runs it, and locked by it.

use std::{
    fs::{DirBuilder, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::Path,
};

use super::entry::Entry;

/// A journal that has grown to so many bytes takes no more of what steps print.
const LIMIT_BYTES: usize = 1 << 20;

/// A journal that is written.
#[derive(Debug)]
pub struct Journal {
    file: File,
    written: usize,
}

impl Journal {
    /// Makes it, readable by its owner alone, and holds its lock until it is dropped.
    ///
    /// # Errors
    /// Those of the file system, also where there is one of this name.
    pub fn begin(path: &Path) -> io::Result<Self> {
        if let Some(directory) = path.parent() {
            DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(directory)?;
        }
        let mut options = OpenOptions::new();
        let file = options
            .append(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        file.try_lock()?;
        Ok(Self { file, written: 0 })
    }

    /// Appends an entry, in one write: whoever reads never sees half of a line that counts.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn write(&mut self, entry: &Entry) -> io::Result<()> {
        let may_be_left_out = matches!(entry, Entry::Line { .. } | Entry::Waiting { .. });
        if may_be_left_out && self.written >= LIMIT_BYTES {
            return Ok(());
        }
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        self.written += line.len();
        self.file.write_all(&line)
    }
}
