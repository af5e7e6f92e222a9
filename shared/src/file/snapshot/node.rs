//! One znode of a snapshot, from bytes that hold all of it: this runs once per znode.

use std::borrow::Cow;

use super::item::SnapshotNode;
use crate::{ids::Zxid, stat::StatPersisted};

const STAT_LEN: usize = 60;
/// Bytes behind a znode's data: its ACL's number and its stat.
const NODE_REST: usize = 8 + STAT_LEN;

/// The lengths of a znode's parts.
#[derive(Clone, Copy)]
pub(super) struct NodeShape {
    pub(super) path: usize,
    /// `None` for null.
    pub(super) data: Option<usize>,
}

impl NodeShape {
    /// Bytes of the whole znode.
    pub(super) fn total(self) -> usize {
        4 + self.path + 4 + self.data.unwrap_or(0) + NODE_REST
    }

    /// The znode that these [`Self::total`] bytes are.
    pub(super) fn node(self, bytes: &[u8]) -> SnapshotNode<'_> {
        let (path, rest) = bytes[4..].split_at(self.path);
        let (data, rest) = rest[4..].split_at(self.data.unwrap_or(0));
        SnapshotNode {
            path: match std::str::from_utf8(path) {
                Ok(path) => Cow::Borrowed(path),
                Err(_) => Cow::Owned(String::from_utf8_lossy(path).into_owned()),
            },
            data: self.data.map(|_| data),
            acl: read_i64(rest),
            stat: read_stat(&rest[8..]),
        }
    }
}

/// As [`StatPersisted`]'s decoder, from borrowed bytes.
fn read_stat(bytes: &[u8]) -> StatPersisted {
    StatPersisted {
        czxid: Zxid(read_i64(bytes)),
        mzxid: Zxid(read_i64(&bytes[8..])),
        ctime: read_i64(&bytes[16..]),
        mtime: read_i64(&bytes[24..]),
        version: read_i32(&bytes[32..]),
        cversion: read_i32(&bytes[36..]),
        aversion: read_i32(&bytes[40..]),
        ephemeral_owner: read_i64(&bytes[44..]),
        pzxid: Zxid(read_i64(&bytes[52..])),
    }
}

/// The number that these bytes begin with.
pub(super) fn read_i32(bytes: &[u8]) -> i32 {
    let mut array = [0; 4];
    array.copy_from_slice(&bytes[..4]);
    i32::from_be_bytes(array)
}

/// The number that these bytes begin with.
pub(super) fn read_i64(bytes: &[u8]) -> i64 {
    let mut array = [0; 8];
    array.copy_from_slice(&bytes[..8]);
    i64::from_be_bytes(array)
}
