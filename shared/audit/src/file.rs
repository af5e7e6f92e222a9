//! Appends to a log: a line is on the disk, whole, before its writer goes on.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use zoowarden_shared::audit::{Head, Record};

use crate::{
    opening::{Found, find, is_at},
    places::{full_name, sync_directory},
};

/// A file that has grown to so many bytes is full: some ten thousand lines.
pub const DEFAULT_LIMIT_BYTES: u64 = 16 << 20;

/// A line could not be written: what it was to tell of must not be done.
#[derive(Debug, thiserror::Error)]
#[error("the audit log {} cannot be written: {source}", path.display())]
pub struct AuditError {
    path: PathBuf,
    source: io::Error,
}

/// A log that can be appended to.
#[derive(Debug)]
pub struct AuditFile {
    path: PathBuf,
    limit_bytes: u64,
    file: File,
    head: Head,
    len: u64,
}

impl AuditFile {
    /// Opens a log, or begins one. What is there is checked: a torn end is cut off and a broken
    /// file renamed aside, and a line says so.
    ///
    /// # Errors
    ///
    /// Those of the file system.
    pub fn open(path: &Path, limit_bytes: u64, unix_ms: i64) -> Result<Self, AuditError> {
        let opened = Self::open_locked(path, limit_bytes, unix_ms).and_then(|log| {
            log.file.unlock()?;
            Ok(log)
        });
        opened.map_err(|source| AuditError {
            path: path.to_owned(),
            source,
        })
    }

    fn open_locked(path: &Path, limit_bytes: u64, unix_ms: i64) -> io::Result<Self> {
        let Found {
            file,
            head,
            len,
            note,
        } = find(path, unix_ms)?;
        let mut log = Self {
            path: path.to_owned(),
            limit_bytes,
            file,
            head,
            len,
        };
        if let Some(note) = note {
            log.write(&note)?;
        }
        Ok(log)
    }

    /// Appends a line and syncs it; the line, with its end.
    ///
    /// # Errors
    ///
    /// Those of the file system. The line may be there or not, or in part; the next one that is
    /// appended begins by looking.
    pub fn append(&mut self, record: &Record) -> Result<String, AuditError> {
        let appended = self.append_locked(record);
        // Closing the file would unlock it too; the next append locks it again.
        let unlocked = self.file.unlock();
        let line = appended.and_then(|line| unlocked.map(|()| line));
        line.map_err(|source| AuditError {
            path: self.path.clone(),
            source,
        })
    }

    /// Where the log ends, as far as this process wrote it.
    #[must_use]
    pub fn head(&self) -> Head {
        self.head
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn append_locked(&mut self, record: &Record) -> io::Result<String> {
        self.file.lock()?;
        let is_ours = is_at(&self.file, &self.path) && self.file.metadata()?.len() == self.len;
        if !is_ours {
            // Another process has appended, or an append of ours failed.
            self.open_again(record.unix_ms)?;
        }
        if self.len >= self.limit_bytes {
            fs::rename(&self.path, full_name(&self.path, self.head.sequence))?;
            sync_directory(&self.path)?;
            self.open_again(record.unix_ms)?;
        }
        self.write(record)
    }

    fn open_again(&mut self, unix_ms: i64) -> io::Result<()> {
        // Whoever opens a file waits for its lock, and this one may be the same.
        self.file.unlock()?;
        *self = Self::open_locked(&self.path, self.limit_bytes, unix_ms)?;
        Ok(())
    }

    fn write(&mut self, record: &Record) -> io::Result<String> {
        let (line, head) = self.head.line(record).map_err(io::Error::from)?;
        self.file.write_all(line.as_bytes())?;
        self.file.sync_data()?;
        self.head = head;
        self.len += line.len() as u64;
        Ok(line)
    }
}
