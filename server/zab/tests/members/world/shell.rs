//! Network, disk and state machine, as a member asks for them.

use bytes::Bytes;
use zoowarden_shared::{Sid, Zxid};
use zoowarden_zab::{DiskEvent, Effect, Outputs, Serving, Upcall};

use super::{DiskDone, Message, World};

impl World {
    pub(super) fn perform(&mut self, sid: Sid, effect: Effect) {
        match effect {
            Effect::ToElection(to, notification) => {
                if self.members.contains_key(&to) && self.is_up(to) && !self.is_cut(sid, to) {
                    let path = sid.0 as u64;
                    // A message that is not sent yet gives way to the newer.
                    self.events.retain(|_, (receiver, _, message)| {
                        !(*receiver == to
                            && matches!(message, Message::Vote(from, _) if *from == sid))
                    });
                    self.post_in_order(path, to, 0, Message::Vote(sid, notification));
                }
            }
            Effect::Dial(link, to) => {
                if self.is_up(to) && !self.is_cut(sid, to) {
                    self.post(to, 200, Message::Dialled(sid, link));
                } else {
                    self.post(sid, 1000, Message::Answer(link, false));
                }
            }
            Effect::Send(link, packet) => {
                if let Some((to, theirs)) = self.links.get(&(sid, link)).copied() {
                    let message = Message::Packet(theirs, packet);
                    self.post_in_order(sid.0 as u64, to, theirs.number(), message);
                }
            }
            Effect::Hangup(link) => {
                if let Some((to, theirs)) = self.links.remove(&(sid, link)) {
                    self.links.remove(&(to, theirs));
                    let message = Message::Closed(theirs);
                    self.post_in_order(sid.0 as u64, to, theirs.number(), message);
                }
            }
            Effect::PauseLink(_) | Effect::ResumeLink(_) | Effect::StageBegin(_) => {}
            Effect::StageChunk(_) | Effect::StageAbort => {}
            Effect::Append { zxid, txn } => {
                let disk = &mut self.member(sid).disk;
                if let Some((last, _)) = disk.log.last() {
                    assert!(*last < zxid, "{sid} appends {zxid} behind {last}");
                }
                disk.log.push((zxid, txn));
                let slow = self.slow.get(&sid).copied().unwrap_or_default();
                let delay = slow + 100 + self.rng.below(3000);
                self.disk_done(sid, delay, DiskDone::Flush);
            }
            Effect::Truncate(zxid) => {
                let disk = &mut self.member(sid).disk;
                disk.log.retain(|(entry, _)| *entry <= zxid);
                disk.flushed = disk.log.len();
                assert_eq!(
                    disk.log.last().map(|(last, _)| *last),
                    Some(zxid),
                    "{sid} cuts"
                );
                self.disk_done(sid, 500, DiskDone::Event(DiskEvent::Truncated(zxid)));
            }
            Effect::SaveAcceptedEpoch(epoch) => {
                self.disk_done(
                    sid,
                    700,
                    DiskDone::Event(DiskEvent::AcceptedEpochSaved(epoch)),
                );
            }
            Effect::SaveCurrentEpoch(epoch) => {
                self.disk_done(
                    sid,
                    700,
                    DiskDone::Event(DiskEvent::CurrentEpochSaved(epoch)),
                );
            }
            Effect::StageEnd(zxid) => {
                let member = self.member(sid);
                member.disk.log = std::mem::take(&mut member.staged);
                member.disk.flushed = member.disk.log.len();
                self.disk_done(sid, 900, DiskDone::Event(DiskEvent::Staged(zxid)));
            }
            Effect::ConfigSeen(configs) => self.member(sid).disk.seen = configs,
            Effect::ConfigActive(config) => {
                self.note(format!(
                    "{sid} has {}",
                    config.to_string().replace('\n', " ")
                ));
                let disk = &mut self.member(sid).disk;
                assert!(disk.active.version < config.version, "{sid} goes back");
                disk.seen.retain(|seen| seen.version > config.version);
                disk.active = config;
            }
            Effect::Reload => self.disk_done(sid, 2000, DiskDone::Reload),
            Effect::ReadLog { link, after, upto } => {
                let log = &self.members[&sid].disk.log;
                let known = after == Zxid::ZERO || log.iter().any(|(zxid, _)| *zxid == after);
                let wanted = log
                    .iter()
                    .filter(|(zxid, _)| *zxid > after && *zxid <= upto);
                let txns: Vec<_> = wanted.take(if known { 3 } else { 0 }).cloned().collect();
                let complete = txns.last().is_some_and(|(zxid, _)| *zxid == upto);
                let event = DiskEvent::LogRead {
                    link,
                    txns,
                    complete,
                };
                self.disk_done(sid, 800, DiskDone::Event(event));
            }
        }
    }

