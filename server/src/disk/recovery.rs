//! What a member finds on its disk when it starts (`FileTxnSnapLog.restore`).
//!
//! ```text
//!   leader's snapshot, not yet in place ──> put there (`install`)
//!   newest snapshot that loads ──> visitor.begin, session, acl, node, ..., snapshot_end
//!   logs from the next zxid on ──> visitor.txn, ...
//!   torn tail of the last log  ──> cut; what was read ──> durable, before anything is appended
//! ```
//!
//! Where Apache guesses, this refuses: a log with a hole, a damaged record that may have been
//! acknowledged, an older snapshot from which the logs do not provably reach the newer one
//! that would not load. Every refusal names the file, and the byte where it has one.

use zoowarden_shared::{
    SessionId, Zxid,
    acl::Acl,
    file::snapshot::{SnapshotEnd, SnapshotNode},
    txn::TxnRecord,
};

use super::{
    device::Disk,
    error::Context,
    install::finish_install,
    layout::{DataDirs, SnapshotFile},
    load::{Skipped, load_newest},
    recovery_error::RecoveryError,
    replay::{From, replay},
    stats::SnapshotInfo,
};

/// A reason for which recovered data cannot be taken, in words.
pub type Refusal = String;

/// Whoever takes what is recovered.
pub trait Visitor {
    /// Forgets everything: a snapshot of this transaction follows, or the transactions that
    /// follow this one on an empty tree.
    fn begin(&mut self, zxid: Zxid);

    /// A session of the snapshot.
    fn session(&mut self, session: SessionId, timeout_ms: i32);

    /// An ACL of the snapshot, to which znodes refer.
    fn acl(&mut self, id: i64, acl: Vec<Acl>);

    /// A znode of the snapshot, after its parent.
    ///
    /// # Errors
    /// Why it cannot be: its parent is missing, or it is there twice.
    fn node(&mut self, node: &SnapshotNode<'_>) -> Result<(), Refusal>;

    /// The snapshot is whole, its sums are right.
    ///
    /// # Errors
    /// Why it cannot be used nevertheless: it has no root.
    fn snapshot_end(&mut self, end: &SnapshotEnd) -> Result<(), Refusal>;

    /// A transaction behind the snapshot, in order. The snapshot may already contain it.
    ///
    /// # Errors
    /// Why it cannot be applied.
    fn txn(&mut self, txn: TxnRecord) -> Result<(), Refusal>;
}

/// What to do where data seems to be missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecoveryOptions {
    /// `snapshot.trust.empty`: logs without any snapshot are replayed on an empty tree
    /// (ZOOKEEPER-3056), as for an upgrade from 3.4.
    pub trust_empty_snapshot: bool,
    /// `db.autocreate`: an empty directory is an empty database. Without, and without the
    /// file `initialize`, its zxid is -1, so that the member cannot win an election.
    pub db_autocreate: bool,
}

