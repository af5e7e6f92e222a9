//! A connection begins: how many may be open, and which session it gets
//! (`ZooKeeperServer.processConnectRequest`).

use core::net::SocketAddr;

use bytes::Bytes;
use zoowarden_shared::{
    SessionId,
    jute::{Jute, Reader},
    password::{PASSWORD_LEN, session_password},
    proto::{ConnectRequest, ConnectResponse, OpCode, put_frame},
};
use zoowarden_tree::sessions::Owner;

use crate::{
    connection::{Phase, Queued},
    effect::{Effect, Effects, Event},
    input::{CloseReason, ConnId, Now},
    peer::{LOCAL_OWNER, Peer, Role, ServerState},
    prep::{Requester, Write},
    proposals::Origin,
};

impl Peer {
    pub(crate) fn opened(&mut self, now: Now, conn: ConnId, remote: SocketAddr, out: &mut Effects) {
        if self.state != ServerState::Running {
            out.push(Effect::CloseClient(conn, CloseReason::NotServing));
        } else if !self.connections.open(conn, remote, &self.config, now) {
            self.metrics.connection_rejected += 1;
            out.push(Effect::CloseClient(conn, CloseReason::TooManyConnections));
        }
    }

    /// The first frame of a connection.
    pub(crate) fn handshake(&mut self, now: Now, conn: ConnId, frame: Bytes, out: &mut Effects) {
        let request = match ConnectRequest::decode(&mut Reader::new(frame)) {
            Ok(request) => request,
            Err(error) => {
                let reason = CloseReason::Malformed(format!("handshake: {error}"));
                return self.close(conn, reason, out);
            }
        };
        self.metrics.connection_request_count += 1;
        if self.is_read_only() && request.read_only != Some(true) {
            return self.close(conn, CloseReason::NotServing, out);
        }
        if request.last_zxid_seen > self.seen_bound() {
            let seen = request.last_zxid_seen;
            return self.close(conn, CloseReason::ClientAhead { seen }, out);
        }
        // Not `clamp`, which panics where a configuration has the bounds the wrong way round.
        let timeout_ms = request
            .timeout_ms
            .max(self.config.min_session_timeout_ms)
            .min(self.config.max_session_timeout_ms);
        let Some(connection) = self.connections.get_mut(conn) else {
            return;
        };
        connection.timeout_ms = timeout_ms;
        connection.knows_read_only = request.read_only.is_some();
        if request.session_id == SessionId::NONE {
            self.create_session(now, conn, timeout_ms, out);
        } else {
            self.reopen_session(now, conn, &request, out);
        }
    }

    /// A new session is a transaction, unless it is a local one: its id is told only once that
    /// is committed.
    fn create_session(&mut self, now: Now, conn: ConnId, timeout_ms: i32, out: &mut Effects) {
        let session = self.db.sessions.new_id();
        self.connections.bind(conn, session);
        if self.makes_local_sessions() {
            return self.create_local_session(now, conn, (session, timeout_ms), out);
        }
        self.await_session(conn);
        let origin = Origin {
            conn,
            op: OpCode::CreateSession,
            xid: 0,
            received_us: now.mono_us,
        };
        self.in_process += 1;
        if self.role == Role::Learner {
            let body = Bytes::copy_from_slice(&timeout_ms.to_be_bytes());
            return self.forward(now, session, origin, None, body, out);
        }
        self.track_session(session, timeout_ms, LOCAL_OWNER, now);
        let requester = Requester::server(session);
        let write = Write::CreateSession { timeout_ms };
        self.propose_write(now, requester, write, Some(origin), out);
    }

    fn await_session(&mut self, conn: ConnId) {
        if let Some(connection) = self.connections.get_mut(conn) {
            connection.phase = Phase::AwaitingSession { held: Vec::new() };
        }
    }

    /// A session begins, or goes on with this timeout through this owner.
    pub(crate) fn track_session(
        &mut self,
        session: SessionId,
        timeout_ms: i32,
        owner: Owner,
        now: Now,
    ) {
        self.db.sessions.track(session, timeout_ms, now.mono_us);
        // One that is closing keeps its owner: it takes no more requests anyway.
        let _ = self.db.sessions.set_owner(session, owner);
    }