    /// In order, as one thread does it.
    pub(super) fn disk_done(&mut self, sid: Sid, delay_us: u64, done: DiskDone) {
        let now_us = self.now_us;
        let arrival = self
            .member(sid)
            .last_arrival
            .entry((u64::MAX, 0))
            .or_default();
        let at = (now_us + delay_us).max(*arrival);
        *arrival = at;
        self.post(sid, at - now_us, Message::Disk(done));
    }

    pub(super) fn upcall(&mut self, sid: Sid, upcall: Upcall, out: &mut Outputs) {
        match upcall {
            Upcall::Deliver { zxid, txn } => {
                let member = self.member(sid);
                let last = member
                    .delivered
                    .last()
                    .map_or(Zxid::ZERO, |(last, _)| *last);
                assert!(last < zxid, "{sid} delivers {zxid} behind {last}");
                member.delivered.push((zxid, txn.clone()));
                let leads = matches!(member.serving, Some(Serving::Leading(_)));
                if leads {
                    self.acknowledged.push((zxid, txn));
                }
            }
            Upcall::Serve(serving) => {
                self.note(format!("{sid} serves {serving:?}"));
                let member = self.member(sid);
                member.serving = Some(serving);
                if let Serving::Leading(epoch) = serving {
                    member.next = Zxid::new(epoch, 1);
                    let before = self.leaders.insert(epoch, sid);
                    assert_eq!(before, None, "two leaders of epoch {epoch}");
                }
            }
            Upcall::Stop => {
                self.note(format!("{sid} stops"));
                self.member(sid).serving = None;
            }
            Upcall::SnapshotWanted(link) => {
                let log = self.members[&sid].delivered.clone();
                let last = log.last().map_or(Zxid::ZERO, |(zxid, _)| *zxid);
                let now_us = self.now_us;
                let zab = self.member(sid).zab.as_mut().expect("it speaks");
                let there = zab.snapshot_begun(link, last, out);
                for effect in std::mem::take(&mut out.effects) {
                    self.perform(sid, effect);
                }
                if there && let Some((to, theirs)) = self.links.get(&(sid, link)).copied() {
                    let message = Message::Snapshot(theirs, log);
                    self.post_in_order(sid.0 as u64, to, theirs.number(), message);
                }
                let zab = self.member(sid).zab.as_mut().expect("it speaks");
                zab.snapshot_sent(now_us, link, out);
            }
            Upcall::TouchesWanted => {
                let zab = self.member(sid).zab.as_mut().expect("it speaks");
                zab.touches(Bytes::new(), out);
            }
            Upcall::ConfigChanged(config) => {
                // Another one may have come into force in the same moment.
                assert!(config.version <= self.members[&sid].disk.active.version);
            }
            Upcall::Event(event) => self.note(format!("{sid} {event:?}")),
            Upcall::Request { .. }
            | Upcall::Revalidate { .. }
            | Upcall::Touches(_)
            | Upcall::LearnerGone(_)
            | Upcall::Confirmed(_)
            | Upcall::FromLeader(_) => {}
        }
    }
}
