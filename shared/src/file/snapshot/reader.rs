//! Reads a snapshot part by part, in constant memory.

use std::io::{self, Read};

use super::{
    item::{SnapshotEnd, SnapshotItem, ZxidDigest},
    node::{NodeShape, read_i32, read_i64},
    seal::SEAL_LEN,
    window::Window,
};
use crate::{
    acl::{Acl, Id},
    file::header::{FileType, HEADER_LEN, HeaderError},
    ids::{SessionId, Zxid},
    txn::TxnDigest,
};

const DIGEST_LEN: usize = 20;
const LAST_ZXID_LEN: usize = 8;

/// Where a snapshot is wrong, and how.
#[derive(Debug, thiserror::Error)]
#[error("at byte {offset}: {kind}")]
pub struct SnapshotError {
    /// The offset of the part that is wrong.
    pub offset: u64,
    /// What is wrong with it.
    pub kind: SnapshotErrorKind,
}

/// How a snapshot can be wrong.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotErrorKind {
    /// It could not be read.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// It is no snapshot, or one of another version.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// It ends before it is complete.
    #[error("the file ends within the snapshot")]
    Truncated,
    /// A negative length or count.
    #[error("the length {0} is impossible")]
    BadLength(i32),
    /// A seal's sum is not that of the bytes before it.
    #[error("the checksum is {stored:#x}, the bytes before it sum up to {computed:#x}")]
    BadChecksum {
        /// As the file has it.
        stored: i64,
        /// As it should be.
        computed: i64,
    },
    /// No "/" behind a checksum.
    #[error("the seal has no end mark")]
    BadSeal,
    /// A digest section of a version that did not exist when this was written.
    #[error("the digest's version is {0}, which is not known")]
    DigestVersion(i32),
    /// Something follows the last seal.
    #[error("bytes follow the end of the snapshot")]
    TrailingBytes,
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    Sessions(i32),
    AclCount,
    Acls(i32),
    Nodes,
    Sealed,
}

/// Reads a snapshot's parts in order. The input need not be buffered.
#[derive(Debug)]
pub struct SnapshotReader<R> {
    window: Window<R>,
    stage: Stage,
    end: SnapshotEnd,
}

impl<R: Read> SnapshotReader<R> {
    /// Reads the header and the number of sessions.
    ///
    /// # Errors
    /// [`SnapshotError`] where it is not a snapshot's.
    pub fn new(input: R) -> Result<Self, SnapshotError> {
        let mut reader = Self {
            window: Window::new(input),
            stage: Stage::Nodes,
            end: SnapshotEnd::default(),
        };
        reader.header()?;
        reader.stage = Stage::Sessions(reader.count()?);
        Ok(reader)
    }

