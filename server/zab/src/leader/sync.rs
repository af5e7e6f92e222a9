//! How a learner is brought up to date (`LearnerHandler.syncFollower`).
//!
//! A cut is only made within an epoch, and never to or from a position at which an epoch
//! begins without a transaction: such a learner may hold more than its zxid says. Wherever the
//! overlap of its log with ours is not proved, it gets a snapshot (ZOOKEEPER-2418).
//!
//! Everything that follows the learner's position, the open proposals too, and NEWLEADER behind
//! them, are queued in the same moment in which forwarding begins (ZOOKEEPER-3104, and the
//! findings of Apache's TLA+ specification).

use bytes::Bytes;
use zoowarden_shared::{Zxid, quorum::PacketType};

use super::{
    Leader, Phase,
    handler::{Handler, Stage},
};
use crate::{
    common::Common,
    effect::{Effect, Event, Outputs, Upcall},
    history::Position,
    input::LinkId,
};

/// A learner that lags by more transactions gets a snapshot.
const MAX_TXNS_FROM_LOG: u32 = 100_000;

/// What is to be done for a learner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Plan {
    /// Transactions behind its last.
    Diff,
    /// A cut to this transaction, then those behind it.
    Trunc(Zxid),
    /// The same as a DIFF, but older than what is in memory.
    Log,
    /// Everything.
    Snap,
}

/// What a learner that ends with `last` needs, where we have everything up to `committed`.
pub(super) fn plan(common: &Common, committed: Zxid, last: Zxid) -> Plan {
    let history = &common.history;
    if last > committed {
        // It holds what is not decided, or never will be. Its log has our last committed
        // transaction, since the epochs were compared.
        return if is_a_txn(last) && is_a_txn(committed) {
            Plan::Trunc(committed)
        } else {
            Plan::Snap
        };
    }
    match history.position(last) {
        Position::Known => Plan::Diff,
        Position::Unknown { previous } => {
            if previous.epoch() == last.epoch() && is_a_txn(previous) && is_a_txn(last) {
                Plan::Trunc(previous)
            } else {
                Plan::Snap
            }
        }
        Position::Before => {
            let lag = if last.epoch() == history.base().epoch() {
                history.base().counter().wrapping_sub(last.counter())
            } else {
                history.base().counter()
            };
            if is_a_txn(last) && lag <= MAX_TXNS_FROM_LOG {
                Plan::Log
            } else {
                Plan::Snap
            }
        }
    }
}

/// Whether it names a transaction, and not the beginning of an epoch, where Apache's leaders
/// stand who have proposed nothing.
fn is_a_txn(zxid: Zxid) -> bool {
    zxid > Zxid::ZERO && zxid.counter() != 0
}

impl Leader {
    /// Begins to bring a learner up to date.
    pub(super) fn sync(&mut self, common: &Common, link: LinkId, last: Zxid, out: &mut Outputs) {
        let committed = self.committed(common);
        let Some(handler) = self.handlers.get_mut(&link) else {
            return;
        };
        let plan = plan(common, committed, last);
        let how = match plan {
            Plan::Diff | Plan::Log => "DIFF",
            Plan::Trunc(_) => "TRUNC",
            Plan::Snap => "SNAP",
        };
        out.event(Event::Syncing {
            sid: handler.sid,
            how,
            from: last,
            to: committed,
        });
        match plan {
            Plan::Diff => {
                handler.send(PacketType::Diff, committed, None, out);
                self.forward_from(common, link, last, out);
            }
            Plan::Trunc(previous) => {
                handler.send(PacketType::Trunc, previous, None, out);
                self.forward_from(common, link, previous, out);
            }
            Plan::Log => {
                handler.stage = Stage::ReadingLog;
                let upto = common.history.flushed().min(common.history.delivered());
                out.effects.push(Effect::ReadLog {
                    link,
                    after: last,
                    upto,
                });
            }
            Plan::Snap => {
                handler.stage = Stage::AwaitingSnapshot;
                out.upcalls.push(Upcall::SnapshotWanted(link));
            }
        }
    }

