//! A transaction log's records (`FileTxnLog`, `Util.writeTxnBytes`).
//!
//! ```text
//!   header | { i64 adler32(txn) | i32 length | txn | 'B' }* | zeros
//! ```
//!
//! The file is grown ahead of what is written, so that zeros follow the last record and a
//! length of zero means the end. [`LogReader`] says where it stopped and why; whether that is
//! the harmless end of a write that a crash tore or the loss of acknowledged transactions,
//! only the reader of the whole directory can tell, with [`find_record`].

mod search;

use std::io::{self, Read};

use bytes::{BufMut, Bytes, BytesMut};

pub use self::search::{end_mark, find_record, is_whole_but_for_its_length};
use super::header::{FileType, HEADER_LEN, HeaderError};
use crate::ids::Zxid;

/// Checksum and length before a transaction.
const FRONT_LEN: usize = 12;
/// The byte after each transaction, written last.
const END_MARK: u8 = b'B';
/// Where a transaction's bytes hold its zxid, after session and cxid.
const ZXID_AT: usize = 12;
/// Bytes of a transaction's header, and so of the shortest transaction.
const TXN_HEADER_LEN: usize = 32;
/// The longest transaction that is believed. Apache takes twice `jute.maxbuffer`, 2 MiB
/// unless configured; nobody configures more than this.
pub const MAX_TXN_LEN: usize = 256 << 20;

/// Appends one record: checksum, length, the transaction, the end mark.
pub fn put_record(out: &mut BytesMut, txn: &[u8]) {
    out.reserve(FRONT_LEN + txn.len() + 1);
    out.put_i64(i64::from(adler2::adler32_slice(txn)));
    out.put_i32(txn.len() as i32);
    out.put_slice(txn);
    out.put_u8(END_MARK);
}

/// How many bytes of the file the record of a transaction of this length takes.
#[must_use]
pub fn record_len(txn_len: usize) -> usize {
    FRONT_LEN + txn_len + 1
}

/// The zxid within a transaction's bytes, `None` where they are too short for a header.
#[must_use]
pub fn zxid_of(txn: &[u8]) -> Option<Zxid> {
    if txn.len() < TXN_HEADER_LEN {
        return None;
    }
    let bytes = txn.get(ZXID_AT..ZXID_AT + 8)?;
    Some(Zxid(i64::from_be_bytes(bytes.try_into().ok()?)))
}

/// One step of reading a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LogStep {
    /// A whole record with the right checksum.
    Record(LogRecord),
    /// Nothing more can be read.
    End(LogEnd),
}

/// A record of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRecord {
    /// Where in the file it begins.
    pub offset: u64,
    /// Header, body and digest, not yet decoded.
    pub txn: Bytes,
}

/// Where reading stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogEnd {
    /// Where the next record would have begun.
    pub offset: u64,
    /// What stands there.
    pub found: Found,
}

/// What stands where a record should begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Found {
    /// The end of the file.
    #[error("the file ends")]
    EndOfFile,
    /// Checksum and length are zero: space not written yet.
    #[error("no record is written")]
    Padding,
    /// The file ends within the record.
    #[error("the file ends within a record")]
    CutShort,
    /// A length of zero with a checksum, a negative one, or one above [`MAX_TXN_LEN`].
    #[error("a record of {0} bytes is impossible")]
    BadLength(i32),
    /// The byte behind the transaction is not the end mark.
    #[error("the record has no end mark")]
    NoEndMark,
    /// The checksum is not that of the transaction.
    #[error("the record's checksum is {stored:#x}, its bytes sum up to {computed:#x}")]
    BadChecksum {
        /// As the file has it.
        stored: i64,
        /// As it should be.
        computed: i64,
    },
}

impl Found {
    /// Whether a record begins here that is not whole or not right.
    #[must_use]
    pub fn is_damage(self) -> bool {
        !matches!(self, Self::EndOfFile | Self::Padding)
    }
}

/// Reads a log's records in order. Give it a buffered input.
#[derive(Debug)]
pub struct LogReader<R> {
    input: R,
    offset: u64,
}

impl<R: Read> LogReader<R> {
    /// Reads the file's header.
    ///
    /// # Errors
    /// [`HeaderError`] where it is not a log's.
    pub fn new(mut input: R) -> Result<Self, HeaderError> {
        FileType::Log.read(&mut input)?;
        Ok(Self {
            input,
            offset: HEADER_LEN as u64,
        })
    }

    /// The next record, or why there is none. After an end it must not be called again: what
    /// follows is not aligned to records.
    ///
    /// # Errors
    /// Those of the input.
    pub fn step(&mut self) -> io::Result<LogStep> {
        let mut front = [0; FRONT_LEN];
        let filled = self.fill(&mut front)?;
        if filled == 0 {
            return Ok(self.end(Found::EndOfFile));
        }
        if filled < FRONT_LEN {
            let padding = front.iter().all(|byte| *byte == 0);
            return Ok(self.end(if padding {
                Found::Padding
            } else {
                Found::CutShort
            }));
        }
        let (stored, length) = split_front(front);
        if stored == 0 && length == 0 {
            return Ok(self.end(Found::Padding));
        }
        let Some(txn_len) = believable(length) else {
            return Ok(self.end(Found::BadLength(length)));
        };
        let mut txn = self.read_up_to(txn_len + 1)?;
        if txn.len() <= txn_len {
            return Ok(self.end(Found::CutShort));
        }
        if txn.pop() != Some(END_MARK) {
            return Ok(self.end(Found::NoEndMark));
        }
        let computed = i64::from(adler2::adler32_slice(&txn));
        if stored != computed {
            return Ok(self.end(Found::BadChecksum { stored, computed }));
        }
        let offset = self.offset;
        self.offset += record_len(txn_len) as u64;
        Ok(LogStep::Record(LogRecord {
            offset,
            txn: Bytes::from(txn),
        }))
    }