    /// The next part; `None` once the body and all that follows it are read and their sums
    /// are right. Until then nothing that was yielded can be trusted.
    ///
    /// # Errors
    /// [`SnapshotError`] where the file is not what it should be.
    pub fn step(&mut self) -> Result<Option<SnapshotItem<'_>>, SnapshotError> {
        loop {
            match self.stage {
                Stage::Sessions(0) => self.stage = Stage::AclCount,
                Stage::Sessions(left) => {
                    self.stage = Stage::Sessions(left - 1);
                    return Ok(Some(SnapshotItem::Session {
                        session: SessionId(self.i64()?),
                        timeout_ms: self.i32()?,
                    }));
                }
                Stage::AclCount => self.stage = Stage::Acls(self.count()?),
                Stage::Acls(0) => self.stage = Stage::Nodes,
                Stage::Acls(left) => {
                    self.stage = Stage::Acls(left - 1);
                    return Ok(Some(SnapshotItem::Acl {
                        id: self.i64()?,
                        acl: self.acl()?,
                    }));
                }
                Stage::Nodes => {
                    let Some(shape) = self.node_shape()? else {
                        self.seals()?;
                        self.stage = Stage::Sealed;
                        return Ok(None);
                    };
                    let bytes = self.window.consume(shape.total());
                    return Ok(Some(SnapshotItem::Node(shape.node(bytes))));
                }
                Stage::Sealed => return Ok(None),
            }
        }
    }

    /// What followed the body, once [`Self::step`] has returned `None`.
    #[must_use]
    pub fn end(&self) -> SnapshotEnd {
        self.end
    }

    fn header(&mut self) -> Result<(), SnapshotError> {
        let offset = self.window.offset();
        let at = |kind: SnapshotErrorKind| SnapshotError { offset, kind };
        if !self
            .window
            .ensure(HEADER_LEN)
            .map_err(|error| at(error.into()))?
        {
            let length = self.window.bytes().len();
            return Err(at(HeaderError::TooShort(length).into()));
        }
        let mut header = [0; HEADER_LEN];
        header.copy_from_slice(self.window.consume(HEADER_LEN));
        FileType::Snapshot
            .check(&header)
            .map_err(|error| at(error.into()))
    }

    /// Measures the next znode and brings it into the window whole; `None` at the end mark.
    fn node_shape(&mut self) -> Result<Option<NodeShape>, SnapshotError> {
        self.need(4)?;
        let path = self.length_at(0)?.unwrap_or(0);
        if path == 1 {
            self.need(5)?;
            if self.window.bytes()[4] == b'/' {
                self.window.consume(5);
                return Ok(None);
            }
        }
        let data_at = 4 + path;
        self.need(data_at + 4)?;
        let data = self.length_at(data_at)?;
        let shape = NodeShape { path, data };
        self.need(shape.total())?;
        Ok(Some(shape))
    }

    /// The seal of the body and what follows it, told apart by its length.
    fn seals(&mut self) -> Result<(), SnapshotError> {
        self.seal()?;
        // Zero to two sections are left: one byte more tells whether too much is.
        const MOST: usize = DIGEST_LEN + SEAL_LEN + LAST_ZXID_LEN + SEAL_LEN;
        self.ensure(MOST + 1)?;
        let left = self.window.bytes().len();
        if left >= DIGEST_LEN + SEAL_LEN {
            let zxid = Zxid(self.i64()?);
            let offset = self.window.offset();
            let version = self.i32()?;
            if version != TxnDigest::VERSION {
                return Err(SnapshotError {
                    offset,
                    kind: SnapshotErrorKind::DigestVersion(version),
                });
            }
            let digest = self.i64()?;
            self.end.digest = Some(ZxidDigest {
                zxid,
                version,
                digest,
            });
            self.seal()?;
        }
        if !self.window.bytes().is_empty() {
            self.end.last_zxid = Some(Zxid(self.i64()?));
            self.seal()?;
        }
        if !self.window.bytes().is_empty() {
            return Err(self.error(SnapshotErrorKind::TrailingBytes));
        }
        Ok(())
    }

    fn seal(&mut self) -> Result<(), SnapshotError> {
        let offset = self.window.offset();
        let computed = i64::from(self.window.checksum());
        let stored = self.i64()?;
        if stored != computed {
            return Err(SnapshotError {
                offset,
                kind: SnapshotErrorKind::BadChecksum { stored, computed },
            });
        }
        self.need(5)?;
        if self.window.bytes()[..5] != super::TAIL {
            return Err(self.error(SnapshotErrorKind::BadSeal));
        }
        self.window.consume(5);
        Ok(())
    }

    fn acl(&mut self) -> Result<Vec<Acl>, SnapshotError> {
        let mut acl = Vec::new();
        for _ in 0..self.count()? {
            acl.push(Acl {
                perms: self.i32()?,
                id: Id {
                    scheme: self.string()?,
                    id: self.string()?,
                },
            });
        }
        Ok(acl)
    }

    fn string(&mut self) -> Result<String, SnapshotError> {
        self.need(4)?;
        let length = self.length_at(0)?.unwrap_or(0);
        self.need(4 + length)?;
        let bytes = self.window.consume(4 + length);
        Ok(String::from_utf8_lossy(&bytes[4..]).into_owned())
    }

    /// The length at this offset of the window; `None` for null.
    fn length_at(&self, at: usize) -> Result<Option<usize>, SnapshotError> {
        match read_i32(&self.window.bytes()[at..]) {
            -1 => Ok(None),
            length => usize::try_from(length).map(Some).map_err(|_| {
                let mut error = self.error(SnapshotErrorKind::BadLength(length));
                error.offset += at as u64;
                error
            }),
        }
    }

    /// A number of entries; null counts as none.
    fn count(&mut self) -> Result<i32, SnapshotError> {
        let offset = self.window.offset();
        match self.i32()? {
            -1 => Ok(0),
            count if count < 0 => Err(SnapshotError {
                offset,
                kind: SnapshotErrorKind::BadLength(count),
            }),
            count => Ok(count),
        }
    }

    fn i32(&mut self) -> Result<i32, SnapshotError> {
        self.need(4)?;
        Ok(read_i32(self.window.consume(4)))
    }

    fn i64(&mut self) -> Result<i64, SnapshotError> {
        self.need(8)?;
        Ok(read_i64(self.window.consume(8)))
    }

    fn need(&mut self, count: usize) -> Result<(), SnapshotError> {
        if self.ensure(count)? {
            Ok(())
        } else {
            Err(self.error(SnapshotErrorKind::Truncated))
        }
    }

    fn ensure(&mut self, count: usize) -> Result<bool, SnapshotError> {
        self.window
            .ensure(count)
            .map_err(|error| self.error(error.into()))
    }

    fn error(&self, kind: SnapshotErrorKind) -> SnapshotError {
        SnapshotError {
            offset: self.window.offset(),
            kind,
        }
    }
}
