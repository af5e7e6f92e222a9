//! A reconfig on its way through the leader: from its proposal on both configurations must
//! agree, and where it is committed the new one comes into force, perhaps under another leader
//! (`Leader.tryToCommit`, `getDesignatedLeader`, `commitAndActivate`, `informAndActivate`).

use bytes::Bytes;
use zoowarden_shared::{
    Sid, Zxid,
    config::{DynamicConfig, PeerAddress, Role},
    jute::Jute,
    quorum::{InformAndActivate, PacketType},
};

use super::Leader;
use crate::{
    common::{Common, Lost, Step},
    effect::Outputs,
    quorums::Quorums,
    reconfig::{self, Appointment},
};

/// A reconfig that is proposed and not committed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Proposed {
    pub(super) zxid: Zxid,
    /// The transaction before it, the last for which the present configuration is enough.
    pub(super) previous: Zxid,
}

impl Leader {
    /// The first configuration of an ensemble has no version. It gets one, so that it counts
    /// more than what servers that are to join believe (ZOOKEEPER-1783).
    pub(super) fn number_first_config(&self, common: &mut Common, out: &mut Outputs) {
        if common.config.reconfig_enabled && common.newest().version == 0 {
            let mut config = common.members().clone();
            config.version = Zxid::new(self.epoch, 0).0;
            common.see(config, out);
        }
    }

    /// The next proposal may be a reconfig.
    pub(super) fn note_proposed(
        &mut self,
        common: &mut Common,
        zxid: Zxid,
        txn: &Bytes,
        out: &mut Outputs,
    ) {
        if let Some(Ok(config)) = reconfig::config_of(txn) {
            let previous = common.history.last();
            self.reconfig = Some(Proposed { zxid, previous });
            common.see(config, out);
            self.recount(common);
        }
    }

    /// Who votes has changed: the acknowledgements of some count now, or no longer.
    pub(super) fn recount(&mut self, common: &Common) {
        for handler in self.handlers.values_mut() {
            handler.votes = !handler.is_observer && common.quorums.is_voter(handler.sid);
            if handler.votes {
                let acked = self.acked.entry(handler.sid).or_default();
                *acked = (*acked).max(handler.acked);
            }
        }
    }

    /// The last transaction that may be committed by what is acknowledged.
    pub(super) fn decided(&self, common: &Common) -> Option<Zxid> {
        let mut candidates: Vec<Zxid> = self.acked.values().copied().collect();
        candidates.sort_unstable();
        candidates.dedup();
        let has = |candidate: Zxid| {
            move |sid: Sid| self.acked.get(&sid).is_some_and(|upto| *upto >= candidate)
        };
        let newest = |is_quorum: &dyn Fn(Zxid) -> bool| {
            let mut candidates = candidates.iter().rev().copied();
            candidates.find(|candidate| is_quorum(*candidate))
        };
        let by_all = newest(&|candidate| common.quorums.contains_quorum(has(candidate)));
        let Some(reconfig) = self.reconfig else {
            return by_all;
        };
        let is_present = |at| common.quorums.contains_present_quorum(has(at));
        let by_present = newest(&is_present).map(|decided| decided.min(reconfig.previous));
        by_all.max(by_present)
    }

    /// The reconfig is committed: every learner is told, and by whom it is led from now on.
    pub(super) fn activate(
        &mut self,
        common: &mut Common,
        reconfig: Proposed,
        out: &mut Outputs,
    ) -> Step {
        self.reconfig = None;
        let designated = self.designated_leader(common, reconfig.zxid);
        let (zxid, txn) = match common.history.since(reconfig.previous).next() {
            Some((zxid, txn)) if *zxid == reconfig.zxid => (*zxid, txn.clone()),
            _ => return Err(Lost::new("a reconfig that is not in the log")),
        };
        for handler in self.handlers.values_mut() {
            if !handler.is_forwarding() {
                continue;
            }
            let (kind, data) = if handler.is_observer {
                let inform = InformAndActivate {
                    designated_leader: designated,
                    txn: txn.clone(),
                };
                (PacketType::InformAndActivate, inform.to_bytes())
            } else {
                (PacketType::CommitAndActivate, designated.to_bytes())
            };
            handler.send(kind, zxid, Some(data), out);
        }
        common.deliver(zxid, out);
        self.recount(common);
        if designated == common.me() {
            return Ok(());
        }
        // What is proposed after it is for the next leader to commit.
        common.appointed = Some(Appointment::new(designated));
        Err(Lost::new(format!(
            "a reconfig makes server {designated} the leader"
        )))
    }

    /// This member, where it votes in the new configuration and is reached where it was; else
    /// whoever of its voters has acknowledged most. Addresses are compared as they are
    /// written (ZOOKEEPER-4708).
    fn designated_leader(&self, common: &Common, zxid: Zxid) -> Sid {
        let me = common.me();
        let next = common.newest();
        let quorums = Quorums::new(next);
        let stays = quorums.weight(me) > 0
            && voter_addresses(next, me) == voter_addresses(common.members(), me);
        if stays {
            return me;
        }
        let has_acked = |sid: &Sid| self.acked.get(sid).filter(|acked| **acked >= zxid);
        let candidates = quorums.voters().filter(|sid| *sid != me);
        let candidates = candidates.filter(|sid| quorums.weight(*sid) > 0);
        candidates
            .filter_map(|sid| Some((*has_acked(&sid)?, sid)))
            .max()
            .map_or(me, |(_, sid)| sid)
    }

    /// Whether a quorum of this configuration is connected and in step
    /// (`Leader.isQuorumSynced`).
    pub(crate) fn has_quorum_of(&self, common: &Common, config: &DynamicConfig) -> bool {
        Quorums::new(config).contains_quorum(|sid| {
            sid == common.me()
                || self.handlers.values().any(|handler| {
                    handler.sid == sid && !handler.is_observer && handler.is_up_to_date()
                })
        })
    }

    /// Whether every learner that is connected is a member of ours.
    pub(crate) fn leads_ours_alone(&self) -> bool {
        let known = self.handlers.values().filter(|handler| handler.is_known());
        known
            .into_iter()
            .all(|handler| handler.features.are_cumulative())
    }
}

fn voter_addresses(config: &DynamicConfig, sid: Sid) -> Option<&[PeerAddress]> {
    let server = config.servers.get(&sid)?;
    (server.role == Role::Participant).then_some(server.addresses.as_slice())
}
