//! The leader's side of what learners send: their clients' requests, sessions that move to
//! them, and sessions that they heard from (`LearnerHandler`, `Leader.revalidateSession`).
//!
//! A learner is another server, perhaps of another make: what it sends is read as carefully as
//! a client's bytes, and every write is answered by a transaction, if only by an error, since
//! the learner's client waits for one.

use std::collections::VecDeque;

use bytes::Bytes;
use rustc_hash::FxHashMap;
use zoowarden_shared::{
    ErrorCode, Zxid,
    jute::Jute,
    proto::OpCode,
    quorum::{
        ForwardedRequest, PacketType, QuorumPacket, RevalidateReply, RevalidateRequest,
        SessionTouches,
    },
};
use zoowarden_zab::LinkId;

use crate::{
    effect::Effects,
    input::Now,
    peer::{Peer, Role, ServerState},
    prep::{Requester, Write},
    request_kind::{decode_write, is_write},
};

/// Syncs of learners that wait for a commit.
///
/// The answer stands right behind the COMMIT of what was proposed before it: were it behind a
/// later one, an Apache learner would take that for a transaction of somebody else, and its
/// client, who sent it behind the sync, would wait forever (`CommitProcessor.run`).
#[derive(Debug, Default)]
pub(super) struct LearnerSyncs {
    waiting: FxHashMap<LinkId, VecDeque<Zxid>>,
}

impl LearnerSyncs {
    fn push(&mut self, link: LinkId, after: Zxid) {
        self.waiting.entry(link).or_default().push_back(after);
    }

    /// A learner is sent this packet: how many of its syncs are to be answered behind it.
    pub(super) fn due_behind(&mut self, link: LinkId, packet: &QuorumPacket) -> usize {
        if self.waiting.is_empty() || !is_commit(packet) {
            return 0;
        }
        let Some(waiting) = self.waiting.get_mut(&link) else {
            return 0;
        };
        let due = waiting.partition_point(|after| *after <= packet.zxid);
        waiting.drain(..due);
        if waiting.is_empty() {
            self.waiting.remove(&link);
        }
        due
    }

    pub(super) fn forget(&mut self, link: LinkId) {
        self.waiting.remove(&link);
    }
}

fn is_commit(packet: &QuorumPacket) -> bool {
    matches!(
        packet.packet_type(),
        Some(
            PacketType::Commit
                | PacketType::CommitAndActivate
                | PacketType::Inform
                | PacketType::InformAndActivate
        )
    )
}

/// SYNC says nothing: a learner's syncs are answered in their order.
pub(super) fn sync_packet() -> QuorumPacket {
    QuorumPacket::new(PacketType::Sync, Zxid::ZERO, None)
}

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
                requester.allowed = self.db.sessions.check_global(session, link.number());
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

    /// A learner's sync is answered behind everything that was proposed before it.
    fn learner_sync(&mut self, now: Now, link: LinkId, out: &mut Effects) {
        if let Some(zxid) = self.proposals.last_zxid()
            && let Some(ensemble) = &mut self.ensemble
        {
            ensemble.learner_syncs.push(link, zxid);
        } else {
            self.zab(now, out, |zab, outputs| {
                zab.send(link, sync_packet(), outputs);
            });
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(kind: PacketType, zxid: i64) -> QuorumPacket {
        QuorumPacket::new(kind, Zxid(zxid), None)
    }

    #[test]
    fn a_sync_is_due_behind_the_commit_that_covers_what_came_before_it() {
        let mut syncs = LearnerSyncs::default();
        let (link, other) = (LinkId::accepted(1), LinkId::accepted(2));
        for after in [3, 3, 5] {
            syncs.push(link, Zxid(after));
        }
        assert_eq!(syncs.due_behind(link, &packet(PacketType::Commit, 2)), 0);
        assert_eq!(syncs.due_behind(other, &packet(PacketType::Commit, 3)), 0);
        assert_eq!(syncs.due_behind(link, &packet(PacketType::Proposal, 9)), 0);
        assert_eq!(syncs.due_behind(link, &packet(PacketType::Commit, 3)), 2);
        // A commit may stand for several transactions.
        assert_eq!(syncs.due_behind(link, &packet(PacketType::Inform, 7)), 1);
        assert_eq!(syncs.due_behind(link, &packet(PacketType::Commit, 8)), 0);
        assert!(syncs.waiting.is_empty());
    }
}
