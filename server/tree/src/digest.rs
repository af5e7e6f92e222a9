//! The digest by which members compare their trees (`DigestCalculator`, version 2).
//!
//! The tree's digest is the wrapping sum of its znodes' digests; a znode's is the CRC-32 of
//! its path, its data and its stat. What lies below `/zookeeper/` does not count (quota
//! statistics are kept by each member for itself), `/zookeeper` and the root do.

use bytes::BufMut;
use crc32fast::Hasher;
use zoowarden_shared::stat::StatPersisted;

/// Bytes of a stat in the order in which the digest takes them.
const STAT_LEN: usize = 60;

/// The checksum of a path and its data, from which [`with_stat`] goes on. It is small enough
/// to be kept beside a pending change in the data's place.
#[must_use]
pub fn content(path: &str, data: Option<&[u8]>) -> u32 {
    let mut crc = Hasher::new();
    // The root is "/" to clients and "" in snapshots and here.
    if path != "/" {
        crc.update(path.as_bytes());
    }
    crc.update(data.unwrap_or_default());
    crc.finalize()
}

/// A znode's digest from its [`content`] and its stat. Whether it counts is [`is_covered`]'s.
#[must_use]
pub fn with_stat(content: u32, stat: &StatPersisted) -> u32 {
    let mut bytes = [0; STAT_LEN];
    let mut out = &mut bytes[..];
    out.put_i64(stat.czxid.0);
    out.put_i64(stat.mzxid.0);
    // Not the order of the wire and the files, where pzxid is the last.
    out.put_i64(stat.pzxid.0);
    out.put_i64(stat.ctime);
    out.put_i64(stat.mtime);
    out.put_i32(stat.version);
    out.put_i32(stat.cversion);
    out.put_i32(stat.aversion);
    out.put_i64(stat.ephemeral_owner);
    let mut crc = Hasher::new_with_initial(content);
    crc.update(&bytes);
    crc.finalize()
}

/// Whether a znode counts in the tree's digest: all but what is below `/zookeeper/`.
#[must_use]
pub fn is_covered(path: &str) -> bool {
    !path.starts_with("/zookeeper/")
}

/// A znode's digest; 0 where it does not count (`DigestCalculator.calculateDigest`).
#[must_use]
pub fn node_digest(path: &str, data: Option<&[u8]>, stat: &StatPersisted) -> u32 {
    if is_covered(path) {
        with_stat(content(path, data), stat)
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_has_two_names_and_one_digest() {
        let stat = StatPersisted::default();
        assert_eq!(
            node_digest("/", Some(b"x"), &stat),
            node_digest("", Some(b"x"), &stat)
        );
    }

    #[test]
    fn only_what_is_below_zookeeper_does_not_count() {
        let stat = StatPersisted::default();
        assert_eq!(node_digest("/zookeeper/quota", None, &stat), 0);
        assert_ne!(node_digest("/zookeeper", None, &stat), 0);
        assert_ne!(node_digest("/zookeepers", None, &stat), 0);
    }

    #[test]
    fn null_and_empty_data_have_one_digest() {
        let stat = StatPersisted::default();
        assert_eq!(
            node_digest("/a", None, &stat),
            node_digest("/a", Some(b""), &stat)
        );
    }

    #[test]
    fn a_digest_is_the_crc_of_path_data_and_stat_in_one() {
        let stat = StatPersisted {
            mtime: 7,
            ..Default::default()
        };
        let mut bytes = b"/adata".to_vec();
        bytes.extend([0; 32]);
        bytes.extend([0, 0, 0, 0, 0, 0, 0, 7]);
        bytes.extend([0; 20]);
        assert_eq!(
            node_digest("/a", Some(b"data"), &stat),
            crc32fast::hash(&bytes)
        );
    }
}
