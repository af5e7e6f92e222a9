//! Draws the next fault.

use super::World;
use crate::{
    client::Role,
    event::Event,
    fault::{Fault, Target, Way},
};

impl World {
    /// One fault, and the time of the next.
    pub(super) fn nemesis(&mut self) {
        if !self.is_wild {
            return;
        }
        let fault = self.draw_fault();
        self.inject(fault);
        let gap_us = self.chance.faults.around(self.settings.fault_gap_ms * 1000);
        self.queue.push(self.now_us + gap_us, Event::Nemesis);
        self.revive_a_client();
    }

    fn draw_fault(&mut self) -> Fault {
        let members = self.machines.len();
        let clients = self.settings.clients;
        let dice = &mut self.chance.faults;
        let member = match dice.below(5) {
            0 | 1 => Target::Leader,
            2 => Target::Follower,
            _ => Target::Member(dice.below(members)),
        };
        let tick_ms = u64::from(self.settings.tick_time_ms);
        // Mostly back at once; sometimes the others elect meanwhile.
        let down_ms = dice.around(3 * tick_ms);
        // From a hiccup to longer than syncLimit.
        let mut for_ms = dice.around(4 * tick_ms);
        if self.settings.read_only && dice.one_in(2) {
            // Long enough for a member to show itself without a leader.
            for_ms += dice.between(2500, 5000);
        }
        match dice.below(100) {
            0..=9 => Fault::Kill { member, down_ms },
            10..=18 => Fault::PowerCut { member, down_ms },
            19..=21 => Fault::PowerCutAll { down_ms },
            22..=34 => Fault::KillAfterEffects {
                member,
                effects: dice.between(0, 60),
                down_ms,
            },
            35..=42 => Fault::CrashInDisk {
                member,
                operations: dice.between(0, 20),
                down_ms,
            },
            43..=44 => Fault::DiskError {
                member,
                operations: dice.between(0, 20),
            },
            45..=46 => Fault::DiskFull {
                member,
                operations: dice.between(0, 20),
            },
            47..=51 => Fault::Stall { member, for_ms },
            52 => Fault::Rot { member },
            53 => Fault::LoseLogs { member },
            54..=60 => Fault::Pause { member, for_ms },
            61..=72 => Fault::Isolate {
                member,
                for_ms,
                way: dice
                    .pick(&[Way::Both, Way::Both, Way::In, Way::Out])
                    .unwrap_or(Way::Both),
                clients_too: dice.one_in(2),
            },
            73..=78 => Fault::Split {
                part: dice.number() % (1 << members),
                for_ms,
            },
            79..=86 => Fault::Break {
                member,
                other: dice.below(members),
            },
            87..=90 => Fault::ClockJump {
                member,
                by_ms: dice.between(0, 20_000) as i64 - 10_000,
            },
            91..=96 => Fault::BreakClient {
                client: dice.below(clients),
            },
            _ => Fault::CrashClient {
                client: dice.below(clients),
            },
        }
    }

    /// A client that has crashed comes back, as somebody new.
    fn revive_a_client(&mut self) {
        let crashed = self
            .clients
            .iter()
            .position(|client| client.role == Role::Crashed);
        if let Some(client) = crashed
            && self.chance.faults.one_in(2)
        {
            self.clients[client].role = Role::Worker;
            self.schedule_act(client, 0);
        }
    }
}
