//! A follower or an observer: writes, syncs and questions about sessions go to the leader
//! (`FollowerRequestProcessor`, `ObserverRequestProcessor`, `LearnerSessionTracker`).

use bytes::Bytes;
use zoowarden_shared::{
    SessionId, Zxid,
    acl::Id,
    jute::Jute,
    proto::OpCode,
    quorum::{
        ForwardedRequest, PacketType, QuorumPacket, RevalidateReply, RevalidateRequest,
        SessionTouch, SessionTouches,
    },
    txn::TxnRecord,
};

use crate::{
    connection::Awaits,
    effect::Effects,
    input::{ConnId, Now},
    peer::Peer,
    proposals::Origin,
};

/// What the zxid of a packet to the leader says.
const NO_ZXID: Zxid = Zxid(-1);

impl Peer {
    /// Sends a client's write to the leader, as it came: whether its body can be read is the
    /// leader's to say, so that the answer keeps its turn. `auth` is who the client is.
    pub(crate) fn forward(
        &mut self,
        now: Now,
        session: SessionId,
        origin: Origin,
        auth: Option<Vec<Id>>,
        body: Bytes,
        out: &mut Effects,
    ) {
        let connection = self.connections.get(origin.conn);
        let after = connection.map_or(Zxid::ZERO, |connection| connection.joined_at);
        if let Some(ensemble) = &mut self.ensemble {
            ensemble.forwarded.push(session, origin, after);
        }
        self.send_request(now, (session, origin.xid, origin.op), auth, body, out);
    }

    /// Sends a client's sync to the leader; what its answer waits for.
    pub(crate) fn forward_sync(
        &mut self,
        now: Now,
        conn: ConnId,
        xid: i32,
        body: Bytes,
        out: &mut Effects,
    ) -> Awaits {
        let Some(connection) = self.connections.get(conn) else {
            return Awaits::Nothing;
        };
        let session = connection.session.unwrap_or_default();
        let auth = connection.auth.to_vec();
        let Some(ensemble) = &mut self.ensemble else {
            return Awaits::Nothing;
        };
        let awaits = Awaits::Synced(ensemble.syncs.push(conn));
        self.send_request(now, (session, xid, OpCode::Sync), Some(auth), body, out);
        awaits
    }

    /// Has the leader make a session one that all know. Nobody waits for that alone.
    pub(crate) fn forward_create_session(
        &mut self,
        now: Now,
        session: SessionId,
        timeout_ms: i32,
        out: &mut Effects,
    ) {
        let body = Bytes::copy_from_slice(&timeout_ms.to_be_bytes());
        let request = (session, 0, OpCode::CreateSession);
        self.send_request(now, request, None, body, out);
    }

    /// Asks the leader to end a session, on an operator's account.
    pub(crate) fn forward_close_session(
        &mut self,
        now: Now,
        session: SessionId,
        out: &mut Effects,
    ) {
        let request = (session, 0, OpCode::CloseSession);
        self.send_request(now, request, None, Bytes::new(), out);
    }

    fn send_request(
        &mut self,
        now: Now,
        (session, cxid, op): (SessionId, i32, OpCode),
        auth_info: Option<Vec<Id>>,
        body: Bytes,
        out: &mut Effects,
    ) {
        let request = ForwardedRequest {
            session,
            cxid,
            op: op.code(),
            body,
        };
        let packet = QuorumPacket {
            auth_info,
            ..QuorumPacket::new(PacketType::Request, NO_ZXID, Some(request.to_bytes()))
        };
        self.send_to_leader(now, packet, out);
    }

    /// Where there is no leader any more, Zab is about to say so, and nobody waits in vain.
    fn send_to_leader(&mut self, now: Now, packet: QuorumPacket, out: &mut Effects) {
        self.zab(now, out, |zab, outputs| zab.send_to_leader(packet, outputs));
    }

    /// Asks the leader whether a session may go on here. The connection waits.
    pub(crate) fn ask_leader_for_session(
        &mut self,
        now: Now,
        conn: ConnId,
        session: SessionId,
        timeout_ms: i32,
        out: &mut Effects,
    ) {
        if let Some(ensemble) = &mut self.ensemble {
            ensemble.revalidations.insert(session, conn);
        }
        let request = RevalidateRequest {
            session,
            timeout_ms,
        };
        let data = Some(request.to_bytes());
        let packet = QuorumPacket::new(PacketType::Revalidate, NO_ZXID, data);
        self.send_to_leader(now, packet, out);
    }

    /// The leader answers a REVALIDATE or a SYNC.
    pub(super) fn leader_answers(&mut self, now: Now, packet: &QuorumPacket, out: &mut Effects) {
        match packet.packet_type() {
            Some(PacketType::Sync) => {
                let conn = self.ensemble.as_mut().and_then(|e| e.syncs.pop());
                if let Some(conn) = conn {
                    self.drain(now, conn, out);
                }
            }
            Some(PacketType::Revalidate) => {
                if let Ok(reply) = packet.payload::<RevalidateReply>() {
                    self.session_is_known(now, reply, out);
                }
            }
            _ => {}
        }
    }

    fn session_is_known(&mut self, now: Now, reply: RevalidateReply, out: &mut Effects) {
        let Some(ensemble) = &mut self.ensemble else {
            return;
        };
        let Some(conn) = ensemble.revalidations.remove(&reply.session) else {
            return;
        };
        if !reply.valid {
            return self.refuse_session(conn, out);
        }
        // A follower has the proposals of all that the session wrote elsewhere before.
        let joined_at = ensemble.zab.status().logged;
        if let Some(connection) = self.connections.get_mut(conn) {
            connection.joined_at = joined_at;
        }
        self.establish(now, conn, out);
    }

    /// Notes that a session was heard from, until the leader asks.
    pub(crate) fn note_touch(&mut self, session: SessionId, timeout_ms: i32) {
        if let Some(ensemble) = &mut self.ensemble {
            ensemble.touches.insert(session, timeout_ms);
        }
    }

    /// The leader asks which sessions were heard from.
    pub(super) fn tell_touches(&mut self, now: Now, out: &mut Effects) {
        let Some(ensemble) = &mut self.ensemble else {
            return;
        };
        let mut touches: Vec<SessionTouch> = ensemble
            .touches
            .drain()
            .map(|(session, timeout_ms)| SessionTouch {
                session,
                timeout_ms,
            })
            .collect();
        touches.sort_unstable_by_key(|touch| touch.session);
        let touches = SessionTouches(touches).to_bytes();
        self.zab(now, out, |zab, outputs| zab.touches(touches, outputs));
    }

    /// The request of this member's client that a decided transaction answers, and the
    /// connections that go on behind it.
    pub(super) fn take_forwarded(&mut self, record: &TxnRecord) -> (Option<Origin>, Vec<ConnId>) {
        let taken = self
            .ensemble
            .as_mut()
            .and_then(|ensemble| ensemble.forwarded.take(record));
        match taken {
            Some((origin, behind)) => (Some(origin), behind),
            None => (None, Vec::new()),
        }
    }

    /// See [`super::forwarded::Forwarded::wake_behind`].
    pub(crate) fn wake_behind_forwarded(&mut self, session: SessionId, conn: ConnId) -> bool {
        self.ensemble
            .as_mut()
            .is_some_and(|ensemble| ensemble.forwarded.wake_behind(session, conn))
    }

    /// How many syncs the leader has answered since this member serves.
    pub(crate) fn syncs_answered(&self) -> u64 {
        self.ensemble
            .as_ref()
            .map_or(0, |ensemble| ensemble.syncs.answered())
    }
}
