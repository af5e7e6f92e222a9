//! Finds the end of the raw stream that follows a SNAP packet: a snapshot's body and a
//! signature, without any length before them.
//!
//! The body is only walked over, in whatever parts it arrives: whoever gets the parts stages
//! them. Nothing is kept but a few numbers.

use std::fmt;

/// What `LearnerHandler` writes behind the body, as a jute string, for `Learner` to see that
/// it read the same bytes as were written.
pub const SIGNATURE: &[u8; 10] = b"BenWasHere";

/// Bytes of a session: its id and its timeout.
const SESSION_LEN: u64 = 12;
/// Bytes of an ACL's number.
const ACL_ID_LEN: u64 = 8;
/// Bytes of an ACL entry's permissions.
const PERMS_LEN: u64 = 4;
/// Bytes behind a znode's data: its ACL's number and its stat.
const NODE_REST_LEN: u64 = 8 + 60;

/// Why a stream cannot be a snapshot. Nothing behind it can be read either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at byte {offset} of the snapshot stream: {kind}")]
pub struct SnapshotStreamError {
    /// How many bytes of the stream came before.
    pub offset: u64,
    /// What is wrong there.
    pub kind: SnapshotStreamFault,
}

/// How a snapshot stream can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotStreamFault {
    /// A length or count that is negative or above the bound.
    #[error("{what} of length {length}, expected at most {max}")]
    BadLength {
        /// What is so long.
        what: &'static str,
        /// The length read.
        length: i32,
        /// The bound.
        max: i32,
    },
    /// Something else than [`SIGNATURE`] follows the body.
    #[error("the signature is not \"BenWasHere\"")]
    BadSignature,
}

/// What [`SnapshotStream::scan`] found in the next bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scanned {
    /// So many of them, from the first on, belong to the body.
    pub body: usize,
    /// The stream is complete: behind this many of them something else begins.
    pub end: Option<usize>,
}

/// What is read next. All but the last two are 32-bit numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    SessionCount,
    AclCount,
    AclEntryCount,
    SchemeLength,
    IdLength,
    PathLength,
    DataLength,
    SignatureLength,
    /// The one byte of a path that may be the end mark.
    ShortPath,
    /// The signature, behind so many of its bytes.
    Signature(usize),
}

/// A walk over one stream.
pub struct SnapshotStream {
    field: Field,
    /// Bytes to pass over before the field begins.
    skip: u64,
    number: [u8; 4],
    number_len: usize,
    acls_left: i32,
    entries_left: i32,
    max_buffer: i32,
    offset: u64,
}

impl SnapshotStream {
    /// A walk from the stream's first byte. `max_buffer` bounds each string and each znode's
    /// data, bytes, as for [`crate::quorum::QuorumPacket::decode_from`].
    #[must_use]
    pub fn new(max_buffer: usize) -> Self {
        Self {
            field: Field::SessionCount,
            skip: 0,
            number: [0; 4],
            number_len: 0,
            acls_left: 0,
            entries_left: 0,
            max_buffer: i32::try_from(max_buffer).unwrap_or(i32::MAX),
            offset: 0,
        }
    }

    /// Walks over the stream's next bytes, as far as it goes. Once it has ended nothing more
    /// may be scanned.
    ///
    /// # Errors
    /// [`SnapshotStreamError`] where they cannot be a snapshot's.
    pub fn scan(&mut self, bytes: &[u8]) -> Result<Scanned, SnapshotStreamError> {
        let mut at = 0;
        let mut body = 0;
        while at < bytes.len() {
            let start = at;
            if self.skip > 0 {
                let left = bytes.len() - at;
                let count = usize::try_from(self.skip).map_or(left, |skip| skip.min(left));
                self.skip -= count as u64;
                at += count;
            } else if let Field::Signature(matched) = self.field {
                if bytes[at] != SIGNATURE[matched] {
                    return Err(self.fault(SnapshotStreamFault::BadSignature));
                }
                at += 1;
                self.field = Field::Signature(matched + 1);
            } else if self.field == Field::ShortPath {
                self.field = if bytes[at] == b'/' {
                    Field::SignatureLength
                } else {
                    Field::DataLength
                };
                at += 1;
                body = at;
            } else {
                at += self.number(&bytes[at..])?;
            }
            self.offset += (at - start) as u64;
            if self.field == Field::Signature(SIGNATURE.len()) {
                return Ok(Scanned {
                    body,
                    end: Some(at),
                });
            }
            if self.is_in_body() {
                body = at;
            }
        }
        Ok(Scanned { body, end: None })
    }

    fn is_in_body(&self) -> bool {
        !matches!(self.field, Field::SignatureLength | Field::Signature(_))
    }

    /// Takes bytes of a number; acts on it once it is whole.
    fn number(&mut self, bytes: &[u8]) -> Result<usize, SnapshotStreamError> {
        let count = bytes.len().min(4 - self.number_len);
        self.number[self.number_len..self.number_len + count].copy_from_slice(&bytes[..count]);
        self.number_len += count;
        if self.number_len == 4 {
            self.number_len = 0;
            let offset = self.offset + count as u64 - 4;
            self.heard(i32::from_be_bytes(self.number))
                .map_err(|kind| SnapshotStreamError { offset, kind })?;
        }
        Ok(count)
    }

