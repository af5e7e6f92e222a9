//! Whoever looks after machines: gives spares a configuration and starts them, shuts down
//! those that were removed, sometimes with an empty disk for the next time.

use super::{World, members::Death};
use crate::{event::Event, machine::Health};

/// Mean time between two looks, in terms of the time between two reconfigs.
const LOOKS_PER_RECONFIG: u64 = 2;

impl World {
    /// A look at one machine, and the time of the next.
    pub(super) fn steward(&mut self) {
        if !self.is_wild {
            return;
        }
        let member = self.chance.members.below(self.machines.len());
        let is_wanted = self.machines[member].is_wanted;
        if self.is_member(member) {
            self.keep_up(member);
        } else if is_wanted && !self.may_be_member(member) && self.chance.members.one_in(3) {
            self.retire(member);
        } else if !is_wanted {
            self.prepare(member);
        }
        let gap_us = self.settings.reconfig_gap_ms * 1000 / LOOKS_PER_RECONFIG;
        let at_us = self.now_us + self.chance.members.around(gap_us);
        self.queue.push(at_us, Event::Steward);
    }

    /// A member that nobody has started is started.
    fn keep_up(&mut self, member: usize) {
        if !self.machines[member].is_wanted {
            self.machines[member].is_wanted = true;
            self.start(member);
        }
    }

    fn retire(&mut self, member: usize) {
        self.trace
            .note(self.now_us, "retire", member, 0, String::new);
        self.machines[member].is_wanted = false;
        self.kill(member, Death::Killed, None);
    }

    /// A machine is made ready to join: its file says who the members are, and itself.
    fn prepare(&mut self, member: usize) {
        let wipes = !self.may_be_member(member) && self.chance.members.one_in(2);
        let seed = self.chance.members.number();
        let config = self.latest_config.clone();
        let machine = &mut self.machines[member];
        if machine.process.is_some() || matches!(machine.health, Health::Refused(_)) {
            return;
        }
        if wipes {
            machine.wipe(seed);
        }
        if config.version > machine.files.active.version {
            machine.files.activate(config);
        }
        machine.is_wanted = true;
        self.start(member);
    }
}
