//! Frames become requests (`ZooKeeperServer.processPacket`): reads are answered at once where
//! nothing before them waits, writes go through prep and the log, all else is queued.

use bytes::{Buf, Bytes};
use zoowarden_shared::{
    ErrorCode, SessionId, Zxid,
    jute::Reader,
    proto::{AuthRequest, OpCode, SaslToken},
};

use crate::{
    auth,
    connection::{Awaits, PendingRequest, Phase, Queued, ReadyReply},
    effect::Effects,
    input::{CloseReason, ConnId, Now},
    peer::{LOCAL_OWNER, Peer, Role, ServerState},
    prep::Requester,
    proposals::Origin,
    request_kind::{decode_write, is_read, is_write},
};

/// The zxid in the reply to an opcode that is none (`Request.zxid` before it is set).
const NO_ZXID: Zxid = Zxid(-1);

impl Peer {
    /// Whole frames of one connection.
    pub(crate) fn receive(&mut self, now: Now, conn: ConnId, bytes: Bytes, out: &mut Effects) {
        if self.state != ServerState::Running {
            return;
        }
        let mut rest = bytes;
        let mut touched = false;
        while !rest.is_empty() {
            let Some(connection) = self.connections.get_mut(conn) else {
                return;
            };
            match &mut connection.phase {
                Phase::Ending => return,
                Phase::AwaitingSession { held } => {
                    held.push(rest);
                    return self.pause(conn, out);
                }
                Phase::Handshake | Phase::Established => {}
            }
            let Some(frame) = split_frame(&mut rest) else {
                let reason = CloseReason::Malformed("a frame is not whole".to_owned());
                return self.close(conn, reason, out);
            };
            connection.stats.received += 1;
            self.metrics.packets_received += 1;
            self.metrics.bytes_received_count += 4 + frame.len() as u64;
            let Some(session) = connection.session else {
                self.handshake(now, conn, frame, out);
                continue;
            };
            let timeout_ms = connection.timeout_ms;
            // One touch is as good as many within the same moment.
            if !touched {
                match self.touch_session(session, timeout_ms, now) {
                    Ok(()) => touched = true,
                    // As its requests would end, were each asked for itself: without a reply,
                    // since the client has a newer connection (ZOOKEEPER-710).
                    Err(ErrorCode::SessionMoved) => {
                        return self.close(conn, CloseReason::SessionMoved, out);
                    }
                    Err(_) => {
                        self.metrics.stale_requests_dropped += 1;
                        return;
                    }
                }
            }
            self.request(now, conn, frame, out);
        }
    }

    fn request(&mut self, now: Now, conn: ConnId, frame: Bytes, out: &mut Effects) {
        let mut body = frame;
        if body.len() < 8 {
            self.metrics.malformed_requests += 1;
            let reason = CloseReason::Malformed("a request without a header".to_owned());
            return self.close(conn, reason, out);
        }
        let (xid, code) = (body.get_i32(), body.get_i32());
        match OpCode::from_code(code) {
            Some(OpCode::Auth) => self.auth_request(now, conn, xid, body, out),
            Some(OpCode::Sasl) => self.sasl_request(now, conn, xid, body, out),
            Some(op) if self.must_refuse(op) => self.refuse_read_only(now, conn, xid, out),
            Some(op) if is_read(op) => self.read_request(now, conn, (op, xid, body), out),
            Some(OpCode::CloseSession) if self.is_local(conn) => {
                if let Some(connection) = self.connections.get_mut(conn) {
                    connection.phase = Phase::Ending;
                }
                self.read_request(now, conn, (OpCode::CloseSession, xid, body), out);
            }
            Some(op) if is_write(op) => self.write_request(now, conn, (op, xid, body), out),
            // Also check, which belongs into a multi: Apache makes a bogus transaction of it
            // (ZOOKEEPER-2623).
            _ => {
                let reason = CloseReason::Malformed(format!("opcode {code}"));
                self.farewell(
                    now,
                    conn,
                    xid,
                    (NO_ZXID, ErrorCode::Unimplemented),
                    reason,
                    out,
                );
            }
        }
    }

