//! What members hear of sessions, for the checker of their ends: frames of clients, and what
//! learners tell their leader.

use zoowarden_shared::{
    election::PeerState,
    quorum::{PacketType, QuorumPacket},
};

use super::World;
use crate::{checkers::Hearer, settings::LocalSessions};

impl World {
    /// A client has been told its session on this connection.
    pub(super) fn note_session(&mut self, client: usize, conn: u64) {
        let client = &self.clients[client];
        if client.conn == Some(conn)
            && client.is_ready()
            && let Some(visit) = self.conns.get_mut(&conn)
        {
            if visit.session.is_none() {
                let session = client.session().unwrap_or_default();
                self.trace.note(
                    self.now_us,
                    "session",
                    client.index,
                    session.0 as u64,
                    || client.describe_session(),
                );
            }
            visit.session = client.session();
        }
    }

    /// A member is about to be told these frames of this connection.
    pub(super) fn note_frames(&mut self, member: usize, conn: u64, frames: &[u8]) {
        let visit = self.conns.get_mut(&conn);
        let Some(session) = visit.and_then(|visit| visit.hears(frames)) else {
            return;
        };
        let machine = &self.machines[member];
        let now = machine.now(self.now_us);
        let Some(process) = &machine.process else {
            return;
        };
        let is_learner = machine.replication_status().is_some_and(|status| {
            status.serving && matches!(status.state, PeerState::Following | PeerState::Observing)
        });
        // A local session is its member's own, which tells nobody of it.
        let tells_leader = is_learner
            && self.settings.local_sessions == LocalSessions::None
            && process.served_zxid(now).is_some();
        let hearer = if tells_leader {
            Hearer::Learner
        } else {
            Hearer::Itself
        };
        self.live.expiry.heard(member, session, self.now_us, hearer);
    }

    /// A leader is about to be told what a learner has heard.
    pub(super) fn note_touches(&mut self, member: usize, packet: &QuorumPacket) {
        if packet.packet_type() != Some(PacketType::Ping) {
            return;
        }
        let status = self.machines[member].replication_status();
        let leads =
            status.is_some_and(|status| status.serving && status.state == PeerState::Leading);
        if leads {
            self.live.expiry.leader_hears(member, self.now_us, packet);
        }
    }
}
