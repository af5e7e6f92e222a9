//! What goes wrong, made to happen; and the end of it all.

use zoowarden_server::disk::Fault as DiskFault;
use zoowarden_shared::election::PeerState;

use super::{World, members::Death};
use crate::{
    client::Role,
    event::Event,
    fault::{Fault, Target, Way},
    machine::Health,
    trace::hash_of,
};

/// How long somebody takes to look after a disk that has failed.
const AFTER_DISK_FAULT_MS: u64 = 300;

impl World {
    pub(super) fn inject(&mut self, fault: Fault) {
        let text = format!("{fault:?}");
        self.trace
            .note(self.now_us, "FAULT", 0, hash_of(text.as_bytes()), || text);
        match fault {
            Fault::Kill { member, down_ms } => {
                let member = self.target(member);
                self.kill(member, Death::Killed, Some(down_ms));
            }
            Fault::PowerCut { member, down_ms } => {
                let member = self.target(member);
                self.kill(member, Death::PowerCut, Some(down_ms));
            }
            Fault::PowerCutAll { down_ms } => {
                for member in 0..self.machines.len() {
                    let down_ms = down_ms + self.chance.faults.between(0, 300);
                    self.kill(member, Death::PowerCut, Some(down_ms));
                }
            }
            Fault::KillAfterEffects {
                member,
                effects,
                down_ms,
            } => {
                let member = self.target(member);
                self.machines[member].killed_after = Some((effects, down_ms));
            }
            Fault::CrashInDisk {
                member,
                operations,
                down_ms,
            } => {
                let machine = self.aim(member);
                machine.plan_disk_fault(operations, DiskFault::Crash, down_ms);
            }
            Fault::DiskError { member, operations } => {
                let machine = self.aim(member);
                machine.plan_disk_fault(operations, DiskFault::Io, AFTER_DISK_FAULT_MS);
            }
            Fault::DiskFull { member, operations } => {
                let machine = self.aim(member);
                machine.plan_disk_fault(operations, DiskFault::Full, AFTER_DISK_FAULT_MS);
            }
            Fault::Stall { member, for_ms } => {
                let until_us = self.now_us + for_ms * 1000;
                self.aim(member).stalled_until_us = until_us;
            }
            Fault::Rot { member } => {
                let member = self.target(member);
                self.rot(member);
            }
            Fault::LoseLogs { member } => {
                let member = self.target(member);
                self.lose_logs(member);
            }
            Fault::HandOver { heir } => {
                let heir = self.target(heir);
                self.hand_over(heir);
            }
            Fault::Pause { member, for_ms } => {
                let member = self.target(member);
                self.pause(member, for_ms);
            }
            Fault::Isolate {
                member,
                for_ms,
                way,
                clients_too,
            } => {
                let member = self.target(member);
                self.isolate(member, for_ms, way, clients_too);
            }
            Fault::Split { part, for_ms } => self.split(part, for_ms),
            Fault::Break { member, other } => {
                let member = self.target(member);
                for key in self.links.between(member, other) {
                    self.break_link(key);
                }
                self.break_election(member, other);
            }
            Fault::ClockJump { member, by_ms } => self.aim(member).wall_offset_ms += by_ms,
            Fault::BreakClient { client } => {
                if let Some(conn) = self.clients.get(client).and_then(|it| it.conn) {
                    self.break_visit(conn);
                }
            }
            Fault::CrashClient { client } => self.crash_client(client),
        }
    }

    fn aim(&mut self, target: Target) -> &mut crate::machine::Machine {
        let member = self.target(target);
        &mut self.machines[member]
    }

    /// Which member is meant.
    fn target(&self, target: Target) -> usize {
        let with_state = |state: PeerState| {
            (0..self.machines.len()).find(|&member| {
                let status = self.machines[member].replication_status();
                status.is_some_and(|status| status.state == state)
            })
        };
        match target {
            Target::Member(member) => member.min(self.machines.len() - 1),
            Target::Leader => with_state(PeerState::Leading).unwrap_or(0),
            Target::Follower => with_state(PeerState::Following).unwrap_or(self.machines.len() - 1),
        }
    }

