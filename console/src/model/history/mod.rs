//! What happened, newest last: changes of leader with cause and gaps, members that went and came
//! back, configurations, and in the demo what that cost its clients.
//!
//! It is found by comparing the model with what it was before ([`observe`]; `leader` finds
//! elections, `members` the rest), not by what single events say: whichever source told, one
//! change makes one line.

mod leader;
mod members;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use zoowarden_shared::{Epoch, Zxid, config::DynamicConfig};

use super::{
    Model,
    alarm::notice::Delivery,
    cause::Election,
    clock::Now,
    crowd::FaultCost,
    happening::{Happening, What},
    member::Member,
};

/// So many are kept.
const KEPT: usize = 1000;
/// A new leader may first be seen with its last transaction of the old epoch; and clients may
/// notice an election after the console does, or before.
const SAME_MS: u64 = 10_000;

/// All that is kept, and what the next observation is compared with.
#[derive(Clone, Debug, Default)]
pub struct History {
    entries: VecDeque<Happening>,
    /// Noted since the start, those no longer kept included.
    total: usize,
    leader: Option<Led>,
    /// Members that are down, by address, and since when.
    down: BTreeMap<String, u64>,
    no_quorum_is_told: bool,
    /// The last transaction of each member under the leader that leads, by address.
    zxids: BTreeMap<String, Zxid>,
    /// The leader before this one.
    before: Option<Led>,
    /// The process of each member of ours, as its heartbeats call it.
    boots: BTreeMap<String, String>,
    /// Learners that the leader named and that were not in step, and since when, by id.
    joining: BTreeMap<i64, u64>,
    in_step: Option<BTreeSet<i64>>,
    /// The configuration as it was last seen; empty before the first.
    config: DynamicConfig,
}

/// The leader as it last spoke.
#[derive(Clone, Debug)]
struct Led {
    address: String,
    /// Its id alone where it is known: beside its successor's name there is little room.
    short: String,
    epoch: Option<Epoch>,
    heard_mono_ms: u64,
    /// Its process, where it tells.
    boot: Option<String>,
    /// Since when it has been seen to lead.
    since_mono_ms: u64,
}

impl History {
    /// Oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Happening> + ExactSizeIterator {
        self.entries.iter()
    }

    /// The same, each with its number since the start, from 0.
    pub fn numbered(
        &self,
    ) -> impl DoubleEndedIterator<Item = (usize, &Happening)> + ExactSizeIterator {
        let first = self.total.saturating_sub(self.entries.len());
        self.entries
            .iter()
            .enumerate()
            .map(move |(index, entry)| (first + index, entry))
    }

    /// How many were noted since the start.
    #[must_use]
    pub fn total(&self) -> usize {
        self.total
    }

    /// Those noted after so many, as far as they are kept.
    pub fn since(&self, total: usize) -> impl Iterator<Item = &Happening> {
        let new = self.total.saturating_sub(total);
        self.entries
            .iter()
            .skip(self.entries.len().saturating_sub(new))
    }

    fn push(&mut self, at: Now, what: What) {
        if self.entries.len() == KEPT {
            self.entries.pop_front();
        }
        self.entries.push_back(Happening { at, what });
        self.total += 1;
    }

    /// A process of the demo ended.
    pub fn ended(&mut self, at: Now, what: What) {
        self.push(at, what);
    }

    /// What is not found by comparing: an alarm, or what an operator did.
    pub fn note(&mut self, at: Now, what: What) {
        self.push(at, what);
    }

    /// How telling of an alarm by one channel went.
    pub fn delivered(&mut self, delivery: &Delivery) {
        let told = self
            .entries
            .iter_mut()
            .rev()
            .find_map(|entry| match &mut entry.what {
                What::Alarm {
                    notice, deliveries, ..
                } if *notice == delivery.notice => Some(deliveries),
                _ => None,
            });
        if let Some(told) = told {
            told.push(delivery.clone());
        }
    }

    /// The newest change of leader, if it was a moment ago.
    fn newest_election(&mut self, now: Now) -> Option<&mut Election> {
        self.entries
            .iter_mut()
            .rev()
            .take_while(|entry| now.mono_ms < entry.at.mono_ms + SAME_MS)
            .find_map(|entry| match &mut entry.what {
                What::Leads {
                    from: Some(_),
                    election,
                    ..
                } => Some(&mut **election),
                _ => None,
            })
    }

    /// Of a member's return a moment ago: whether it is another process, where that is not told
    /// yet.
    fn newest_return(&mut self, now: Now, who: &str) -> Option<&mut Option<bool>> {
        self.entries
            .iter_mut()
            .rev()
            .take_while(|entry| now.mono_ms < entry.at.mono_ms + SAME_MS)
            .find_map(|entry| match &mut entry.what {
                What::Back {
                    who: back,
                    is_new_process,
                    ..
                } if back == who => Some(is_new_process),
                _ => None,
            })
            .filter(|is_new_process| is_new_process.is_none())
    }

    /// What the clients' newest fault has cost so far.
    pub fn cost(&mut self, now: Now, fault: FaultCost) {
        let known = self
            .entries
            .iter_mut()
            .rev()
            .find_map(|entry| match &mut entry.what {
                What::Cost(cost) if cost.number == fault.number => Some(cost),
                _ => None,
            });
        match known {
            Some(cost) => *cost = fault,
            None => self.push(now, What::Cost(fault)),
        }
        let began_mono_ms = now.mono_ms.saturating_sub(fault.began_ms_ago);
        let newest = self.entries.iter_mut().rev().find_map(|entry| {
            let at_mono_ms = entry.at.mono_ms;
            match &mut entry.what {
                What::Leads {
                    writes_gap_us,
                    from: Some(_),
                    election,
                    ..
                } => Some((at_mono_ms, writes_gap_us, election)),
                _ => None,
            }
        });
        if let Some((at_mono_ms, writes_gap_us, election)) = newest
            && at_mono_ms + SAME_MS >= began_mono_ms
            && (!fault.is_over || writes_gap_us.is_none())
        {
            *writes_gap_us = Some(fault.longest_gap_us);
            election.sessions_lost = Some(fault.sessions_lost);
        }
    }
}

/// Compares the model with what it was, and notes what has happened. Tells whether anything
/// has.
pub fn observe(model: &mut Model) -> bool {
    let mut history = std::mem::take(&mut model.history);
    let before = history.total;
    leader::observe(&mut history, model);
    for member in &model.members {
        members::up_and_down(&mut history, model, member);
    }
    members::joins(&mut history, model);
    members::config(&mut history, model);
    members::quorum(&mut history, model);
    let is_news = history.total != before;
    model.history = history;
    is_news
}

/// The process of a member of ours.
fn boot(member: &Member) -> Option<String> {
    member.pulse.as_ref().map(|pulse| pulse.beat.boot.clone())
}
