//! The sixteen bytes at the front of logs and snapshots (`FileHeader`).

use std::io::{self, Read};

/// Bytes of a header: magic, version, database id.
pub const HEADER_LEN: usize = 16;
/// The only version there has been.
pub const VERSION: i32 = 2;

/// What kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileType {
    /// A transaction log.
    Log,
    /// A snapshot.
    Snapshot,
}

impl FileType {
    /// The four bytes that a file of this type begins with.
    #[must_use]
    pub fn magic(self) -> [u8; 4] {
        match self {
            Self::Log => *b"ZKLG",
            Self::Snapshot => *b"ZKSN",
        }
    }

    /// The database id that Apache writes; nobody reads it.
    #[must_use]
    pub fn dbid(self) -> i64 {
        match self {
            Self::Log => 0,
            Self::Snapshot => -1,
        }
    }

    /// The whole header.
    #[must_use]
    pub fn header(self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        bytes[..4].copy_from_slice(&self.magic());
        bytes[4..8].copy_from_slice(&VERSION.to_be_bytes());
        bytes[8..].copy_from_slice(&self.dbid().to_be_bytes());
        bytes
    }

    /// That these sixteen bytes begin a file of this type. The database id is free.
    ///
    /// # Errors
    /// [`HeaderError`] for another magic number or version.
    pub fn check(self, header: &[u8; HEADER_LEN]) -> Result<(), HeaderError> {
        let magic = [header[0], header[1], header[2], header[3]];
        if magic != self.magic() {
            return Err(HeaderError::Magic {
                expected: self.magic(),
                found: magic,
            });
        }
        let version = i32::from_be_bytes([header[4], header[5], header[6], header[7]]);
        if version != VERSION {
            return Err(HeaderError::Version(version));
        }
        Ok(())
    }

    /// Reads and checks a header.
    ///
    /// # Errors
    /// [`HeaderError`] where the file cannot be read, is shorter, or begins otherwise.
    pub fn read(self, input: &mut impl Read) -> Result<(), HeaderError> {
        let mut header = [0; HEADER_LEN];
        let mut filled = 0;
        while filled < HEADER_LEN {
            match input.read(&mut header[filled..]) {
                Ok(0) => return Err(HeaderError::TooShort(filled)),
                Ok(count) => filled += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
        self.check(&header)
    }
}

/// Why a file's front is not the header that was expected.
#[derive(Debug, thiserror::Error)]
pub enum HeaderError {
    /// It could not be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Fewer than sixteen bytes are there.
    #[error("the file has {0} bytes, its header alone takes {HEADER_LEN}")]
    TooShort(usize),
    /// Another kind of file, or none of ZooKeeper's.
    #[error(
        "the file begins with \"{}\" instead of \"{}\"",
        found.escape_ascii(), expected.escape_ascii()
    )]
    Magic {
        /// The magic number of the expected type.
        expected: [u8; 4],
        /// The file's first four bytes.
        found: [u8; 4],
    },
    /// A version that did not exist when this was written.
    #[error("the file's format version is {0}, only {VERSION} is known")]
    Version(i32),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_reads_back() {
        for kind in [FileType::Log, FileType::Snapshot] {
            assert!(kind.read(&mut kind.header().as_slice()).is_ok());
        }
    }

    #[test]
    fn other_headers_are_named() {
        let snapshot = FileType::Snapshot.header();
        let error = FileType::Log.read(&mut snapshot.as_slice()).unwrap_err();
        assert!(error.to_string().contains("ZKSN"), "{error}");
        let error = FileType::Log.read(&mut &snapshot[..7]).unwrap_err();
        assert!(matches!(error, HeaderError::TooShort(7)), "{error}");
        let mut newer = FileType::Log.header();
        newer[7] = 3;
        let error = FileType::Log.read(&mut newer.as_slice()).unwrap_err();
        assert!(matches!(error, HeaderError::Version(3)), "{error}");
    }
}