    fn isolate(&mut self, member: usize, for_ms: u64, way: Way, clients_too: bool) {
        let clients = self.weather.clients();
        let mut ways = Vec::new();
        for other in 0..=self.machines.len() {
            if other == member || (other == clients && !clients_too) {
                continue;
            }
            if way != Way::Out {
                ways.push((other, member));
            }
            if way != Way::In {
                ways.push((member, other));
            }
        }
        self.block(ways, for_ms);
    }

    fn split(&mut self, part: u64, for_ms: u64) {
        let is_in = |member: usize| part >> member & 1 == 1;
        let mut ways = Vec::new();
        for one in 0..self.machines.len() {
            for other in 0..self.machines.len() {
                if is_in(one) != is_in(other) {
                    ways.push((one, other));
                }
            }
        }
        self.block(ways, for_ms);
    }

    fn block(&mut self, ways: Vec<(usize, usize)>, for_ms: u64) {
        let id = self.weather.block(ways);
        self.queue
            .push(self.now_us + for_ms * 1000, Event::Heal { id });
    }

    pub(super) fn heal(&mut self, id: u64) {
        if self.weather.heal(id) {
            self.trace.note(self.now_us, "heal", 0, id, String::new);
            self.pump_everything();
        }
    }

    fn pump_everything(&mut self) {
        for member in 0..self.machines.len() {
            self.pump_all_to(member);
        }
        for conn in self.conns.keys() {
            self.queue
                .push(self.now_us, Event::ToClient { conn: *conn });
        }
    }

    /// One bit of a member's disk turns, as long as a majority is left that has no damage.
    fn rot(&mut self, member: usize) {
        if self.machines[member].health != Health::Sound || !self.may_be_damaged(member) {
            return;
        }
        self.kill(member, Death::PowerCut, Some(200));
        let (which, bit) = (self.chance.faults.below(100), self.chance.faults.number());
        self.machines[member].rot(which, bit);
    }

    /// The logs of a member are removed, as long as a majority is left that has no damage.
    fn lose_logs(&mut self, member: usize) {
        if self.machines[member].health == Health::Sound && self.may_be_damaged(member) {
            self.kill(member, Death::PowerCut, Some(200));
            self.machines[member].lose_logs(self.settings.flaw);
        }
    }

    pub(super) fn crash_client(&mut self, client: usize) {
        let Some(it) = self.clients.get_mut(client) else {
            return;
        };
        if it.role != Role::Worker {
            return;
        }
        let conn = it.conn;
        it.crash(self.now_us, &mut self.history);
        if let Some(visit) = conn.and_then(|conn| self.conns.get_mut(&conn)) {
            // Nobody tells the server, half of the time.
            visit.client_open = false;
            if self.chance.clients.one_in(2)
                && let Some(conn) = conn
            {
                self.break_visit(conn);
            }
        }
    }

    /// Whoever was refused its damaged data gets an empty disk, which is safe now that all the
    /// others are in step; whether there was anybody.
    pub(crate) fn replace_damaged(&mut self) -> bool {
        let mut any = false;
        for member in 0..self.machines.len() {
            if matches!(self.machines[member].health, Health::Refused(_)) {
                any = true;
                self.trace.note(self.now_us, "wipe", member, 0, String::new);
                let seed = self.chance.machines.number();
                self.machines[member].wipe(seed);
                self.start(member);
            }
        }
        any
    }

    /// The end of all faults: partitions heal, disks have room, what is down starts, paused
    /// processes go on, clients only keep their sessions.
    pub(crate) fn calm(&mut self) {
        self.is_wild = false;
        self.weather.heal_all();
        self.trace.note(self.now_us, "calm", 0, 0, String::new);
        for member in 0..self.machines.len() {
            let is_needed = self.may_be_member(member);
            let machine = &mut self.machines[member];
            machine.is_wanted |= is_needed;
            machine.killed_after = None;
            machine.stalled_until_us = 0;
            machine.disk.plan(u64::MAX / 2, DiskFault::Io);
            machine.disk.free_space();
            let boot = machine.boot;
            self.resume(member, boot);
            self.start(member);
        }
        for client in &mut self.clients {
            if matches!(client.role, Role::Worker | Role::Operator) {
                client.role = Role::Idle;
            }
        }
        self.pump_everything();
    }
}