    /// A client comes back to its session, perhaps before its old connection is known to be
    /// dead: the newest connection has the session.
    ///
    /// The password is looked at before the old connection is closed. Apache closes it first,
    /// so that whoever knows a session's id can cut off its client.
    fn reopen_session(
        &mut self,
        now: Now,
        conn: ConnId,
        request: &ConnectRequest,
        out: &mut Effects,
    ) {
        self.metrics.connection_revalidate_count += 1;
        let session = request.session_id;
        let knows_password =
            request.password.as_deref() == Some(session_password(session).as_slice());
        let is_local = self.db.local_sessions.contains(session);
        // It goes on where there is a leader: it is not refused, but sent away.
        if self.is_read_only() && self.db.sessions.contains(session) {
            return self.close(conn, CloseReason::NotServing, out);
        }
        let leader_must_know = self.role == Role::Learner && !is_local;
        let is_there = knows_password
            && (is_local || leader_must_know || self.db.sessions.touch(session, now.mono_us));
        if !is_there {
            return self.refuse_session(conn, out);
        }
        // It may ask for another timeout than before.
        let timeout_ms = self.connections.get(conn).map_or(0, |c| c.timeout_ms);
        if is_local {
            let local_sessions = &mut self.db.local_sessions;
            local_sessions.track(session, timeout_ms, now.mono_us);
        } else if !leader_must_know {
            self.track_session(session, timeout_ms, LOCAL_OWNER, now);
        }
        if let Some(old) = self.connections.of_session(session) {
            self.close(old, CloseReason::SessionMoved, out);
        }
        self.connections.bind(conn, session);
        // What the session wrote through its old connection comes before what it reads here.
        if self.wait_for_writes_of(session, conn)
            && let Some(connection) = self.connections.get_mut(conn)
        {
            connection.queue.push_back(Queued::Barrier);
        }
        if leader_must_know {
            self.await_session(conn);
            self.ask_leader_for_session(now, conn, session, timeout_ms, out);
        } else {
            self.establish(now, conn, out);
        }
    }

    /// Has the connection woken once everything is applied that the session wrote through this
    /// member so far; false where nothing is in flight.
    fn wait_for_writes_of(&mut self, session: SessionId, conn: ConnId) -> bool {
        if self.role == Role::Learner {
            return self.wake_behind_forwarded(session, conn);
        }
        let last = self.proposals.last_of_mut(session);
        let in_flight = last.is_some();
        if let Some(last) = last {
            last.waiters.push(conn);
        }
        in_flight
    }

    pub(crate) fn refuse_session(&mut self, conn: ConnId, out: &mut Effects) {
        self.put_connect_response(conn, None, out);
        self.close(conn, CloseReason::SessionRefused, out);
    }

    /// The session is there: says so, and handles what came meanwhile.
    pub(crate) fn establish(&mut self, now: Now, conn: ConnId, out: &mut Effects) {
        let Some(connection) = self.connections.get_mut(conn) else {
            return;
        };
        let Some(session) = connection.session else {
            return;
        };
        let timeout_ms = connection.timeout_ms;
        let before = std::mem::replace(&mut connection.phase, Phase::Established);
        self.put_connect_response(conn, Some(session), out);
        out.push(Effect::Event(Event::SessionEstablished {
            session,
            timeout_ms,
        }));
        self.resume_if_allowed(conn, out);
        if let Phase::AwaitingSession { held } = before {
            for bytes in held {
                self.receive(now, conn, bytes, out);
            }
        }
    }

    /// The answer to a handshake; `None` refuses the session.
    fn put_connect_response(
        &mut self,
        conn: ConnId,
        session: Option<SessionId>,
        out: &mut Effects,
    ) {
        let is_read_only = self.is_read_only();
        let Some(connection) = self.connections.get_mut(conn) else {
            return;
        };
        let password = session.map_or([0; PASSWORD_LEN], session_password);
        let response = ConnectResponse {
            protocol_version: 0,
            timeout_ms: session.map_or(0, |_| connection.timeout_ms),
            session_id: session.unwrap_or(SessionId::NONE),
            password: Some(Bytes::copy_from_slice(&password)),
            read_only: connection.knows_read_only.then_some(is_read_only),
        };
        connection.stats.sent += 1;
        self.metrics.packets_sent += 1;
        put_frame(out.to_client(conn), |out| response.encode(out));
    }
}
