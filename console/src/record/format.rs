//! A segment's bytes.
//!
//! ```text
//!   segment = MAGIC, u32 length, header (an Origin as JSON), chunk*
//!   chunk   = u32 length of body, u32 CRC-32 of what follows, u64 first ms, u64 last ms, body
//!   body    = deflated lines, a Moment as JSON each
//! ```
//!
//! Numbers are little-endian, times on the run's monotonic clock. A chunk is whole or is not
//! there: whatever a crash or a full disk left behind the last whole one is the torn tail.

use std::io::{self, BufRead as _, BufReader, Read, Write};

use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};

use super::{
    origin::{FORMAT, Origin},
    seen::Moment,
};

/// The first bytes of every segment.
const MAGIC: &[u8; 6] = b"ZWREC\n";
/// A header is a few kilobytes.
const MAX_HEADER_BYTES: u32 = 1 << 20;
/// A chunk as it stands in the file.
pub(super) const MAX_BODY_BYTES: u32 = 16 << 20;
/// The same unpacked: what deflates better than 1:16 is not ours.
const MAX_LINES_BYTES: u64 = 64 << 20;
/// One moment: a listing of some hundred thousand connections.
pub(super) const MAX_LINE_BYTES: usize = 8 << 20;
/// A chunk's head: length, sum, first, last.
pub(super) const HEAD_BYTES: u64 = 24;

/// A chunk's head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) body_bytes: u32,
    sum: u32,
    pub(super) first_ms: u64,
    pub(super) last_ms: u64,
}

/// Writes a segment's beginning; tells its length, bytes.
pub(super) fn write_origin(out: &mut impl Write, origin: &Origin) -> io::Result<u64> {
    let header = serde_json::to_vec(origin)?;
    let length = u32::try_from(header.len()).ok();
    let length = length.filter(|length| *length <= MAX_HEADER_BYTES);
    let length = length.ok_or_else(|| io::Error::other("the cluster's description is too long"))?;
    out.write_all(MAGIC)?;
    out.write_all(&length.to_le_bytes())?;
    out.write_all(&header)?;
    Ok(MAGIC.len() as u64 + 4 + u64::from(length))
}

/// Reads a segment's beginning; tells its length too.
pub(super) fn read_origin(input: &mut impl Read) -> io::Result<(Origin, u64)> {
    let mut magic = [0; MAGIC.len()];
    input
        .read_exact(&mut magic)
        .map_err(|_| io::Error::other("no recording of zoowarden's"))?;
    if magic != *MAGIC {
        return Err(io::Error::other("no recording of zoowarden's"));
    }
    let length = u32_of(input)?;
    if length > MAX_HEADER_BYTES {
        return Err(io::Error::other("its header is too long"));
    }
    let mut header = vec![0; length as usize];
    input.read_exact(&mut header)?;
    let origin: Origin = serde_json::from_slice(&header)?;
    if origin.format > FORMAT {
        let version = crate::text::clean(&origin.version);
        let message = format!("written by a newer zoowarden ({version}), in another format");
        return Err(io::Error::other(message));
    }
    Ok((origin, MAGIC.len() as u64 + 4 + u64::from(length)))
}

/// Lines as a chunk.
pub(super) fn chunk(lines: &[u8], first_ms: u64, last_ms: u64) -> io::Result<Vec<u8>> {
    let mut encoder = DeflateEncoder::new(vec![0; HEAD_BYTES as usize], Compression::fast());
    encoder.write_all(lines)?;
    let mut bytes = encoder.finish()?;
    let body = u32::try_from(bytes.len() - HEAD_BYTES as usize).unwrap_or(u32::MAX);
    if body > MAX_BODY_BYTES {
        return Err(io::Error::other("too much at once"));
    }
    bytes[..4].copy_from_slice(&body.to_le_bytes());
    bytes[8..16].copy_from_slice(&first_ms.to_le_bytes());
    bytes[16..24].copy_from_slice(&last_ms.to_le_bytes());
    let sum = crc32fast::hash(&bytes[8..]);
    bytes[4..8].copy_from_slice(&sum.to_le_bytes());
    Ok(bytes)
}

/// A chunk's head; `None` at the end or in a torn tail.
pub(super) fn read_head(input: &mut impl Read) -> Option<Head> {
    let head = Head {
        body_bytes: u32_of(input).ok()?,
        sum: u32_of(input).ok()?,
        first_ms: u64_of(input).ok()?,
        last_ms: u64_of(input).ok()?,
    };
    (head.body_bytes <= MAX_BODY_BYTES && head.first_ms <= head.last_ms).then_some(head)
}

/// The moments of a chunk whose head was just read. Lines that are not understood are passed
/// over: a newer console has written them.
pub(super) fn read_body(input: &mut impl Read, head: &Head) -> io::Result<Vec<Moment>> {
    let mut body = vec![0; head.body_bytes as usize];
    input.read_exact(&mut body)?;
    let mut sum = crc32fast::Hasher::new();
    sum.update(&head.first_ms.to_le_bytes());
    sum.update(&head.last_ms.to_le_bytes());
    sum.update(&body);
    if sum.finalize() != head.sum {
        return Err(io::Error::other("a part of it is damaged"));
    }
    let mut lines = BufReader::new(DeflateDecoder::new(body.as_slice()).take(MAX_LINES_BYTES));
    let mut moments = Vec::new();
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 {
        if let Ok(moment) = serde_json::from_slice(&line) {
            moments.push(moment);
        }
        line.clear();
    }
    Ok(moments)
}

fn u32_of(input: &mut impl Read) -> io::Result<u32> {
    let mut bytes = [0; 4];
    input.read_exact(&mut bytes)?;
    Ok(u32::from_le_bytes(bytes))
}

fn u64_of(input: &mut impl Read) -> io::Result<u64> {
    let mut bytes = [0; 8];
    input.read_exact(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}
