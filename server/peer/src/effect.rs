//! What a peer asks its driver to do.

use bytes::{Bytes, BytesMut};
use rustc_hash::FxHashMap;
use zoowarden_shared::{Zxid, txn::TxnDigest};
use zoowarden_zab::LinkId;

use crate::input::{CloseReason, ConnId};

/// Room for a reply with a little data, so that most need no growing, bytes.
const USUAL_REPLY_LEN: usize = 256;

/// One thing to do. The driver performs effects in order, each kind independently of the
/// others: nothing that must wait for the disk is emitted before the disk has said so.
#[derive(Debug, PartialEq, Eq)]
pub enum Effect {
    /// Close this connection once what was sent to it before is written.
    CloseClient(ConnId, CloseReason),
    /// Stop reading this connection until [`Effect::ResumeReading`]: too much is outstanding.
    PauseReading(ConnId),
    /// Read it again.
    ResumeReading(ConnId),
    /// Append a transaction (header, body, digest) to the log; answered by
    /// [`crate::DiskEvent::Flushed`] at the latest when nothing more is queued.
    Append {
        /// Its zxid, always the one after the last appended.
        zxid: Zxid,
        /// Its bytes, as in a PROPOSAL.
        txn: Bytes,
    },
    /// Close the current log file: the next append opens a new one named for its zxid.
    RollLog,
    /// Begin a snapshot. The driver writes the file header and asks for slices.
    SnapshotBegin {
        /// The last transaction that it holds.
        zxid: Zxid,
    },
    /// The next part of the snapshot's body (sessions, ACLs, nodes, the end mark), without
    /// checksums; answered by [`crate::DiskEvent::SnapshotSliceWritten`].
    SnapshotSlice(Bytes),
    /// The body is complete: seal it, add the digest section, make it durable, rename it.
    SnapshotEnd {
        /// As in [`Effect::SnapshotBegin`].
        zxid: Zxid,
        /// The tree's digest at that transaction, where digests are on.
        digest: Option<TxnDigest>,
    },
    /// Something that an operator should find in the log.
    Event(Event),
    /// What replication asks of network and disk. (Appends are [`Effect::Append`].)
    Replication(zoowarden_zab::Effect),
    /// A part of the raw snapshot that follows a SNAP packet on this link; answered by
    /// [`crate::Input::Drained`] when it is written to the socket.
    SendRaw(LinkId, Bytes),
}

/// A fact for the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A session was created or taken up.
    SessionEstablished {
        /// The session.
        session: zoowarden_shared::SessionId,
        /// Its negotiated timeout, milliseconds.
        timeout_ms: i32,
    },
    /// A session was not heard of within its timeout.
    SessionExpired {
        /// The session.
        session: zoowarden_shared::SessionId,
        /// Its timeout, milliseconds.
        timeout_ms: i32,
    },
    /// A quota is exceeded: a soft one, or a hard one, whose write is refused where quotas
    /// are enforced.
    QuotaExceeded {
        /// The znode with the quota.
        path: String,
        /// What is exceeded, as Apache's log says it.
        detail: String,
    },
    /// The digest that a transaction carried is not the one we computed.
    DigestMismatch {
        /// The transaction.
        zxid: Zxid,
    },
    /// A decided transaction cannot be read: the member must stop, since it cannot keep up
    /// with the others any more.
    UnreadableTxn {
        /// The transaction.
        zxid: Zxid,
        /// What is wrong with it.
        detail: String,
    },
    /// An election, or a learner.
    Replication(zoowarden_zab::Event),
}

/// The effects of one or more inputs, and the bytes for clients, gathered per connection so
/// that a batch of requests is answered by one write.
#[derive(Debug, Default)]
pub struct Effects {
    effects: Vec<Effect>,
    to_clients: FxHashMap<ConnId, BytesMut>,
}

impl Effects {
    /// No effects yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks for one.
    pub fn push(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Where bytes for this connection are appended, whole frames only.
    pub fn to_client(&mut self, conn: ConnId) -> &mut BytesMut {
        self.to_clients
            .entry(conn)
            .or_insert_with(|| BytesMut::with_capacity(USUAL_REPLY_LEN))
    }

    /// Takes the bytes for clients. They are to be queued before a [`Effect::CloseClient`]
    /// of the same batch.
    pub fn take_to_clients(&mut self) -> impl Iterator<Item = (ConnId, Bytes)> + '_ {
        self.to_clients
            .drain()
            .map(|(conn, bytes)| (conn, bytes.freeze()))
    }

    /// Takes the effects, in order.
    pub fn take(&mut self) -> impl Iterator<Item = Effect> + '_ {
        self.effects.drain(..)
    }

    /// Whether there is nothing to do.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.effects.is_empty() && self.to_clients.is_empty()
    }
}
