//! Which files of a `version-2` directory are logs and snapshots (`Util.getZxidFromName`).
//!
//! Apache looks at the first two parts of a name only, so that `log.5.bak` is a log to it.
//! Here a copy or a left-over temporary file is none.

use crate::ids::Zxid;

/// The directory below dataDir and dataLogDir that holds the files.
pub const VERSION_DIR: &str = "version-2";
/// The file in dataLogDir that lets a member with an empty database vote
/// (`FileTxnSnapLog.restore`); it is removed when seen.
pub const INITIALIZE: &str = "initialize";

/// How a snapshot is packed, as its name says (`SnapStream.StreamMode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Packing {
    /// Not at all: the default, and the only one that we read and write.
    Plain,
    /// `.gz`, from `snapshot.compression.method=gz`.
    Gzip,
    /// `.snappy`, from `snapshot.compression.method=snappy`.
    Snappy,
}

/// A snapshot's name, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotName {
    /// The last transaction that was applied when the snapshot began.
    pub zxid: Zxid,
    /// How the file is packed.
    pub packing: Packing,
}

/// The name of the log whose first transaction this is.
#[must_use]
pub fn log_name(first: Zxid) -> String {
    format!("log.{:x}", first.0)
}

/// The name of the snapshot that begins at this transaction.
#[must_use]
pub fn snapshot_name(zxid: Zxid) -> String {
    format!("snapshot.{:x}", zxid.0)
}

/// The first transaction of the log of this name; `None` where it is not a log's.
#[must_use]
pub fn parse_log_name(name: &str) -> Option<Zxid> {
    parse_hex(name.strip_prefix("log.")?)
}

/// What the snapshot of this name is; `None` where it is not a snapshot's.
#[must_use]
pub fn parse_snapshot_name(name: &str) -> Option<SnapshotName> {
    let rest = name.strip_prefix("snapshot.")?;
    let (hex, packing) = match rest.split_once('.') {
        None => (rest, Packing::Plain),
        Some((hex, "gz")) => (hex, Packing::Gzip),
        Some((hex, "snappy")) => (hex, Packing::Snappy),
        Some(_) => return None,
    };
    Some(SnapshotName {
        zxid: parse_hex(hex)?,
        packing,
    })
}

fn parse_hex(hex: &str) -> Option<Zxid> {
    // from_str_radix alone would take a sign.
    if !hex.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    i64::from_str_radix(hex, 16).ok().map(Zxid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        let zxid = Zxid(0x1_0000_001f);
        assert_eq!(log_name(zxid), "log.10000001f");
        assert_eq!(parse_log_name("log.10000001f"), Some(zxid));
        let plain = SnapshotName {
            zxid,
            packing: Packing::Plain,
        };
        assert_eq!(parse_snapshot_name(&snapshot_name(zxid)), Some(plain));
    }

    #[test]
    fn packed_snapshots_are_recognised() {
        let packing = |name| parse_snapshot_name(name).map(|name| name.packing);
        assert_eq!(packing("snapshot.1f.gz"), Some(Packing::Gzip));
        assert_eq!(packing("snapshot.1f.snappy"), Some(Packing::Snappy));
    }

    #[test]
    fn everything_else_is_something_else() {
        for name in [
            "log",
            "log.",
            "log.xyz",
            "log.-1",
            "log.+1",
            "log.1.bak",
            "log.123456789abcdef01",
            "Log.1",
            "catalog.1",
        ] {
            assert_eq!(parse_log_name(name), None, "{name}");
        }
        for name in [
            "snapshot.1.tmp",
            "snapshot.",
            "snapshot.g",
            "partial-snapshot.1",
        ] {
            assert_eq!(parse_snapshot_name(name), None, "{name}");
        }
    }
}
