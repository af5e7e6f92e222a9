//! The model's directories and its clockwork of operations and faults.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use super::{Fault, Rng, file::ModelInode, split};
use crate::disk::device::Entry;

/// An open file: which, and since which start of the machine.
#[derive(Clone, Copy, Debug)]
pub(super) struct Handle {
    inode: usize,
    boot: u64,
}

#[derive(Debug, Default)]
struct Dir {
    durable: BTreeMap<String, usize>,
    current: BTreeMap<String, usize>,
    /// The names after each change since the last sync: file systems keep their order.
    history: Vec<BTreeMap<String, usize>>,
}

#[derive(Debug)]
pub(super) struct State {
    rng: Rng,
    inodes: Vec<ModelInode>,
    dirs: BTreeMap<PathBuf, Dir>,
    operations: u64,
    planned: Option<(u64, Fault)>,
    full: bool,
    down: bool,
    boot: u64,
}

/// How an operation is to be done.
enum Step {
    Do,
    /// Do it, or not, and then be down.
    LastThen(bool),
    Fail(io::Error),
    /// A write that finds the disk full on its way.
    Half,
}

impl State {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            rng: Rng::new(seed),
            inodes: Vec::new(),
            dirs: BTreeMap::new(),
            operations: 0,
            planned: None,
            full: false,
            down: false,
            boot: 0,
        }
    }

    pub(super) fn plan(&mut self, ahead: u64, fault: Fault) {
        self.planned = Some((self.operations + ahead, fault));
    }

    pub(super) fn operations(&self) -> u64 {
        self.operations
    }

    pub(super) fn is_down(&self) -> bool {
        self.down
    }

    pub(super) fn free_space(&mut self) {
        self.full = false;
    }

    pub(super) fn crash(&mut self) {
        for dir in self.dirs.values_mut() {
            // Some of the changes since the last sync, in their order.
            let kept = self.rng.below(dir.history.len() + 1);
            if let Some(names) = kept.checked_sub(1).and_then(|last| dir.history.get(last)) {
                dir.durable.clone_from(names);
            }
            dir.current.clone_from(&dir.durable);
            dir.history.clear();
        }
        for inode in &mut self.inodes {
            inode.crash(&mut self.rng);
        }
        self.down = false;
        self.full = false;
        self.planned = None;
        self.boot += 1;
    }

    pub(super) fn create_dir(&mut self, dir: &Path) {
        for dir in dir.ancestors() {
            self.dirs.entry(dir.to_owned()).or_default();
        }
    }

    pub(super) fn list(&self, dir: &Path) -> io::Result<Vec<Entry>> {
        let names = &self.dirs.get(dir).ok_or_else(not_found)?.current;
        Ok(names
            .iter()
            .map(|(name, inode)| Entry {
                name: name.clone(),
                len: self.inodes[*inode].content().len() as u64,
                modified: None,
            })
            .collect())
    }

    pub(super) fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        Ok(self.inodes[self.find(path)?].content().to_vec())
    }

    pub(super) fn create(&mut self, path: &Path) -> io::Result<Handle> {
        let (dir, name) = split(path)?;
        let inode = self.inodes.len();
        self.inodes.push(ModelInode::default());
        self.change_names(&dir, true, |names| {
            names.insert(name, inode);
            Ok(())
        })?;
        let boot = self.boot;
        Ok(Handle { inode, boot })
    }

    pub(super) fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        let ((dir, from), (to_dir, to)) = (split(from)?, split(to)?);
        if dir != to_dir {
            return Err(io::Error::from(io::ErrorKind::CrossesDevices));
        }
        self.change_names(&dir, false, |names| {
            let inode = names.remove(&from).ok_or_else(not_found)?;
            names.insert(to, inode);
            Ok(())
        })
    }

    pub(super) fn remove(&mut self, path: &Path) -> io::Result<()> {
        let (dir, name) = split(path)?;
        self.change_names(&dir, false, |names| {
            names.remove(&name).map(drop).ok_or_else(not_found)
        })
    }

    pub(super) fn sync_dir(&mut self, dir: &Path) -> io::Result<()> {
        let step = self.step(false);
        let dir = self.dirs.get_mut(dir).ok_or_else(not_found)?;
        match step {
            Step::Fail(error) => return Err(error),
            Step::LastThen(false) => return Err(stopped()),
            Step::Do | Step::Half | Step::LastThen(true) => {}
        }
        dir.durable.clone_from(&dir.current);
        dir.history.clear();
        self.result()
    }

    pub(super) fn truncate(&mut self, path: &Path, len: usize) -> io::Result<()> {
        let inode = self.find(path)?;
        match self.step(false) {
            Step::Fail(error) => return Err(error),
            Step::LastThen(false) => return Err(stopped()),
            Step::Do | Step::Half | Step::LastThen(true) => {}
        }
        let mut content = self.inodes[inode].content().to_vec();
        content.resize(len, 0);
        self.inodes[inode].replace(content);
        self.result()
    }

    pub(super) fn rewrite(&mut self, path: &Path, at: usize, bytes: &[u8]) -> io::Result<()> {
        let inode = self.find(path)?;
        let boot = self.boot;
        let handle = Handle { inode, boot };
        self.write(handle, at, bytes)?;
        self.sync(handle)
    }

    pub(super) fn write(&mut self, handle: Handle, at: usize, bytes: &[u8]) -> io::Result<()> {
        self.check(handle)?;
        let step = self.step(true);
        let part = match &step {
            Step::Do | Step::LastThen(true) => bytes,
            Step::LastThen(false) | Step::Fail(_) | Step::Half => {
                &bytes[..self.rng.below(bytes.len() + 1)]
            }
        };
        self.inodes[handle.inode].write(at, part);
        match step {
            Step::Fail(error) => Err(error),
            Step::Half => Err(io::Error::from(io::ErrorKind::StorageFull)),
            Step::Do | Step::LastThen(_) => self.result(),
        }
    }

    pub(super) fn grow(&mut self, handle: Handle, len: usize) -> io::Result<()> {
        self.check(handle)?;
        match self.step(true) {
            Step::Fail(error) => return Err(error),
            Step::Half => return Err(io::Error::from(io::ErrorKind::StorageFull)),
            Step::LastThen(false) => return Err(stopped()),
            Step::Do | Step::LastThen(true) => {}
        }
        self.inodes[handle.inode].grow(len);
        self.result()
    }

    pub(super) fn sync(&mut self, handle: Handle) -> io::Result<()> {
        self.check(handle)?;
        match self.step(false) {
            Step::Fail(error) => {
                self.inodes[handle.inode].fail_sync(&mut self.rng);
                Err(error)
            }
            Step::LastThen(false) => Err(stopped()),
            Step::Do | Step::Half | Step::LastThen(true) => {
                self.inodes[handle.inode].sync();
                self.result()
            }
        }
    }

    pub(super) fn set_content(&mut self, path: &Path, content: Vec<u8>) {
        if let Ok(inode) = self.find(path) {
            self.inodes[inode].replace(content);
        }
    }

    fn find(&self, path: &Path) -> io::Result<usize> {
        let (dir, name) = split(path)?;
        let names = &self.dirs.get(&dir).ok_or_else(not_found)?.current;
        names.get(&name).copied().ok_or_else(not_found)
    }

    fn check(&self, handle: Handle) -> io::Result<()> {
        if handle.boot == self.boot {
            Ok(())
        } else {
            Err(stopped())
        }
    }

    fn change_names(
        &mut self,
        dir: &Path,
        takes_space: bool,
        change: impl FnOnce(&mut BTreeMap<String, usize>) -> io::Result<()>,
    ) -> io::Result<()> {
        match self.step(takes_space) {
            Step::Fail(error) => return Err(error),
            Step::Half => return Err(io::Error::from(io::ErrorKind::StorageFull)),
            Step::LastThen(false) => return Err(stopped()),
            Step::Do | Step::LastThen(true) => {}
        }
        let dir = self.dirs.get_mut(dir).ok_or_else(not_found)?;
        change(&mut dir.current)?;
        dir.history.push(dir.current.clone());
        self.result()
    }

    /// Counts an operation and says how it goes.
    fn step(&mut self, takes_space: bool) -> Step {
        if self.down {
            return Step::Fail(stopped());
        }
        let now = self.operations;
        self.operations += 1;
        if let Some((at, fault)) = self.planned
            && at <= now
        {
            self.planned = None;
            match fault {
                Fault::Crash => {
                    self.down = true;
                    return Step::LastThen(self.rng.one_in(2));
                }
                Fault::Io => return Step::Fail(io::Error::other("planned I/O error")),
                Fault::Full => self.full = true,
            }
        }
        if self.full && takes_space {
            return Step::Half;
        }
        Step::Do
    }

    fn result(&self) -> io::Result<()> {
        if self.down { Err(stopped()) } else { Ok(()) }
    }
}

fn not_found() -> io::Error {
    io::Error::from(io::ErrorKind::NotFound)
}

fn stopped() -> io::Error {
    io::Error::other("the machine has stopped")
}
