//! Seals: a running checksum over all that was written, and the mark of a finished file
//! (`SnapStream.sealStream`).

use adler2::Adler32;
use bytes::{BufMut, Bytes, BytesMut};

use super::item::ZxidDigest;
use crate::{
    file::header::{FileType, HEADER_LEN},
    jute::put_bytes,
};

/// Bytes of a seal: checksum and "/".
pub(super) const SEAL_LEN: usize = 13;
/// The last bytes of every finished snapshot, by which Apache tells those from abandoned ones
/// (`SnapStream.isValidCheckedStream`).
pub const TAIL: [u8; 5] = [0, 0, 0, 1, b'/'];

/// Whether a file that ends in these bytes was finished. It may still be damaged.
#[must_use]
pub fn ends_sealed(last_bytes: &[u8]) -> bool {
    last_bytes.ends_with(&TAIL)
}

/// Sums up a snapshot while it is written, and writes what its body does not hold.
#[derive(Debug)]
pub struct SnapshotSum(Adler32);

impl SnapshotSum {
    /// Begins a file: the sum, and the header to write.
    #[must_use]
    pub fn begin() -> (Self, [u8; HEADER_LEN]) {
        let header = FileType::Snapshot.header();
        let mut sum = Self(Adler32::new());
        sum.chunk(&header);
        (sum, header)
    }

    /// Takes in the next part of the body.
    pub fn chunk(&mut self, bytes: &[u8]) {
        self.0.write_slice(bytes);
    }

    /// The end of the file: the body's seal, and the digest section where there is one.
    #[must_use]
    pub fn end(mut self, digest: Option<ZxidDigest>) -> Bytes {
        let mut out = BytesMut::new();
        self.seal(&mut out);
        if let Some(digest) = digest {
            let mut section = BytesMut::new();
            section.put_i64(digest.zxid.0);
            section.put_i32(digest.version);
            section.put_i64(digest.digest);
            self.chunk(&section);
            out.put_slice(&section);
            self.seal(&mut out);
        }
        out.freeze()
    }

    fn seal(&mut self, out: &mut BytesMut) {
        let mut seal = BytesMut::with_capacity(SEAL_LEN);
        seal.put_i64(i64::from(self.0.checksum()));
        put_bytes(&mut seal, b"/");
        // A later seal's sum covers the earlier seal.
        self.chunk(&seal);
        out.put_slice(&seal);
    }
}
