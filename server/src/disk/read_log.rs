//! Reads transactions back for a learner that lags further than memory reaches
//! (`TxnLogProposalIterator`), while the log is being written.
//!
//! A learner gets them on top of what it has, so that where they begin must be proved to be
//! part of this member's history (ZOOKEEPER-2418): a record, or a snapshot of exactly that
//! transaction. Nor may the log skip anything (ZOOKEEPER-4925). Within an epoch the counters
//! tell; between epochs they do not, and a member that was once sent a snapshot may have logs
//! from before it that tell another history. Hence the log must hold the transaction of every
//! snapshot that it passes. Nor do they tell of the end of an epoch in a file that a snapshot
//! covers, where a start looks for no damage: behind an epoch's last record nothing may stand.

use std::{
    collections::VecDeque,
    io::{Read as _, Seek as _, SeekFrom},
};

use bytes::Bytes;
use zoowarden_shared::{Zxid, file::header::HEADER_LEN, file::name::Packing};

use super::{
    device::Disk,
    error::{Context, DiskError},
    layout::{DataDirs, LogFile},
    purge::is_finished,
    scan::{Records, Step, scan},
    txn_log::follows,
};

/// A part is full with so many bytes.
const PART_BYTES: usize = 4 << 20;
/// Or with so many transactions.
const PART_TXNS: usize = 2000;
/// Of a file's end, what is looked at at a time.
const CHUNK_BYTES: usize = 64 << 10;
/// How many readers are remembered, so that the next part needs no search.
const BOOKMARKS: usize = 16;

/// Some of the transactions asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Part {
    /// In order, without a hole. Empty where the log does not have them.
    pub(super) txns: Vec<(Zxid, Bytes)>,
    /// Whether the last one asked for is reached.
    pub(super) complete: bool,
}

/// Reads logs, part by part.
#[derive(Debug, Default)]
pub(super) struct LogHistory {
    /// Where parts ended, the newest last.
    bookmarks: VecDeque<Bookmark>,
    /// The count of changes of the files up to which the bookmarks are right.
    changes: u64,
}

/// The end of a record, with all that led there proved.
#[derive(Clone, Debug)]
struct Bookmark {
    after: Zxid,
    upto: Zxid,
    place: Place,
}

/// Where the record behind one stands, or the next file begins.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// The file's first transaction, which its name gives.
    file: Zxid,
    offset: u64,
}

impl LogHistory {
    /// Transactions behind `after` up to `upto`, which is durable, as many as fit. `changes`
    /// counts how often what the files tell was changed: what was known before is forgotten.
    ///
    /// # Errors
    /// Those of the file system.
    pub(super) fn read(
        &mut self,
        disk: &dyn Disk,
        dirs: &DataDirs,
        after: Zxid,
        upto: Zxid,
        changes: u64,
    ) -> Result<Part, DiskError> {
        if self.changes != changes {
            self.bookmarks.clear();
            self.changes = changes;
        }
        let logs = dirs.log_files(disk)?;
        let known = self
            .bookmarks
            .iter()
            .position(|mark| mark.after == after && upto <= mark.upto)
            .and_then(|index| self.bookmarks.remove(index));
        let place = match known {
            Some(mark) => Some(mark.place),
            None => find(disk, dirs, &logs, after, upto)?,
        };
        let Some(place) = place else {
            return Ok(Part::default());
        };
        self.read_from(disk, &logs, place, after, upto)
    }

