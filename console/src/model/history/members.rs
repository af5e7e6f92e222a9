//! Members that go, come back and come into step; configurations; a quorum that is lost.

use zoowarden_shared::{Sid, admin::verdict::Verdict, config::DynamicConfig};

use super::{History, SAME_MS, boot};
use crate::model::{
    Model,
    happening::{Reconfigured, What},
    member::{Member, State},
    naming::{label, who},
    rows::said,
};

/// Between two leaders members say for a moment that they have no quorum: no line of its own.
const NO_QUORUM_AFTER_MS: u64 = 2000;

/// A member that went, came back, or is another process.
pub(super) fn up_and_down(history: &mut History, model: &Model, member: &Member) {
    let boot = boot(member);
    let known = history.boots.get(&member.address);
    let is_new_process = boot
        .as_ref()
        .and_then(|boot| known.map(|known| known != boot));
    if let Some(boot) = boot.filter(|boot| known != Some(boot)) {
        history.boots.insert(member.address.clone(), boot);
        if is_new_process == Some(true) && !history.down.contains_key(&member.address) {
            let who = who(model, member);
            // It may serve again before its heartbeats tell that it is another process.
            match history.newest_return(model.now, &who) {
                Some(is_new_process) => *is_new_process = Some(true),
                None => history.push(model.now, What::Restarted { who }),
            }
        }
    }
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
                    is_new_process,
                    is_by_itself: model
                        .supervised
                        .get(&member.address)
                        .is_some_and(|told| told.is_by_itself),
                };
                history.push(model.now, what);
            }
        }
        _ => {}
    }
}

/// Learners that come into step with a leader that has led for a while. Right after its
/// election all of them do: that is the election.
pub(super) fn joins(history: &mut History, model: &Model) {
    let told = model.leader().and_then(|leader| {
        let ensemble = leader.pulse.as_ref()?.beat.ensemble.as_ref()?;
        Some((leader, &ensemble.learners))
    });
    let Some((leader, learners)) = told else {
        history.in_step = None;
        history.joining.clear();
        return;
    };
    let now_ms = model.now.mono_ms;
    let led_since = history
        .leader
        .as_ref()
        .map_or(now_ms, |led| led.since_mono_ms);
    let before = history.in_step.replace(
        learners
            .iter()
            .filter(|learner| learner.synced)
            .map(|learner| learner.sid)
            .collect(),
    );
    for learner in learners {
        let came_ms = *history.joining.entry(learner.sid).or_insert(now_ms);
        let was_in_step = before.as_ref().is_none_or(|set| set.contains(&learner.sid));
        if learner.synced && !was_in_step && now_ms > led_since + SAME_MS {
            let member = model
                .members
                .iter()
                .find(|member| member.sid.is_some_and(|sid| sid.0 == learner.sid));
            let what = What::Synced {
                who: member.map_or_else(|| learner.sid.to_string(), |m| who(model, m)),
                leader: leader
                    .sid
                    .map_or_else(|| label(model, leader), |sid| sid.to_string()),
                by: learner.synced_by.clone(),
                took_ms: now_ms.saturating_sub(came_ms),
            };
            history.push(model.now, what);
        }
    }
    history
        .joining
        .retain(|sid, _| learners.iter().any(|learner| learner.sid == *sid));
}

/// A reconfig, by comparing configurations that were read from the ensemble.
pub(super) fn config(history: &mut History, model: &Model) {
    let now = &model.known.config;
    if !model.config_is_fresh || now.is_empty() || history.config == *now {
        return;
    }
    let before = std::mem::replace(&mut history.config, now.clone());
    // The first one is no change; and what members tell in conf has no version.
    if before.is_empty() || before.servers == now.servers {
        return;
    }
    let ids = |wanted: &dyn Fn(&Sid) -> bool, of: &DynamicConfig| {
        let sids = of.servers.keys().filter(|sid| wanted(sid));
        sids.map(ToString::to_string).collect()
    };
    let change = Reconfigured {
        version: now.version,
        added: ids(&|sid| !before.servers.contains_key(sid), now),
        removed: ids(&|sid| !now.servers.contains_key(sid), &before),
        changed: ids(
            &|sid| {
                before
                    .servers
                    .get(sid)
                    .is_some_and(|was| now.servers.get(sid) != Some(was))
            },
            now,
        ),
        voters: (before.voters().count(), now.voters().count()),
    };
    history.push(model.now, What::Config(Box::new(change)));
}

/// A loss of the quorum that lasts.
pub(super) fn quorum(history: &mut History, model: &Model) {
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
