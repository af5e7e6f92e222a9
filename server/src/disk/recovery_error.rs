//! Why a member does not start on the data it finds, in the words that its operator reads.

use std::path::PathBuf;

use zoowarden_shared::Zxid;

use super::{epochs::EpochsError, error::DiskError, mark::Loss};

/// Data that is damaged, or of which some is missing.
#[derive(Debug, thiserror::Error)]
pub enum RecoveryError {
    /// A file could not be read, or a torn tail not be cut.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// A log that is damaged where transactions were written.
    #[error("{} is corrupt at byte {offset}: {what}", path.display())]
    CorruptLog {
        /// The file.
        path: PathBuf,
        /// Where in it the first bad record begins.
        offset: u64,
        /// What is wrong there.
        what: String,
    },
    /// Transactions are missing between two that are there, or stand in another order.
    #[error(
        "{} has transaction {found} at byte {offset}, but the last one before it is {last}: \
         transactions are missing, or in another order",
        path.display()
    )]
    Gap {
        /// The file with the later one.
        path: PathBuf,
        /// Where in it that one stands.
        offset: u64,
        /// The later one.
        found: Zxid,
        /// The earlier one: the snapshot's, or the last replayed.
        last: Zxid,
    },
    /// A transaction that cannot be decoded or applied.
    #[error("{} at byte {offset}: transaction {zxid} cannot be replayed: {why}", path.display())]
    BadTxn {
        /// The file.
        path: PathBuf,
        /// Where in it its record begins.
        offset: u64,
        /// The transaction.
        zxid: Zxid,
        /// Why not.
        why: String,
    },
    /// The log cannot be cut behind a transaction that it does not hold, and that no usable
    /// snapshot reaches exactly.
    #[error("the log cannot be cut behind transaction {zxid}: it is not there")]
    NotInLog {
        /// The transaction.
        zxid: Zxid,
    },
    /// The epoch files of a member of an ensemble.
    #[error(transparent)]
    Epochs(#[from] EpochsError),
    /// A standalone server's data is not all that it was: nobody else has the rest.
    #[error(
        "{0}; put back what is missing, or, to go on without the transactions behind {last}, \
         remove {mark_file} and start again",
        last = .0.last, mark_file = .0.mark_file.display()
    )]
    Lost(Loss),
    /// `FileTxnSnapLog`'s "No snapshot found, but there are log entries".
    #[error(
        "{} has logs, from transaction {first} on, but there is no snapshot to begin with; if \
         the logs are complete (an upgrade from 3.4), start once with \
         zookeeper.snapshot.trust.empty=true",
        path.display()
    )]
    LogsWithoutSnapshot {
        /// The directory of the logs.
        path: PathBuf,
        /// The first transaction of the oldest of them.
        first: Zxid,
    },
    /// No snapshot can be loaded, and without one data would be lost.
    #[error("{} cannot be used and no other snapshot can: {why}", path.display())]
    NoUsableSnapshot {
        /// The newest one.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// An older snapshot can be loaded, but transactions may be missing behind it.
    #[error(
        "{} cannot be used: {why}; {} can, but the logs do not prove that nothing is missing \
         between them (they end at {last})",
        path.display(), older.display()
    )]
    NoSafeFallback {
        /// The newer snapshot.
        path: PathBuf,
        /// Why it cannot be loaded.
        why: String,
        /// The older one.
        older: PathBuf,
        /// The last transaction of the logs.
        last: Zxid,
    },
}
