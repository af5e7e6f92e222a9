//! What a client makes of what it is sent: the answer to its handshake, replies, events.

use bytes::Bytes;
use zoowarden_shared::{
    ErrorCode,
    jute::{Jute, Reader},
    proto::{ConnectResponse, EventType, Frames, OpCode, ReplyHeader, WatcherEvent, xid},
};

use super::{Client, Move, Phase, Role, Session};
use crate::history::{Connection, Heard, History, Reply};

impl Client {
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
        self.is_read_only = response.read_only == Some(true);
        if response.timeout_ms <= 0 {
            if let Some(session) = self.forget_session() {
                // A member without a leader takes what it has not heard of for expired.
                if self.is_read_only {
                    history.abandoned(session, now_us);
                } else {
                    history.refused(session, now_us);
                }
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
        history.established(
            conn,
            Connection {
                client: self.index,
                member,
                session: response.session_id,
                heard: Vec::new(),
            },
            self.is_read_only,
        );
        match self.watches.request(self.last_zxid) {
            Some(request) if self.renews_watches => Ok(self.send(now_us, request, history)),
            _ => Ok(Move::Wait),
        }
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
            self.watches.fired(kind, &event.path);
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
        if let Some(op) = history.ops.get(index) {
            self.watches.answered(&op.request, reply.err);
        }
        history.replied(conn, index, reply);
        if op == OpCode::CloseSession {
            if let Some(session) = self.forget_session() {
                history.abandoned(session, now_us);
            }
            return Ok(Move::Hangup);
        }
        Ok(Move::Wait)
    }
}
