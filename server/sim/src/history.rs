//! What the clients saw: every request with its reply, every event, in the order of arrival
//! on each connection.

use std::collections::BTreeMap;

use bytes::Bytes;
use zoowarden_shared::{
    ErrorCode, SessionId, Zxid,
    proto::{EventType, OpCode, Request},
};

/// A request.
#[derive(Debug)]
pub(crate) struct Op {
    pub(crate) session: SessionId,
    pub(crate) cxid: i32,
    pub(crate) request: Request,
    pub(crate) invoked_us: u64,
    /// Whether it was asked of a member without a leader.
    pub(crate) is_read_only: bool,
    /// Whether that member has not served with a leader since it was started.
    pub(crate) may_be_undecided: bool,
    /// `None` where the outcome is unknown.
    pub(crate) reply: Option<Reply>,
}

/// Its reply.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) at_us: u64,
    pub(crate) zxid: Zxid,
    pub(crate) err: ErrorCode,
    pub(crate) body: Bytes,
}

/// Something that arrived at a client.
#[derive(Debug)]
pub(crate) enum Heard {
    /// The reply to this request.
    Reply(usize),
    /// The reply to a ping.
    Ping(Zxid),
    Event {
        kind: EventType,
        path: String,
        zxid: Zxid,
    },
}

/// A connection on which a session was established.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) client: usize,
    pub(crate) member: usize,
    pub(crate) session: SessionId,
    pub(crate) heard: Vec<Heard>,
}

/// A session as its client knows it.
#[derive(Debug, Default)]
pub(crate) struct SessionRecord {
    /// The client was told that the session is no more.
    pub(crate) refused_us: Option<u64>,
    /// The client has crashed, or forgotten it.
    pub(crate) abandoned_us: Option<u64>,
    /// It may be known to one member alone, and to no transaction.
    pub(crate) may_be_local: bool,
}

/// Everything.
#[derive(Debug, Default)]
pub(crate) struct History {
    pub(crate) ops: Vec<Op>,
    /// By the connection's number.
    pub(crate) connections: BTreeMap<u64, Connection>,
    pub(crate) sessions: BTreeMap<SessionId, SessionRecord>,
    /// The order in which replies arrived, over all clients.
    pub(crate) replied: Vec<usize>,
    makes_local_sessions: bool,
}

impl Op {
    pub(crate) fn is_write(&self) -> bool {
        matches!(
            self.request.opcode(),
            OpCode::Create
                | OpCode::Create2
                | OpCode::Delete
                | OpCode::SetData
                | OpCode::Multi
                | OpCode::Reconfig
                | OpCode::CloseSession
        )
    }
}

impl History {
    pub(crate) fn new(makes_local_sessions: bool) -> Self {
        Self {
            makes_local_sessions,
            ..Self::default()
        }
    }

    pub(crate) fn invoked(&mut self, op: Op) -> usize {
        self.ops.push(op);
        self.ops.len() - 1
    }

    pub(crate) fn replied(&mut self, conn: u64, index: usize, reply: Reply) {
        if let Some(op) = self.ops.get_mut(index) {
            op.reply = Some(reply);
            self.replied.push(index);
        }
        self.heard(conn, Heard::Reply(index));
    }

    pub(crate) fn heard(&mut self, conn: u64, heard: Heard) {
        if let Some(connection) = self.connections.get_mut(&conn) {
            connection.heard.push(heard);
        }
    }

    pub(crate) fn established(&mut self, conn: u64, connection: Connection, is_read_only: bool) {
        let record = self.sessions.entry(connection.session).or_default();
        record.may_be_local |= self.makes_local_sessions || is_read_only;
        self.connections.insert(conn, connection);
    }

    pub(crate) fn refused(&mut self, session: SessionId, at_us: u64) {
        self.sessions.entry(session).or_default().refused_us = Some(at_us);
    }

    pub(crate) fn abandoned(&mut self, session: SessionId, at_us: u64) {
        self.sessions.entry(session).or_default().abandoned_us = Some(at_us);
    }
}
