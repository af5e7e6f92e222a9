//! The facts as the live model has them, for lists of what can be done. A gate polls afresh.

use zoowarden_shared::{
    SessionId,
    admin::{EnsembleBeat, LearnerCounts, verdict::Verdict},
};

use super::{
    facts::{
        AdminFacts, Answer, ELECTIONS_MS, Elections, Facts, MemberFacts, Run, SessionFacts, Writes,
    },
    spec::Action,
};
use crate::{
    model::{
        Model,
        alarm::rules::SESSION_STORM,
        happening::{Happening, What},
        lag::Lag,
        links::severed_ms,
        member::{Member, State},
        others::who_acts,
        probe::Via,
        verdict::{is_of_a_former_leader, lag_of},
    },
    text::clean,
};

/// Commands that every AdminServer of ours has; what else it lists, only a poll tells.
const OURS: [&str; 5] = [
    "close_session",
    "resync",
    "shed_connections",
    "snapshot",
    "transfer_leadership",
];

/// What the model has of the facts.
#[must_use]
pub fn seen(model: &Model) -> Facts {
    Facts {
        at: model.now,
        deadline_ms: 0,
        members: model
            .members
            .iter()
            .map(|member| member_facts(model, member))
            .collect(),
        config: Some(model.known.config.clone()).filter(|config| !config.is_empty()),
        writes: writes(model),
        elections: elections(model),
        acting: who_acts(model),
        storm: storm(model),
        session: None,
        strangers: Vec::new(),
        disks: None,
        room: None,
        file: None,
    }
}

/// The same for this action: with the session that it is about.
#[must_use]
pub fn seen_for(model: &Model, action: &Action) -> Facts {
    let session = action.session();
    Facts {
        session: session.and_then(|id| seen_session(model, id)),
        ..seen(model)
    }
}

/// A session as the members have listed it last; `None` where none has, unless it is our own.
#[must_use]
pub fn seen_session(model: &Model, id: SessionId) -> Option<SessionFacts> {
    let row = model.sessions.rows.iter().find(|row| row.id == id)?;
    let is_ours = model.session.id == Some(id);
    let paths = match model.sessions.ephemerals_of(id) {
        Some(paths) => Ok(paths.iter().map(|path| clean(path)).collect()),
        None if is_ours => Err("not asked yet".to_owned()),
        None => return None,
    };
    let member = row.member.as_deref().and_then(|at| model.member(at));
    let client = row.client.as_deref().zip(member);
    Some(SessionFacts {
        id,
        is_ours,
        lives: Some(true),
        client: client.map(|(client, member)| (clean(client), name(member))),
        ephemerals: paths,
    })
}

/// Whether writes are acknowledged, as far as the verdict tells.
#[must_use]
pub fn writes(model: &Model) -> Writes {
    if model.verdict.verdict == Verdict::NoQuorum {
        let since = model.verdict_since_mono_ms;
        return Writes::Stopped {
            for_ms: model.now.mono_ms.saturating_sub(since),
        };
    }
    Writes::Succeed
}

fn member_facts(model: &Model, member: &Member) -> MemberFacts {
    let facts = &member.facts;
    let ms = member.round_trips_us.back().map_or(0, |us| us / 1000);
    let answer = match member.state(model.now) {
        State::Serving | State::ReadOnly => Answer::Serving { ms },
        State::NotServing => Answer::NotServing { ms },
        State::Shut => Answer::Shut { ms },
        State::Silent(fault) => Answer::Silent(fault),
        State::Asking => Answer::NotAsked("not asked yet".to_owned()),
        State::Unaddressed => Answer::NotAsked(member.why_unaddressed().to_owned()),
    };
    let is_current = matches!(answer, Answer::Serving { .. });
    // Nobody else sends heartbeats.
    let beats = member.pulse.as_ref().map(|_| true);
    let is_ours = beats.or(facts.version.as_deref().map(is_ours));
    let has_admin = is_current && is_ours == Some(true) && member.via == Some(Via::AdminServer);
    let count = |count: Option<i64>| {
        count
            .filter(|_| is_current)
            .and_then(|count| u64::try_from(count).ok())
    };
    MemberFacts {
        address: member.address.clone(),
        sid: member.sid,
        name: name(member),
        is_ours,
        version: facts.version.clone(),
        role: facts.role.filter(|_| is_current),
        phase: facts.peer_state.clone(),
        votes: member.vote.may_count(),
        is_cut_off: member.was_severed
            || severed_ms(model, member).is_some()
            || is_of_a_former_leader(model, member),
        abstains: abstains(member) && !is_current,
        zxid: facts.zxid,
        lag: match lag_of(model, member) {
            Some(Lag::Behind(lag)) => Some(lag),
            _ => None,
        },
        connections: count(facts.connections),
        sessions: count(facts.sessions),
        run: Run {
            uptime_ms: count(facts.uptime_ms),
            received: facts.packets_received,
        },
        leads_ms: leads_ms(member).or(count(facts.leader_uptime_ms)),
        expired: count(facts.expired_sessions),
        syncing: syncing(beat(member), facts.learners.filter(|_| is_current)),
        config_version: None,
        admin: has_admin.then(|| AdminFacts {
            address: format!("the AdminServer of {}", name(member)),
            commands: OURS.map(str::to_owned).into(),
            clock_ahead_ms: None,
        }),
        answer,
    }
}

/// Changes of the leader that were seen lately.
#[must_use]
pub fn elections(model: &Model) -> Elections {
    let since = model.now.mono_ms.saturating_sub(ELECTIONS_MS);
    let entries = model.history.entries().rev();
    let recent = entries.take_while(|entry| entry.at.mono_ms >= since);
    let is_one = |entry: &&Happening| matches!(entry.what, What::Leads { from: Some(_), .. });
    Elections {
        seen: recent.filter(is_one).count(),
        watched_ms: model.now.mono_ms.saturating_sub(model.opened_mono_ms),
    }
}

/// The storm of connections that an alarm tells of.
#[must_use]
pub fn storm(model: &Model) -> Option<String> {
    let mut active = model.alarms.active();
    let storm = active.find(|alarm| alarm.finding.rule == SESSION_STORM)?;
    Some(storm.finding.sentence.clone())
}

/// Since when it leads: a beat tells it afresh, a full poll a while ago.
fn leads_ms(member: &Member) -> Option<u64> {
    beat(member)?.serving_ms
}

fn beat(member: &Member) -> Option<&EnsembleBeat> {
    member.pulse.as_ref()?.beat.ensemble.as_ref()
}

/// Whether it says that it has no vote to give.
fn abstains(member: &Member) -> bool {
    beat(member).is_some_and(|beat| beat.abstains)
}

/// How many learners a leader is bringing into step: by its beat, or by what it counts.
pub(super) fn syncing(beat: Option<&EnsembleBeat>, counts: Option<LearnerCounts>) -> Option<u64> {
    if let Some(beat) = beat {
        let unsynced = beat.learners.iter().filter(|learner| !learner.synced);
        return Some(unsynced.count() as u64);
    }
    let counts = counts?;
    let synced = counts.synced_followers? + counts.synced_observers.unwrap_or(0);
    u64::try_from(counts.learners?.saturating_sub(synced)).ok()
}

/// What sentences call a member: its id, its address where it has none.
fn name(member: &Member) -> String {
    member
        .sid
        .map_or_else(|| member.address.clone(), |sid| sid.to_string())
}

/// Whether a version is one of ours.
#[must_use]
pub fn is_ours(version: &str) -> bool {
    version.contains("-zoowarden-")
}
