//! What the threads of a member's disk do, and when it becomes known.

use zoowarden_peer::{DiskEvent, Effect, Input};
use zoowarden_server::disk::DiskSide;

use super::{World, members::Death};
use crate::{
    event::Event,
    flaw::Flaw,
    machine::{Work, appended},
};

/// How long a member stays down after its log failed: somebody has to look at it.
const AFTER_LOG_FAILURE_MS: u64 = 400;

/// How far the mark of what is durable lags behind, as in the real log thread.
const MARK_INTERVAL_US: u64 = 1_000_000;

impl World {
    /// Has the mark raised a while from now.
    pub(super) fn schedule_mark(&mut self, member: usize) {
        let boot = self.machines[member].boot;
        let at_us = self.now_us + MARK_INTERVAL_US;
        self.queue.push(at_us, Event::RaiseMark { member, boot });
    }

    pub(super) fn raise_mark(&mut self, member: usize, boot: u32) {
        let machine = &mut self.machines[member];
        if !machine.runs(boot) {
            return;
        }
        if machine.stalled_until_us <= self.now_us {
            machine.raise_mark();
            if machine.disk.is_down() {
                return self.disk_stopped(member);
            }
        }
        self.schedule_mark(member);
    }

    /// A command for a disk.
    pub(super) fn give_disk(&mut self, member: usize, side: DiskSide, effect: Effect) {
        let machine = &mut self.machines[member];
        let boot = machine.boot;
        if self.settings.flaw == Some(Flaw::AckBeforeFsync)
            && let Some((upto, _)) = appended(&effect)
        {
            let event = Box::new(DiskEvent::Flushed { upto });
            self.queue.push(
                self.now_us,
                Event::DiskSays {
                    member,
                    boot,
                    event,
                },
            );
        }
        if let Some(lane) = machine.lane(side) {
            lane.push(effect);
            self.put_to_work(member, side);
        }
    }

    /// The thread takes what waits, if it is idle.
    fn put_to_work(&mut self, member: usize, side: DiskSide) {
        let most = 1 + self.chance.disk.below(32);
        let machine = &mut self.machines[member];
        let (boot, stalled_until_us) = (machine.boot, machine.stalled_until_us);
        let Some(batch) = machine.lane(side).and_then(|lane| lane.next_batch(most)) else {
            return;
        };
        let took_us = self.chance.disk.around(self.settings.sync_us);
        // What a crash finds between: the bytes are there already, or not yet.
        let work = if self.chance.disk.one_in(2) {
            Work::Done(machine.work(batch))
        } else {
            Work::Todo(batch)
        };
        if let Some(lane) = machine.lane(side) {
            lane.at_work = Some(work);
        }
        let is_down = machine.disk.is_down();
        let at_us = self.now_us.max(stalled_until_us) + took_us;
        self.queue
            .push(at_us, Event::DiskDone { member, boot, side });
        if is_down {
            self.disk_stopped(member);
        }
    }

    /// Its time is over.
    pub(super) fn disk_done(&mut self, member: usize, boot: u32, side: DiskSide) {
        let machine = &mut self.machines[member];
        if !machine.runs(boot) {
            return;
        }
        if machine.stalled_until_us > self.now_us {
            let at_us = machine.stalled_until_us;
            self.queue
                .push(at_us, Event::DiskDone { member, boot, side });
            return;
        }
        let work = machine.lane(side).and_then(|lane| lane.at_work.take());
        let events = match work {
            Some(Work::Todo(batch)) => machine.work(batch),
            Some(Work::Done(events)) => events,
            None => Vec::new(),
        };
        if machine.disk.is_down() {
            return self.disk_stopped(member);
        }
        self.put_to_work(member, side);
        for event in events {
            self.disk_says(member, boot, event);
        }
    }

    /// A crash was planned within an operation of the disk.
    fn disk_stopped(&mut self, member: usize) {
        let down_ms = self.machines[member].down_after_disk_ms;
        self.kill(member, Death::PowerCut, Some(down_ms));
    }

    pub(super) fn disk_says(&mut self, member: usize, boot: u32, event: DiskEvent) {
        let machine = &mut self.machines[member];
        if !machine.runs(boot) {
            return;
        }
        let failed = matches!(event, DiskEvent::LogFailed);
        if self.settings.purge && matches!(event, DiskEvent::SnapshotDone { .. }) {
            machine.purge();
            if machine.disk.is_down() {
                return self.disk_stopped(member);
            }
        }
        let mut detail = 0;
        if let DiskEvent::Flushed { upto } = event {
            // What was reported too early is not reported again.
            if upto <= machine.flushed && self.settings.flaw == Some(Flaw::AckBeforeFsync) {
                return;
            }
            machine.flushed = upto;
            detail = upto.0 as u64;
        }
        self.trace
            .note(self.now_us, "disk", member, detail, || format!("{event:?}"));
        self.tell(member, Input::Disk(event));
        if failed {
            // The driver ends with a failed log.
            self.kill(member, Death::Killed, Some(AFTER_LOG_FAILURE_MS));
        }
    }
}
