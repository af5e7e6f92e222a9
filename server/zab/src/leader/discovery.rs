//! The new epoch: above every epoch that a quorum has accepted, and promised by a quorum whose
//! history is not newer than ours (`Leader.getEpochToPropose`, `Leader.waitForEpochAck`).

use zoowarden_shared::{
    Epoch, Sid, Zxid,
    jute::Jute,
    quorum::{AckEpoch, Features, LeaderInfo, LearnerInfo, PacketType, QuorumPacket},
};

use super::{
    Leader, Phase,
    handler::{Stage, StateSummary},
};
use crate::{
    common::{Common, Lost, Step},
    effect::{Effect, Outputs},
    input::LinkId,
};

impl Leader {
    /// A learner introduces itself.
    pub(super) fn informed(
        &mut self,
        common: &mut Common,
        link: LinkId,
        kind: PacketType,
        packet: &QuorumPacket,
        out: &mut Outputs,
    ) -> Step {
        let accepted = packet.zxid.epoch();
        if !(0..Epoch::MAX).contains(&accepted) {
            self.drop_learner(link, "no epoch comes after the one it has accepted", out);
            return Ok(());
        }
        let Ok(info) = packet.payload::<LearnerInfo>() else {
            self.drop_learner(link, "its first packet cannot be read", out);
            return Ok(());
        };
        if info.protocol_version < LearnerInfo::PROTOCOL_VERSION {
            self.drop_learner(link, "it is older than 3.4", out);
            return Ok(());
        }
        if info
            .config_version
            .is_some_and(|version| version > common.newest().version)
        {
            self.drop_learner(link, "its configuration is newer than ours", out);
            return Ok(());
        }
        // A learner that comes again before its old connection is known to be dead.
        let stale = self.handlers.values().find(|handler| {
            handler.link != link && handler.stage != Stage::Accepted && handler.sid == info.sid
        });
        if let Some(stale) = stale.map(|handler| handler.link) {
            self.drop_learner(stale, "it has come again", out);
        }
        let Some(handler) = self.handlers.get_mut(&link) else {
            return Ok(());
        };
        handler.sid = info.sid;
        handler.is_observer = kind == PacketType::ObserverInfo;
        handler.votes = !handler.is_observer && common.quorums.is_voter(info.sid);
        handler.features = info.features.unwrap_or_default();
        handler.stage = Stage::Informed;
        let (votes, sid) = (handler.votes, info.sid);
        common.heard_epoch = common.heard_epoch.max(accepted);
        if self.epoch == 0 {
            self.connect(common, sid, out);
        } else if votes && accepted > self.epoch {
            // It has promised to follow nobody of our epoch, and would be shut out as long as
            // we lead (found by the simulator; Apache's leaders stay).
            let what = format!("{sid} has accepted epoch {accepted}");
            return Err(Lost(what));
        } else {
            self.invite(link, out);
        }
        Ok(())
    }

    /// Somebody has said which epoch it has accepted: once a quorum has, the next is decided.
    pub(super) fn connect(&mut self, common: &Common, sid: Sid, out: &mut Outputs) {
        if common.quorums.is_voter(sid) {
            self.connecting.insert(sid);
        }
        if !common
            .quorums
            .contains_quorum(|sid| self.connecting.contains(&sid))
        {
            return;
        }
        self.epoch = common.heard_epoch.saturating_add(1);
        out.effects.push(Effect::SaveAcceptedEpoch(self.epoch));
        let links: Vec<LinkId> = self.handlers.keys().copied().collect();
        for link in links {
            self.invite(link, out);
        }
    }

    fn invite(&mut self, link: LinkId, out: &mut Outputs) {
        if let Some(handler) = self.handlers.get_mut(&link)
            && handler.stage == Stage::Informed
        {
            handler.stage = Stage::Invited;
            let info = LeaderInfo {
                protocol_version: LearnerInfo::PROTOCOL_VERSION,
                features: Some(Features::ours()),
            };
            let epoch = Zxid::new(self.epoch, 0);
            handler.send(PacketType::LeaderInfo, epoch, Some(info.to_bytes()), out);
        }
    }

    /// A learner has accepted the epoch, and says what it has. Where a voter has more than we,
    /// it should lead: Apache drops it and waits until `initLimit` ends the leadership.
    pub(super) fn epoch_acked(
        &mut self,
        common: &mut Common,
        now_us: u64,
        link: LinkId,
        packet: &QuorumPacket,
        out: &mut Outputs,
    ) -> Step {
        let Ok(ack) = packet.payload::<AckEpoch>() else {
            self.drop_learner(link, "its ACKEPOCH cannot be read", out);
            return Ok(());
        };
        let ours = summary(common);
        let Some(handler) = self.handlers.get_mut(&link) else {
            return Ok(());
        };
        // An observer that a reconfig under way makes a voter is asked already.
        let sid = handler.sid;
        let votes = common.quorums.is_voter(sid);
        let last = packet.zxid;
        if ack.current_epoch != AckEpoch::NOT_AN_ACK {
            let theirs = StateSummary {
                epoch: ack.current_epoch,
                last,
            };
            if self.phase != Phase::Broadcast && theirs > ours {
                if votes {
                    return Err(Lost::new(format!(
                        "{sid} has a newer history, up to {last}"
                    )));
                }
                self.drop_learner(link, "its history is newer than ours", out);
                return Ok(());
            }
            if votes && last.0 != -1 {
                self.promised.insert(sid);
            }
        }
        handler.stage = Stage::Promised { last };
        if self.phase != Phase::Discovery {
            if self.is_its_own_epoch(common) {
                self.sync(common, link, last, out);
            }
            return Ok(());
        }
        self.check_promises(common, now_us, out)
    }

    /// Makes the epoch its own once a quorum has promised.
    pub(super) fn check_promises(
        &mut self,
        common: &mut Common,
        now_us: u64,
        out: &mut Outputs,
    ) -> Step {
        if self.phase != Phase::Discovery
            || !common
                .quorums
                .contains_quorum(|sid| self.promised.contains(&sid))
        {
            return Ok(());
        }
        self.phase = Phase::Synchronization;
        self.phase_deadline_us = now_us.saturating_add(common.init_limit_us());
        self.number_first_config(common, out);
        out.effects.push(Effect::SaveCurrentEpoch(self.epoch));
        Ok(())
    }

    /// Whether this leader's disk has its epoch. Before that no learner is told that it begins:
    /// after a crash of ours one that may not lead could be the only one in it, and whoever may
    /// would give up before its newer history, for ever (seed 12016047).
    fn is_its_own_epoch(&self, common: &Common) -> bool {
        common.current_epoch == self.epoch
    }

    /// Begins to bring learners up to date.
    pub(super) fn sync_all(&mut self, common: &mut Common, out: &mut Outputs) {
        let promised: Vec<_> = self
            .handlers
            .values()
            .filter_map(|handler| Some((handler.link, handler.promise()?)))
            .collect();
        for (link, last) in promised {
            self.sync(common, link, last, out);
        }
    }
}

/// What this leader has. Once the new epoch is its own, nobody of an older one is ahead.
fn summary(common: &Common) -> StateSummary {
    StateSummary {
        epoch: common.current_epoch,
        last: common.history.last(),
    }
}
