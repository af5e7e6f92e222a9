//! The election port: connections come up and go down, the newest vote of each arrives.

use zoowarden_peer::Input;
use zoowarden_shared::{Sid, election::Notification};
use zoowarden_zab::Input as ZabInput;

use super::{World, members::Death};
use crate::event::Event;

const AGAIN_US: u64 = 150_000;

impl World {
    /// A member that has just started connects with all others.
    pub(super) fn elect_with_all(&mut self, member: usize) {
        if !self.settings.is_replicated() {
            return;
        }
        for other in 0..self.machines.len() {
            if other != member && self.are_acquainted(member, other) {
                // What the other side still takes for a connection is none.
                self.disconnect(member, other);
                let at_us = self.now_us + self.delay_us();
                self.queue
                    .push(at_us, Event::ElectionDial { one: member, other });
            }
        }
    }

    pub(super) fn election_dial(&mut self, one: usize, other: usize) {
        let both_run =
            self.machines[one].process.is_some() && self.machines[other].process.is_some();
        if !both_run || self.elections.is_connected(one, other) {
            return;
        }
        if self.weather.is_cut(one, other) {
            self.queue
                .push(self.now_us + AGAIN_US, Event::ElectionDial { one, other });
            return;
        }
        if self.elections.connect(one, other, true) {
            self.say_connected(one, other, true);
            self.move_votes(one, other);
            self.move_votes(other, one);
        }
    }

    /// The connection between two members breaks; they try again.
    pub(super) fn break_election(&mut self, one: usize, other: usize) {
        if self.disconnect(one, other) {
            let at_us = self.now_us + AGAIN_US;
            self.queue.push(at_us, Event::ElectionDial { one, other });
        }
    }

    fn disconnect(&mut self, one: usize, other: usize) -> bool {
        let news = self.elections.connect(one, other, false);
        if news {
            self.say_connected(one, other, false);
        }
        news
    }

    fn say_connected(&mut self, one: usize, other: usize, up: bool) {
        for (member, with) in [(one, other), (other, one)] {
            let machine = &self.machines[member];
            if machine.process.is_none() {
                continue;
            }
            let sid = Sid(with as i64 + 1);
            let input = Box::new(Input::Replication(ZabInput::ElectionLink { sid, up }));
            let boot = machine.boot;
            self.queue.push(
                self.now_us,
                Event::Tell {
                    member,
                    boot,
                    input,
                },
            );
        }
    }

    pub(super) fn send_vote(&mut self, from: usize, to: usize, notification: Notification) {
        self.trace.note(
            self.now_us,
            "vote",
            from,
            notification.zxid.0 as u64 ^ notification.leader.0 as u64 ^ (to as u64) << 56,
            || format!("to member {to}: {notification:?}"),
        );
        self.elections.put(from, to, notification);
        self.move_votes(from, to);
    }

    fn move_votes(&mut self, from: usize, to: usize) {
        let at_us = self.now_us + self.delay_us();
        if self.elections.send(from, to, at_us) {
            self.queue.push(at_us, Event::Vote { from, to });
        }
    }

    pub(super) fn pump_vote(&mut self, from: usize, to: usize) {
        if self.machines[to].is_paused || self.weather.is_blocked(from, to) {
            return;
        }
        let Some(notification) = self.elections.take(from, to, self.now_us) else {
            return;
        };
        self.move_votes(from, to);
        if self.machines[to].process.is_some() {
            let from = Sid(from as i64 + 1);
            self.tell(
                to,
                Input::Replication(ZabInput::Vote { from, notification }),
            );
        }
    }

    pub(super) fn drop_votes_of(&mut self, member: usize, death: Death) {
        self.elections.forget(member);
        for other in 0..self.machines.len() {
            // After a power cut the others find out when the machine is there again.
            if other != member && death == Death::Killed {
                self.disconnect(member, other);
            }
        }
    }
}
