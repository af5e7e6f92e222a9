//! How far a member's history once reached on its disk, in a file of its own beside
//! `version-2`: a log that was removed, or a directory that was brought back from a backup,
//! looks whole and tells nothing of what is missing.
//!
//! A line for each mark, the last intact one counts:
//!
//! ```text
//!   durable 0x500000007 epoch 5 crc 1c291ca3
//! ```
//!
//! A mark is a lower bound: it names only what was synced before, so that a crash never makes
//! a sound history look short. Where another server worked on the directory (Apache cuts logs
//! and knows no marks), `currentEpoch` has gone on without the mark, which is void then.
//!
//! One mark is no transaction: the end of an epoch, while a leader's snapshot is there and what
//! the leader sends behind it is not.

use std::{fmt, path::PathBuf};

use zoowarden_shared::{Epoch, Zxid};

use super::{device::Disk, epochs, error::DiskError, layout::DataDirs, small_file};

/// Amply what [`super::mark_keeper::MarkKeeper`] lets a file grow to.
const MAX_FILE_LEN: u64 = 1 << 20;

/// Behind every transaction of this epoch and of those before: a history that is to reach so
/// far is not whole, whatever it holds.
pub(super) fn end_of(epoch: Epoch) -> Zxid {
    Zxid::new(epoch, u32::MAX)
}

/// A claim about a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// It held this transaction, durably.
    pub(super) zxid: Zxid,
    /// `currentEpoch` at that time.
    pub(super) epoch: Epoch,
}

impl Mark {
    /// As a line, with its end.
    pub(super) fn to_line(self) -> String {
        let claim = format!("durable {} epoch {}", self.zxid, self.epoch);
        let crc = crc32fast::hash(claim.as_bytes());
        format!("{claim} crc {crc:08x}\n")
    }

    /// `None` for anything but a whole line, without its end.
    fn from_line(line: &[u8]) -> Option<Self> {
        let (claim, crc) = std::str::from_utf8(line).ok()?.rsplit_once(" crc ")?;
        if u32::from_str_radix(crc, 16).ok()? != crc32fast::hash(claim.as_bytes()) {
            return None;
        }
        let (zxid, epoch) = claim.strip_prefix("durable 0x")?.split_once(" epoch ")?;
        Some(Self {
            zxid: Zxid(i64::from_str_radix(zxid, 16).ok()?),
            epoch: epoch.parse().ok()?,
        })
    }
}

/// A history that is shorter than it was: transactions were lost, or an older state was put
/// in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Where the history ends now.
    pub last: Zxid,
    /// What it held, durably, once; perhaps even more. The end of an epoch where that is not
    /// known: a leader's snapshot took its place, and the leader was lost before the rest came.
    pub durable: Zxid,
    /// The file that says so.
    pub mark_file: PathBuf,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.durable == end_of(self.durable.epoch()) {
            return write!(
                f,
                "the data ends with transaction {}, with a leader's snapshot behind which more \
                 was to come: what was on this disk before is not all there",
                self.last
            );
        }
        write!(
            f,
            "the data ends with transaction {}, but {} was on this disk: logs or snapshots are \
             missing, or are those of an older state",
            self.last, self.durable
        )
    }
}

/// The mark in a member's file; `None` where there is none that can be read.
///
/// # Errors
/// Those of the file system.
pub(super) fn read(disk: &dyn Disk, dirs: &DataDirs) -> Result<Option<Mark>, DiskError> {
    let path = dirs.mark_file();
    let Some(content) = small_file::read(disk, &path, MAX_FILE_LEN)? else {
        return Ok(None);
    };
    // What a crash tore may stand before what it kept. All lines of a file are true, and none
    // is above the ones behind it.
    let mut lines = content.split(|byte| *byte == b'\n').rev();
    let mark = lines.find_map(Mark::from_line);
    if mark.is_none() {
        tracing::warn!(file = %path.display(), "no mark in it can be read: it is ignored");
    }
    Ok(mark)
}

/// Whether a history that ends with this transaction has lost some.
///
/// # Errors
/// Those of the file system.
pub(super) fn find_loss(
    disk: &dyn Disk,
    dirs: &DataDirs,
    last: Zxid,
) -> Result<Option<Loss>, DiskError> {
    let Some(mark) = read(disk, dirs)?.filter(|mark| mark.zxid > last) else {
        return Ok(None);
    };
    let (_, current_epoch) = epochs::peek(disk, dirs.snapshots());
    // The file may have been made from the data, after the mark: then its epoch is no news.
    if current_epoch > mark.epoch.max(mark.zxid.epoch()) {
        tracing::warn!(
            durable = %mark.zxid, %last, current_epoch, epoch = mark.epoch,
            "the data ends before its mark, but another server has worked on it since"
        );
        return Ok(None);
    }
    Ok(Some(Loss {
        last,
        durable: mark.zxid,
        mark_file: dirs.mark_file(),
    }))
}

