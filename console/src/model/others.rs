//! Other consoles on this cluster, by the word of our members: two operators who see each other
//! do not repair the same thing twice.
//!
//! Each console tells every member of ours that it is there, so that any one of them knows all
//! consoles. Apache's members know of none.

use std::collections::{BTreeMap, BTreeSet};

use zoowarden_shared::admin::{CONSOLE_EXPIRES_MS, Presence};

use super::{Model, clock::Now, happening::What, links::knock::is_reached};
use crate::{
    action::{Gate, Stage, turn::has_a_turn},
    event::Command,
    text::clean,
};

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

    /// Those of them whose action goes on.
    #[must_use]
    pub fn acting(&self, now: Now) -> Vec<&Presence> {
        let mut here = self.here(now);
        here.retain(|one| one.acts);
        here
    }
}

/// Whose action goes on, whoever's it is: until it has ended no other begins.
#[must_use]
pub fn who_acts(model: &Model) -> Option<String> {
    let recovery = &model.recovery;
    let own = recovery
        .running()
        .filter(|gate| gate.action.kind().takes_a_turn());
    let own = own.map(|gate| format!("you: {}", gate.action));
    let plan = || recovery.plans.first().map(|plan| plan.begun.says());
    let others = || {
        let acting = model.others.acting(model.now);
        let one = acting.into_iter().find(|one| has_a_turn(one))?;
        let does = one.gate.as_deref().unwrap_or("an action");
        Some(format!("{}: {}", clean(&one.who), clean(does)))
    };
    own.or_else(plan).or_else(others)
}

/// Takes in whom a member knows of. Whose action began or ended since is noted, but for what
/// runs on this host, which is noted by its journal.
pub fn told(model: &mut Model, address: String, consoles: Vec<Presence>) {
    let acting = |model: &Model| -> BTreeSet<(u64, String, String)> {
        let acting = model.others.acting(model.now).into_iter();
        let does = |one: &Presence| {
            let gate = one.gate.as_deref().unwrap_or("an action");
            // Where its plan is, the header says.
            let kind = gate.split(',').next().unwrap_or_default();
            (one.id, clean(&one.who), clean(kind))
        };
        acting.map(does).collect()
    };
    let before = acting(model);
    model.others.told(address, model.now.mono_ms, consoles);
    let after = acting(model);
    let plans = model.recovery.plans.iter();
    let here = plans.filter_map(|plan| plan.begun.action());
    let own = model.recovery.gate.as_ref().map(|gate| gate.action.clone());
    let here: Vec<&str> = here.chain(own).map(|one| one.kind().name()).collect();
    let is_noted = |kind: &str| !here.contains(&kind);
    let note = |(_, who, kind): &(u64, String, String), says: &str| {
        is_noted(kind).then(|| What::Operator {
            who: who.clone(),
            what: format!("{kind}: {says}"),
        })
    };
    let begun = after.difference(&before);
    let mut news: Vec<What> = begun.filter_map(|one| note(one, "goes on")).collect();
    let gone = before.difference(&after);
    news.extend(gone.filter_map(|one| note(one, "has ended")));
    for what in news {
        model.history.note(model.now, what);
    }
}

/// The announcement that has fallen due: now and then, and at once when a gate opens or closes.
pub fn wanted(model: &mut Model) -> Option<Command> {
    let (id, who) = model.others.me.clone()?;
    let gate = model.recovery.gate.as_ref();
    let gate = gate.filter(|gate| !model.recovery.is_left || gate.is_acting());
    // What it has done stands there to be read, and hinders nobody.
    let gate = gate.filter(|gate| !matches!(gate.stage, Stage::Ended(_)));
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
