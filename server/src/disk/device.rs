//! What logs, snapshots and epoch files need of a disk, so that the same code runs on a real
//! one ([`super::RealDisk`]) and on one that loses what was not synced ([`super::ModelDisk`]).
//!
//! The promises are the weakest that file systems give: bytes survive a crash once their file
//! was synced; a new, renamed or removed name survives once its directory was synced.

use std::{
    fmt, io,
    io::{Read, Seek},
    path::Path,
    time::SystemTime,
};

/// A file that is being read.
pub trait DiskRead: Read + Seek + Send {}

impl<T: Read + Seek + Send> DiskRead for T {}

/// A file in a directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name within the directory.
    pub name: String,
    /// Its length, bytes, space not written yet included.
    pub len: u64,
    /// When it was last written, where that is known.
    pub modified: Option<SystemTime>,
}

/// Where files are kept.
pub trait Disk: Send + Sync + fmt::Debug {
    /// The files of a directory, in no order; names that are not UTF-8 are left out.
    ///
    /// # Errors
    /// Those of the file system.
    fn list(&self, dir: &Path) -> io::Result<Vec<Entry>>;

    /// Opens a file for reading, not buffered.
    ///
    /// # Errors
    /// Those of the file system.
    fn read(&self, path: &Path) -> io::Result<Box<dyn DiskRead>>;

    /// Makes an empty file, in the place of one of the same name. Neither its name nor what
    /// is written to it is durable yet.
    ///
    /// # Errors
    /// Those of the file system.
    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>>;

    /// Cuts a file to this length, durably.
    ///
    /// # Errors
    /// Those of the file system.
    fn truncate(&self, path: &Path, len: u64) -> io::Result<()>;

    /// Writes these bytes at this offset of a file that has them already, durably. Readers may
    /// see bytes that the disk does not have: those of a process that was killed before its
    /// sync, and those of a sync that failed. Syncing again does not help with the latter.
    ///
    /// # Errors
    /// Those of the file system.
    fn rewrite(&self, path: &Path, offset: u64, bytes: &[u8]) -> io::Result<()>;

    /// Gives a file another name, in the place of a file that has it.
    ///
    /// # Errors
    /// Those of the file system.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// Those of the file system.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes a directory and those above it.
    ///
    /// # Errors
    /// Those of the file system.
    fn create_dir(&self, dir: &Path) -> io::Result<()>;

    /// Makes the names in a directory durable.
    ///
    /// # Errors
    /// Those of the file system.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;
}

/// A file that is being written, from its front to its end.
pub trait DiskFile: Send {
    /// Writes behind what was written before. After an error an unknown part of it is there.
    ///
    /// # Errors
    /// Those of the file system.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Makes the file at least this long; what is not written reads as zeros.
    ///
    /// # Errors
    /// Those of the file system.
    fn grow(&mut self, len: u64) -> io::Result<()>;

    /// Makes all that was written durable. After an error none of it may be trusted, and a
    /// second try must not be believed: the kernel may have dropped the pages.
    ///
    /// # Errors
    /// Those of the file system.
    fn sync(&mut self) -> io::Result<()>;
}

impl fmt::Debug for dyn DiskFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DiskFile")
    }
}
