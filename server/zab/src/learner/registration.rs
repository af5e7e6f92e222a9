//! Who we are, and which epoch its leader begins (`Learner.registerWithLeader`).

use zoowarden_shared::{
    Epoch, Zxid,
    jute::Jute,
    quorum::{AckEpoch, Features, LeaderInfo, LearnerInfo, PacketType, QuorumPacket},
};

use super::{Learner, Phase, payload};
use crate::{
    common::{Common, Lost, Step},
    effect::{Effect, Outputs},
};

impl Learner {
    pub(super) fn register(&mut self, common: &Common, out: &mut Outputs) {
        self.phase = Phase::Registering;
        let kind = if self.is_observer {
            PacketType::ObserverInfo
        } else {
            PacketType::FollowerInfo
        };
        let info = LearnerInfo {
            sid: common.me(),
            protocol_version: LearnerInfo::PROTOCOL_VERSION,
            config_version: Some(common.members().version),
            features: Some(Features::ours()),
        };
        let accepted_epoch = if common.config.shadow {
            0
        } else {
            common.accepted_epoch
        };
        let accepted = Zxid::new(accepted_epoch, 0);
        out.send(self.link, kind, accepted, Some(info.to_bytes()));
    }

    /// LEADERINFO: the epoch is accepted, durably, before it is said to be (ZOOKEEPER-2307).
    pub(super) fn leader_info(
        &mut self,
        common: &mut Common,
        kind: PacketType,
        packet: &QuorumPacket,
        out: &mut Outputs,
    ) -> Step {
        if kind != PacketType::LeaderInfo {
            let name = kind.name();
            return Err(Lost::new(format!(
                "the first packet is {name}, not LEADERINFO"
            )));
        }
        let info: LeaderInfo = payload(packet)?;
        self.features = info.features.unwrap_or_default();
        self.epoch = packet.zxid.epoch();
        let refused = self.refused.take();
        out.effects.extend(refused.map(Effect::Hangup));
        if self.epoch > common.accepted_epoch {
            self.phase = Phase::Accepting;
            out.effects.push(Effect::SaveAcceptedEpoch(self.epoch));
            Ok(())
        } else if self.epoch == common.accepted_epoch || self.is_observer {
            // It was acknowledged once already, perhaps to another leader of this epoch. An
            // observer's promise counts nowhere: it may go back on it.
            let last = refused.map_or_else(|| common.vouched(), |_| Zxid(-1));
            self.ack_epoch(AckEpoch::NOT_AN_ACK, last, out);
            Ok(())
        } else {
            let (theirs, ours) = (self.epoch, common.accepted_epoch);
            Err(Lost::new(format!(
                "the leader's epoch {theirs} is before {ours}, which is accepted"
            )))
        }
    }

    /// Says what this member has: the zxid -1 where nothing but a snapshot will do.
    pub(super) fn ack_epoch(&mut self, current_epoch: Epoch, last: Zxid, out: &mut Outputs) {
        self.phase = Phase::Syncing;
        self.only_snapshot = last < Zxid::ZERO;
        let ack = AckEpoch { current_epoch };
        out.send(self.link, PacketType::AckEpoch, last, Some(ack.to_bytes()));
    }
}