    /// A part of the log was read for a learner.
    pub(super) fn log_read(
        &mut self,
        common: &Common,
        link: LinkId,
        txns: &[(Zxid, Bytes)],
        complete: bool,
        out: &mut Outputs,
    ) {
        let committed = self.committed(common);
        let Some(handler) = self.handlers.get_mut(&link) else {
            return;
        };
        let begun = match handler.stage {
            Stage::ReadingLog => false,
            Stage::ReadingMoreLog => true,
            _ => return,
        };
        let Some((last, _)) = txns.last() else {
            if begun {
                return self.drop_learner(link, "the log ends before its lag does", out);
            }
            handler.stage = Stage::AwaitingSnapshot;
            out.upcalls.push(Upcall::SnapshotWanted(link));
            return;
        };
        if !begun {
            handler.stage = Stage::ReadingMoreLog;
            handler.send(PacketType::Diff, committed, None, out);
        }
        for (zxid, txn) in txns {
            put_decided(handler, *zxid, txn, out);
        }
        if common.history.position(*last) == Position::Known {
            self.forward_from(common, link, *last, out);
        } else if complete {
            self.drop_learner(
                link,
                "what it lacks is neither in the log nor in memory",
                out,
            );
        } else {
            let upto = common.history.flushed().min(common.history.delivered());
            out.effects.push(Effect::ReadLog {
                link,
                after: *last,
                upto,
            });
        }
    }

    /// The learner's snapshot begins, of the state after this transaction.
    pub(crate) fn snapshot_begun(
        &mut self,
        common: &Common,
        link: LinkId,
        zxid: Zxid,
        out: &mut Outputs,
    ) -> bool {
        let Some(handler) = self.handlers.get_mut(&link) else {
            return false;
        };
        if handler.stage != Stage::AwaitingSnapshot {
            return false;
        }
        if handler.features.take_configs() {
            // Those of a history come with their proposals; a snapshot has the newest alone.
            for config in common.asked() {
                let text = Some(config.to_string().into());
                handler.send(PacketType::Config, Zxid(config.version), text, out);
            }
        }
        handler.send(PacketType::Snap, zxid, None, out);
        handler.hold();
        self.forward_from(common, link, zxid, out);
        if let Some(handler) = self.handlers.get_mut(&link) {
            handler.stage = Stage::Snapshot;
        }
        true
    }

    /// The learner's snapshot is on its way: what waited follows it.
    pub(crate) fn snapshot_sent(&mut self, now_us: u64, link: LinkId, out: &mut Outputs) {
        if let Some(handler) = self.handlers.get_mut(&link)
            && handler.stage == Stage::Snapshot
        {
            handler.stage = Stage::Invested;
            // The time to take it in begins now.
            handler.heard_us = now_us;
            handler.release(out);
        }
    }

    /// Queues all that we have behind this transaction, and NEWLEADER. From now on the learner
    /// gets what others get.
    fn forward_from(&mut self, common: &Common, link: LinkId, from: Zxid, out: &mut Outputs) {
        let committed = self.committed(common);
        let new_leader = Zxid::new(self.epoch, 0);
        let Some(handler) = self.handlers.get_mut(&link) else {
            return;
        };
        for (zxid, txn) in common.history.since(from) {
            if *zxid <= committed {
                put_decided(handler, *zxid, txn, out);
            } else if !handler.is_observer {
                handler.propose(*zxid, txn, out);
            }
        }
        // A reconfig under way is completed with the leadership; later, it comes on its own.
        let config = match self.phase {
            Phase::Broadcast => common.members(),
            Phase::Discovery | Phase::Synchronization => common.newest(),
        };
        let config = config.to_string();
        handler.send(PacketType::NewLeader, new_leader, Some(config.into()), out);
        handler.invest();
    }
}

/// A transaction that is decided, in the form that all learners take during synchronisation.
fn put_decided(handler: &mut Handler, zxid: Zxid, txn: &Bytes, out: &mut Outputs) {
    handler.send(PacketType::Proposal, zxid, Some(txn.clone()), out);
    handler.send(PacketType::Commit, zxid, None, out);
}
