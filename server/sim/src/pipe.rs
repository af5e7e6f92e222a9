//! One direction of a TCP connection: what is sent arrives later, in order, or not at all.

use std::collections::VecDeque;

/// What is under way in one direction.
#[derive(Debug)]
pub(crate) struct Pipe<T> {
    items: VecDeque<(u64, T)>,
    last_arrival_us: u64,
    /// Its end was sent: nothing follows.
    is_ended: bool,
}

impl<T> Pipe<T> {
    pub(crate) fn new() -> Self {
        Self {
            items: VecDeque::new(),
            last_arrival_us: 0,
            is_ended: false,
        }
    }

    /// Sends, and returns when it arrives: never before what was sent earlier. `None` where
    /// the direction has ended.
    pub(crate) fn push(&mut self, arrival_us: u64, item: T) -> Option<u64> {
        if self.is_ended {
            return None;
        }
        let at_us = arrival_us.max(self.last_arrival_us);
        self.last_arrival_us = at_us;
        self.items.push_back((at_us, item));
        Some(at_us)
    }

    /// Sends the end.
    pub(crate) fn end(&mut self, arrival_us: u64, item: T) -> Option<u64> {
        let at_us = self.push(arrival_us, item);
        self.is_ended = true;
        at_us
    }

    /// Takes what has arrived by now.
    pub(crate) fn take(&mut self, now_us: u64) -> Option<T> {
        match self.items.front() {
            Some((at_us, _)) if *at_us <= now_us => self.items.pop_front().map(|(_, item)| item),
            _ => None,
        }
    }

    /// Takes what has arrived by now if it is of this kind.
    pub(crate) fn take_if(&mut self, now_us: u64, is: impl Fn(&T) -> bool) -> Option<T> {
        match self.items.front() {
            Some((_, item)) if is(item) => self.take(now_us),
            _ => None,
        }
    }

    /// Loses all but the first so many of what is under way.
    pub(crate) fn lose_tail(&mut self, kept: usize) {
        self.items.truncate(kept);
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.items.len()
    }

    /// The last two items, the later one first.
    pub(crate) fn last_two(&mut self) -> Option<(&mut T, &mut T)> {
        let mut items = self.items.iter_mut().rev();
        let (_, last) = items.next()?;
        let (_, before) = items.next()?;
        Some((last, before))
    }
}
