//! What a peer is told: time, what clients sent, what the disk has done.

use core::net::SocketAddr;

use bytes::Bytes;
use zoowarden_shared::{ErrorCode, Zxid};
use zoowarden_zab::LinkId;

use crate::recovered::Recovered;

/// The time at which an input is handled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// Microseconds of a clock that only goes forward, from any origin. Deadlines count in it.
    pub mono_us: u64,
    /// Unix milliseconds, for transaction headers and znode times only: it may jump.
    pub wall_ms: i64,
}

/// A client connection of this process, never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnId(pub u64);

/// One thing that happened.
#[derive(Debug)]
pub enum Input {
    /// The deadline that [`crate::Peer::deadline`] named has come.
    Tick,
    /// A client connection did something.
    Client(ConnId, ClientEvent),
    /// The disk has done something.
    Disk(DiskEvent),
    /// Something happened on the election or the quorum port.
    Replication(zoowarden_zab::Input),
    /// What [`crate::Effect::SendRaw`] gave this link is written: it has room for more.
    Drained(LinkId),
}

/// What a client connection did.
#[derive(Debug)]
pub enum ClientEvent {
    /// It was accepted.
    Opened {
        /// The client's address.
        remote: SocketAddr,
    },
    /// Whole frames arrived: `bytes` is one or more of them, each with its length prefix,
    /// in the order of arrival, all that one read of the socket held.
    Frames(Bytes),
    /// It is gone; nothing can be sent to it any more.
    Closed,
}

/// What the disk has done.
#[derive(Debug)]
pub enum DiskEvent {
    /// Every transaction up to and including this one survives a crash.
    Flushed {
        /// The last of them.
        upto: Zxid,
    },
    /// The last slice was written: the snapshot under way wants its next one.
    SnapshotSliceWritten,
    /// The snapshot is whole, durable and under its final name.
    SnapshotDone {
        /// The transaction up to which it reaches.
        zxid: Zxid,
    },
    /// The snapshot could not be written. The log goes on; the next one is tried later.
    SnapshotFailed,
    /// The log could not be written or flushed. What was not [`DiskEvent::Flushed`] by now
    /// never will be, so that the member must stop serving (fail closed, ZOOKEEPER-3701).
    LogFailed,
    /// What [`crate::Effect::Replication`] asked of the disk is done. (What is flushed is told
    /// by [`DiskEvent::Flushed`], a load by [`DiskEvent::Reloaded`].)
    Replication(zoowarden_zab::DiskEvent),
    /// The state was loaded anew, as at a start.
    Reloaded(Box<Recovered>),
}

/// Why a connection ends, for the one log line that names the address and the fault.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// The client closed its session.
    SessionClosed,
    /// The session expired, or an operator closed it.
    SessionExpired,
    /// The session was taken up on another connection.
    SessionMoved,
    /// The session asked for is not there, or the password is wrong.
    SessionRefused,
    /// The client has seen a later transaction than this server has.
    ClientAhead {
        /// What the client has seen.
        seen: Zxid,
    },
    /// More connections than `maxClientCnxns` or `maxCnxns`.
    TooManyConnections,
    /// Bytes that are no frame, no handshake, or no request.
    Malformed(String),
    /// Credentials that no provider takes.
    AuthFailed(ErrorCode),
    /// An operator sends some of the clients to other members.
    Shed,
    /// The member does not serve (any more).
    NotServing,
}
