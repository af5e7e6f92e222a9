//! When a learner acknowledges what: NEWLEADER once the log is flushed and the epoch saved, in
//! this order, and each later proposal once it is flushed (ZOOKEEPER-3911, 4643, 4646).

use zoowarden_shared::{Epoch, Zxid, quorum::PacketType};

use super::Learner;
use crate::{
    common::Common,
    effect::{Effect, Outputs},
};

/// How far NEWLEADER is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NewLeader {
    NotYet,
    /// Everything that came before it must be durable.
    Flushing {
        upto: Zxid,
    },
    /// `currentEpoch` is being saved.
    SavingEpoch,
    Acked,
}

impl Learner {
    /// More of the log is flushed, or there is more to be acknowledged.
    pub(super) fn log_is_flushed(&mut self, common: &mut Common, out: &mut Outputs) {
        match self.new_leader {
            NewLeader::Flushing { upto } if common.history.flushed() >= upto => {
                self.new_leader = NewLeader::SavingEpoch;
                out.effects.push(Effect::SaveCurrentEpoch(self.epoch));
            }
            NewLeader::Acked => self.ack_proposals(common, out),
            _ => {}
        }
    }

    /// The first packet back is the acknowledgement of NEWLEADER; those of open proposals
    /// follow it.
    pub(super) fn current_epoch_saved(
        &mut self,
        common: &mut Common,
        epoch: Epoch,
        out: &mut Outputs,
    ) {
        if self.new_leader != NewLeader::SavingEpoch || epoch != self.epoch {
            return;
        }
        self.new_leader = NewLeader::Acked;
        self.acked = self.committed;
        out.send(self.link, PacketType::Ack, Zxid::new(epoch, 0), None);
        self.ack_proposals(common, out);
    }

    fn ack_proposals(&mut self, common: &Common, out: &mut Outputs) {
        let flushed = common.history.flushed();
        if self.is_observer || flushed <= self.acked {
            return;
        }
        if self.leader_beats() {
            out.send(self.link, PacketType::Ack, flushed, None);
        } else {
            for (zxid, _) in common.history.since(self.acked) {
                if *zxid > flushed {
                    break;
                }
                out.send(self.link, PacketType::Ack, *zxid, None);
            }
        }
        self.acked = flushed;
    }
}
