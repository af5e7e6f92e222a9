//! Proposals go out, acknowledgements come in, and what a quorum has acknowledged is committed,
//! in order (`Leader.propose`, `Leader.processAck`, `Leader.tryToCommit`).
//!
//! An acknowledgement stands for all before it: a learner's log is written in order, and what
//! is flushed is flushed up to there.

use bytes::Bytes;
use zoowarden_shared::{Zxid, quorum::PacketType};

use super::{Leader, Phase};
use crate::{
    common::{Common, Step},
    effect::{Effect, Outputs},
    input::LinkId,
};

impl Leader {
    /// The state machine's next transaction. It goes to our log and to the learners at once,
    /// so that the syncs overlap.
    pub(crate) fn propose(
        &mut self,
        common: &mut Common,
        now_us: u64,
        zxid: Zxid,
        txn: Bytes,
        out: &mut Outputs,
    ) {
        if self.phase != Phase::Broadcast || zxid.epoch() != self.epoch {
            return;
        }
        if self.holds_back(zxid, &txn) {
            return;
        }
        self.note_proposed(common, zxid, &txn, out);
        out.effects.push(Effect::Append {
            zxid,
            txn: txn.clone(),
        });
        for handler in self.handlers.values_mut() {
            if handler.is_forwarding() && !handler.is_observer {
                handler.propose(zxid, &txn, out);
                handler.await_ack(zxid, now_us);
            }
        }
        common.history.append(zxid, txn);
    }

    /// Our own log is flushed.
    pub(super) fn flushed(&mut self, common: &mut Common, out: &mut Outputs) -> Step {
        if self.phase == Phase::Broadcast {
            self.acked.insert(common.me(), common.history.flushed());
            self.try_to_commit(common, out)?;
        }
        Ok(())
    }

    /// A learner acknowledges everything up to here. The second ACK of NEWLEADER, which
    /// answers UPTODATE, says nothing.
    pub(super) fn acknowledged(
        &mut self,
        common: &mut Common,
        now_us: u64,
        link: LinkId,
        zxid: Zxid,
        out: &mut Outputs,
    ) -> Step {
        let last = common.history.last();
        if zxid.counter() == 0 {
            return Ok(());
        }
        if zxid > last {
            self.drop_learner(link, "it acknowledges what was never proposed", out);
            return self.check_quorum(common);
        }
        let Some(handler) = self.handlers.get_mut(&link) else {
            return Ok(());
        };
        handler.acknowledged(zxid, last, now_us);
        if handler.votes {
            let acked = self.acked.entry(handler.sid).or_default();
            *acked = (*acked).max(zxid);
            if self.phase == Phase::Broadcast {
                return self.try_to_commit(common, out);
            }
        }
        Ok(())
    }

    /// Commits up to the last transaction that a quorum has acknowledged. Behind a reconfig it
    /// may be another quorum's to say.
    fn try_to_commit(&mut self, common: &mut Common, out: &mut Outputs) -> Step {
        loop {
            let delivered = common.history.delivered();
            let Some(decided) = self.decided(common).filter(|upto| *upto > delivered) else {
                return Ok(());
            };
            let Some(reconfig) = self.reconfig.filter(|reconfig| decided >= reconfig.zxid) else {
                self.commit(common, decided, out);
                return Ok(());
            };
            if reconfig.previous > delivered {
                self.commit(common, reconfig.previous, out);
            }
            self.activate(common, reconfig, out)?;
        }
    }

    fn commit(&mut self, common: &mut Common, upto: Zxid, out: &mut Outputs) {
        let delivered = common.history.delivered();
        for handler in self.handlers.values_mut() {
            if !handler.is_forwarding() {
                continue;
            }
            if !handler.is_observer && handler.features.are_cumulative() {
                handler.send(PacketType::Commit, upto, None, out);
                continue;
            }
            for (zxid, txn) in common.history.since(delivered) {
                if *zxid > upto {
                    break;
                }
                if handler.is_observer {
                    handler.send(PacketType::Inform, *zxid, Some(txn.clone()), out);
                } else {
                    handler.send(PacketType::Commit, *zxid, None, out);
                }
            }
        }
        common.deliver(upto, out);
    }
}
