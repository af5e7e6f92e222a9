//! The disk of this machine, made slow: for demos and drills, which show what a slow disk does to
//! an ensemble without a right to slow one. No configuration asks for it, a hidden option of the
//! command line alone.

use std::{
    fs, io,
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use super::{
    device::{Disk, DiskFile, DiskRead, Entry},
    real::RealDisk,
};

/// The longest that one sync is made to take.
const LONGEST: Duration = Duration::from_secs(10);

/// A [`RealDisk`] of which each sync takes longer, by as many milliseconds as a file says at that
/// moment; not at all while there is no such file.
#[derive(Clone, Debug)]
pub struct SlowDisk {
    disk: RealDisk,
    delay: Delay,
}

#[derive(Clone, Debug)]
struct Delay {
    /// Holds a decimal number, milliseconds.
    file: PathBuf,
}

impl SlowDisk {
    /// By this file, which may come and go.
    #[must_use]
    pub fn new(file: PathBuf) -> Self {
        Self {
            disk: RealDisk,
            delay: Delay { file },
        }
    }
}

impl Delay {
    fn wait(&self) {
        let told = fs::read_to_string(&self.file).ok();
        let ms = told.and_then(|text| text.trim().parse().ok());
        if let Some(ms) = ms {
            thread::sleep(Duration::from_millis(ms).min(LONGEST));
        }
    }
}

impl Disk for SlowDisk {
    fn list(&self, dir: &Path) -> io::Result<Vec<Entry>> {
        self.disk.list(dir)
    }

    fn read(&self, path: &Path) -> io::Result<Box<dyn DiskRead>> {
        self.disk.read(path)
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn DiskFile>> {
        Ok(Box::new(SlowFile {
            file: self.disk.create(path)?,
            delay: self.delay.clone(),
        }))
    }

    fn truncate(&self, path: &Path, len: u64) -> io::Result<()> {
        self.delay.wait();
        self.disk.truncate(path, len)
    }

    fn rewrite(&self, path: &Path, offset: u64, bytes: &[u8]) -> io::Result<()> {
        self.delay.wait();
        self.disk.rewrite(path, offset, bytes)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.disk.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.disk.remove(path)
    }

    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        self.disk.create_dir(dir)
    }

    fn sync_dir(&self, dir: &Path) -> io::Result<()> {
        self.delay.wait();
        self.disk.sync_dir(dir)
    }
}

struct SlowFile {
    file: Box<dyn DiskFile>,
    delay: Delay,
}

impl DiskFile for SlowFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.append(bytes)
    }

    fn grow(&mut self, len: u64) -> io::Result<()> {
        self.file.grow(len)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.delay.wait();
        self.file.sync()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_sync_takes_as_long_as_the_file_says_and_only_while_it_says_so() {
        let dir = tempfile::tempdir().unwrap();
        let says = dir.path().join("sync-delay-ms");
        let disk = SlowDisk::new(says.clone());
        let mut file = disk.create(&dir.path().join("log.1")).unwrap();
        file.append(b"transaction").unwrap();
        let mut took = || {
            let began = Instant::now();
            file.sync().unwrap();
            began.elapsed()
        };
        fs::write(&says, "1500\n").unwrap();
        assert!(took() >= Duration::from_millis(1500));
        fs::write(&says, "soon").unwrap();
        took();
        fs::remove_file(&says).unwrap();
        let quick = (0..20).map(|_| took()).min().unwrap();
        assert!(quick < Duration::from_millis(1500), "{quick:?}");
    }
}
