//! A member's process: it starts, is told things, has its effects performed, is observed, and
//! is killed, perhaps between two effects.

use bytes::Bytes;
use zoowarden_peer::{ConnId, Effect, Effects, Event as PeerEvent, Input, Now, Peer};
use zoowarden_shared::Sid;
use zoowarden_zab::Effect as ZabEffect;

use super::World;
use crate::{
    event::Event,
    machine::{Health, appended, lane_of},
    trace::hash_of,
};

/// How a process ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Death {
    /// The system closes its sockets.
    Killed,
    /// Nobody is told.
    PowerCut,
}

impl World {
    pub(super) fn start(&mut self, member: usize) {
        if self.machines[member].process.is_some()
            || !self.machines[member].is_wanted
            || matches!(self.machines[member].health, Health::Refused(_))
        {
            return;
        }
        let config = self.peer_config(member);
        let seed = self.chance.machines.number();
        let machine = &mut self.machines[member];
        let was_sound = machine.health == Health::Sound;
        match machine.start(self.now_us, config, seed, self.settings.flaw) {
            Ok(()) => {
                let (boot, last) = (machine.boot, machine.flushed);
                self.trace
                    .note(self.now_us, "start", member, u64::from(boot), || {
                        format!("start {boot}, last transaction {last}")
                    });
                self.live.expiry.restarted(member);
                self.reset_old_links(member);
                self.elect_with_all(member);
                self.schedule_wake(member);
                self.schedule_mark(member);
            }
            Err(why) => {
                self.trace
                    .note(self.now_us, "refused", member, 0, || why.clone());
                let machine = &mut self.machines[member];
                if machine.disk_may_fail {
                    // The disk failed in the middle of the start: it is tried again.
                    machine.crash_disk();
                    let at_us = self.now_us + machine.down_after_disk_ms * 1000;
                    self.queue.push(at_us, Event::Start { member });
                    return;
                }
                if was_sound {
                    self.violate(format!("member {member} refuses its undamaged data: {why}"));
                }
                self.machines[member].health = Health::Refused(why);
            }
        }
    }

    /// The member's deadline may have come.
    pub(super) fn wake(&mut self, member: usize, boot: u32) {
        let now_us = self.now_us;
        let machine = &mut self.machines[member];
        if !machine.runs(boot) {
            return;
        }
        let now = machine.now(now_us);
        let Some(process) = &mut machine.process else {
            return;
        };
        process.wake_at_us = None;
        self.trace.note(now_us, "wake", member, now.mono_us, || {
            format!(
                "deadline {:?}, now {}",
                process.peer.deadline(),
                now.mono_us
            )
        });
        if process
            .peer
            .deadline()
            .is_some_and(|deadline_us| deadline_us <= now.mono_us)
        {
            self.tell(member, Input::Tick);
        } else {
            self.schedule_wake(member);
        }
    }

    fn schedule_wake(&mut self, member: usize) {
        let now_us = self.now_us;
        let machine = &mut self.machines[member];
        let boot = machine.boot;
        let Some(process) = &mut machine.process else {
            return;
        };
        let Some(deadline_us) = process.peer.deadline() else {
            return;
        };
        let at_us = (process.started_us + deadline_us).max(now_us);
        if process.wake_at_us.is_none_or(|wake_us| at_us < wake_us) {
            process.wake_at_us = Some(at_us);
            self.queue.push(at_us, Event::Wake { member, boot });
        }
    }

    /// Tells a running member something, and does what it wants done.
    pub(super) fn tell(&mut self, member: usize, input: Input) {
        self.call_member(member, |peer, now, out| peer.handle(now, input, out));
    }

    /// Calls a running member, and does what it wants done.
    pub(super) fn call_member(
        &mut self,
        member: usize,
        call: impl FnOnce(&mut Peer, Now, &mut Effects),
    ) {
        if self.violation.is_some() {
            return;
        }
        let now_us = self.now_us;
        let machine = &mut self.machines[member];
        let now = machine.now(now_us);
        let Some(process) = &mut machine.process else {
            return;
        };
        let mut out = Effects::new();
        call(&mut process.peer, now, &mut out);
        let mut to_clients: Vec<(ConnId, Bytes)> = out.take_to_clients().collect();
        to_clients.sort_unstable_by_key(|(conn, _)| *conn);
        let effects: Vec<Effect> = out.take().collect();
        for (zxid, txn) in effects.iter().filter_map(appended) {
            machine.shadow.appended(zxid, txn.clone());
        }
        if let Err(what) = self.live.observe(machine, now) {
            self.violate(what);
        }
        self.perform(member, to_clients, effects);
        self.schedule_wake(member);
    }

    fn perform(&mut self, member: usize, to_clients: Vec<(ConnId, Bytes)>, effects: Vec<Effect>) {
        let boot = self.machines[member].boot;
        for (conn, bytes) in to_clients {
            if self.dies_here(member) {
                return;
            }
            self.send_to_client(member, boot, conn.0, bytes);
        }
        for effect in effects {
            if self.dies_here(member) {
                return;
            }
            self.perform_one(member, effect);
            if !self.machines[member].runs(boot) {
                return;
            }
        }
    }

