//! `acceptedEpoch` and `currentEpoch`, beside the snapshots (`QuorumPeer.loadDataBase`).
//!
//! Only members of an ensemble have them; a standalone server neither reads nor changes what
//! is there. Each is replaced as a whole: written aside, synced, renamed, the directory
//! synced. A member that follows a new leader saves the accepted epoch first, the current one
//! once it holds that leader's history (ZOOKEEPER-2307).

use std::path::Path;

use zoowarden_shared::{
    Epoch, Zxid,
    file::epoch::{ACCEPTED_EPOCH, CURRENT_EPOCH, TMP_SUFFIX, format, parse},
};

use super::{device::Disk, error::DiskError, small_file};

/// Amply what an epoch's file has.
const MAX_FILE_LEN: u64 = 64;

/// The two epochs of a member: the current one is never above the accepted one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Epochs {
    /// The newest epoch whose leader it promised to follow.
    pub accepted: Epoch,
    /// The epoch whose history it holds.
    pub current: Epoch,
}

/// Epoch files that contradict the data, or each other.
#[derive(Debug, thiserror::Error)]
pub enum EpochsError {
    /// A file could not be read or written.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The data is newer than `currentEpoch` allows.
    #[error("currentEpoch is {current}, but the last transaction is {last}")]
    OlderThanData {
        /// The file's epoch.
        current: Epoch,
        /// The last transaction.
        last: Zxid,
    },
    /// The member holds the history of an epoch that it never accepted.
    #[error("acceptedEpoch is {}, below currentEpoch, which is {}", .0.accepted, .0.current)]
    AcceptedBelowCurrent(Epochs),
}

/// The epochs of a member whose last transaction is `last`. Files that are missing are made
/// from it.
///
/// The data may be newer than `currentEpoch`, which is saved after it (ZOOKEEPER-4643): a crash
/// came between, perhaps amid the replacement of the file (ZOOKEEPER-2307, 4269). Where the
/// member had accepted the data's epoch, it is the current one now: a transaction of it is only
/// proposed once a quorum holds all that came before, and so does whoever logged one.
///
/// # Errors
/// [`EpochsError`] where the files contradict the data or each other.
pub fn load(disk: &dyn Disk, dir: &Path, last: Zxid) -> Result<Epochs, EpochsError> {
    let of_data = last.epoch();
    let accepted = load_or_make(disk, dir, ACCEPTED_EPOCH, of_data)?;
    let mut current = load_or_make(disk, dir, CURRENT_EPOCH, of_data)?;
    if of_data > current {
        let left_over = match read(disk, dir, &format!("{CURRENT_EPOCH}{TMP_SUFFIX}")) {
            // The crash came before it was whole.
            Err(DiskError::Epoch { .. }) => None,
            other => other?,
        };
        current = left_over
            .filter(|epoch| *epoch >= of_data)
            .or_else(|| (of_data <= accepted).then_some(of_data))
            .ok_or(EpochsError::OlderThanData { current, last })?;
        tracing::warn!(
            current,
            "the server stopped before it had saved the epoch of its data"
        );
        save(disk, dir, CURRENT_EPOCH, current)?;
    }
    let epochs = Epochs { accepted, current };
    if accepted < current {
        return Err(EpochsError::AcceptedBelowCurrent(epochs));
    }
    Ok(epochs)
}

/// What the files say, without regard to the data: 0 where one is missing.
pub(super) fn read_both(disk: &dyn Disk, dir: &Path) -> Result<Epochs, DiskError> {
    Ok(Epochs {
        accepted: read(disk, dir, ACCEPTED_EPOCH)?.unwrap_or_default(),
        current: read(disk, dir, CURRENT_EPOCH)?.unwrap_or_default(),
    })
}

/// What the files say, accepted and current, for a standalone server, to which they mean
/// nothing, and for who only looks: 0 where one is missing or unreadable. Nothing is written.
pub fn peek(disk: &dyn Disk, dir: &Path) -> (Epoch, Epoch) {
    let peek = |name| read(disk, dir, name).ok().flatten().unwrap_or_default();
    (peek(ACCEPTED_EPOCH), peek(CURRENT_EPOCH))
}

/// Makes `acceptedEpoch` this epoch, durably.
///
/// # Errors
/// Those of the file system: the old epoch or the new one is there then.
pub fn save_accepted(disk: &dyn Disk, dir: &Path, epoch: Epoch) -> Result<(), DiskError> {
    save(disk, dir, ACCEPTED_EPOCH, epoch)
}

/// Makes `currentEpoch` this epoch, durably.
///
/// # Errors
/// Those of the file system: the old epoch or the new one is there then.
pub fn save_current(disk: &dyn Disk, dir: &Path, epoch: Epoch) -> Result<(), DiskError> {
    save(disk, dir, CURRENT_EPOCH, epoch)
}

fn save(disk: &dyn Disk, dir: &Path, name: &str, epoch: Epoch) -> Result<(), DiskError> {
    small_file::replace(disk, &dir.join(name), format(epoch).as_bytes())
}

fn load_or_make(
    disk: &dyn Disk,
    dir: &Path,
    name: &str,
    of_data: Epoch,
) -> Result<Epoch, DiskError> {
    if let Some(epoch) = read(disk, dir, name)? {
        return Ok(epoch);
    }
    // Once, on data that a standalone server or one before 3.4 wrote.
    let epoch = of_data.max(0);
    tracing::info!(
        name,
        epoch,
        "the epoch file is missing and is made from the data"
    );
    save(disk, dir, name, epoch)?;
    Ok(epoch)
}

/// The epoch in a file; `None` where it is not there.
fn read(disk: &dyn Disk, dir: &Path, name: &str) -> Result<Option<Epoch>, DiskError> {
    let path = dir.join(name);
    let Some(content) = small_file::read(disk, &path, MAX_FILE_LEN)? else {
        return Ok(None);
    };
    match parse(&content) {
        Ok(epoch) => Ok(Some(epoch)),
        Err(source) => Err(DiskError::Epoch { path, source }),
    }
}
