//! Replays logs: in order, without a hole, to the last record that is whole.

use std::{
    io::{BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
};

use zoowarden_shared::{
    Zxid,
    file::{
        header::{HEADER_LEN, HeaderError},
        log::{Found, LogEnd, LogReader, LogRecord, LogStep, zxid_of},
    },
    jute::Jute,
    txn::TxnRecord,
};

use super::{
    damage::{LOOK_AT, Verdict, judge},
    device::Disk,
    error::{Context, DiskError},
    layout::LogFile,
    recovery::Visitor,
    recovery_error::RecoveryError,
    txn_log::{MAX_COMMIT_BYTES, follows},
};

/// Space not written yet, to compare with.
static BLANK: [u8; 64 << 10] = [0; 64 << 10];

/// Where a replay begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// Behind the snapshot of this name.
    Snapshot(Zxid),
    /// With whatever the oldest log begins with, trusted to be the first.
    Nothing,
}

/// What a replay came to.
#[derive(Debug)]
pub(super) struct Replayed {
    pub(super) last: Zxid,
    pub(super) count: u64,
    /// What is to be done to the files before anything is appended.
    pub(super) repairs: Vec<Repair>,
    /// What may not be durable although it was read.
    pub(super) tail: Option<Tail>,
}

/// The last commit of the last file: whoever wrote it may have been killed before its sync.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tail {
    path: PathBuf,
    offset: u64,
    end: u64,
}

impl Tail {
    /// What the last commit can have written to a file whose last record is here and whose
    /// records end there: its header too, where that commit was the first.
    fn new(path: &Path, last_record: u64, end: u64) -> Self {
        let reach = end.saturating_sub(MAX_COMMIT_BYTES as u64);
        let offset = last_record.min(reach);
        Self {
            path: path.to_owned(),
            offset: if offset <= HEADER_LEN as u64 {
                0
            } else {
                offset
            },
            end,
        }
    }

    /// Makes it durable: what is appended to the next file must not outlive it.
    pub(super) fn settle(&self, disk: &dyn Disk) -> Result<(), DiskError> {
        let path = &self.path;
        let mut file = disk.read(path).context("open", path)?;
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(self.offset))
            .and_then(|_| file.take(self.end - self.offset).read_to_end(&mut bytes))
            .context("read", path)?;
        disk.rewrite(path, self.offset, &bytes)
            .context("rewrite", path)
    }
}

/// A torn write to be taken away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Repair {
    /// Nothing is good behind this length.
    Cut { path: PathBuf, len: u64 },
    /// No transaction is in it, perhaps not even a header, on which Apache 3.8 would not
    /// start.
    Remove { path: PathBuf },
}

impl Repair {
    /// Does it, durably.
    pub(super) fn perform(&self, disk: &dyn Disk, dir: &Path) -> Result<(), DiskError> {
        match self {
            Self::Cut { path, len } => {
                tracing::warn!(file = %path.display(), len, "cutting a torn write");
                disk.truncate(path, *len).context("truncate", path)
            }
            Self::Remove { path } => {
                tracing::warn!(file = %path.display(), "removing an empty log");
                disk.remove(path).context("remove", path)?;
                disk.sync_dir(dir).context("sync", dir)
            }
        }
    }
}

/// Gives every transaction behind `from` to the visitor.
///
/// # Errors
/// [`RecoveryError`] for damage that is not the torn end of the logs, and for holes.
pub(super) fn replay(
    disk: &dyn Disk,
    logs: &[LogFile],
    from: From,
    visitor: &mut dyn Visitor,
) -> Result<Replayed, RecoveryError> {
    let mut replay = Replay {
        disk,
        visitor,
        last: match from {
            From::Snapshot(zxid) => Some(zxid),
            From::Nothing => None,
        },
        count: 0,
        stops: Vec::new(),
        repairs: Vec::new(),
        tail: None,
    };
    let begin = match from {
        From::Snapshot(zxid) => logs
            .partition_point(|log| log.first <= zxid.next())
            .saturating_sub(1),
        From::Nothing => 0,
    };
    for log in &logs[begin..] {
        replay.file(log)?;
    }
    replay.pass_stops(None)?;
    Ok(Replayed {
        last: replay.last.unwrap_or_default(),
        count: replay.count,
        repairs: replay.repairs,
        tail: replay.tail,
    })
}

struct Replay<'a> {
    disk: &'a dyn Disk,
    visitor: &'a mut dyn Visitor,
    /// The last transaction that the visitor has; `None` before the first on trust.
    last: Option<Zxid>,
    count: u64,
    /// Where files ended, behind the last transaction replayed.
    stops: Vec<Stop>,
    repairs: Vec<Repair>,
    tail: Option<Tail>,
}

/// The end of a file's records, or what stands there instead of one.
struct Stop {
    path: PathBuf,
    offset: u64,
    found: Found,
    /// Which transaction would stand there if nothing is missing before it.
    expected: Zxid,
}

