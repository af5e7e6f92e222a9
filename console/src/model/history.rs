//! What happened, newest last: changes of leader with their gaps, members that went and came
//! back, and in the demo what that cost its clients.
//!
//! It is found by comparing the model with what it was before ([`observe`]), not by what single
//! events say: whichever source told, one change makes one line.

use std::collections::{BTreeMap, VecDeque};

use zoowarden_shared::{
    Epoch,
    admin::{Role, verdict::Verdict},
};

use super::{
    Model,
    clock::Now,
    crowd::FaultCost,
    happening::{Before, Happening, What},
    member::{Member, State},
    rows::said,
    verdict::label,
};

/// So many are kept.
const KEPT: usize = 200;
/// Between two leaders members say for a moment that they have no quorum: no line of its own.
const NO_QUORUM_AFTER_MS: u64 = 2000;
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
}

/// The leader as it last spoke.
#[derive(Clone, Debug)]
struct Led {
    address: String,
    /// Its id alone where it is known: beside its successor's name there is little room.
    short: String,
    epoch: Option<Epoch>,
    heard_mono_ms: u64,
}

impl History {
    /// Oldest first.
    pub fn entries(&self) -> impl DoubleEndedIterator<Item = &Happening> + ExactSizeIterator {
        self.entries.iter()
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
                    ..
                } => Some((at_mono_ms, writes_gap_us)),
                _ => None,
            }
        });
        if let Some((at_mono_ms, writes_gap_us)) = newest
            && at_mono_ms + SAME_MS >= began_mono_ms
            && (!fault.is_over || writes_gap_us.is_none())
        {
            *writes_gap_us = Some(fault.longest_gap_us);
        }
    }
}

/// Compares the model with what it was, and notes what has happened. Tells whether anything
/// has.
pub fn observe(model: &mut Model) -> bool {
    let mut history = std::mem::take(&mut model.history);
    let before = history.total;
    leader(&mut history, model);
    for member in &model.members {
        member_of(&mut history, model, member);
    }
    quorum(&mut history, model);
    let is_news = history.total != before;
    model.history = history;
    is_news
}

fn leader(history: &mut History, model: &Model) {
    let Some(leader) = model.leader() else { return };
    if leader.facts.role == Some(Role::Standalone) {
        return;
    }
    let epoch = leader.facts.epoch();
    let heard_mono_ms = leader.heard_mono_ms.unwrap_or(model.now.mono_ms);
    let led = Led {
        address: leader.address.clone(),
        short: leader
            .sid
            .map_or_else(|| label(model, leader), |sid| sid.to_string()),
        epoch,
        heard_mono_ms,
    };
    let Some(old) = history.leader.replace(led) else {
        note_leader(history, model, leader, None);
        return;
    };
    let is_same = old.address == leader.address;
    let is_known =
        is_same && (old.epoch == epoch || is_its_own_election(history, model.now, epoch));
    if !is_known {
        note_leader(history, model, leader, Some(old));
    }
}

/// Whether the newer epoch of this leader is that of its election which was noted a moment
/// ago, before it told that epoch.
fn is_its_own_election(history: &mut History, now: Now, newer: Option<Epoch>) -> bool {
    let newest = history.entries.iter_mut().rev().find_map(|entry| {
        let at_mono_ms = entry.at.mono_ms;
        match &mut entry.what {
            What::Leads { epoch, from, .. } => Some((at_mono_ms, epoch, from.as_ref())),
            _ => None,
        }
    });
    match newest {
        Some((at_mono_ms, epoch, from))
            if now.mono_ms < at_mono_ms + SAME_MS && (from.is_none() || epoch.is_none()) =>
        {
            *epoch = newer;
            true
        }
        _ => false,
    }
}

fn note_leader(history: &mut History, model: &Model, leader: &Member, old: Option<Led>) {
    let heard_mono_ms = leader.heard_mono_ms.unwrap_or(model.now.mono_ms);
    // Members tell the epoch of their last transaction: the old one until the first of the new.
    let before = old.as_ref().and_then(|old| old.epoch);
    let epoch = leader.facts.epoch().filter(|epoch| before < Some(*epoch));
    history.push(
        model.now,
        What::Leads {
            who: who(model, leader),
            epoch,
            gap_ms: (old.as_ref()).map(|old| heard_mono_ms.saturating_sub(old.heard_mono_ms)),
            from: old.map(|old| Before {
                who: old.short,
                epoch: old.epoch,
                is_same: old.address == leader.address,
            }),
            writes_gap_us: None,
        },
    );
}

fn member_of(history: &mut History, model: &Model, member: &Member) {
    match member.state(model.now) {
        State::Silent(fault) if !history.down.contains_key(&member.address) => {
            history
                .down
                .insert(member.address.clone(), model.now.mono_ms);
            let what = What::Down {
                who: who(model, member),
                why: fault.shown(),
            };
            history.push(model.now, what);
        }
        State::Serving => {
            if let Some(since) = history.down.remove(&member.address) {
                let what = What::Back {
                    who: who(model, member),
                    after_ms: model.now.mono_ms.saturating_sub(since),
                };
                history.push(model.now, what);
            }
        }
        _ => {}
    }
}

fn quorum(history: &mut History, model: &Model) {
    let is_lost = model.verdict.verdict == Verdict::NoQuorum;
    let since = model.verdict_since_mono_ms;
    if !is_lost {
        history.no_quorum_is_told = false;
    } else if !history.no_quorum_is_told && model.now.mono_ms >= since + NO_QUORUM_AFTER_MS {
        history.no_quorum_is_told = true;
        let what = What::NoQuorum {
            sentence: said(model).to_owned(),
        };
        history.push(model.now, what);
    }
}

/// `2 zk2:2181`, or the address alone while the id is not known.
#[must_use]
pub fn who(model: &Model, member: &Member) -> String {
    let name = label(model, member);
    match member.sid {
        Some(sid) if member.facts.role != Some(Role::Standalone) => format!("{sid} {name}"),
        _ => name,
    }
}
