//! Where in a log file a transaction stands.

use std::io::{BufReader, Cursor, Read, SeekFrom};

use bytes::Bytes;
use zoowarden_shared::{
    Zxid,
    file::{
        header::{FileType, HEADER_LEN, HeaderError},
        log::{Found, LogReader, LogRecord, LogStep, record_len, zxid_of},
    },
};

use super::{
    device::Disk,
    error::{Context, DiskError},
    layout::LogFile,
};

const BUFFER_LEN: usize = 64 << 10;

/// What a file holds, seen from one transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Scan {
    /// Whether the transaction is in it.
    pub(super) found: bool,
    /// Where the records up to and including it end.
    pub(super) end: u64,
    /// Whether all of the file was read up to where nothing was written yet, without a later
    /// transaction.
    pub(super) ends_there: bool,
}

impl Scan {
    /// Whether no record stands before [`Self::end`].
    pub(super) fn is_empty(&self) -> bool {
        self.end <= HEADER_LEN as u64
    }
}

/// Looks for a transaction in a file.
pub(super) fn scan(disk: &dyn Disk, log: &LogFile, zxid: Zxid) -> Result<Scan, DiskError> {
    let mut scan = Scan {
        found: false,
        end: HEADER_LEN as u64,
        ends_there: false,
    };
    let Some(mut records) = Records::open(disk, log, HEADER_LEN as u64)? else {
        return Ok(scan);
    };
    loop {
        match records.step()? {
            Step::Txn(found, _) if found > zxid => return Ok(scan),
            Step::Txn(found, _) => {
                scan.found = found == zxid;
                scan.end = records.offset;
            }
            Step::End(found) => {
                scan.ends_there = !found.is_damage();
                return Ok(scan);
            }
        }
    }
}

/// One step through a file.
pub(super) enum Step {
    Txn(Zxid, Bytes),
    End(Found),
}

/// The records of a file from one of them on.
pub(super) struct Records<'a> {
    reader: LogReader<Box<dyn Read + Send>>,
    log: &'a LogFile,
    /// How far the reader's own offsets, which count from a header, are off.
    skipped: u64,
    /// Where the last record read ends.
    pub(super) offset: u64,
}

impl<'a> Records<'a> {
    /// Reads a file from this offset on, where a record begins; `None` where the file has no
    /// header, as one that is being made.
    pub(super) fn open(
        disk: &dyn Disk,
        log: &'a LogFile,
        offset: u64,
    ) -> Result<Option<Self>, DiskError> {
        let path = &log.path;
        let mut file = disk.read(path).context("open", path)?;
        let skipped = offset - HEADER_LEN as u64;
        let input: Box<dyn Read + Send> = if skipped == 0 {
            Box::new(BufReader::with_capacity(BUFFER_LEN, file))
        } else {
            // Whoever knows the offset has read the header before.
            file.seek(SeekFrom::Start(offset)).context("read", path)?;
            let header = Cursor::new(FileType::Log.header());
            Box::new(header.chain(BufReader::with_capacity(BUFFER_LEN, file)))
        };
        match LogReader::new(input) {
            Ok(reader) => Ok(Some(Self {
                reader,
                log,
                skipped,
                offset,
            })),
            Err(HeaderError::Io(source)) => Err(source).context("read", path),
            Err(_) => Ok(None),
        }
    }

    /// The next transaction, or what stands there instead. A record too short to be one reads
    /// as damage.
    pub(super) fn step(&mut self) -> Result<Step, DiskError> {
        match self.reader.step().context("read", &self.log.path)? {
            LogStep::Record(LogRecord { offset, txn }) => match zxid_of(&txn) {
                Some(zxid) => {
                    self.offset = self.skipped + offset + record_len(txn.len()) as u64;
                    Ok(Step::Txn(zxid, txn))
                }
                None => Ok(Step::End(Found::CutShort)),
            },
            LogStep::End(end) => Ok(Step::End(end.found)),
        }
    }
}