    /// Fills what it can of `target`: all of it but at the end of the input.
    fn fill(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let mut filled = 0;
        while filled < target.len() {
            match self.input.read(&mut target[filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(filled)
    }

    /// At most `count` bytes, fewer only at the end of the input. What is reserved grows with
    /// what is really read, whatever length a damaged record claims.
    fn read_up_to(&mut self, count: usize) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::with_capacity(count.min(64 << 10));
        self.input
            .by_ref()
            .take(count as u64)
            .read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn end(&self, found: Found) -> LogStep {
        LogStep::End(LogEnd {
            offset: self.offset,
            found,
        })
    }
}

fn split_front(front: [u8; FRONT_LEN]) -> (i64, i32) {
    let [a, b, c, d, e, f, g, h, l0, l1, l2, l3] = front;
    (
        i64::from_be_bytes([a, b, c, d, e, f, g, h]),
        i32::from_be_bytes([l0, l1, l2, l3]),
    )
}

fn believable(length: i32) -> Option<usize> {
    usize::try_from(length)
        .ok()
        .filter(|length| (1..=MAX_TXN_LEN).contains(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn txn(zxid: i64, body: &[u8]) -> Vec<u8> {
        let mut bytes = vec![0; ZXID_AT];
        bytes.extend(zxid.to_be_bytes());
        bytes.extend([0; 12]);
        bytes.extend(body);
        bytes
    }

    fn log(txns: &[Vec<u8>]) -> BytesMut {
        let mut out = BytesMut::from(FileType::Log.header().as_slice());
        for txn in txns {
            put_record(&mut out, txn);
        }
        out
    }

    fn read(bytes: &[u8]) -> (Vec<Bytes>, LogEnd) {
        let mut reader = LogReader::new(bytes).unwrap();
        let mut txns = Vec::new();
        loop {
            match reader.step().unwrap() {
                LogStep::Record(record) => txns.push(record.txn),
                LogStep::End(end) => return (txns, end),
            }
        }
    }

    #[test]
    fn records_read_back() {
        let txns = [txn(1, b"one"), txn(2, b""), txn(3, &[b'B'; 1000])];
        let bytes = log(&txns);
        let (read_back, end) = read(&bytes);
        assert_eq!(read_back, txns);
        assert_eq!(
            (end.offset, end.found),
            (bytes.len() as u64, Found::EndOfFile)
        );
    }

    #[test]
    fn padding_is_the_end() {
        let mut bytes = log(&[txn(1, b"one")]);
        let offset = bytes.len() as u64;
        for _ in 0..30 {
            bytes.put_u8(0);
            let (txns, end) = read(&bytes);
            assert_eq!((txns.len(), end.offset), (1, offset));
            assert_eq!(end.found, Found::Padding);
        }
    }

    #[test]
    fn a_tail_torn_at_any_byte_ends_the_log_before_its_record() {
        let whole = log(&[txn(1, b"one"), txn(2, b"two")]);
        let second = HEADER_LEN + record_len(txn(1, b"one").len());
        for cut in second + 1..whole.len() {
            let (txns, end) = read(&whole[..cut]);
            assert_eq!((txns.len(), end.offset), (1, second as u64), "cut at {cut}");
            // Checksum and length begin with zeros, which alone are padding.
            assert!(end.found.is_damage() || cut <= second + 4, "cut at {cut}");
            let mut padded = whole[..cut].to_vec();
            padded.resize(whole.len() + 100, 0);
            let (txns, end) = read(&padded);
            assert_eq!((txns.len(), end.offset), (1, second as u64), "cut at {cut}");
        }
    }

    #[test]
    fn a_flipped_bit_anywhere_hides_its_record() {
        let whole = log(&[txn(1, b"one")]);
        for at in HEADER_LEN..whole.len() {
            for bit in 0..8 {
                let mut bytes = whole.clone();
                bytes[at] ^= 1 << bit;
                let (txns, end) = read(&bytes);
                assert!(txns.is_empty(), "byte {at} bit {bit}");
                assert!(end.found.is_damage(), "byte {at} bit {bit}");
            }
        }
    }

    #[test]
    fn a_claimed_length_reserves_nothing() {
        let mut bytes = log(&[]);
        bytes.put_i64(1);
        bytes.put_i32(MAX_TXN_LEN as i32);
        assert_eq!(read(&bytes).1.found, Found::CutShort);
        let mut bytes = log(&[]);
        bytes.put_i64(1);
        bytes.put_i32(-1);
        assert_eq!(read(&bytes).1.found, Found::BadLength(-1));
    }
}
