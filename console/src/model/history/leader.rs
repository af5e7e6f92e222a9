//! Changes of leader: which of them is news, its gap, and the evidence of its cause that goes on
//! coming for a moment.

use zoowarden_shared::{Epoch, Sid, admin::Role};

use super::{History, Led, SAME_MS, boot};
use crate::model::{
    Model,
    cause::{Cause, Election, Stand, cause},
    clock::Now,
    happening::{Before, What},
    member::Member,
    naming::{label, who},
};

/// Notes a change, and what is learnt of the newest one.
pub(super) fn observe(history: &mut History, model: &Model) {
    changes(history, model);
    election(history, model);
}

fn changes(history: &mut History, model: &Model) {
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
        boot: boot(leader),
        since_mono_ms: model.now.mono_ms,
    };
    let Some(old) = history.leader.replace(led) else {
        note_leader(history, model, leader, None);
        return;
    };
    let is_same = old.address == leader.address;
    let is_known =
        is_same && (old.epoch == epoch || is_its_own_election(history, model.now, epoch));
    if is_known {
        if let Some(led) = &mut history.leader {
            led.since_mono_ms = old.since_mono_ms;
        }
        for member in &model.members {
            if let Some(zxid) = member.facts.zxid {
                match history.zxids.get_mut(&member.address) {
                    Some(known) => *known = zxid,
                    None => {
                        history.zxids.insert(member.address.clone(), zxid);
                    }
                }
            }
        }
    } else {
        history.before = Some(old.clone());
        note_leader(history, model, leader, Some(old));
    }
}

/// Evidence goes on coming for a moment after an election: the old leader's process is missed,
/// its clients count what they lost, learners say whom they follow.
fn election(history: &mut History, model: &Model) {
    let Some(old) = history.before.clone() else {
        return;
    };
    let Some(election) = history.newest_election(model.now) else {
        return;
    };
    let better = cause(model, &old.address, &old.short, old.boot.as_deref());
    let known = election.cause.as_ref();
    let rank = |cause: &Cause| (cause.is_told, cause.why.clone());
    if known.is_none_or(|known| rank(known) < rank(&better)) {
        election.cause = Some(better);
    }
    let told: Vec<_> = model
        .members
        .iter()
        .filter_map(|member| {
            let ensemble = member.pulse.as_ref()?.beat.ensemble.as_ref()?;
            Some((who(model, member), ensemble.leader?))
        })
        .collect();
    for stand in &mut election.stands {
        if let Some((_, follows)) = told.iter().find(|(who, _)| *who == stand.who) {
            stand.follows = Some(Sid(*follows));
        }
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
    let election = match &old {
        Some(old) => Election {
            cause: Some(cause(model, &old.address, &old.short, old.boot.as_deref())),
            stands: stands(history, model),
            sessions_lost: None,
        },
        None => Election::default(),
    };
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
            election: Box::new(election),
        },
    );
}

/// Where each voter stood under the old leader.
fn stands(history: &History, model: &Model) -> Vec<Stand> {
    model
        .members
        .iter()
        .filter(|member| member.vote.may_count())
        .map(|member| Stand {
            who: who(model, member),
            zxid: history.zxids.get(&member.address).copied(),
            follows: None,
        })
        .collect()
}
