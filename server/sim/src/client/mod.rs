//! A client: it opens a session, asks, waits, gives up on a silent server and moves to
//! another with its session, crashes. It speaks real frames.

mod replies;
mod watches;
mod workload;

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use zoowarden_shared::{
    SessionId, Zxid,
    jute::Jute,
    proto::{ConnectRequest, OpCode, Request, RequestHeader, put_frame, xid},
};

use self::watches::ClientWatches;
use crate::{
    chance::Dice,
    history::{History, Op},
};

/// What a client is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It asks for this and that.
    Worker,
    /// It only keeps its session.
    Idle,
    /// It asks for what it is told to: for other members.
    Operator,
    /// It writes until it succeeds, once all faults are over.
    Probe,
    /// It has crashed, and comes back with another session later.
    Crashed,
}

/// What a client does next.
#[derive(Debug)]
pub(crate) enum Move {
    Wait,
    /// Open a connection to some member, and send this first.
    Connect(Bytes),
    Send(Bytes),
    Hangup,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Apart,
    Connecting,
    Ready,
}

/// A session as its client keeps it.
#[derive(Clone, Debug)]
struct Session {
    id: SessionId,
    password: Bytes,
}

/// A client.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) index: usize,
    pub(crate) role: Role,
    pub(crate) conn: Option<u64>,
    /// Tells its present turn from those that were scheduled before.
    pub(crate) token: u64,
    /// Whether a probe was acknowledged.
    pub(crate) probed: bool,
    /// Whether it takes a member that has no leader, and only reads there.
    pub(crate) accepts_read_only: bool,
    /// Whether its watches come along when it moves.
    pub(crate) renews_watches: bool,
    /// What it was told to ask for.
    pub(crate) errand: Option<Request>,
    /// Whether the member that it is connected to has not served with a leader since it was
    /// started.
    pub(crate) member_is_new: bool,
    /// Whether that member has no leader.
    is_read_only: bool,
    watches: ClientWatches,
    phase: Phase,
    session: Option<Session>,
    timeout_ms: i32,
    most_outstanding: usize,
    last_zxid: Zxid,
    last_xid: i32,
    /// Directories that it has made sure of.
    directories: usize,
    outstanding: VecDeque<(i32, OpCode, Option<usize>)>,
    inbox: BytesMut,
    last_sent_us: u64,
    last_heard_us: u64,
}

impl Client {
    pub(crate) fn new(index: usize, timeout_ms: i32, most_outstanding: usize) -> Self {
        Self {
            index,
            role: Role::Worker,
            conn: None,
            token: 0,
            probed: false,
            accepts_read_only: false,
            renews_watches: false,
            errand: None,
            member_is_new: false,
            is_read_only: false,
            watches: ClientWatches::default(),
            phase: Phase::Apart,
            session: None,
            timeout_ms,
            most_outstanding,
            last_zxid: Zxid::ZERO,
            last_xid: 0,
            directories: 0,
            outstanding: VecDeque::new(),
            inbox: BytesMut::new(),
            last_sent_us: 0,
            last_heard_us: 0,
        }
    }

    /// Its session, if it has one.
    pub(crate) fn session(&self) -> Option<SessionId> {
        self.session.as_ref().map(|session| session.id)
    }

    /// Whether it has a session on a connection.
    pub(crate) fn is_ready(&self) -> bool {
        self.phase == Phase::Ready
    }

    /// For a line of the trace.
    pub(crate) fn describe_session(&self) -> String {
        let session = self.session().unwrap_or_default();
        let how = if self.is_read_only { ", read-only" } else { "" };
        format!("session {session} on connection {:?}{how}", self.conn)
    }

    /// Whether it has a session on a connection, and waits for nothing.
    pub(crate) fn is_settled(&self) -> bool {
        self.role == Role::Crashed || (self.phase == Phase::Ready && self.outstanding.is_empty())
    }

