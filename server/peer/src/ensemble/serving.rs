//! A member begins to serve, serves no longer, and is given what is decided.

use bytes::Bytes;
use zoowarden_shared::{Epoch, Zxid, config::DynamicConfig, jute::Jute, txn::TxnRecord};
use zoowarden_zab::{DiskEvent, Serving};

use super::{Forwarded, LeaderSyncs, LearnerSyncs, PendingSyncs, Streams};
use crate::{
    digest_log::DigestLog,
    effect::{Effect, Effects, Event},
    input::Now,
    peer::{Peer, Role, ServerState},
    recovered::Recovered,
};

impl Peer {
    /// The first input: looks for a leader.
    pub(crate) fn start_replication(&mut self, now: Now, out: &mut Effects) {
        self.state = ServerState::NotServing;
        // Logs without a snapshot below them are refused at a start (ZOOKEEPER-3781). The empty
        // tree is the one that no leader can cut off.
        if self.prep.last_zxid() == Zxid::ZERO {
            self.begin_snapshot_now(out);
        }
        self.await_leader(now);
        self.zab(now, out, |zab, outputs| zab.start(now.mono_us, outputs));
    }

    /// There is a leader, and what it has decided so far is delivered.
    pub(super) fn serve(&mut self, now: Now, serving: Serving, out: &mut Effects) {
        if self.is_read_only() {
            self.stop_serving(out);
        }
        // A leader may be sending snapshots already: they made its quorum, and go on.
        let Some(ensemble) = &mut self.ensemble else {
            return;
        };
        ensemble.serving = Some(serving);
        ensemble.serving_since_us = now.mono_us;
        ensemble.read_only_due_us = None;
        let is_snapshot_due = std::mem::take(&mut ensemble.is_first_snapshot_due);
        self.state = ServerState::Running;
        self.db.sessions.renew_all(now.mono_us);
        if let Serving::Leading(epoch) = serving {
            self.role = Role::Leader;
            self.prep.restart(Zxid::new(epoch, 0));
            self.containers.restart(now.mono_us);
            self.close_orphaned_sessions(now, out);
        } else {
            self.role = Role::Learner;
        }
        if is_snapshot_due {
            self.begin_snapshot(out);
        } else {
            self.begin_postponed_snapshot(out);
        }
    }

    /// There is no leader any more: clients look for another member, and whatever they wait for
    /// is forgotten. A transaction of theirs may be delivered later all the same.
    pub(super) fn step_down(&mut self, now: Now, out: &mut Effects) {
        if self.state == ServerState::Error {
            return;
        }
        self.stop_serving(out);
        self.await_leader(now);
        self.prep.restart(self.prep.last_zxid());
        let Some(ensemble) = &mut self.ensemble else {
            return;
        };
        ensemble.serving = None;
        ensemble.forwarded = Forwarded::default();
        ensemble.syncs = PendingSyncs::default();
        ensemble.touches.clear();
        ensemble.revalidations.clear();
        if self.is_streaming() {
            self.db.tree.snapshot_abort();
        }
        if let Some(ensemble) = &mut self.ensemble {
            ensemble.learner_syncs = LearnerSyncs::default();
            ensemble.leader_syncs = LeaderSyncs::default();
            ensemble.streams = Streams::default();
        }
    }

    /// A transaction is decided. What this member proposed is at hand, with whoever waits for
    /// it; what others proposed is read here.
    pub(super) fn deliver(&mut self, now: Now, zxid: Zxid, txn: Bytes, out: &mut Effects) {
        if let Some(proposal) = self.proposals.pop(zxid) {
            if let Some(origin) = proposal.origin {
                self.answer_before_write(now, origin.conn, out);
            }
            return self.commit_proposal(now, proposal, out);
        }
        match TxnRecord::from_bytes(txn) {
            Ok(record) if record.header.zxid == zxid => {
                let (origin, behind) = self.take_forwarded(&record);
                if let Some(origin) = origin {
                    self.answer_before_write(now, origin.conn, out);
                }
                self.commit(now, &record, origin, out);
                for conn in behind {
                    self.wake(now, conn, out);
                }
            }
            Ok(record) => {
                let detail = format!("it calls itself {}", record.header.zxid);
                self.cannot_read(zxid, detail, out);
            }
            Err(error) => self.cannot_read(zxid, error.to_string(), out),
        }
    }

    /// What the others apply cannot be applied here: better to be gone than to differ.
    fn cannot_read(&mut self, zxid: Zxid, detail: String, out: &mut Effects) {
        out.push(Effect::Event(Event::UnreadableTxn { zxid, detail }));
        self.log_failed(out);
    }

    /// The disk has loaded everything anew, after a leader's snapshot or a cut log.
    pub(crate) fn reloaded(&mut self, now: Now, recovered: Recovered, out: &mut Effects) {
        let last_zxid = recovered.last_zxid;
        self.step_down(now, out);
        if last_zxid < self.db.zxid() {
            self.metrics.log_truncations += 1;
        } else {
            self.metrics.snapshots_received += 1;
        }
        // Of the tree that goes, nothing may become a file any more.
        self.snapshots.give_up();
        self.db.reload(&self.config, recovered, now);
        self.digest_log = DigestLog::default();
        if let Some(ensemble) = &mut self.ensemble {
            ensemble.is_first_snapshot_due = false;
        }
        self.tell_disk(now, &DiskEvent::Reloaded(last_zxid), out);
    }

    /// Another configuration is in force. The transaction that brought it has written its
    /// znode, unless this member learnt of it otherwise.
    pub(super) fn config_changed(&mut self, now: Now, members: DynamicConfig) {
        let text = members.to_string();
        self.db.set_config_node(&text, Zxid(members.version), now);
        self.config.config_node = Some(text);
        if let Some(replication) = &mut self.config.replication {
            replication.members = members;
        }
    }

    /// Gives up leading. Zab tells to stop in its turn.
    pub(crate) fn resign(&mut self, now: Now, reason: &str, out: &mut Effects) {
        self.zab(now, out, |zab, outputs| {
            zab.resign(now.mono_us, reason, outputs);
        });
    }

    /// The latest that a client may have seen of what this member has: an Apache leader shows
    /// the begin of its epoch before its first transaction, and who serves in that epoch has
    /// all that was decided before it.
    pub(crate) fn seen_bound(&self) -> Zxid {
        let begin_of = |epoch: Epoch| Zxid::new(epoch, 0);
        let serving = self.ensemble.as_ref().and_then(|ensemble| ensemble.serving);
        let begin = match serving {
            Some(
                Serving::Leading(epoch) | Serving::Following(epoch) | Serving::Observing(epoch),
            ) => begin_of(epoch),
            None => Zxid::ZERO,
        };
        self.db.zxid().max(begin)
    }
}
