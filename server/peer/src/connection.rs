//! One client connection as the pipeline knows it: how far its session is, what it still has to
//! be answered, and what it has done so far.

use core::net::{IpAddr, SocketAddr};
use std::{collections::VecDeque, sync::Arc};

use bytes::Bytes;
use zoowarden_shared::{ErrorCode, SessionId, Zxid, acl::Id, proto::OpCode};

use crate::{
    input::{CloseReason, ConnId, Now},
    view::ConnectionView,
};

/// How far a connection is.
#[derive(Debug)]
pub(crate) enum Phase {
    /// Its first frame is to come.
    Handshake,
    /// Its createSession is on its way, or the leader is asked for its session; what it sends
    /// meanwhile waits here.
    AwaitingSession {
        /// Whole frames, in order.
        held: Vec<Bytes>,
    },
    /// It has a session.
    Established,
    /// Its session is being closed, or a last reply is queued: whatever else it sends is
    /// dropped, as Apache drops requests of a closing session.
    Ending,
}

/// What a connection is still to be answered, in the order of its requests.
#[derive(Debug)]
pub(crate) enum Queued {
    /// A write, answered when its transaction is committed. The proposals in flight hold it,
    /// or on a learner the requests forwarded.
    Write,
    /// Nothing to be answered: what the session wrote through an earlier connection comes
    /// before whatever stands behind this.
    Barrier,
    /// A request without a transaction that waits for what is before it.
    Request(PendingRequest),
    /// A reply that is already decided.
    Ready(ReadyReply),
}

/// A request without a transaction, as it arrived.
#[derive(Debug)]
pub(crate) struct PendingRequest {
    pub(crate) xid: i32,
    pub(crate) op: OpCode,
    pub(crate) body: Bytes,
    /// The identities proved before it was sent.
    pub(crate) auth: Arc<[Id]>,
    pub(crate) received_us: u64,
    pub(crate) awaits: Awaits,
}

/// What a request waits for, beside its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Awaits {
    /// Nothing more.
    Nothing,
    /// A standalone server's sync: everything proposed before it is applied.
    Applied(Zxid),
    /// A leader's sync: the same, and a quorum has said that it still leads.
    Confirmed {
        applied: Zxid,
        /// The number of what was asked.
        confirmed: u64,
    },
    /// A learner's sync: the leader has answered so many.
    Synced(u64),
}

/// How far the member is, by what a request may wait for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Progress {
    /// The last transaction applied.
    pub(crate) applied: Zxid,
    /// Up to which question a quorum has said that this member leads.
    pub(crate) confirmed: u64,
    /// Syncs that the leader has answered since this member serves.
    pub(crate) syncs_answered: u64,
}

impl Progress {
    /// Whether what a request waits for has happened.
    pub(crate) fn has_come(self, awaits: Awaits) -> bool {
        match awaits {
            Awaits::Nothing => true,
            Awaits::Applied(zxid) => self.applied >= zxid,
            Awaits::Confirmed { applied, confirmed } => {
                self.applied >= applied && self.confirmed >= confirmed
            }
            Awaits::Synced(count) => self.syncs_answered >= count,
        }
    }
}

/// A reply without a body, or sasl's empty one.
#[derive(Debug)]
pub(crate) struct ReadyReply {
    pub(crate) xid: i32,
    pub(crate) zxid: Zxid,
    pub(crate) err: ErrorCode,
    /// Whether the body of a sasl reply follows, a null token.
    pub(crate) null_token: bool,
    /// Close the connection behind it.
    pub(crate) close: Option<CloseReason>,
}

/// A client connection.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) remote: SocketAddr,
    pub(crate) phase: Phase,
    pub(crate) session: Option<SessionId>,
    pub(crate) timeout_ms: i32,
    /// Whether the client's handshake had the readOnly byte; then so has the answer.
    pub(crate) knows_read_only: bool,
    /// The identities it has proved, its address first.
    pub(crate) auth: Arc<[Id]>,
    pub(crate) queue: VecDeque<Queued>,
    /// Of a learner: the last transaction known when the session came here from elsewhere.
    /// Later ones alone can answer what is asked here.
    pub(crate) joined_at: Zxid,
    /// Requests with a positive xid that are not answered (`ServerCnxn.outstandingCount`).
    pub(crate) outstanding: u64,
    pub(crate) paused: bool,
    pub(crate) stats: ConnectionStats,
}

impl Connection {
    pub(crate) fn new(remote: SocketAddr, now: Now) -> Self {
        let address = Id::new("ip", &host_address(remote.ip()));
        Self {
            remote,
            phase: Phase::Handshake,
            session: None,
            timeout_ms: 0,
            knows_read_only: false,
            auth: Arc::new([address]),
            queue: VecDeque::new(),
            joined_at: Zxid::ZERO,
            outstanding: 0,
            paused: false,
            stats: ConnectionStats::new(now.wall_ms),
        }
    }