    fn heard(&mut self, number: i32) -> Result<(), SnapshotStreamFault> {
        let length = |what, max| match number {
            -1 => Ok(0),
            length if (0..=max).contains(&length) => Ok(length),
            length => Err(SnapshotStreamFault::BadLength { what, length, max }),
        };
        match self.field {
            Field::SessionCount => {
                self.skip = length("the session table", i32::MAX)? as u64 * SESSION_LEN;
                self.field = Field::AclCount;
            }
            Field::AclCount => {
                self.acls_left = length("the ACL table", i32::MAX)?;
                self.next_acl();
            }
            Field::AclEntryCount => {
                self.entries_left = length("an ACL", self.max_buffer)?;
                self.next_acl_entry();
            }
            Field::SchemeLength => {
                self.skip = length("an ACL's scheme", self.max_buffer)? as u64;
                self.field = Field::IdLength;
            }
            Field::IdLength => {
                let id = length("an ACL's id", self.max_buffer)? as u64;
                self.next_acl_entry();
                self.skip += id;
            }
            Field::PathLength => match length("a path", self.max_buffer)? {
                1 => self.field = Field::ShortPath,
                path => {
                    self.skip = path as u64;
                    self.field = Field::DataLength;
                }
            },
            Field::DataLength => {
                self.skip = length("a znode's data", self.max_buffer)? as u64 + NODE_REST_LEN;
                self.field = Field::PathLength;
            }
            Field::SignatureLength if number == SIGNATURE.len() as i32 => {
                self.field = Field::Signature(0);
            }
            Field::SignatureLength | Field::ShortPath | Field::Signature(_) => {
                return Err(SnapshotStreamFault::BadSignature);
            }
        }
        Ok(())
    }

    fn next_acl(&mut self) {
        if self.acls_left == 0 {
            self.field = Field::PathLength;
        } else {
            self.acls_left -= 1;
            self.skip += ACL_ID_LEN;
            self.field = Field::AclEntryCount;
        }
    }

    fn next_acl_entry(&mut self) {
        if self.entries_left == 0 {
            self.next_acl();
        } else {
            self.entries_left -= 1;
            self.skip += PERMS_LEN;
            self.field = Field::SchemeLength;
        }
    }

    fn fault(&self, kind: SnapshotStreamFault) -> SnapshotStreamError {
        SnapshotStreamError {
            offset: self.offset,
            kind,
        }
    }
}

impl fmt::Debug for SnapshotStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SnapshotStream")
            .field("field", &self.field)
            .field("offset", &self.offset)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use bytes::BytesMut;

    use super::*;
    use crate::{
        acl::{Acl, Id},
        file::snapshot::body,
        ids::SessionId,
        jute::put_bytes,
        stat::StatPersisted,
    };

    const MAX: usize = 100;

    fn a_body() -> BytesMut {
        let mut out = BytesMut::new();
        body::put_count(&mut out, 2);
        body::put_session(&mut out, SessionId(1), 4000);
        body::put_session(&mut out, SessionId(2), 5000);
        body::put_count(&mut out, 2);
        let acl = |scheme: &str, id: &str| Acl {
            perms: 31,
            id: Id::new(scheme, id),
        };
        body::put_acl(&mut out, 1, &[acl("world", "anyone"), acl("ip", "")]);
        body::put_acl(&mut out, 2, &[]);
        let stat = StatPersisted::default();
        body::put_node(&mut out, "", None, -1, &stat);
        body::put_node(&mut out, "x", Some(b"/"), 1, &stat);
        body::put_node(&mut out, "/a", Some(&[7; MAX]), 2, &stat);
        body::put_end(&mut out);
        out
    }

    fn a_stream() -> (usize, BytesMut) {
        let mut out = a_body();
        let body = out.len();
        put_bytes(&mut out, SIGNATURE);
        (body, out)
    }

    #[test]
    fn the_end_is_found_wherever_the_stream_is_cut() {
        let (body, stream) = a_stream();
        for cut in 0..=stream.len() {
            let mut walk = SnapshotStream::new(MAX);
            let first = walk.scan(&stream[..cut]).unwrap();
            assert_eq!(first.body, cut.min(body), "cut at {cut}");
            if cut == stream.len() {
                assert_eq!(first.end, Some(cut));
                continue;
            }
            assert_eq!(first.end, None, "cut at {cut}");
            let rest = [&stream[cut..], b"the next packet"].concat();
            let second = walk.scan(&rest).unwrap();
            assert_eq!(second.body, body.saturating_sub(cut), "cut at {cut}");
            assert_eq!(second.end, Some(stream.len() - cut), "cut at {cut}");
        }
    }

    #[test]
    fn byte_by_byte_gives_the_same() {
        let (body, stream) = a_stream();
        let mut walk = SnapshotStream::new(MAX);
        let mut passed = 0;
        for (at, byte) in stream.iter().enumerate() {
            let scanned = walk.scan(&[*byte]).unwrap();
            passed += scanned.body;
            let ended = scanned.end.is_some();
            assert_eq!(ended, at + 1 == stream.len(), "at {at}");
        }
        assert_eq!(passed, body);
    }

    #[test]
    fn lengths_beyond_the_bound_are_refused_where_they_stand() {
        let mut walk = SnapshotStream::new(MAX - 1);
        let (_, stream) = a_stream();
        let error = walk.scan(&stream).unwrap_err();
        let too_long = SnapshotStreamFault::BadLength {
            what: "a znode's data",
            length: 100,
            max: 99,
        };
        assert_eq!(error.kind, too_long);
        let negative = SnapshotStream::new(MAX).scan(&(-2_i32).to_be_bytes());
        assert!(negative.is_err());
    }

    #[test]
    fn another_signature_is_refused() {
        for signature in [&b"BenWasGone"[..], b"Ben", b""] {
            let mut stream = a_body();
            put_bytes(&mut stream, signature);
            let error = SnapshotStream::new(MAX).scan(&stream).unwrap_err();
            assert_eq!(error.kind, SnapshotStreamFault::BadSignature);
        }
    }
}
