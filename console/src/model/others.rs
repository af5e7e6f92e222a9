//! Other consoles on this cluster, by the word of our members: two operators who see each other
//! do not repair the same thing twice.
//!
//! Each console tells every member of ours that it is there, so that any one of them knows all
//! consoles. Apache's members know of none.

use std::collections::BTreeMap;

use zoowarden_shared::admin::{CONSOLE_EXPIRES_MS, Presence};

use super::{Model, clock::Now, links::knock::is_reached};
use crate::{action::Gate, event::Command};

/// Two may be lost and a member still knows us; a gate that is open is seen soon.
const EVERY_MS: u64 = CONSOLE_EXPIRES_MS / 5;

/// Who else is here.
#[derive(Clone, Debug)]
pub struct Others {
    /// This console, as it tells of itself: a number by chance, and `user@host`. Nothing is told
    /// before the shell has set it.
    pub me: Option<(u64, String)>,
    since_mono_ms: u64,
    announced_mono_ms: Option<u64>,
    gate: Option<String>,
    acts: bool,
    told: BTreeMap<String, (u64, Vec<Presence>)>,
}

impl Others {
    /// Of a console that begins now.
    #[must_use]
    pub fn since(now: Now) -> Self {
        Self {
            me: None,
            since_mono_ms: now.mono_ms,
            announced_mono_ms: None,
            gate: None,
            acts: false,
            told: BTreeMap::new(),
        }
    }

    /// Takes in whom a member knows of.
    pub fn told(&mut self, address: String, at_mono_ms: u64, consoles: Vec<Presence>) {
        self.told.insert(address, (at_mono_ms, consoles));
    }

    /// The others, each once, who came first the first.
    #[must_use]
    pub fn here(&self, now: Now) -> Vec<&Presence> {
        let own = self.me.as_ref().map(|(id, _)| *id);
        let fresh = self
            .told
            .values()
            .filter(|(at, _)| now.mono_ms.saturating_sub(*at) < CONSOLE_EXPIRES_MS);
        let mut here: Vec<&Presence> = Vec::new();
        for one in fresh.flat_map(|(_, consoles)| consoles) {
            if Some(one.id) != own && here.iter().all(|known| known.id != one.id) {
                here.push(one);
            }
        }
        here.sort_by_key(|one| (std::cmp::Reverse(one.for_ms), one.id));
        here
    }
}

/// The announcement that has fallen due: now and then, and at once when a gate opens or closes.
pub fn wanted(model: &mut Model) -> Option<Command> {
    let (id, who) = model.others.me.clone()?;
    let gate = model.recovery.gate.as_ref();
    let gate = gate.filter(|gate| !model.recovery.is_left || gate.is_acting());
    let acts = gate.is_some_and(Gate::is_acting);
    let gate = gate.map(|gate| gate.action.kind().name().to_owned());
    let now = model.now.mono_ms;
    let others = &model.others;
    let is_due = others
        .announced_mono_ms
        .is_none_or(|at| now.saturating_sub(at) >= EVERY_MS);
    if !is_due && gate == others.gate && acts == others.acts {
        return None;
    }
    let members = model.members.iter().filter(|member| is_reached(member));
    let addresses: Vec<String> = members.map(|member| member.address.clone()).collect();
    if addresses.is_empty() {
        return None;
    }
    let presence = Presence {
        id,
        who,
        for_ms: now.saturating_sub(others.since_mono_ms),
        gate: gate.clone(),
        acts,
        leaves: false,
    };
    model.others.announced_mono_ms = Some(now);
    model.others.gate = gate;
    model.others.acts = acts;
    Some(Command::Announce {
        addresses,
        presence,
    })
}
