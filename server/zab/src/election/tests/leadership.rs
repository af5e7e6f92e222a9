//! The little that makes a leader of the elected in these tests: whom followers reach, how
//! long both sides wait, and epochs.

use std::collections::BTreeSet;

use zoowarden_shared::election::PeerState::Leading;

use super::{network::Network, *};
use crate::quorums::Quorums;

/// How long a follower tries to reach its leader.
const CONNECT_US: u64 = 500 * MS;
/// How long a leader waits for a quorum.
const INIT_LIMIT_US: u64 = 4_000 * MS;

impl Network {
    /// Followers without their leader, and leaders without a quorum, look again; a leader with
    /// one is established, and what it does is logged by those who follow it.
    pub(super) fn care(&mut self) {
        for sid in self.sids() {
            let Some(decision) = self.nodes[&sid].decision else {
                continue;
            };
            let is_content = if decision.state == Leading {
                self.lead(sid)
            } else {
                self.has_leader(sid, decision.leader)
            };
            let limit_us = if decision.state == Leading {
                INIT_LIMIT_US
            } else {
                CONNECT_US
            };
            let node = self.nodes.get_mut(&sid).unwrap();
            if is_content {
                node.content_at_us = self.now_us;
            } else if self.now_us >= node.content_at_us + limit_us {
                self.look(sid);
            }
        }
    }

    fn has_leader(&self, sid: Sid, leader: Sid) -> bool {
        self.connected(sid, leader)
            && self.nodes[&leader]
                .decision
                .is_some_and(|its| its.state == Leading)
    }

    /// Whether a quorum follows; then it is, or becomes, established.
    fn lead(&mut self, leader: Sid) -> bool {
        let follows = |sid: &Sid| {
            *sid == leader || self.leader_of(*sid) == Some(leader) && self.has_leader(*sid, leader)
        };
        let team: BTreeSet<_> = self.sids().into_iter().filter(follows).collect();
        let quorums = Quorums::new(&self.config);
        if !quorums.contains_quorum(|sid| team.contains(&sid)) {
            return false;
        }
        let epochs = self.nodes.values().map(|node| node.disk.peer_epoch);
        let fresh = epochs.max().unwrap_or(0).max(0) + 1;
        let epoch = *self
            .nodes
            .get_mut(&leader)
            .unwrap()
            .established
            .get_or_insert(fresh);
        let zxid = Zxid(self.nodes[&leader].disk.zxid.0.max(epoch << 32) + 1);
        for sid in team {
            let node = self.nodes.get_mut(&sid).unwrap();
            node.established = Some(epoch);
            node.disk = Vote {
                leader: sid,
                zxid,
                peer_epoch: epoch,
            };
            node.election.established(epoch as i32);
        }
        true
    }
}