    /// Its turn.
    pub(crate) fn act(&mut self, now_us: u64, dice: &mut Dice, history: &mut History) -> Move {
        let patience_us = self.timeout_ms as u64 * 1000 * 2 / 3;
        match self.phase {
            Phase::Apart if self.role == Role::Crashed => Move::Wait,
            Phase::Apart => {
                // With a session that others know, a member without a leader sends it away.
                if self.accepts_read_only
                    && self.role == Role::Worker
                    && dice.one_in(3)
                    && let Some(session) = self.forget_session()
                {
                    history.abandoned(session, now_us);
                }
                self.phase = Phase::Connecting;
                self.last_heard_us = now_us;
                self.last_sent_us = now_us;
                Move::Connect(self.handshake())
            }
            Phase::Connecting if now_us - self.last_heard_us > patience_us => Move::Hangup,
            Phase::Connecting => Move::Wait,
            Phase::Ready => {
                let waits = !self.outstanding.is_empty();
                if waits && now_us - self.last_heard_us > patience_us {
                    return Move::Hangup;
                }
                if self.outstanding.len() < self.most_outstanding
                    && let Some(request) = self.next_request(dice, history)
                {
                    return self.send(now_us, request, history);
                }
                if !waits && now_us - self.last_sent_us > patience_us / 3 {
                    return self.ping(now_us);
                }
                Move::Wait
            }
        }
    }

    fn next_request(&mut self, dice: &mut Dice, history: &History) -> Option<Request> {
        let unique = history.ops.len() as u64;
        match self.role {
            Role::Worker => {
                if let Some(directory) = workload::directory(self.directories) {
                    self.directories += 1;
                    return Some(directory);
                }
                Some(workload::draw(dice, unique))
            }
            Role::Probe if !self.probed && self.outstanding.is_empty() => {
                Some(workload::probe(unique))
            }
            Role::Operator => self.errand.take(),
            Role::Probe | Role::Idle | Role::Crashed => None,
        }
    }

    fn send(&mut self, now_us: u64, request: Request, history: &mut History) -> Move {
        let Some(session) = self.session() else {
            return Move::Wait;
        };
        if self.outstanding.is_empty() {
            self.last_heard_us = now_us;
        }
        self.last_sent_us = now_us;
        let op = request.opcode();
        let cxid = match op {
            OpCode::SetWatches2 => xid::SET_WATCHES,
            _ => {
                self.last_xid += 1;
                self.last_xid
            }
        };
        let frame = request_frame(cxid, &request);
        let index = history.invoked(Op {
            session,
            cxid,
            request,
            invoked_us: now_us,
            is_read_only: self.is_read_only,
            may_be_undecided: self.member_is_new,
            reply: None,
        });
        self.outstanding.push_back((cxid, op, Some(index)));
        Move::Send(frame)
    }

    fn ping(&mut self, now_us: u64) -> Move {
        self.last_sent_us = now_us;
        self.last_heard_us = now_us;
        self.outstanding.push_back((xid::PING, OpCode::Ping, None));
        Move::Send(request_frame(xid::PING, &Request::Ping))
    }

    fn handshake(&self) -> Bytes {
        let (session_id, password) = match &self.session {
            Some(session) => (session.id, session.password.clone()),
            None => (SessionId::NONE, Bytes::from_static(&[0; 16])),
        };
        let request = ConnectRequest {
            protocol_version: 0,
            last_zxid_seen: self.last_zxid,
            timeout_ms: self.timeout_ms,
            session_id,
            password: Some(password),
            read_only: Some(self.accepts_read_only),
        };
        let mut out = BytesMut::new();
        put_frame(&mut out, |out| request.encode(out));
        out.freeze()
    }

    /// Its connection is gone: what was outstanding may have happened or not.
    pub(crate) fn lost(&mut self) {
        self.conn = None;
        self.phase = Phase::Apart;
        self.outstanding.clear();
        self.inbox.clear();
        if !self.renews_watches {
            self.watches = ClientWatches::default();
        }
    }

    /// Its session is over, and with it all its watches.
    fn forget_session(&mut self) -> Option<SessionId> {
        self.watches = ClientWatches::default();
        self.session.take().map(|session| session.id)
    }

    /// It is gone without a word, and has forgotten its session.
    pub(crate) fn crash(&mut self, now_us: u64, history: &mut History) {
        self.lost();
        self.role = Role::Crashed;
        if let Some(session) = self.forget_session() {
            history.abandoned(session, now_us);
        }
    }
}

fn request_frame(xid: i32, request: &Request) -> Bytes {
    let mut out = BytesMut::new();
    put_frame(&mut out, |out| {
        let op = request.opcode().code();
        RequestHeader { xid, op }.encode(out);
        request.encode(out);
    });
    out.freeze()
}
