//! A member without a leader shows what it has to clients that can do with that
//! (`readonlymode.enabled`, `ReadOnlyZooKeeperServer`, `ReadOnlyRequestProcessor`).
//!
//! What is shown is what is applied. While the member runs, that is what was decided; what it
//! has logged beyond stays hidden. After a start it is what the disk gave back, whose tail may
//! be undecided, as in Apache: nobody is there to tell.

use zoowarden_shared::{ErrorCode, election::PeerState, proto::OpCode};
use zoowarden_zab::Serving;

use super::Ensemble;
use crate::{
    connection::ReadyReply,
    effect::Effects,
    input::{ConnId, Now},
    peer::{Peer, Role, ServerState},
    request_kind::is_write,
};

/// The least time that an election is given before clients are let in, milliseconds
/// (`QuorumPeer.run`).
const MIN_GRACE_MS: u64 = 2000;

impl Ensemble {
    /// As what the member serves, as Apache's server names itself.
    pub(crate) fn mode(&self) -> Option<&'static str> {
        Some(match self.serving? {
            Serving::Leading(_) => "leader",
            Serving::Following(_) => "follower",
            Serving::Observing(_) => "observer",
        })
    }

    /// When something is due, microseconds.
    pub(crate) fn deadline_us(&self) -> Option<u64> {
        let zab_us = self.zab.deadline();
        [zab_us, self.read_only_due_us].into_iter().flatten().min()
    }
}

impl Peer {
    /// There is no leader from now on.
    pub(super) fn await_leader(&mut self, now: Now) {
        let grace_ms = u64::from(self.config.tick_time_ms.unsigned_abs()).max(MIN_GRACE_MS);
        let due_us = now.mono_us.saturating_add(grace_ms * 1000);
        if let Some(ensemble) = &mut self.ensemble {
            ensemble.read_only_due_us = self.config.read_only_mode_enabled.then_some(due_us);
        }
    }

    /// The election has had its time: clients are let in, unless a leader is in sight. A member
    /// that cannot vouch for its data shows none; it may be able to, by a leader that it loses
    /// before it has served.
    pub(crate) fn begin_read_only_if_due(&mut self, now: Now) {
        let Some(ensemble) = &mut self.ensemble else {
            return;
        };
        if self.state != ServerState::NotServing
            || ensemble
                .read_only_due_us
                .is_none_or(|due_us| due_us > now.mono_us)
        {
            return;
        }
        let status = ensemble.zab.status();
        if status.state != PeerState::Looking || !status.vouches {
            return self.await_leader(now);
        }
        ensemble.read_only_due_us = None;
        self.state = ServerState::Running;
        self.role = Role::ReadOnly;
    }

    /// Whether a request is one that a member without a leader cannot do, a local session's end
    /// not among them.
    pub(crate) fn must_refuse(&self, op: OpCode) -> bool {
        let needs_leader = is_write(op) && op != OpCode::CloseSession
            || matches!(op, OpCode::Sync | OpCode::Check);
        needs_leader && self.is_read_only()
    }

    /// Says so, in its turn.
    pub(crate) fn refuse_read_only(&mut self, now: Now, conn: ConnId, xid: i32, out: &mut Effects) {
        let reply = ReadyReply {
            xid,
            zxid: self.db.zxid(),
            err: ErrorCode::NotReadOnly,
            null_token: false,
            close: None,
        };
        self.ready(now, conn, reply, out);
    }
}
