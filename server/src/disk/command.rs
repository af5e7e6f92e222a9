//! What the two sides of the disk are told, and which effect is for which.

use bytes::Bytes;
use zoowarden_peer::Effect;
use zoowarden_shared::{Epoch, Zxid, txn::TxnDigest};
use zoowarden_zab::{Effect as Replication, LinkId};

use super::snapshot_writer::SealedSnapshot;

/// Which of the disk's threads would perform an effect. What one does waits for what the same
/// one was told before, never for the other's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DiskSide {
    /// Appends, truncations, epochs, loading anew.
    Log,
    /// Snapshots, our own and a leader's, and reading the log back.
    Snapshots,
}

impl DiskSide {
    /// The side for an effect; `None` where it is not the disk's.
    #[must_use]
    pub fn of(effect: &Effect) -> Option<Self> {
        match effect {
            Effect::Append { .. }
            | Effect::RollLog
            | Effect::Replication(
                Replication::Append { .. }
                | Replication::Truncate(_)
                | Replication::SaveAcceptedEpoch(_)
                | Replication::SaveCurrentEpoch(_)
                | Replication::Reload,
            ) => Some(Self::Log),
            Effect::SnapshotBegin { .. }
            | Effect::SnapshotSlice(_)
            | Effect::SnapshotEnd { .. }
            | Effect::Replication(
                Replication::StageBegin(_)
                | Replication::StageChunk(_)
                | Replication::StageEnd(_)
                | Replication::StageAbort
                | Replication::ReadLog { .. },
            ) => Some(Self::Snapshots),
            _ => None,
        }
    }
}

/// For the log's side, which does one after the other, in order with the appends.
#[derive(Debug)]
pub(super) enum LogCommand {
    /// Append these, in order.
    Append(Vec<(Zxid, Bytes)>),
    /// Begin a new file with the next transaction.
    Roll,
    /// Cut what follows this transaction.
    Truncate(Zxid),
    /// Save `acceptedEpoch`.
    SaveAcceptedEpoch(Epoch),
    /// Save `currentEpoch`.
    SaveCurrentEpoch(Epoch),
    /// Put a leader's snapshot, which is whole, in the place of the member's history.
    Install(SealedSnapshot),
    /// Load snapshot and log anew.
    Reload,
}

/// For the side of snapshots, which must never delay the log.
#[derive(Debug)]
pub(super) enum SnapshotCommand {
    /// Begin one of our own; another under way is given up.
    Begin {
        zxid: Zxid,
        /// [`super::history::History::changes`] when it was asked for.
        changes: u64,
    },
    /// The next part of its body.
    Slice(Bytes),
    /// Finish it.
    End {
        zxid: Zxid,
        digest: Option<TxnDigest>,
    },
    /// Remove what is old.
    Purge { retain: usize },
    /// Begin to write a leader's aside; another under way is given up.
    StageBegin(Zxid),
    /// The next part of its body.
    StageChunk(Bytes),
    /// Finish it.
    StageEnd(Zxid),
    /// Give it up.
    StageAbort,
    /// Read transactions behind `after` up to `upto`.
    ReadLog {
        link: LinkId,
        after: Zxid,
        upto: Zxid,
    },
}

/// For one of the sides.
#[derive(Debug)]
pub(super) enum Command {
    Log(LogCommand),
    Snapshots(SnapshotCommand),
}

impl Command {
    /// What an effect asks of the disk, whose history was changed so often; `None` where it
    /// asks nothing.
    pub(super) fn of(effect: Effect, changes: u64) -> Option<Self> {
        Some(match effect {
            Effect::Append { zxid, txn } => Self::Log(LogCommand::Append(vec![(zxid, txn)])),
            Effect::RollLog => Self::Log(LogCommand::Roll),
            Effect::SnapshotBegin { zxid } => {
                Self::Snapshots(SnapshotCommand::Begin { zxid, changes })
            }
            Effect::SnapshotSlice(bytes) => Self::Snapshots(SnapshotCommand::Slice(bytes)),
            Effect::SnapshotEnd { zxid, digest } => {
                Self::Snapshots(SnapshotCommand::End { zxid, digest })
            }
            Effect::Replication(effect) => return Self::of_replication(effect),
            _ => return None,
        })
    }

    fn of_replication(effect: Replication) -> Option<Self> {
        Some(match effect {
            Replication::Append { zxid, txn } => Self::Log(LogCommand::Append(vec![(zxid, txn)])),
            Replication::Truncate(zxid) => Self::Log(LogCommand::Truncate(zxid)),
            Replication::SaveAcceptedEpoch(epoch) => {
                Self::Log(LogCommand::SaveAcceptedEpoch(epoch))
            }
            Replication::SaveCurrentEpoch(epoch) => Self::Log(LogCommand::SaveCurrentEpoch(epoch)),
            Replication::Reload => Self::Log(LogCommand::Reload),
            Replication::StageBegin(zxid) => Self::Snapshots(SnapshotCommand::StageBegin(zxid)),
            Replication::StageChunk(bytes) => Self::Snapshots(SnapshotCommand::StageChunk(bytes)),
            Replication::StageEnd(zxid) => Self::Snapshots(SnapshotCommand::StageEnd(zxid)),
            Replication::StageAbort => Self::Snapshots(SnapshotCommand::StageAbort),
            Replication::ReadLog { link, after, upto } => {
                Self::Snapshots(SnapshotCommand::ReadLog { link, after, upto })
            }
            _ => return None,
        })
    }

    /// Whether it changes what the files tell, so that a snapshot begun before it must not be
    /// finished.
    pub(super) fn changes_history(&self) -> bool {
        matches!(
            self,
            Self::Log(LogCommand::Truncate(_) | LogCommand::Install(_))
                | Self::Snapshots(SnapshotCommand::StageEnd(_))
        )
    }
}