    /// Whether the process is killed before its next effect.
    fn dies_here(&mut self, member: usize) -> bool {
        match &mut self.machines[member].killed_after {
            Some((0, down_ms)) => {
                let down_ms = *down_ms;
                self.kill(member, Death::Killed, Some(down_ms));
                true
            }
            Some((left, _)) => {
                *left -= 1;
                false
            }
            None => false,
        }
    }

    fn perform_one(&mut self, member: usize, effect: Effect) {
        if let Some(lane) = lane_of(&effect) {
            return self.give_disk(member, lane, effect);
        }
        match effect {
            Effect::CloseClient(conn, reason) => {
                self.trace.note(self.now_us, "close", member, conn.0, || {
                    format!("{reason:?}")
                });
                self.server_closes(conn.0);
            }
            Effect::PauseReading(conn) => self.server_reads(conn.0, false),
            Effect::ResumeReading(conn) => self.server_reads(conn.0, true),
            Effect::Event(event) => self.hear_event(member, &event),
            Effect::SendRaw(link, bytes) => self.send_raw(member, link, bytes),
            Effect::Replication(effect) => self.perform_replication(member, effect),
            Effect::Append { .. }
            | Effect::RollLog
            | Effect::SnapshotBegin { .. }
            | Effect::SnapshotSlice(_)
            | Effect::SnapshotEnd { .. } => {}
        }
    }

    fn perform_replication(&mut self, member: usize, effect: ZabEffect) {
        match effect {
            ZabEffect::ToElection(sid, notification) => {
                if let Some(to) = self.member_of(sid) {
                    self.send_vote(member, to, notification);
                }
            }
            ZabEffect::Dial(link, sid) => self.dial(member, link, sid),
            ZabEffect::Send(link, packet) => {
                self.send_link(member, link, crate::net::Item::Packet(packet));
            }
            ZabEffect::Hangup(link) => self.hangup(member, link),
            ZabEffect::PauseLink(link) => self.member_reads(member, link, false),
            ZabEffect::ResumeLink(link) => self.member_reads(member, link, true),
            ZabEffect::ConfigSeen(config) => self.config_seen(member, config),
            ZabEffect::ConfigActive(config) => self.config_active(member, config),
            other => {
                let what = format!("{other:?}");
                self.violate(format!("nobody performs {what}"));
            }
        }
    }

    fn hear_event(&mut self, member: usize, event: &PeerEvent) {
        let text = format!("{event:?}");
        self.trace.note(
            self.now_us,
            "event",
            member,
            hash_of(text.as_bytes()),
            || text,
        );
        if let Err(what) = self.live.expiry.hear_event(member, self.now_us, event) {
            self.violate(what);
        }
        match event {
            PeerEvent::DigestMismatch { zxid } => self.violate(format!(
                "digests: member {member}'s tree after {zxid} is not the one that the \
                 transaction tells of"
            )),
            PeerEvent::UnreadableTxn { zxid, detail } => self.violate(format!(
                "member {member} cannot read transaction {zxid}: {detail}"
            )),
            PeerEvent::Replication(zoowarden_zab::Event::BadPeer { sid, what }) => {
                self.violate(format!(
                    "member {member} says that member {} does what no correct one does: {what}",
                    sid.0 - 1
                ));
            }
            _ => {}
        }
    }

    pub(super) fn member_of(&self, sid: Sid) -> Option<usize> {
        let index = usize::try_from(sid.0 - 1).ok()?;
        (index < self.machines.len()).then_some(index)
    }

    /// The process ends; it starts again after so many milliseconds, if at all.
    pub(crate) fn kill(&mut self, member: usize, death: Death, down_ms: Option<u64>) {
        if self.machines[member].process.is_none() {
            return;
        }
        self.trace
            .note(self.now_us, "dies", member, 0, || format!("{death:?}"));
        self.machines[member].stop();
        self.drop_links_of(member, death);
        self.drop_votes_of(member, death);
        self.drop_visits_to(member, death);
        if let Some(down_ms) = down_ms {
            self.queue
                .push(self.now_us + down_ms * 1000, Event::Start { member });
        }
    }

    pub(super) fn pause(&mut self, member: usize, for_ms: u64) {
        let machine = &mut self.machines[member];
        if machine.process.is_none() || machine.is_paused {
            return;
        }
        machine.is_paused = true;
        let boot = machine.boot;
        self.queue
            .push(self.now_us + for_ms * 1000, Event::Resume { member, boot });
    }

    pub(super) fn resume(&mut self, member: usize, boot: u32) {
        let machine = &mut self.machines[member];
        if !machine.runs(boot) || !machine.is_paused {
            return;
        }
        machine.is_paused = false;
        for event in std::mem::take(&mut machine.backlog) {
            self.queue.push(self.now_us, event);
        }
        self.trace
            .note(self.now_us, "resume", member, 0, String::new);
        self.pump_all_to(member);
    }

    /// Everything that was held back on its way to this member may arrive now.
    pub(super) fn pump_all_to(&mut self, member: usize) {
        for (key, side) in self.links.of(member) {
            self.queue.push(self.now_us, Event::Link { key, side });
        }
        for from in 0..self.machines.len() {
            if from != member {
                self.queue
                    .push(self.now_us, Event::Vote { from, to: member });
            }
        }
        for (conn, visit) in &self.conns {
            if visit.member == member {
                self.queue
                    .push(self.now_us, Event::ToServer { conn: *conn });
            }
        }
    }
}
