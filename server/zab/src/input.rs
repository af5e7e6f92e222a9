//! What a member's replication is told by its shell: votes, links, the disk.

use core::net::SocketAddr;

use bytes::Bytes;
use zoowarden_shared::{Epoch, Sid, Zxid, election::Notification, quorum::QuorumPacket};

/// A connection between a leader's quorum port and a learner, never used twice by a process.
///
/// Ids of accepted connections are given by the shell, those of dialled ones by the core: the
/// highest bit tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinkId(u64);

impl LinkId {
    const DIALLED: u64 = 1 << 63;

    /// The `number`th connection accepted.
    #[must_use]
    pub fn accepted(number: u64) -> Self {
        Self(number & !Self::DIALLED)
    }

    pub(crate) fn dialled(number: u64) -> Self {
        Self(number | Self::DIALLED)
    }

    /// The number itself, for logs, and as the owner of sessions.
    #[must_use]
    pub fn number(self) -> u64 {
        self.0
    }
}

/// One thing that happened outside the state machine.
#[derive(Debug)]
pub enum Input {
    /// A message on the election port. An older one that was not read yet may be left out.
    Vote {
        /// From whom.
        from: Sid,
        /// What it says.
        notification: Notification,
    },
    /// The election port's connection with a member came up or went down.
    ElectionLink {
        /// With whom.
        sid: Sid,
        /// Whether messages go through now.
        up: bool,
    },
    /// A connection of the quorum port did something.
    Link(LinkId, LinkEvent),
}

/// What a connection of the quorum port did.
#[derive(Debug)]
pub enum LinkEvent {
    /// A learner, or somebody who may become one, dialled us.
    Accepted {
        /// From where.
        remote: SocketAddr,
    },
    /// [`crate::Effect::Dial`] succeeded.
    Connected,
    /// [`crate::Effect::Dial`] did not succeed; the link is gone.
    DialFailed,
    /// A packet arrived.
    Packet(QuorumPacket),
    /// The next part of the raw stream that follows a SNAP packet, without its signature: the
    /// body as a snapshot file has it.
    SnapshotChunk(Bytes),
    /// The raw stream is complete, its signature is right.
    SnapshotEnd,
    /// It is gone; nothing can be sent on it any more.
    Closed,
}

/// What the disk has done for replication.
#[derive(Debug)]
pub enum DiskEvent {
    /// Every transaction up to and including this one survives a crash.
    Flushed {
        /// The last of them.
        upto: Zxid,
    },
    /// `acceptedEpoch` is durable.
    AcceptedEpochSaved(Epoch),
    /// `currentEpoch` is durable.
    CurrentEpochSaved(Epoch),
    /// The log ends with this transaction, durably.
    Truncated(Zxid),
    /// The log cannot be made to end there: no snapshot is old enough, or it is another
    /// history. Nothing has changed.
    TruncateRefused(Zxid),
    /// A leader's snapshot is whole, durable, and what a restart would begin with.
    Staged(Zxid),
    /// It could not be written. Nothing has changed.
    StageFailed,
    /// The state machine was loaded anew from disk, up to this transaction.
    Reloaded(Zxid),
    /// What [`crate::Effect::ReadLog`] asked for, or its first part.
    LogRead {
        /// For which learner.
        link: LinkId,
        /// Transactions in order, without a hole, from the one after `after` on.
        txns: Vec<(Zxid, Bytes)>,
        /// Whether `upto` is reached. If not, and `txns` is empty, the log does not have them.
        complete: bool,
    },
}