    fn read_request(
        &mut self,
        now: Now,
        conn: ConnId,
        (op, xid, body): (OpCode, i32, Bytes),
        out: &mut Effects,
    ) {
        let awaits = match op {
            OpCode::Sync => self.begin_sync(now, conn, xid, &body, out),
            _ => Awaits::Nothing,
        };
        let progress = self.progress();
        let Some(connection) = self.connections.get_mut(conn) else {
            return;
        };
        if connection.is_idle() && progress.has_come(awaits) {
            let counted = u64::from(xid > 0);
            connection.outstanding += counted;
            return self.answer_read(now, conn, (op, xid, &body), now.mono_us, out);
        }
        let request = PendingRequest {
            xid,
            op,
            body,
            auth: connection.auth.clone(),
            received_us: now.mono_us,
            awaits,
        };
        connection.queue.push_back(Queued::Request(request));
        self.metrics.reads_issued_from_session_queue += 1;
        self.request_queued(conn, xid, out);
    }

    /// A sync waits for everything proposed before it, whoever proposed it: what that is, the
    /// leader knows.
    fn begin_sync(
        &mut self,
        now: Now,
        conn: ConnId,
        xid: i32,
        body: &Bytes,
        out: &mut Effects,
    ) -> Awaits {
        match self.role {
            Role::Learner => self.forward_sync(now, conn, xid, body.clone(), out),
            Role::Leader => self.begin_leader_sync(now, conn, out),
            Role::Standalone => Awaits::Applied(self.wake_behind_proposals(conn)),
            // It was refused.
            Role::ReadOnly => Awaits::Nothing,
        }
    }

    /// Has the connection woken when everything is applied that is proposed by now; the last
    /// of it.
    pub(crate) fn wake_behind_proposals(&mut self, conn: ConnId) -> Zxid {
        match self.proposals.last_mut() {
            Some(last) => {
                last.waiters.push(conn);
                last.record.header.zxid
            }
            None => Zxid::ZERO,
        }
    }

    /// Whether the connection's session is one that this member alone knows.
    fn is_local(&self, conn: ConnId) -> bool {
        let session = self.connections.get(conn).and_then(|c| c.session);
        session.is_some_and(|session| self.db.local_sessions.contains(session))
    }

    /// The client of a session was heard from: whether it may go on. Only the leader knows
    /// which sessions live, and where; a learner tells it later, and hears of their end. Local
    /// sessions are this member's own.
    fn touch_session(
        &mut self,
        session: SessionId,
        timeout_ms: i32,
        now: Now,
    ) -> Result<(), ErrorCode> {
        if self.db.local_sessions.touch(session, now.mono_us) {
            return Ok(());
        }
        match self.role {
            Role::Learner => {
                self.note_touch(session, timeout_ms);
                Ok(())
            }
            Role::ReadOnly => Err(ErrorCode::SessionExpired),
            Role::Standalone | Role::Leader => {
                let sessions = &mut self.db.sessions;
                sessions.touch_through(session, LOCAL_OWNER, now.mono_us)
            }
        }
    }

    fn write_request(
        &mut self,
        now: Now,
        conn: ConnId,
        (op, xid, body): (OpCode, i32, Bytes),
        out: &mut Effects,
    ) {
        let Some(session) = self.connections.get(conn).and_then(|c| c.session) else {
            return;
        };
        self.upgrade_session_for(now, session, (op, &body), out);
        let may_own = self.may_own(session);
        let Some(connection) = self.connections.get_mut(conn) else {
            return;
        };
        if op == OpCode::CloseSession {
            connection.phase = Phase::Ending;
        }
        connection.queue.push_back(Queued::Write);
        let auth = connection.auth.clone();
        let origin = Origin {
            conn,
            op,
            xid,
            received_us: now.mono_us,
        };
        if self.role == Role::Learner {
            self.forward(now, session, origin, Some(auth.to_vec()), body, out);
            return self.request_queued(conn, xid, out);
        }
        let requester = Requester {
            session,
            cxid: xid,
            auth: &auth,
            // It was just touched.
            allowed: Ok(()),
            may_own,
        };
        let write = decode_write(op, body);
        if op == OpCode::CloseSession {
            self.db.sessions.set_closing(session);
        }
        self.propose_write(now, requester, write, Some(origin), out);
        self.request_queued(conn, xid, out);
    }

