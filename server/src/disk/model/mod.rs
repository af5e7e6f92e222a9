//! A disk in memory that keeps no more than it promised: for tests and for the simulator.
//!
//! After a [`ModelDisk::crash`] every byte that was not synced may be there or not, and every
//! name that was not synced may be the old or the new one. Faults can be planned for the n-th
//! operation. All of it comes from one seed, so that a run can be replayed.

mod file;
mod rng;
mod state;

use std::{
    io::{self, Cursor},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

pub use self::rng::Rng;
use self::state::State;
use super::device::{Disk, DiskFile, DiskRead, Entry};

/// What goes wrong at an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The machine stops: the operation is done, half done or not done, and all that follow
    /// fail until [`ModelDisk::crash`].
    Crash,
    /// The operation fails, others do not. A failed sync forgets what it should have synced
    /// although a later one succeeds, as Linux does.
    Io,
    /// The disk is full from here on: nothing can be made or grown until
    /// [`ModelDisk::free_space`]. A write is half done.
    Full,
}

/// A disk in memory. Clones are the same disk.
#[derive(Clone, Debug)]
pub struct ModelDisk {
    state: Arc<Mutex<State>>,
}

impl ModelDisk {
    /// An empty disk.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            state: Arc::new(Mutex::new(State::new(seed))),
        }
    }

    /// Plans a fault for the operation that is this many ahead: 0 for the next one. Only
    /// operations that change something count.
    pub fn plan(&self, ahead: u64, fault: Fault) {
        self.lock().plan(ahead, fault);
    }

    /// How many operations there were.
    #[must_use]
    pub fn operations(&self) -> u64 {
        self.lock().operations()
    }

    /// Whether a planned crash has happened.
    #[must_use]
    pub fn is_down(&self) -> bool {
        self.lock().is_down()
    }

    /// The machine stops and starts again: what was not synced is lost, kept or torn. Files
    /// opened before can no longer be written.
    pub fn crash(&self) {
        self.lock().crash();
    }

    /// A full disk has room again.
    pub fn free_space(&self) {
        self.lock().free_space();
    }

    /// A file's content as a reader sees it now, for tests that damage it.
    #[must_use]
    pub fn content(&self, path: &Path) -> Option<Vec<u8>> {
        self.lock().read(path).ok()
    }

    /// Makes a file's content this, durably, as damage would.
    pub fn set_content(&self, path: &Path, content: Vec<u8>) {
        self.lock().set_content(path, content);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A test that panicked while it held the lock has failed already.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Disk for ModelDisk {
    fn list(&self, dir: &Path) -> io::Result<Vec<Entry>> {
        self.lock().list(dir)
    }

    fn read(&self, path: &Path) -> io::Result<Box<dyn DiskRead>> {
        Ok(Box::new(Cursor::new(self.lock().read(path)?)))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        let handle = self.lock().create(path)?;
        Ok(Box::new(ModelFile {
            state: Arc::clone(&self.state),
            handle,
            written: 0,
        }))
    }

    fn truncate(&self, path: &Path, len: u64) -> io::Result<()> {
        self.lock().truncate(path, len as usize)
    }

    fn rewrite(&self, path: &Path, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.lock().rewrite(path, offset as usize, bytes)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.lock().rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.lock().remove(path)
    }

    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        self.lock().create_dir(dir);
        Ok(())
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.lock().sync_dir(dir)
    }
}

#[derive(Debug)]
struct ModelFile {
    state: Arc<Mutex<State>>,
    handle: state::Handle,
    written: usize,
}

impl ModelFile {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl DiskFile for ModelFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        let at = self.written;
        self.written += bytes.len();
        self.lock().write(self.handle, at, bytes)
    }

    fn grow(&mut self, len: u64) -> io::Result<()> {
        self.lock().grow(self.handle, len as usize)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.lock().sync(self.handle)
    }
}

/// A path's directory and name.
fn split(path: &Path) -> io::Result<(PathBuf, String)> {
    let name = path.file_name().and_then(|name| name.to_str());
    match (path.parent(), name) {
        (Some(dir), Some(name)) => Ok((dir.to_owned(), name.to_owned())),
        _ => Err(io::Error::from(io::ErrorKind::InvalidInput)),
    }
}