#[cfg(test)]
mod tests {
    use std::{path::Path, sync::Arc};

    use super::*;
    use crate::disk::{ModelDisk, epochs::save_current};

    fn mark(epoch: Epoch, counter: u32) -> Mark {
        let zxid = Zxid::new(epoch, counter);
        Mark { zxid, epoch }
    }

    fn with_content(content: &[u8]) -> (Arc<dyn Disk>, DataDirs) {
        let disk: Arc<dyn Disk> = Arc::new(ModelDisk::new(1));
        let dirs = DataDirs::new(Path::new("/data"), Some(Path::new("/log")));
        dirs.prepare(&*disk, true).unwrap();
        let mut file = disk.create(&dirs.mark_file()).unwrap();
        file.append(content).unwrap();
        (disk, dirs)
    }

    #[test]
    fn a_line_reads_as_what_was_written() {
        let line = mark(5, 7).to_line();
        assert!(
            line.starts_with("durable 0x500000007 epoch 5 crc "),
            "{line}"
        );
        assert_eq!(
            Mark::from_line(line.trim_end().as_bytes()),
            Some(mark(5, 7))
        );
    }

    #[test]
    fn no_part_of_a_line_and_no_damaged_one_is_a_mark() {
        let line = mark(5, 7).to_line();
        let line = line.trim_end().as_bytes();
        for end in 0..line.len() {
            assert_eq!(Mark::from_line(&line[..end]), None);
        }
        for at in 0..line.len() {
            let mut damaged = line.to_vec();
            damaged[at] ^= 1;
            assert_eq!(Mark::from_line(&damaged), None, "byte {at}");
        }
    }

    #[test]
    fn the_last_intact_line_counts() {
        let mut content = (mark(1, 1).to_line() + &mark(1, 2).to_line()).into_bytes();
        let intact = content.len();
        content.extend_from_slice(mark(1, 3).to_line().as_bytes());
        let (disk, dirs) = with_content(&content[..content.len() - 4]);
        assert_eq!(read(&*disk, &dirs).unwrap(), Some(mark(1, 2)));
        // A crash may lose the sector before one that it keeps.
        content[..intact].fill(0);
        let (disk, dirs) = with_content(&content);
        assert_eq!(read(&*disk, &dirs).unwrap(), None, "it begins with zeros");
        content.extend_from_slice(mark(1, 4).to_line().as_bytes());
        let (disk, dirs) = with_content(&content);
        assert_eq!(read(&*disk, &dirs).unwrap(), Some(mark(1, 4)));
    }

    #[test]
    fn a_file_without_a_mark_is_ignored() {
        for content in [
            &b""[..],
            b"\n\n",
            b"\0\0\0\0",
            b"durable 0x7 epoch 0 crc 0\n",
        ] {
            let (disk, dirs) = with_content(content);
            assert_eq!(find_loss(&*disk, &dirs, Zxid::ZERO).unwrap(), None);
        }
    }

    #[test]
    fn a_history_that_ends_before_the_mark_has_lost_some() {
        let (disk, dirs) = with_content(mark(2, 9).to_line().as_bytes());
        let loss = find_loss(&*disk, &dirs, Zxid::new(2, 8)).unwrap().unwrap();
        assert_eq!(
            (loss.last, loss.durable),
            (Zxid::new(2, 8), Zxid::new(2, 9))
        );
        assert_eq!(find_loss(&*disk, &dirs, Zxid::new(2, 9)).unwrap(), None);
        assert_eq!(find_loss(&*disk, &dirs, Zxid::new(3, 1)).unwrap(), None);
    }

    #[test]
    fn the_mark_is_void_where_another_server_has_followed_a_later_leader() {
        let (disk, dirs) = with_content(mark(2, 9).to_line().as_bytes());
        save_current(&*disk, dirs.snapshots(), 2).unwrap();
        assert!(find_loss(&*disk, &dirs, Zxid::new(2, 8)).unwrap().is_some());
        save_current(&*disk, dirs.snapshots(), 3).unwrap();
        assert_eq!(find_loss(&*disk, &dirs, Zxid::new(2, 8)).unwrap(), None);
    }
}