    fn read_from(
        &mut self,
        disk: &dyn Disk,
        logs: &[LogFile],
        mut place: Place,
        after: Zxid,
        upto: Zxid,
    ) -> Result<Part, DiskError> {
        let mut part = Part {
            complete: after == upto,
            ..Part::default()
        };
        let mut last = after;
        let mut bytes = 0;
        let mut stops = Vec::new();
        let first = logs.partition_point(|log| log.first < place.file);
        for log in &logs[first..] {
            if last == upto {
                break;
            }
            if log.first != place.file {
                place = Place::front(log);
            }
            let Some(mut records) = Records::open(disk, log, place.offset)? else {
                stops.push(Stop { log, offset: 0 });
                continue;
            };
            while last < upto {
                let Step::Txn(zxid, txn) = records.step()? else {
                    let offset = records.offset;
                    stops.push(Stop { log, offset });
                    break;
                };
                if zxid > upto || !follows(last, zxid) {
                    return Ok(Part::default());
                }
                // What goes on within the epoch was given up where the file ended, and written
                // again.
                for stop in stops.drain(..).filter(|_| zxid != last.next()) {
                    if !stop.is_end_of_records(disk)? {
                        return Ok(Part::default());
                    }
                }
                last = zxid;
                bytes += txn.len();
                part.txns.push((zxid, txn));
                if bytes >= PART_BYTES || part.txns.len() == PART_TXNS {
                    place.offset = records.offset;
                    self.remember(Bookmark {
                        after: last,
                        upto,
                        place,
                    });
                    part.complete = last == upto;
                    return Ok(part);
                }
            }
        }
        part.complete = last == upto;
        // What was promised to be there is not.
        Ok(if part.complete { part } else { Part::default() })
    }

    fn remember(&mut self, mark: Bookmark) {
        if self.bookmarks.len() == BOOKMARKS {
            self.bookmarks.pop_front();
        }
        self.bookmarks.push_back(mark);
    }
}

/// Where reading a file came to no further record.
struct Stop<'a> {
    log: &'a LogFile,
    offset: u64,
}

impl Stop<'_> {
    /// Whether nothing was ever written behind it: neither a record that was damaged since nor
    /// one that a crash tore.
    fn is_end_of_records(&self, disk: &dyn Disk) -> Result<bool, DiskError> {
        let path = &self.log.path;
        let mut file = disk.read(path).context("open", path)?;
        file.seek(SeekFrom::Start(self.offset))
            .context("read", path)?;
        let mut chunk = vec![0; CHUNK_BYTES];
        loop {
            match file.read(&mut chunk).context("read", path)? {
                0 => return Ok(true),
                count if chunk[..count].iter().any(|byte| *byte != 0) => return Ok(false),
                _ => {}
            }
        }
    }
}

impl Place {
    fn front(log: &LogFile) -> Self {
        Self {
            file: log.first,
            offset: HEADER_LEN as u64,
        }
    }
}

/// Where what follows `after` begins; `None` where `after`, or the way from it to `upto`, is
/// not proved to be this log's.
fn find(
    disk: &dyn Disk,
    dirs: &DataDirs,
    logs: &[LogFile],
    after: Zxid,
    upto: Zxid,
) -> Result<Option<Place>, DiskError> {
    let mut is_snapshot = false;
    let mut has_older = false;
    for snapshot in dirs.snapshot_files(disk)? {
        let zxid = snapshot.name.zxid;
        if zxid > upto || snapshot.name.packing != Packing::Plain || !is_finished(disk, &snapshot)?
        {
            continue;
        }
        if zxid > after && !holds(disk, logs, zxid)? {
            return Ok(None);
        }
        is_snapshot |= zxid == after;
        has_older |= zxid <= after;
    }
    // Logs that lie before every snapshot were left over by a purge.
    if !has_older {
        return Ok(None);
    }
    let Some(log) = last_at_or_before(logs, after) else {
        return Ok(logs.first().filter(|_| is_snapshot).map(Place::front));
    };
    let scan = scan(disk, log, after)?;
    Ok((scan.found || is_snapshot).then_some(Place {
        file: log.first,
        offset: scan.end,
    }))
}

fn holds(disk: &dyn Disk, logs: &[LogFile], zxid: Zxid) -> Result<bool, DiskError> {
    match last_at_or_before(logs, zxid) {
        Some(log) => Ok(scan(disk, log, zxid)?.found),
        None => Ok(false),
    }
}

fn last_at_or_before(logs: &[LogFile], zxid: Zxid) -> Option<&LogFile> {
    logs[..logs.partition_point(|log| log.first <= zxid)].last()
}
