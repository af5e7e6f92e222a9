//! The election port: one connection between each two members, on which only the newest
//! message of each waits (`QuorumCnxManager`).

use std::collections::BTreeMap;

use zoowarden_shared::election::Notification;

/// All election connections.
#[derive(Debug, Default)]
pub(crate) struct Elections {
    /// Which pairs are connected, the smaller member first.
    connected: BTreeMap<(usize, usize), bool>,
    ways: BTreeMap<(usize, usize), Way>,
}

/// One direction.
#[derive(Debug, Default)]
struct Way {
    under_way: Option<(u64, Notification)>,
    waiting: Option<Notification>,
    last: Option<Notification>,
}

fn pair(one: usize, other: usize) -> (usize, usize) {
    (one.min(other), one.max(other))
}

impl Elections {
    pub(crate) fn is_connected(&self, one: usize, other: usize) -> bool {
        self.connected.get(&pair(one, other)) == Some(&true)
    }

    /// The connection comes up or goes down, which loses what is under way; whether that is
    /// news.
    pub(crate) fn connect(&mut self, one: usize, other: usize, up: bool) -> bool {
        let before = self.connected.insert(pair(one, other), up);
        for way in [(one, other), (other, one)] {
            let way = self.ways.entry(way).or_default();
            way.under_way = None;
            if up && way.waiting.is_none() {
                way.waiting.clone_from(&way.last);
            }
        }
        before.unwrap_or(false) != up
    }

    /// A member's process is gone, with all that it had not sent.
    pub(crate) fn forget(&mut self, member: usize) {
        for ((from, _), way) in &mut self.ways {
            if *from == member {
                *way = Way::default();
            }
        }
    }

    /// A message takes the place of one that waits.
    pub(crate) fn put(&mut self, from: usize, to: usize, message: Notification) {
        let way = self.ways.entry((from, to)).or_default();
        way.last = Some(message.clone());
        way.waiting = Some(message);
    }

    /// Sends what waits, where nothing else is under way; whether it was sent.
    pub(crate) fn send(&mut self, from: usize, to: usize, arrival_us: u64) -> bool {
        if !self.is_connected(from, to) {
            return false;
        }
        let way = self.ways.entry((from, to)).or_default();
        if way.under_way.is_some() {
            return false;
        }
        let Some(message) = way.waiting.take() else {
            return false;
        };
        way.under_way = Some((arrival_us, message));
        true
    }

    /// What has arrived.
    pub(crate) fn take(&mut self, from: usize, to: usize, now_us: u64) -> Option<Notification> {
        let way = self.ways.get_mut(&(from, to))?;
        match &way.under_way {
            Some((at_us, _)) if *at_us <= now_us => {
                way.under_way.take().map(|(_, message)| message)
            }
            _ => None,
        }
    }
}
