//! The leader's part in a sync: what was proposed before it is applied, and a quorum has said
//! since that this member leads. A leader that was deposed without knowing would otherwise
//! answer from what it remembers, though others have written more by then.

use std::collections::VecDeque;

use zoowarden_zab::LinkId;

use super::learner_syncs::sync_packet;
use crate::{
    connection::Awaits,
    effect::Effects,
    input::{ConnId, Now},
    peer::Peer,
};

/// The word of a quorum that never comes: this member leads no longer, and is about to be told.
const NEVER: u64 = u64::MAX;

/// Syncs of the leader's own clients, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct LeaderSyncs {
    waiting: VecDeque<(u64, ConnId)>,
    /// Up to where the leadership is confirmed.
    confirmed: u64,
}

impl LeaderSyncs {
    fn confirm(&mut self, token: u64) -> Vec<ConnId> {
        self.confirmed = token;
        let due = self.waiting.partition_point(|(asked, _)| *asked <= token);
        self.waiting.drain(..due).map(|(_, conn)| conn).collect()
    }
}

impl Peer {
    /// A client of the leader syncs; what its answer waits for.
    pub(crate) fn begin_leader_sync(
        &mut self,
        now: Now,
        conn: ConnId,
        out: &mut Effects,
    ) -> Awaits {
        let applied = self.wake_behind_proposals(conn);
        let confirmed = self.ask_whether_leading(now, out);
        // A leader that is a quorum by itself has its answer by now.
        if let Some(ensemble) = &mut self.ensemble
            && confirmed > ensemble.leader_syncs.confirmed
        {
            ensemble.leader_syncs.waiting.push_back((confirmed, conn));
        }
        Awaits::Confirmed { applied, confirmed }
    }

    /// A learner forwards a sync.
    pub(super) fn learner_sync(&mut self, now: Now, link: LinkId, out: &mut Effects) {
        let (in_flight, applied) = (self.proposals.last_zxid(), self.db.zxid());
        let token = self.ask_whether_leading(now, out);
        if let Some(ensemble) = &mut self.ensemble {
            ensemble.learner_syncs.push(link, in_flight, applied, token);
        }
    }

    fn ask_whether_leading(&mut self, now: Now, out: &mut Effects) -> u64 {
        let token = self.zab(now, out, |zab, outputs| zab.confirm(outputs));
        token.flatten().unwrap_or(NEVER)
    }

    /// A quorum says that this member led when it was asked.
    pub(super) fn leadership_confirmed(&mut self, now: Now, token: u64, out: &mut Effects) {
        let Some(ensemble) = &mut self.ensemble else {
            return;
        };
        let conns = ensemble.leader_syncs.confirm(token);
        let learners = ensemble.learner_syncs.confirm(token);
        for conn in conns {
            self.drain(now, conn, out);
        }
        for (link, count) in learners {
            for _ in 0..count {
                self.zab(now, out, |zab, outputs| {
                    zab.send(link, sync_packet(), outputs);
                });
            }
        }
    }

    /// Up to where the leadership is confirmed.
    pub(crate) fn confirmed(&self) -> u64 {
        self.ensemble
            .as_ref()
            .map_or(0, |ensemble| ensemble.leader_syncs.confirmed)
    }
}