    /// Whom the connection is from now on takes effect at once; the reply keeps its turn.
    fn auth_request(&mut self, now: Now, conn: ConnId, xid: i32, body: Bytes, out: &mut Effects) {
        let request: AuthRequest = match decode(body) {
            Ok(request) => request,
            Err(reason) => return self.malformed(conn, reason, out),
        };
        let Some(connection) = self.connections.get_mut(conn) else {
            return;
        };
        if auth::authenticate(connection, &request, &self.config) {
            let reply = ReadyReply {
                xid,
                zxid: Zxid::ZERO,
                err: ErrorCode::Ok,
                null_token: false,
                close: None,
            };
            self.ready(now, conn, reply, out);
        } else {
            self.metrics.auth_failed_count += 1;
            let err = ErrorCode::AuthFailed;
            let reason = CloseReason::AuthFailed(err);
            self.farewell(now, conn, xid, (Zxid::ZERO, err), reason, out);
        }
    }

    /// A server without a SASL login answers every token with a null one.
    fn sasl_request(&mut self, now: Now, conn: ConnId, xid: i32, body: Bytes, out: &mut Effects) {
        if let Err(reason) = decode::<SaslToken>(body) {
            return self.malformed(conn, reason, out);
        }
        let reply = ReadyReply {
            xid,
            zxid: Zxid::ZERO,
            err: ErrorCode::Ok,
            null_token: true,
            close: None,
        };
        self.ready(now, conn, reply, out);
    }

    /// One last reply, in its turn, and nothing more is taken from the connection.
    fn farewell(
        &mut self,
        now: Now,
        conn: ConnId,
        xid: i32,
        (zxid, err): (Zxid, ErrorCode),
        reason: CloseReason,
        out: &mut Effects,
    ) {
        if let Some(connection) = self.connections.get_mut(conn) {
            connection.phase = Phase::Ending;
        }
        let reply = ReadyReply {
            xid,
            zxid,
            err,
            null_token: false,
            close: Some(reason),
        };
        self.ready(now, conn, reply, out);
    }

    pub(crate) fn ready(&mut self, now: Now, conn: ConnId, reply: ReadyReply, out: &mut Effects) {
        let Some(connection) = self.connections.get_mut(conn) else {
            return;
        };
        let (idle, xid) = (connection.is_idle(), reply.xid);
        connection.queue.push_back(Queued::Ready(reply));
        self.request_queued(conn, xid, out);
        if idle {
            self.drain(now, conn, out);
        }
    }

    fn malformed(&mut self, conn: ConnId, reason: CloseReason, out: &mut Effects) {
        self.metrics.malformed_requests += 1;
        self.close(conn, reason, out);
    }
}

/// The next frame, `None` where the bytes are no whole frame.
fn split_frame(rest: &mut Bytes) -> Option<Bytes> {
    let length = i32::from_be_bytes(*rest.first_chunk()?);
    let end = usize::try_from(length).ok()?.checked_add(4)?;
    if end > rest.len() {
        return None;
    }
    let mut frame = rest.split_to(end);
    frame.advance(4);
    Some(frame)
}

/// A packet that Apache decodes while it reads the connection, and whose failure ends it.
fn decode<T: zoowarden_shared::jute::Jute>(body: Bytes) -> Result<T, CloseReason> {
    T::decode(&mut Reader::new(body)).map_err(|error| CloseReason::Malformed(error.to_string()))
}