impl Default for RecoveryOptions {
    /// Apache's defaults.
    fn default() -> Self {
        Self {
            trust_empty_snapshot: false,
            db_autocreate: true,
        }
    }
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recovered {
    /// The last transaction; 0 in a new database, -1 where data may be missing.
    pub last_zxid: Zxid,
    /// The snapshot from which the tree was loaded; `None` where there is none, in which case
    /// one must be written before the first transaction.
    pub snapshot: Option<SnapshotInfo>,
    /// How many transactions were replayed behind it.
    pub replayed: u64,
}

/// Recovers the data of `dirs` into `visitor`, and puts right what a crash left half done.
///
/// # Errors
/// [`RecoveryError`] where the data is damaged or has a hole, or cannot be read.
pub fn recover(
    disk: &dyn Disk,
    dirs: &DataDirs,
    options: RecoveryOptions,
    visitor: &mut dyn Visitor,
) -> Result<Recovered, RecoveryError> {
    finish_install(disk, dirs)?;
    let loaded = load_newest(disk, dirs.snapshot_files(disk)?, visitor)?;
    let logs = dirs.log_files(disk)?;
    let from = match &loaded.snapshot {
        Some(snapshot) => From::Snapshot(snapshot.name.zxid),
        None if !logs.is_empty() => {
            if !options.trust_empty_snapshot {
                return Err(RecoveryError::LogsWithoutSnapshot {
                    path: dirs.logs().to_owned(),
                    first: logs[0].first,
                });
            }
            tracing::warn!("no snapshot found; trusting the logs to be complete");
            visitor.begin(Zxid::ZERO);
            From::Nothing
        }
        None => return empty(disk, dirs, options, &loaded.skipped, visitor),
    };
    let replayed = replay(disk, &logs, from, visitor)?;
    if let Some(snapshot) = &loaded.snapshot {
        prove_fallback(snapshot, &loaded.skipped, replayed.last)?;
    }
    for repair in &replayed.repairs {
        repair.perform(disk, dirs.logs())?;
    }
    if let Some(tail) = &replayed.tail {
        tail.settle(disk)?;
    }
    settle_names(disk, dirs)?;
    Ok(Recovered {
        last_zxid: replayed.last,
        snapshot: loaded.snapshot.map(|snapshot| SnapshotInfo {
            zxid: snapshot.name.zxid,
            written: snapshot.modified.unwrap_or(std::time::UNIX_EPOCH),
            len: snapshot.len,
        }),
        replayed: replayed.count,
    })
}

/// A directory with neither logs nor a usable snapshot.
fn empty(
    disk: &dyn Disk,
    dirs: &DataDirs,
    options: RecoveryOptions,
    skipped: &[Skipped],
    visitor: &mut dyn Visitor,
) -> Result<Recovered, RecoveryError> {
    // Apache writes the empty tree's snapshot unsynced at its first start: if that is all
    // that was lost, nothing was. Any other unusable snapshot held data.
    if let Some(lost) = skipped
        .iter()
        .find(|skipped| skipped.provable || skipped.zxid != Zxid::ZERO)
    {
        return Err(RecoveryError::NoUsableSnapshot {
            path: lost.path.clone(),
            why: lost.why.clone(),
        });
    }
    visitor.begin(Zxid::ZERO);
    let initialize = dirs.initialize_file();
    let trusted = options.db_autocreate || disk.read(&initialize).is_ok();
    if !trusted {
        tracing::warn!("the data directory is empty and zookeeper.db.autocreate is false");
    }
    Ok(Recovered {
        last_zxid: if trusted { Zxid::ZERO } else { Zxid(-1) },
        snapshot: None,
        replayed: 0,
    })
}

/// Makes the names durable that were found: a process may have been killed before it did.
fn settle_names(disk: &dyn Disk, dirs: &DataDirs) -> Result<(), RecoveryError> {
    for dir in [dirs.snapshots(), dirs.logs()] {
        disk.sync_dir(dir).context("sync", dir)?;
    }
    Ok(())
}

/// That no transaction is lost by starting from an older snapshot than the newest: within one
/// epoch the replayed transactions have no hole, so that reaching the newer one's is enough.
/// Across epochs it cannot be known how many transactions the older epoch had.
pub(super) fn prove_fallback(
    used: &SnapshotFile,
    skipped: &[Skipped],
    last: Zxid,
) -> Result<(), RecoveryError> {
    for skipped in skipped.iter().filter(|skipped| skipped.provable) {
        let same_epoch = used.name.zxid.epoch() == skipped.zxid.epoch();
        if !same_epoch || last < skipped.zxid {
            return Err(RecoveryError::NoSafeFallback {
                path: skipped.path.clone(),
                why: skipped.why.clone(),
                older: used.path.clone(),
                last,
            });
        }
        tracing::warn!(
            file = %skipped.path.display(),
            why = skipped.why,
            "a damaged snapshot was passed over; the logs reach from an older one to behind it"
        );
    }
    Ok(())
}
