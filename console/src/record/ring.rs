//! The directory of one cluster's recording: segments that are removed oldest first.

use std::{
    fs::{self, DirBuilder, File, OpenOptions},
    io,
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    time::UNIX_EPOCH,
};

use crate::source::memory_file;

/// What segments are called behind the dot.
pub(super) const SUFFIX: &str = "zwrec";
/// Whoever records holds a lock on it.
const LOCK: &str = "lock";
/// Into so many parts the ring is cut, at least.
const SEGMENTS: u64 = 16;

/// Where is recorded, and how much of it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ring {
    pub directory: PathBuf,
    /// All segments together, bytes.
    pub limit_bytes: u64,
}

/// Where an ensemble's recording is: beside its memory, in the state directory of the XDG
/// specification. `None` where there is no home.
#[must_use]
pub fn directory_of(cluster: &str) -> Option<PathBuf> {
    Some(memory_file(cluster)?.with_extension("recording"))
}

impl Ring {
    /// A segment is closed at this size, bytes.
    pub(super) fn segment_bytes(&self) -> u64 {
        self.limit_bytes / SEGMENTS
    }

    /// Makes the directory and takes its lock, which lasts as long as the file that is returned.
    pub(super) fn lock(&self) -> io::Result<File> {
        let mut builder = DirBuilder::new();
        builder
            .recursive(true)
            .mode(0o700)
            .create(&self.directory)?;
        let mut options = OpenOptions::new();
        let options = options.create(true).truncate(false).write(true).mode(0o600);
        let lock = options.open(self.directory.join(LOCK))?;
        lock.try_lock().map_err(|error| match error {
            fs::TryLockError::WouldBlock => io::Error::other("another zoowarden records it"),
            fs::TryLockError::Error(error) => error,
        })?;
        Ok(lock)
    }

    /// Makes room for one more segment, and begins it.
    pub(super) fn begin(&self, run_wall_ms: i64, number: u32) -> io::Result<(PathBuf, File)> {
        self.prune()?;
        let name = format!("{:013}-{number:06}.{SUFFIX}", run_wall_ms.max(0));
        let path = self.directory.join(name);
        let mut options = OpenOptions::new();
        let file = options
            .create_new(true)
            .write(true)
            .mode(0o600)
            .open(&path)?;
        Ok((path, file))
    }

    /// The number of the next segment of this run: a cluster's page may be closed and opened
    /// again within one.
    pub(super) fn next(&self, run_wall_ms: i64) -> io::Result<u32> {
        let run = format!("{:013}-", run_wall_ms.max(0));
        let number = |segment: &Segment| {
            let name = segment.path.file_stem()?.to_str()?;
            name.strip_prefix(&run)?.parse::<u32>().ok()
        };
        let last = segments(&self.directory)?.iter().filter_map(number).max();
        Ok(last.map_or(0, |last| last.saturating_add(1)))
    }

    /// Since when this run is held without a gap: from its beginning, or from its oldest segment
    /// that is still there.
    pub(super) fn since_wall_ms(&self, run_wall_ms: i64) -> io::Result<i64> {
        let run = format!("{:013}-", run_wall_ms.max(0));
        let first = format!("{run}{:06}.{SUFFIX}", 0);
        for segment in segments(&self.directory)? {
            let name = segment.path.file_name().unwrap_or_default();
            let name = name.to_string_lossy();
            if name == first {
                break;
            }
            if name.starts_with(&run) {
                let written = fs::metadata(&segment.path)?;
                // Where the system does not tell when a file was made, it was last written then.
                let made = written.created().or_else(|_| written.modified())?;
                let since = made.duration_since(UNIX_EPOCH).unwrap_or_default();
                return Ok(i64::try_from(since.as_millis()).unwrap_or(run_wall_ms));
            }
        }
        Ok(run_wall_ms)
    }

    fn prune(&self) -> io::Result<()> {
        let mut kept = segments(&self.directory)?;
        let mut total: u64 = kept.iter().map(|segment| segment.bytes).sum();
        let most = self.limit_bytes.saturating_sub(self.segment_bytes());
        kept.reverse();
        while total > most {
            let Some(oldest) = kept.pop() else { break };
            fs::remove_file(&oldest.path)?;
            total -= oldest.bytes;
        }
        Ok(())
    }
}

/// A segment's file.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
}

/// The segments of a directory, oldest first.
pub(super) fn segments(directory: &Path) -> io::Result<Vec<Segment>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let path = entry.path();
        if path.extension().is_some_and(|suffix| suffix == SUFFIX) {
            let bytes = entry.metadata()?.len();
            found.push(Segment { path, bytes });
        }
    }
    // By run, then by number.
    found.sort_by(|a, b| a.path.file_name().cmp(&b.path.file_name()));
    Ok(found)
}
