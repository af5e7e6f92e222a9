//! Sessions that this member alone knows (`UpgradeableSessionTracker`, `LocalSessionTracker`):
//! they begin and end without a transaction, and their clients may write what needs no owner.
//!
//! ```text
//!   handshake ──> local ──silent, closed──> gone
//!                   └── an ephemeral is to be made ──> createSession ──> known to all
//! ```

use bytes::Bytes;
use zoowarden_shared::{
    ErrorCode, SessionId,
    jute::Reader,
    proto::{CreateMode, MultiOp, OpCode, Request},
};
use zoowarden_tree::Applied;

use crate::{
    effect::{Effect, Effects, Event},
    input::{CloseReason, ConnId, Now},
    peer::{LOCAL_OWNER, Peer, Role},
    prep::{Requester, Write},
    proposals::Origin,
};

impl Peer {
    /// Whether new sessions are local ones. A standalone server has none, as in Apache; where
    /// there is no leader there can be no others.
    pub(crate) fn makes_local_sessions(&self) -> bool {
        match self.role {
            Role::Standalone => false,
            Role::Leader | Role::Learner => self.config.local_sessions_enabled,
            Role::ReadOnly => true,
        }
    }

    /// A new session, there at once.
    pub(crate) fn create_local_session(
        &mut self,
        now: Now,
        conn: ConnId,
        (session, timeout_ms): (SessionId, i32),
        out: &mut Effects,
    ) {
        self.db
            .local_sessions
            .track(session, timeout_ms, now.mono_us);
        let zxid = self.db.zxid();
        self.count_answer(conn, (OpCode::CreateSession, 0, zxid), now.mono_us, now);
        self.establish(now, conn, out);
    }

    /// Before a write goes its way: if it makes an ephemeral, which every member must be able to
    /// delete, the session becomes one that all know, where that is allowed.
    pub(crate) fn upgrade_session_for(
        &mut self,
        now: Now,
        session: SessionId,
        (op, body): (OpCode, &Bytes),
        out: &mut Effects,
    ) {
        if !self.config.local_sessions_upgrading_enabled
            || !self.db.local_sessions.contains(session)
            || !makes_ephemeral(op, body)
        {
            return;
        }
        let Some(timeout_ms) = self.db.local_sessions.remove(session) else {
            return;
        };
        if self.role == Role::Learner {
            return self.forward_create_session(now, session, timeout_ms, out);
        }
        self.track_session(session, timeout_ms, LOCAL_OWNER, now);
        let write = Write::CreateSession { timeout_ms };
        self.propose_write(now, Requester::server(session), write, None, out);
    }

    /// Whether a client's session may own znodes.
    pub(crate) fn may_own(&self, session: SessionId) -> Result<(), ErrorCode> {
        if self.db.local_sessions.contains(session) {
            Err(ErrorCode::EphemeralOnLocalSession)
        } else {
            Ok(())
        }
    }

    /// The leader does not know the session, and calls it expired where an ephemeral would live
    /// by it. The client is told what is the matter, but for the parts of a multi, as in Apache
    /// (`FinalRequestProcessor`).
    pub(crate) fn name_refused_ephemeral(&self, origin: &Origin, applied: &mut Applied) {
        if applied.err == ErrorCode::SessionExpired
            && matches!(origin.op, OpCode::Create | OpCode::Create2)
            && let Some(connection) = self.connections.get(origin.conn)
            && let Some(session) = connection.session
            && let Err(err) = self.may_own(session)
        {
            applied.err = err;
        }
    }

    /// Ends the local sessions that were not heard of.
    pub(crate) fn expire_local_sessions(&mut self, now: Now, out: &mut Effects) {
        for (session, timeout_ms) in self.db.local_sessions.expire_due(now.mono_us) {
            self.metrics.stale_sessions_expired += 1;
            out.push(Effect::Event(Event::SessionExpired {
                session,
                timeout_ms,
            }));
            self.close_expired(session, out);
        }
    }

    /// The client was told that its session is closed.
    pub(crate) fn local_session_closed(&mut self, conn: ConnId, out: &mut Effects) {
        let connection = self.connections.get(conn);
        if let Some(session) = connection.and_then(|connection| connection.session) {
            self.db.local_sessions.remove(session);
        }
        self.close(conn, CloseReason::SessionClosed, out);
    }

    /// An operator ends a session, if it is a local one. Whether it was.
    pub(crate) fn close_local_session(&mut self, session: SessionId, out: &mut Effects) -> bool {
        let was_local = self.db.local_sessions.remove(session).is_some();
        if was_local {
            self.close_expired(session, out);
        }
        was_local
    }

    fn close_expired(&mut self, session: SessionId, out: &mut Effects) {
        if let Some(conn) = self.connections.of_session(session) {
            self.close(conn, CloseReason::SessionExpired, out);
        }
    }
}

/// Whether a write makes a znode that lives by its session (`checkUpgradeSession`).
fn makes_ephemeral(op: OpCode, body: &Bytes) -> bool {
    let is_ephemeral = |flags| CreateMode::from_flags(flags).is_some_and(CreateMode::is_ephemeral);
    if !matches!(op, OpCode::Create | OpCode::Create2 | OpCode::Multi) {
        return false;
    }
    match Request::decode(op.code(), &mut Reader::new(body.clone())) {
        Ok(Request::Create(_, create)) => is_ephemeral(create.flags),
        Ok(Request::Multi(ops)) => ops.iter().any(|op| match op {
            MultiOp::Create(_, create) => is_ephemeral(create.flags),
            _ => false,
        }),
        // Whether it can be read at all, its answer will tell.
        _ => false,
    }
}
