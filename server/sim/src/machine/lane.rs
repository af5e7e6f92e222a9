//! One thread of a member's disk: what it was told to do, in order.

use std::collections::VecDeque;

use zoowarden_peer::{DiskEvent, Effect};
use zoowarden_zab::Effect as Replication;

/// What a thread does and will do.
#[derive(Debug, Default)]
pub(crate) struct Lane {
    waiting: VecDeque<Effect>,
    /// What it is at, if anything.
    pub(crate) at_work: Option<Work>,
}

/// What a thread does until its time is over.
#[derive(Debug)]
pub(crate) enum Work {
    /// It will be on the disk at the end.
    Todo(Vec<Effect>),
    /// It is on the disk already, and nobody knows yet.
    Done(Vec<DiskEvent>),
}

impl Lane {
    pub(crate) fn push(&mut self, effect: Effect) {
        self.waiting.push_back(effect);
    }

    /// What comes next, together: appends up to `most`, or one of anything else. Nothing
    /// while the thread is at work.
    pub(crate) fn next_batch(&mut self, most: usize) -> Option<Vec<Effect>> {
        if self.at_work.is_some() {
            return None;
        }
        let mut batch = vec![self.waiting.pop_front()?];
        while batch.len() < most
            && batch.last().is_some_and(gathers)
            && self.waiting.front().is_some_and(gathers)
        {
            batch.extend(self.waiting.pop_front());
        }
        Some(batch)
    }
}

/// Whether one sync is enough for this and others like it.
fn gathers(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::Append { .. } | Effect::RollLog | Effect::Replication(Replication::Append { .. })
    )
}