    /// Adds an identity, once.
    pub(crate) fn add_auth(&mut self, id: Id) {
        if !self.auth.contains(&id) {
            self.auth = self.auth.iter().cloned().chain([id]).collect();
        }
    }

    /// Whether a request can be answered now: nothing before it waits.
    pub(crate) fn is_idle(&self) -> bool {
        self.queue.is_empty()
    }

    pub(crate) fn view(&self, conn: ConnId, watches: usize) -> ConnectionView {
        let stats = &self.stats;
        ConnectionView {
            conn,
            remote: self.remote,
            reading: !self.paused,
            outstanding: self.outstanding,
            received: stats.received,
            sent: stats.sent,
            established_wall_ms: stats.established_wall_ms,
            session: self.session,
            timeout_ms: self.timeout_ms,
            last_op: stats.last_op,
            last_cxid: stats.last_cxid,
            last_zxid: stats.last_zxid,
            last_response_mono_ms: stats.last_response_us / 1000,
            last_latency_ms: stats.last_latency_us / 1000,
            min_latency_ms: stats.min_latency_us.map_or(0, |us| us / 1000),
            avg_latency_ms: stats
                .total_latency_us
                .checked_div(stats.count)
                .map_or(0, |us| us / 1000),
            max_latency_ms: stats.max_latency_us / 1000,
            watches,
        }
    }
}

/// An address as Java's `getHostAddress` writes it: IPv6 with all its eight groups.
fn host_address(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let groups = address.segments().map(|group| format!("{group:x}"));
            groups.join(":")
        }
    }
}

/// What `cons` tells of a connection, and `crst` resets.
#[derive(Debug)]
pub(crate) struct ConnectionStats {
    established_wall_ms: i64,
    pub(crate) received: u64,
    pub(crate) sent: u64,
    last_op: &'static str,
    last_cxid: i64,
    last_zxid: i64,
    last_response_us: u64,
    last_latency_us: u64,
    min_latency_us: Option<u64>,
    max_latency_us: u64,
    total_latency_us: u64,
    count: u64,
}

impl ConnectionStats {
    fn new(established_wall_ms: i64) -> Self {
        Self {
            established_wall_ms,
            received: 0,
            sent: 0,
            last_op: "NA",
            last_cxid: -1,
            last_zxid: -1,
            last_response_us: 0,
            last_latency_us: 0,
            min_latency_us: None,
            max_latency_us: 0,
            total_latency_us: 0,
            count: 0,
        }
    }

    /// Forgets all but the time of the connection.
    pub(crate) fn reset(&mut self) {
        *self = Self::new(self.established_wall_ms);
    }

    /// A request was answered (`ServerCnxn.updateStatsForResponse`). The client's last xid is
    /// that of its last real operation: pings and the like have negative ones.
    pub(crate) fn answered(
        &mut self,
        last_op: &'static str,
        xid: i32,
        zxid: Zxid,
        received_us: u64,
        now_us: u64,
    ) {
        if xid >= 0 {
            self.last_cxid = i64::from(xid);
        }
        self.last_zxid = zxid.0;
        self.last_op = last_op;
        self.last_response_us = now_us;
        let latency_us = now_us.saturating_sub(received_us);
        self.last_latency_us = latency_us;
        self.min_latency_us = Some(
            self.min_latency_us
                .map_or(latency_us, |us| us.min(latency_us)),
        );
        self.max_latency_us = self.max_latency_us.max(latency_us);
        self.total_latency_us = self.total_latency_us.saturating_add(latency_us);
        self.count += 1;
    }
}

/// `lop` of `cons`, as `FinalRequestProcessor` abbreviates the operations.
pub(crate) fn last_op_name(op: OpCode) -> &'static str {
    match op {
        OpCode::Ping => "PING",
        OpCode::CreateSession => "SESS",
        OpCode::Multi => "MULT",
        OpCode::MultiRead => "MLTR",
        OpCode::Create | OpCode::Create2 | OpCode::CreateTtl | OpCode::CreateContainer => "CREA",
        OpCode::Delete | OpCode::DeleteContainer => "DELE",
        OpCode::SetData => "SETD",
        OpCode::Reconfig => "RECO",
        OpCode::SetAcl => "SETA",
        OpCode::CloseSession => "CLOS",
        OpCode::Sync => "SYNC",
        OpCode::Check => "CHEC",
        OpCode::Exists => "EXIS",
        OpCode::GetData => "GETD",
        OpCode::SetWatches => "SETW",
        OpCode::SetWatches2 => "STW2",
        OpCode::AddWatch => "ADDW",
        OpCode::GetAcl => "GETA",
        OpCode::GetChildren | OpCode::GetChildren2 => "GETC",
        OpCode::GetAllChildrenNumber => "GETACN",
        OpCode::CheckWatches => "CHKW",
        OpCode::RemoveWatches => "REMW",
        OpCode::WhoAmI => "HOMI",
        OpCode::GetEphemerals => "GETE",
        OpCode::Auth | OpCode::Sasl | OpCode::Notification | OpCode::Error => "NA",
    }
}
