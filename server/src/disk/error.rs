//! Faults of the disk, each with the file and, where it has one, the offset.

use std::{
    io,
    path::{Path, PathBuf},
};

use zoowarden_shared::Zxid;

/// An operation of the file system that failed, or one that must not be done.
#[derive(Debug, thiserror::Error)]
pub enum DiskError {
    /// The file system refused.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried, as in "cannot ... this file".
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// An earlier write or sync failed. What the disk holds of it is unknown, so that nothing
    /// may be written behind it (fail closed, ZOOKEEPER-3701).
    #[error("the transaction log failed before and takes nothing more")]
    LogPoisoned,
    /// A transaction that does not follow the last one: the log would have a hole that the
    /// next start refuses (ZOOKEEPER-4925).
    #[error("transaction {zxid} cannot follow {last} in the log")]
    NotNext {
        /// The transaction.
        zxid: Zxid,
        /// The last one in the log.
        last: Zxid,
    },
    /// A snapshot that was begun before a truncation or a leader's snapshot changed the
    /// member's history: it may hold what is no part of it any more.
    #[error("the snapshot of {zxid} was begun before the member's history was changed")]
    HistoryChanged {
        /// The snapshot's transaction.
        zxid: Zxid,
    },
    /// A leader's snapshot that ends as another than it was begun as.
    #[error("a leader's snapshot was begun at {begun} and ended at {ended}")]
    OtherSnapshot {
        /// As it was begun.
        begun: Zxid,
        /// As it ended.
        ended: Zxid,
    },
    /// What a leader sent is no snapshot.
    #[error("{} is no snapshot: {why}", path.display())]
    BadSnapshot {
        /// The file to which it was written.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// A file that should hold an epoch.
    #[error("{}: {source}", path.display())]
    Epoch {
        /// The file.
        path: PathBuf,
        /// What it holds.
        source: zoowarden_shared::file::epoch::EpochError,
    },
    /// Files where they do not belong (ZOOKEEPER-2967).
    #[error("{} holds {found}: are dataDir and dataLogDir mixed up?", path.display())]
    MixedUp {
        /// The directory.
        path: PathBuf,
        /// A file that belongs in the other one.
        found: String,
    },
    /// A directory that is not there and may not be made (`datadir.autocreate` is false,
    /// ZOOKEEPER-1161).
    #[error("{} does not exist, and zookeeper.datadir.autocreate is false", .0.display())]
    MissingDir(PathBuf),
}

/// Names the operation and the file of an I/O error.
pub(super) trait Context<T> {
    fn context(self, action: &'static str, path: &Path) -> Result<T, DiskError>;
}

impl<T> Context<T> for io::Result<T> {
    fn context(self, action: &'static str, path: &Path) -> Result<T, DiskError> {
        self.map_err(|source| DiskError::Io {
            action,
            path: path.to_owned(),
            source,
        })
    }
}
