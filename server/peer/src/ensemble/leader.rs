//! The leader's side of what learners send: their clients' requests, sessions that move to
//! them, and sessions that they heard from (`LearnerHandler`, `Leader.revalidateSession`).
//!
//! A learner is another server, perhaps of another make: what it sends is read as carefully as
//! a client's bytes, and every write is answered by a transaction, if only by an error, since
//! the learner's client waits for one.

use bytes::Bytes;
use zoowarden_shared::{
    ErrorCode, SessionId,
    jute::Jute,
    proto::OpCode,
    quorum::{ForwardedRequest, QuorumPacket, RevalidateReply, RevalidateRequest, SessionTouches},
};
use zoowarden_zab::LinkId;

use crate::{
    effect::Effects,
    input::Now,
    peer::{Peer, Role, ServerState},
    prep::{Requester, Write},
    request_kind::{decode_write, is_write},
};

impl Peer {
    fn leads(&self) -> bool {
        self.state == ServerState::Running && self.role == Role::Leader
    }

    /// A learner forwards a request (REQUEST).
    pub(super) fn learner_request(
        &mut self,
        now: Now,
        link: LinkId,
        packet: &QuorumPacket,
        out: &mut Effects,
    ) {
        if !self.leads() {
            return;
        }
        let Ok(request) = packet.payload::<ForwardedRequest>() else {
            self.metrics.malformed_requests += 1;
            return;
        };
        let auth = packet.auth_info.as_deref().unwrap_or_default();
        let ForwardedRequest {
            session,
            cxid,
            op,
            body,
        } = request;
        let mut requester = Requester {
            session,
            cxid,
            auth,
            allowed: Ok(()),
            may_own: Ok(()),
        };
        let write = match OpCode::from_code(op) {
            Some(OpCode::Sync) => return self.learner_sync(now, link, out),
            Some(OpCode::CreateSession) => match body.first_chunk() {
                Some(&timeout) => {
                    let timeout_ms = i32::from_be_bytes(timeout);
                    self.track_session(session, timeout_ms, link.number(), now);
                    Write::CreateSession { timeout_ms }
                }
                None => Write::Refused(ErrorCode::MarshallingError),
            },
            Some(OpCode::CloseSession) => {
                self.db.sessions.set_closing(session);
                Write::CloseSession
            }
            Some(op) if is_write(op) => {
                requester.may_own = self.db.sessions.check_global(session, link.number());
                requester.allowed = match requester.may_own {
                    Err(ErrorCode::SessionExpired) if self.may_be_local(session) => Ok(()),
                    allowed => allowed,
                };
                decode_write(op, body)
            }
            // Apache's learners forward it; a leader of theirs makes a bogus transaction of it
            // (ZOOKEEPER-2623).
            Some(OpCode::Check) => Write::Refused(ErrorCode::Unimplemented),
            _ => {
                self.metrics.malformed_requests += 1;
                return;
            }
        };
        self.propose_write(now, requester, write, None, out);
    }

    /// Whether a session that is not known here may be one that a learner alone knows
    /// (`LeaderSessionTracker.checkSession`).
    fn may_be_local(&self, session: SessionId) -> bool {
        let given_out_by = session.0 >> 56;
        self.config.local_sessions_enabled
            && !self.db.sessions.contains(session)
            && given_out_by != self.config.sid.0
    }

    /// A client has come to a learner with a session of before (REVALIDATE): if it lives, the
    /// learner owns it from now on.
    pub(super) fn learner_revalidates(
        &mut self,
        now: Now,
        link: LinkId,
        packet: QuorumPacket,
        out: &mut Effects,
    ) {
        let Ok(request) = packet.payload::<RevalidateRequest>() else {
            self.metrics.malformed_requests += 1;
            return;
        };
        let RevalidateRequest {
            session,
            timeout_ms,
        } = request;
        if !self.leads() {
            // Not "no": its client would give up a session that may well live.
            return;
        }
        let valid = self.db.sessions.touch(session, now.mono_us);
        if valid {
            self.track_session(session, timeout_ms, link.number(), now);
        }
        let reply = RevalidateReply { session, valid };
        let packet = QuorumPacket {
            data: Some(reply.to_bytes()),
            ..packet
        };
        self.zab(now, out, |zab, outputs| zab.send(link, packet, outputs));
    }

    /// Sessions that a learner heard from (its reply to a PING).
    pub(super) fn learner_touches(&mut self, now: Now, touches: Bytes) {
        if !self.leads() {
            return;
        }
        let Ok(SessionTouches(touches)) = SessionTouches::from_bytes(touches) else {
            self.metrics.malformed_requests += 1;
            return;
        };
        for touch in touches {
            let sessions = &mut self.db.sessions;
            if sessions.touch(touch.session, now.mono_us) {
                sessions.track(touch.session, touch.timeout_ms, now.mono_us);
            }
        }
    }
}
