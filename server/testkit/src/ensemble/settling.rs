//! Conditions of an ensemble to wait for: who leads, who is in sync, who has applied what.

use std::{
    collections::BTreeMap,
    thread,
    time::{Duration, Instant},
};

use super::Ensemble;
use crate::words::{self, Mode, Srvr};

/// How long any condition may take: the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(60);
/// Between two looks, each of which asks all members.
const INTERVAL: Duration = Duration::from_millis(20);

impl Ensemble {
    /// Waits until one awake member leads, every other awake one is in sync with it, and
    /// returns the leader.
    pub fn wait_settled(&mut self) -> usize {
        self.wait("one leads and the others follow", Self::settled_leader)
    }

    /// Waits until it is settled and all awake members have applied the same.
    pub fn wait_level(&mut self) -> usize {
        let leader = self.wait_settled();
        // The leader of a new epoch shows a zxid that nobody else has before the first write.
        self.client(leader).close();
        self.wait("all have the leader's zxid", |ensemble| {
            let leader = ensemble.settled_leader()?;
            let mut zxids = ensemble.answers().into_values().map(|answer| answer.zxid);
            let first = zxids.next();
            zxids.all(|zxid| Some(zxid) == first).then_some(leader)
        })
    }

    /// Waits until one of these leads.
    pub fn wait_leader_among(&mut self, sids: &[usize]) -> usize {
        self.wait("one of some leads", |ensemble| ensemble.leader_among(sids))
    }

    /// Waits for something of the ensemble; members that end by themselves fail the test.
    pub fn wait<T>(&mut self, what: &str, mut condition: impl FnMut(&Self) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            for member in &mut self.members {
                member.assert_still_runs();
            }
            if let Some(found) = condition(self) {
                return found;
            }
            assert!(
                Instant::now() < deadline,
                "waited in vain until {what}: {:?}",
                self.answers()
            );
            thread::sleep(INTERVAL);
        }
    }

    /// The one of these members that says it leads.
    #[must_use]
    pub fn leader_among(&self, sids: &[usize]) -> Option<usize> {
        let leads = |sid: &usize| {
            words::srvr(self.address(*sid)).is_some_and(|said| said.mode == Mode::Leader)
        };
        sids.iter().copied().find(leads)
    }

    fn settled_leader(&self) -> Option<usize> {
        let answers = self.answers();
        let awake = self.members.iter().filter(|member| member.is_awake());
        let with = |mode| {
            answers
                .values()
                .filter(move |answer| answer.mode == mode)
                .count()
        };
        if answers.len() != awake.count() || with(Mode::Leader) != 1 {
            return None;
        }
        let (&leader, _) = answers
            .iter()
            .find(|(_, answer)| answer.mode == Mode::Leader)?;
        let said = words::mntr(self.address(leader));
        let synced = |key: &str| said.get(key).and_then(|count| count.parse::<usize>().ok());
        let in_sync = synced("synced_followers").unwrap_or(usize::MAX) >= with(Mode::Follower)
            && synced("synced_observers").unwrap_or(usize::MAX) >= with(Mode::Observer);
        in_sync.then_some(leader)
    }

    /// What the awake members answer to `srvr`, of those that serve.
    fn answers(&self) -> BTreeMap<usize, Srvr> {
        let awake = self.members.iter().filter(|member| member.is_awake());
        awake
            .filter_map(|member| Some((member.sid, words::srvr(member.address())?)))
            .collect()
    }
}
