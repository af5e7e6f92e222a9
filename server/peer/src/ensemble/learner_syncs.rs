//! Syncs of learners that the leader has not answered.
//!
//! A sync waits for the commit of all that was proposed before it, and for a quorum's word that
//! this member still leads. It must not wait longer than the next commit: were its answer behind
//! that, an Apache learner would take the committed transaction for somebody else's, and its
//! client, who may have sent it behind the sync, would wait forever (`CommitProcessor.run`).
//! Nor need it: who has acknowledged what was proposed after the sync came follows this leader.

use std::collections::{BTreeMap, VecDeque};

use zoowarden_shared::{
    Zxid,
    quorum::{PacketType, QuorumPacket},
};
use zoowarden_zab::LinkId;

#[derive(Debug)]
struct LearnerSync {
    /// The last transaction proposed before it.
    after: Zxid,
    /// Whether the learner was told that this is committed.
    is_covered: bool,
    /// What confirms the leadership for it.
    token: u64,
}

/// The syncs of all learners, each link's in their order.
#[derive(Debug, Default)]
pub(super) struct LearnerSyncs {
    waiting: BTreeMap<LinkId, VecDeque<LearnerSync>>,
    /// Up to where the leadership is confirmed.
    confirmed: u64,
}

impl LearnerSyncs {
    /// How many wait.
    pub(super) fn len(&self) -> usize {
        self.waiting.values().map(VecDeque::len).sum()
    }

    /// One has come. `in_flight` is the last transaction that is not committed.
    pub(super) fn push(
        &mut self,
        link: LinkId,
        in_flight: Option<Zxid>,
        applied: Zxid,
        token: u64,
    ) {
        self.waiting
            .entry(link)
            .or_default()
            .push_back(LearnerSync {
                after: in_flight.unwrap_or(applied),
                is_covered: in_flight.is_none(),
                token,
            });
    }

    /// A learner is sent this packet: how many of its syncs are to be answered before it.
    pub(super) fn due_before(&mut self, link: LinkId, packet: &QuorumPacket) -> usize {
        if self.waiting.is_empty() || !is_commit(packet) {
            return 0;
        }
        self.take(link, |sync, _| sync.is_covered && sync.after < packet.zxid)
    }

    /// A learner was sent this packet: how many of its syncs are to be answered behind it.
    pub(super) fn due_behind(&mut self, link: LinkId, packet: &QuorumPacket) -> usize {
        if self.waiting.is_empty() || !is_commit(packet) {
            return 0;
        }
        let zxid = packet.zxid;
        for sync in self.waiting.get_mut(&link).into_iter().flatten() {
            sync.is_covered |= sync.after <= zxid;
        }
        // A commit may stand for several transactions.
        self.take(link, |sync, confirmed| {
            sync.is_covered && (sync.after < zxid || sync.token <= confirmed)
        })
    }

    /// The leadership is confirmed: which learners are to be answered, and how often.
    pub(super) fn confirm(&mut self, token: u64) -> Vec<(LinkId, usize)> {
        self.confirmed = token;
        let links: Vec<LinkId> = self.waiting.keys().copied().collect();
        let due = links.into_iter().map(|link| {
            let is_due = |sync: &LearnerSync, confirmed| sync.is_covered && sync.token <= confirmed;
            (link, self.take(link, is_due))
        });
        due.filter(|(_, count)| *count > 0).collect()
    }

    pub(super) fn forget(&mut self, link: LinkId) {
        self.waiting.remove(&link);
    }

    /// Takes the oldest of a link that are due.
    fn take(&mut self, link: LinkId, is_due: impl Fn(&LearnerSync, u64) -> bool) -> usize {
        let Some(waiting) = self.waiting.get_mut(&link) else {
            return 0;
        };
        let due = waiting.partition_point(|sync| is_due(sync, self.confirmed));
        waiting.drain(..due);
        if waiting.is_empty() {
            self.waiting.remove(&link);
        }
        due
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

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(kind: PacketType, zxid: i64) -> QuorumPacket {
        QuorumPacket::new(kind, Zxid(zxid), None)
    }

    /// How many are due before and behind this packet.
    fn due(syncs: &mut LearnerSyncs, link: LinkId, packet: &QuorumPacket) -> (usize, usize) {
        let before = syncs.due_before(link, packet);
        (before, syncs.due_behind(link, packet))
    }

    #[test]
    fn a_confirmed_sync_is_due_behind_the_commit_that_covers_what_came_before_it() {
        let mut syncs = LearnerSyncs::default();
        let (link, other) = (LinkId::accepted(1), LinkId::accepted(2));
        for after in [3, 3, 5] {
            syncs.push(link, Some(Zxid(after)), Zxid(1), 1);
        }
        assert!(syncs.confirm(1).is_empty(), "nothing is committed");
        assert_eq!(
            due(&mut syncs, link, &packet(PacketType::Commit, 2)),
            (0, 0)
        );
        assert_eq!(
            due(&mut syncs, other, &packet(PacketType::Commit, 3)),
            (0, 0)
        );
        assert_eq!(
            due(&mut syncs, link, &packet(PacketType::Proposal, 9)),
            (0, 0)
        );
        assert_eq!(
            due(&mut syncs, link, &packet(PacketType::Commit, 3)),
            (0, 2)
        );
        // A commit may stand for several transactions.
        assert_eq!(
            due(&mut syncs, link, &packet(PacketType::Inform, 7)),
            (0, 1)
        );
        assert_eq!(
            due(&mut syncs, link, &packet(PacketType::Commit, 8)),
            (0, 0)
        );
        assert!(syncs.waiting.is_empty());
    }

    #[test]
    fn a_sync_that_is_not_confirmed_waits_for_the_word_of_a_quorum() {
        let mut syncs = LearnerSyncs::default();
        let link = LinkId::accepted(1);
        syncs.push(link, None, Zxid(3), 1);
        syncs.push(link, Some(Zxid(4)), Zxid(3), 2);
        assert_eq!(syncs.confirm(1), [(link, 1)]);
        assert_eq!(
            due(&mut syncs, link, &packet(PacketType::Commit, 4)),
            (0, 0)
        );
        assert_eq!(syncs.confirm(2), [(link, 1)]);
        assert!(syncs.confirm(3).is_empty());
    }

    #[test]
    fn it_does_not_wait_beyond_the_commit_of_what_was_proposed_after_it() {
        let mut syncs = LearnerSyncs::default();
        let link = LinkId::accepted(1);
        syncs.push(link, None, Zxid(3), 1);
        syncs.push(link, Some(Zxid(4)), Zxid(3), 1);
        assert_eq!(
            due(&mut syncs, link, &packet(PacketType::Commit, 4)),
            (1, 0)
        );
        assert_eq!(
            due(&mut syncs, link, &packet(PacketType::Commit, 5)),
            (1, 0)
        );
    }
}