impl Replay<'_> {
    fn file(&mut self, log: &LogFile) -> Result<(), RecoveryError> {
        let path = &log.path;
        let file = self.disk.read(path).context("open", path)?;
        let mut expected = log.first;
        let mut reader = match LogReader::new(BufReader::with_capacity(64 << 10, file)) {
            Ok(reader) => reader,
            Err(HeaderError::Io(source)) => {
                return Err(source).context("read", path).map_err(Into::into);
            }
            Err(error) => return self.header_is_bad(log, &error),
        };
        let mut last_record = None;
        loop {
            match reader.step().context("read", path)? {
                LogStep::Record(record) => {
                    last_record = Some(record.offset);
                    expected = self.record(path, record)?.next();
                }
                LogStep::End(LogEnd { offset, found }) => {
                    if let Some(last_record) = last_record {
                        self.tail = Some(Tail::new(path, last_record, offset));
                    }
                    self.stops.push(Stop {
                        path: path.clone(),
                        offset,
                        found,
                        expected,
                    });
                    return Ok(());
                }
            }
        }
    }

    /// Takes a record, and returns its transaction's zxid.
    fn record(&mut self, path: &Path, record: LogRecord) -> Result<Zxid, RecoveryError> {
        let LogRecord { offset, txn } = record;
        let corrupt = |what: &str| RecoveryError::CorruptLog {
            path: path.to_owned(),
            offset,
            what: what.to_owned(),
        };
        let zxid = zxid_of(&txn).ok_or_else(|| corrupt("a record without a whole header"))?;
        if let Some(last) = self.last {
            // Only the first file has such, from before its snapshot; a later one that had
            // would tell another history.
            if zxid <= last && self.count == 0 {
                return Ok(zxid);
            }
            self.pass_stops(Some(zxid))?;
            if !follows(last, zxid) {
                return Err(RecoveryError::Gap {
                    path: path.to_owned(),
                    offset,
                    found: zxid,
                    last,
                });
            }
        }
        let bad = |why: String| RecoveryError::BadTxn {
            path: path.to_owned(),
            offset,
            zxid,
            why,
        };
        let txn = TxnRecord::from_bytes(txn).map_err(|error| bad(error.to_string()))?;
        self.visitor.txn(txn).map_err(bad)?;
        self.last = Some(zxid);
        self.count += 1;
        Ok(zxid)
    }

    /// A file whose header is not a log's: one that was being made, if nothing is in it.
    fn header_is_bad(&mut self, log: &LogFile, error: &HeaderError) -> Result<(), RecoveryError> {
        let tail = self.tail(&log.path, 0)?;
        let last = self.last.unwrap_or_default();
        let verdict = judge(&tail, 0, Found::Padding, last, false);
        if matches!(verdict, Verdict::Corrupt(_)) || !is_unwritten_header(&tail) {
            return Err(RecoveryError::CorruptLog {
                path: log.path.clone(),
                offset: 0,
                what: error.to_string(),
            });
        }
        self.stops.push(Stop {
            path: log.path.clone(),
            offset: 0,
            found: Found::Padding,
            expected: log.first,
        });
        Ok(())
    }

    /// Judges where files ended, now that it is known what follows: transaction `next`, or
    /// nothing.
    fn pass_stops(&mut self, next: Option<Zxid>) -> Result<(), RecoveryError> {
        let last = self.last.unwrap_or_default();
        for stop in std::mem::take(&mut self.stops) {
            if next.is_some_and(|next| next == last.next()) {
                // Nothing is missing: what stands there was given up and written again.
                continue;
            }
            let tail = self.tail(&stop.path, stop.offset)?;
            let covered = stop.expected <= last;
            match judge(&tail, stop.offset, stop.found, last, covered) {
                Verdict::Covered => {}
                Verdict::Corrupt(what) => {
                    return Err(RecoveryError::CorruptLog {
                        path: stop.path,
                        offset: stop.offset,
                        what,
                    });
                }
                // By its name it would be taken for the place of transactions that a file
                // before it may get.
                Verdict::Unwritten | Verdict::Torn if stop.offset <= HEADER_LEN as u64 => {
                    self.repairs.push(Repair::Remove { path: stop.path });
                }
                Verdict::Unwritten => {}
                Verdict::Torn => self.repairs.push(Repair::Cut {
                    path: stop.path,
                    len: stop.offset,
                }),
            }
        }
        Ok(())
    }

    /// What a file holds from this offset on, but for zeros at its end.
    fn tail(&self, path: &Path, offset: u64) -> Result<Vec<u8>, DiskError> {
        let mut file = self.disk.read(path).context("open", path)?;
        file.seek(SeekFrom::Start(offset)).context("read", path)?;
        let mut file = file.take(LOOK_AT);
        let mut tail = Vec::new();
        let mut zeros = 0;
        let mut chunk = vec![0; BLANK.len()];
        loop {
            let count = file.read(&mut chunk).context("read", path)?;
            if count == 0 {
                return Ok(tail);
            }
            // Mostly all of it is space not written yet.
            if chunk[..count] == BLANK[..count] {
                zeros += count;
            } else {
                tail.resize(tail.len() + zeros, 0);
                zeros = 0;
                tail.extend_from_slice(&chunk[..count]);
            }
        }
    }
}

/// Whether a file's front is a part of a header and otherwise zeros.
fn is_unwritten_header(file: &[u8]) -> bool {
    let header = zoowarden_shared::file::header::FileType::Log.header();
    let front = &file[..file.len().min(HEADER_LEN)];
    front
        .iter()
        .zip(&header)
        .all(|(byte, wanted)| byte == wanted || *byte == 0)
}
