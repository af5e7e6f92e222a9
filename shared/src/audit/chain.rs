//! Lines and their hashes: a record and the line before it make the next line.
//!
//! A line is `{"sequence":N,...,"previous":"HASH","hash":"HASH"}`, without spaces. Its hash is
//! SHA-256 over the 64 digits of `previous` and the line without `,"hash":"..."`, as it is
//! written: no other JSON writer has to agree on an order or on how a number looks.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::record::Record;

/// Bytes that a line may have, its newline not counted. The longest record stays below it.
pub const MAX_LINE_BYTES: usize = 256 * 1024;

const HASH_BYTES: usize = 32;
const BEFORE_HASH: &str = ",\"hash\":\"";
const AFTER_HASH: &str = "\"}";

/// A SHA-256 value; 64 hexadecimal digits as text.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Hash([u8; HASH_BYTES]);

/// What was given as a hash is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a hash has 64 hexadecimal digits")]
pub struct NotAHash;

impl Hash {
    /// What the first line of a log names as the one before it.
    pub const NONE: Self = Self([0; HASH_BYTES]);
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::str::FromStr for Hash {
    type Err = NotAHash;

    fn from_str(text: &str) -> Result<Self, NotAHash> {
        let is_hash =
            text.len() == 2 * HASH_BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_hash {
            return Err(NotAHash);
        }
        let mut bytes = [0; HASH_BYTES];
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let digits = std::str::from_utf8(digits).map_err(|_| NotAHash)?;
            *byte = u8::from_str_radix(digits, 16).map_err(|_| NotAHash)?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Hash {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Where a log ends: the next line goes on from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// The last line's number; 0 before the first.
    pub sequence: u64,
    /// The last line's hash.
    pub hash: Hash,
}

/// A line read back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number, counted from 1 over all files of a log.
    pub sequence: u64,
    /// What it says.
    #[serde(flatten)]
    pub record: Record,
    /// The hash of the line before it.
    pub previous: Hash,
    /// Its own.
    pub hash: Hash,
}

/// A line that is not one of an audit log.
#[derive(Debug, thiserror::Error)]
#[error("no line of an audit log: {0}")]
pub struct Unreadable(#[from] serde_json::Error);

/// A line as it is written, but for its hash.
#[derive(Serialize)]
struct Unsigned<'a> {
    sequence: u64,
    #[serde(flatten)]
    record: &'a Record,
    previous: Hash,
}

impl Head {
    /// Before the first line of a log.
    pub const START: Self = Self {
        sequence: 0,
        hash: Hash::NONE,
    };

    /// The line that says this after the one before it, with its newline, and where the log ends
    /// then.
    ///
    /// # Errors
    ///
    /// A time before the year -9999 or after 9999: it cannot be written.
    pub fn line(self, record: &Record) -> Result<(String, Self), serde_json::Error> {
        let sequence = self.sequence + 1;
        let unsigned = serde_json::to_string(&Unsigned {
            sequence,
            record: &record.fit(),
            previous: self.hash,
        })?;
        let hash = hash_of(&self.hash, unsigned.as_bytes());
        let open = unsigned.strip_suffix('}').unwrap_or(&unsigned);
        let line = format!("{open}{BEFORE_HASH}{hash}{AFTER_HASH}\n");
        Ok((line, Self { sequence, hash }))
    }
}

impl Entry {
    /// Reads a line, without its newline. Its hash is not looked at: that is
    /// [`verify`](super::verify())'s affair.
    ///
    /// # Errors
    ///
    /// It is no such line.
    pub fn read(line: &[u8]) -> Result<Self, Unreadable> {
        Ok(serde_json::from_slice(line)?)
    }
}

/// The hash that a line carries, and the one that its bytes have after this one; nothing where
/// it does not end as a line does.
pub(super) fn hashes(previous: &Hash, line: &[u8]) -> Option<(Hash, Hash)> {
    let open = line.strip_suffix(AFTER_HASH.as_bytes())?;
    let (open, digits) = open.split_at_checked(open.len().checked_sub(2 * HASH_BYTES)?)?;
    let mut unsigned = open.strip_suffix(BEFORE_HASH.as_bytes())?.to_vec();
    unsigned.push(b'}');
    let carried = std::str::from_utf8(digits).ok()?.parse().ok()?;
    Some((carried, hash_of(previous, &unsigned)))
}

fn hash_of(previous: &Hash, unsigned: &[u8]) -> Hash {
    let mut digest = Sha256::new();
    digest.update(previous.to_string());
    digest.update(unsigned);
    Hash(digest.finalize().into())
}
