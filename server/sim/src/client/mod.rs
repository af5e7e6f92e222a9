//! A client: it opens a session, asks, waits, gives up on a silent server and moves to
//! another with its session, crashes. It speaks real frames.

mod workload;

use std::collections::VecDeque;

use bytes::{Bytes, BytesMut};
use zoowarden_shared::{
    ErrorCode, SessionId, Zxid,
    jute::{Jute, Reader},
    proto::{
        ConnectRequest, ConnectResponse, EventType, Frames, OpCode, ReplyHeader, Request,
        RequestHeader, WatcherEvent, put_frame, xid,
    },
};

use crate::{
    chance::Dice,
    history::{Heard, History, Op, Reply},
};

/// What a client is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// It asks for this and that.
    Worker,
    /// It only keeps its session.
    Idle,
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
        self.last_xid += 1;
        self.last_sent_us = now_us;
        let op = request.opcode();
        let frame = request_frame(self.last_xid, &request);
        let index = history.invoked(Op {
            session,
            cxid: self.last_xid,
            request,
            invoked_us: now_us,
            reply: None,
        });
        self.outstanding.push_back((self.last_xid, op, Some(index)));
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
            read_only: Some(false),
        };
        let mut out = BytesMut::new();
        put_frame(&mut out, |out| request.encode(out));
        out.freeze()
    }

    /// Bytes arrived. `Err` where they are not what a server sends.
    pub(crate) fn hear(
        &mut self,
        now_us: u64,
        conn: u64,
        member: usize,
        bytes: &[u8],
        history: &mut History,
    ) -> Result<Move, String> {
        self.last_heard_us = now_us;
        self.inbox.extend_from_slice(bytes);
        loop {
            let frame = Frames::new(&mut self.inbox, usize::MAX).next_frame();
            let Some(frame) = frame.map_err(|error| error.to_string())? else {
                return Ok(Move::Wait);
            };
            let action = match self.phase {
                Phase::Connecting => self.connected(now_us, conn, member, frame, history),
                Phase::Ready => self.replied(now_us, conn, frame, history),
                Phase::Apart => return Ok(Move::Wait),
            };
            let action = action.map_err(|what| format!("client {}: {what}", self.index))?;
            if !matches!(action, Move::Wait) {
                return Ok(action);
            }
        }
    }

    fn connected(
        &mut self,
        now_us: u64,
        conn: u64,
        member: usize,
        frame: Bytes,
        history: &mut History,
    ) -> Result<Move, String> {
        let response = ConnectResponse::from_bytes(frame).map_err(|error| error.to_string())?;
        if response.timeout_ms <= 0 {
            if let Some(session) = self.session.take() {
                history.refused(session.id, now_us);
            }
            return Ok(Move::Hangup);
        }
        if let Some(session) = &self.session
            && session.id != response.session_id
        {
            return Err(format!(
                "asked for session {} and got {}",
                session.id, response.session_id
            ));
        }
        self.phase = Phase::Ready;
        self.session = Some(Session {
            id: response.session_id,
            password: response.password.unwrap_or_default(),
        });
        history.established(conn, self.index, member, response.session_id);
        Ok(Move::Wait)
    }

    fn replied(
        &mut self,
        now_us: u64,
        conn: u64,
        frame: Bytes,
        history: &mut History,
    ) -> Result<Move, String> {
        let mut reader = Reader::new(frame);
        let header = ReplyHeader::decode(&mut reader).map_err(|error| error.to_string())?;
        if header.xid == xid::NOTIFICATION {
            let event = WatcherEvent::from_bytes(reader.rest()).map_err(|e| e.to_string())?;
            let kind = EventType::from_code(event.kind)
                .ok_or_else(|| format!("event of kind {}", event.kind))?;
            history.heard(
                conn,
                Heard::Event {
                    kind,
                    path: event.path,
                    zxid: header.zxid,
                },
            );
            return Ok(Move::Wait);
        }
        let Some((expected, op, index)) = self.outstanding.pop_front() else {
            return Err(format!("a reply to nothing: xid {}", header.xid));
        };
        if expected != header.xid {
            return Err(format!(
                "replies out of order: xid {} where {expected} was next",
                header.xid
            ));
        }
        if header.zxid > self.last_zxid {
            self.last_zxid = header.zxid;
        }
        let Some(index) = index else {
            history.heard(conn, Heard::Ping(header.zxid));
            return Ok(Move::Wait);
        };
        let reply = Reply {
            at_us: now_us,
            zxid: header.zxid,
            err: header.err,
            body: reader.rest(),
        };
        if self.role == Role::Probe && op == OpCode::Create && header.err == ErrorCode::Ok {
            self.probed = true;
        }
        history.replied(conn, index, reply);
        if op == OpCode::CloseSession {
            if let Some(session) = self.session.take() {
                history.abandoned(session.id, now_us);
            }
            return Ok(Move::Hangup);
        }
        Ok(Move::Wait)
    }

    /// Its connection is gone: what was outstanding may have happened or not.
    pub(crate) fn lost(&mut self) {
        self.conn = None;
        self.phase = Phase::Apart;
        self.outstanding.clear();
        self.inbox.clear();
    }

    /// It is gone without a word, and has forgotten its session.
    pub(crate) fn crash(&mut self, now_us: u64, history: &mut History) {
        self.lost();
        self.role = Role::Crashed;
        if let Some(session) = self.session.take() {
            history.abandoned(session.id, now_us);
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
