//! Frames become requests (`ZooKeeperServer.processPacket`): reads are answered at once where
//! nothing before them waits, writes go through prep and the log, all else is queued.

use bytes::{Buf, Bytes};
use zoowarden_shared::{
    ErrorCode, Zxid,
    jute::Reader,
    proto::{AuthRequest, OpCode, Request, SaslToken},
};

use crate::{
    auth,
    connection::{PendingRequest, Phase, Queued, ReadyReply},
    effect::Effects,
    input::{CloseReason, ConnId, Now},
    peer::{Peer, ServerState},
    prep::{Requester, Write},
    proposals::Origin,
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
                Phase::Creating { held } => {
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
            // One touch is as good as many within the same moment.
            if !touched && !self.db.sessions.touch(session, now.mono_us) {
                self.metrics.stale_requests_dropped += 1;
                return;
            }
            touched = true;
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
            Some(op) if is_read(op) => self.read_request(now, conn, (op, xid, body), out),
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
        let applied = self.db.zxid();
        let Some(connection) = self.connections.get_mut(conn) else {
            return;
        };
        // A sync waits for everything proposed before it, whoever proposed it.
        let after = match op {
            OpCode::Sync => self.prep.last_zxid(),
            _ => connection.not_before,
        };
        if connection.is_idle() && after <= applied {
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
            after,
        };
        connection.queue.push_back(Queued::Request(request));
        if op == OpCode::Sync
            && after > applied
            && let Some(last) = self.proposals.last_mut()
        {
            last.wakes.push(conn);
        }
        self.metrics.reads_issued_from_session_queue += 1;
        self.request_queued(conn, xid, out);
    }

    fn write_request(
        &mut self,
        now: Now,
        conn: ConnId,
        (op, xid, body): (OpCode, i32, Bytes),
        out: &mut Effects,
    ) {
        let Some(connection) = self.connections.get_mut(conn) else {
            return;
        };
        let Some(session) = connection.session else {
            return;
        };
        if op == OpCode::CloseSession {
            connection.phase = Phase::Ending;
        }
        connection.queue.push_back(Queued::Write);
        let auth = connection.auth.clone();
        let requester = Requester {
            session,
            cxid: xid,
            auth: &auth,
        };
        let write = decode_write(op, body);
        let record = self
            .prep
            .prepare(&self.db.tree, &self.config, requester, write, now);
        if op == OpCode::CloseSession {
            self.db.sessions.set_closing(session);
        }
        let origin = Origin {
            conn,
            op,
            xid,
            received_us: now.mono_us,
        };
        self.propose(now, record, Some(origin), out);
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

    fn ready(&mut self, now: Now, conn: ConnId, reply: ReadyReply, out: &mut Effects) {
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

fn decode_write(op: OpCode, body: Bytes) -> Write {
    // Apache reads the path of this one, which only its container manager sends, from the
    // whole frame: no client's ever passes its check.
    if op == OpCode::DeleteContainer {
        return Write::Refused(ErrorCode::BadArguments);
    }
    match Request::decode(op.code(), &mut Reader::new(body)) {
        Ok(Request::Create(op, request)) => Write::Create(op, request),
        Ok(Request::CreateTtl(request)) => Write::CreateTtl(request),
        Ok(Request::Delete(request)) => Write::Delete(request),
        Ok(Request::SetData(request)) => Write::SetData(request),
        Ok(Request::SetAcl(request)) => Write::SetAcl(request),
        Ok(Request::Multi(ops)) => Write::Multi(ops),
        Ok(Request::Reconfig(_)) => Write::Reconfig,
        Ok(Request::CloseSession) => Write::CloseSession,
        _ => Write::Refused(ErrorCode::MarshallingError),
    }
}

/// Answered from the applied state, without a transaction.
fn is_read(op: OpCode) -> bool {
    matches!(
        op,
        OpCode::GetData
            | OpCode::Exists
            | OpCode::Ping
            | OpCode::GetChildren
            | OpCode::GetChildren2
            | OpCode::GetAcl
            | OpCode::Sync
            | OpCode::SetWatches
            | OpCode::SetWatches2
            | OpCode::AddWatch
            | OpCode::CheckWatches
            | OpCode::RemoveWatches
            | OpCode::MultiRead
            | OpCode::GetEphemerals
            | OpCode::GetAllChildrenNumber
            | OpCode::WhoAmI
    )
}

/// Answered once its transaction is committed.
pub(crate) fn is_write(op: OpCode) -> bool {
    matches!(
        op,
        OpCode::Create
            | OpCode::Create2
            | OpCode::CreateContainer
            | OpCode::CreateTtl
            | OpCode::Delete
            | OpCode::DeleteContainer
            | OpCode::SetData
            | OpCode::SetAcl
            | OpCode::Multi
            | OpCode::Reconfig
            | OpCode::CloseSession
    )
}
