//! The links of this moment: what the leader, its learners and our own polls say of each.

use zoowarden_shared::{Sid, Zxid, admin::Role};

use super::{End, Link, LinkState, MeasuredBy, earlier};
use crate::model::{
    Model,
    beats::Beat,
    member::{Member, State, Vote},
    probe::Fault,
};

/// A learner whose acknowledgements stand still for so long while there are some to give is
/// slow, ms.
const STALLED_MS: u64 = 1000;
/// What has been silent for so long, a pause of a busy machine does not explain.
const SEVERED_MS: u64 = 1000;

/// Every directed link: from here to each member first, then between members, in their order.
#[must_use]
pub fn links(model: &Model) -> Vec<Link> {
    let mut all: Vec<Link> = model
        .members
        .iter()
        .map(|to| from_here(model, to))
        .collect();
    let leader = model
        .leader()
        .filter(|leader| leader.facts.role == Some(Role::Leader));
    for from in &model.members {
        for to in model.members.iter().filter(|to| to.address != from.address) {
            all.push(match leader {
                Some(leader) if leader.address == from.address => from_leader(model, leader, to),
                Some(leader) if leader.address == to.address => to_leader(model, from, leader),
                Some(_) => nobody(from, to),
                None => {
                    let unknown = nobody(from, to);
                    earlier::known(model, &unknown).unwrap_or(unknown)
                }
            });
        }
    }
    for link in &mut all {
        blame_process(model, link);
    }
    all
}

/// Where an end of a link says nothing to us either, its silence is no cut; and once it is known
/// that its process stands still or is gone, that is why.
fn blame_process(model: &Model, link: &mut Link) {
    if !matches!(link.state, LinkState::Cut | LinkState::Slow) {
        return;
    }
    let from = match &link.from {
        End::Here => None,
        End::Member(from) => model.member(from),
    };
    let ends = from.into_iter().chain(model.member(&link.to));
    for end in ends {
        match stands_still(model, end) {
            Some((does, Some(why))) => {
                link.process = Some(does);
                link.why = why.to_owned();
            }
            Some((does, None)) if link.from != End::Here => link.process = Some(does),
            _ => {}
        }
    }
}

/// Whether a member says nothing here, though no cut is known: in a word, and why where that is
/// known.
fn stands_still(model: &Model, member: &Member) -> Option<(&'static str, Option<&'static str>)> {
    let hangs = "its host takes connections, its process says nothing: it hangs";
    let hangs = ("hangs", Some(hangs));
    match member.state(model.now) {
        State::Silent(Fault::Refused) => Some(("gone", Some("refused: its process is gone"))),
        State::Silent(Fault::Hangs) => Some(hangs),
        State::Silent(Fault::Timeout) if model.links.is_open(member) => Some(hangs),
        // The first second tells nothing yet.
        State::Serving | State::ReadOnly if member.is_late(model.now) => Some(("silent", None)),
        _ => None,
    }
}

/// What each learner has acknowledged, where the leader tells.
pub(super) fn acknowledged(model: &Model) -> Vec<(Sid, Zxid)> {
    let Some(told) = model.leader().and_then(told) else {
        return Vec::new();
    };
    let learners = told.learners.iter();
    learners
        .map(|learner| (Sid(learner.sid), Zxid(learner.acked)))
        .collect()
}

/// What a member of ours tells of its ensemble.
fn told(member: &Member) -> Option<&zoowarden_shared::admin::EnsembleBeat> {
    member.pulse.as_ref()?.beat.ensemble.as_ref()
}

fn link(from: End, to: &Member, state: LinkState, measured_by: MeasuredBy, why: String) -> Link {
    Link {
        from,
        to: to.address.clone(),
        state,
        rtt_us: None,
        heard_ms_ago: None,
        behind: None,
        measured_by,
        process: None,
        why,
    }
}

fn nobody(from: &Member, to: &Member) -> Link {
    let from = End::Member(from.address.clone());
    let why = "neither of the two leads: no member tells of this link yet";
    link(
        from,
        to,
        LinkState::Unknown,
        MeasuredBy::NotYet,
        why.to_owned(),
    )
}

fn from_here(model: &Model, to: &Member) -> Link {
    let is_slow = to.beats.last(1).any(|beat| beat == Beat::Slow) || to.is_late(model.now);
    let (state, why) = match to.state(model.now) {
        State::Unaddressed => (LinkState::Unknown, to.why_unaddressed().to_owned()),
        State::Asking => (LinkState::Unknown, "asked, no answer yet".to_owned()),
        State::Silent(fault) => (LinkState::Cut, fault.shown()),
        _ if is_slow => (LinkState::Slow, "it answers late".to_owned()),
        _ => (LinkState::Fresh, "it answers".to_owned()),
    };
    let measured_by = match to.state(model.now) {
        State::Unaddressed | State::Asking => MeasuredBy::Nobody,
        _ => MeasuredBy::Here,
    };
    Link {
        rtt_us: to
            .round_trips_us
            .back()
            .copied()
            .filter(|_| matches!(state, LinkState::Fresh | LinkState::Slow)),
        heard_ms_ago: to.heard_mono_ms.map(|_| to.silence_ms(model.now)),
        ..link(End::Here, to, state, measured_by, why)
    }
}

/// For how long nothing has come over the quorum link from one member to another, as the one
/// at its end says; `None` while something does, or nobody tells.
fn silent_ms(model: &Model, from: &Member, to: &Member) -> Option<u64> {
    let pulse = to.pulse.as_ref();
    let told = pulse
        .filter(|pulse| pulse.is_fresh(model.now.mono_ms))?
        .beat
        .ensemble
        .as_ref()?;
    let from = from.sid?.0;
    if told.leader == Some(from) {
        return told.leader_silent_ms;
    }
    let mut learners = told.learners.iter();
    learners.find(|learner| learner.sid == from)?.silent_ms
}

/// For how long nothing has passed, in one direction or both, between a member that answers here
/// and the leader that it follows; `None` while all is as it should be, or nobody tells.
pub fn severed_ms(model: &Model, member: &Member) -> Option<u64> {
    let leader = model.leader()?;
    // One that falls silent here too is cut off from nobody in particular.
    let is_late = leader.is_late(model.now) || member.is_late(model.now);
    if leader.address == member.address || !follows(model, member) || is_late {
        return None;
    }
    let ways = [(leader, member), (member, leader)];
    let silent_ms = ways.map(|(from, to)| silent_ms(model, from, to));
    silent_ms
        .into_iter()
        .flatten()
        .max()
        .filter(|ms| *ms >= SEVERED_MS)
}

/// A link over which nothing has come for so long.
fn silent(from: &Member, to: &Member, ms: u64, by: MeasuredBy) -> Link {
    let state = match ms >= SEVERED_MS {
        true => LinkState::Cut,
        false => LinkState::Slow,
    };
    let why = "nothing comes through".to_owned();
    Link {
        heard_ms_ago: Some(ms),
        ..link(End::Member(from.address.clone()), to, state, by, why)
    }
}

/// By the leader's own word, where it is ours; else by its counts.
fn from_leader(model: &Model, leader: &Member, to: &Member) -> Link {
    if let Some(ms) = silent_ms(model, leader, to) {
        return silent(leader, to, ms, MeasuredBy::LearnersBeat);
    }
    let from = End::Member(leader.address.clone());
    let Some(told) = told(leader) else {
        return from_apaches_leader(model, leader, to);
    };
    let by = MeasuredBy::LeadersBeat;
    let Some(sid) = to.sid else {
        let why = "its id is not known, and the leader tells of ids".to_owned();
        return link(from, to, LinkState::Unknown, MeasuredBy::Nobody, why);
    };
    let Some(learner) = told.learners.iter().find(|known| known.sid == sid.0) else {
        let why = "the leader does not list it".to_owned();
        return link(from, to, LinkState::Cut, by, why);
    };
    if matches!(to.state(model.now), State::Silent(_)) {
        let why = "the leader still lists it, and it is silent here";
        return link(from, to, LinkState::Unknown, MeasuredBy::Nobody, why.into());
    }
    let (logged, acked) = (Zxid(told.logged), Zxid(learner.acked));
    let behind = (learner.votes && logged.epoch() == acked.epoch())
        .then(|| u64::try_from(logged.0.saturating_sub(acked.0)).unwrap_or(0));
    let beat_ms_ago = leader.silence_ms(model.now);
    let ack_ms_ago = model
        .links
        .acked_mono_ms(sid)
        .map(|at| model.now.mono_ms.saturating_sub(at));
    let is_stalled = behind.is_some_and(|n| n > 0) && ack_ms_ago.is_some_and(|ms| ms > STALLED_MS);
    let (state, why) = match (learner.synced, is_stalled) {
        (false, _) => (LinkState::Slow, "it is being brought up to date".to_owned()),
        (true, true) => (
            LinkState::Slow,
            "its acknowledgements stand still".to_owned(),
        ),
        (true, false) if learner.votes => (LinkState::Fresh, "it acknowledges".to_owned()),
        (true, false) => (LinkState::Fresh, "it is in step; it has no vote".to_owned()),
    };
    Link {
        heard_ms_ago: if is_stalled {
            ack_ms_ago
        } else {
            Some(beat_ms_ago)
        },
        behind,
        ..link(from, to, state, by, why)
    }
}

/// Apache's leader tells how many follow it, not who: enough where all do, or where the members'
/// own roles say the same.
fn from_apaches_leader(model: &Model, leader: &Member, to: &Member) -> Link {
    let from = End::Member(leader.address.clone());
    let synced = leader
        .facts
        .learners
        .and_then(|learners| learners.synced_followers)
        .and_then(|n| usize::try_from(n).ok());
    let voters = model.known.config.voters().count();
    let following = model
        .members
        .iter()
        .filter(|member| member.current_role(model.now) == Some(Role::Follower))
        .count();
    let by_count = |state, why: String| Link {
        heard_ms_ago: leader.facts_mono_ms.map(|_| leader.silence_ms(model.now)),
        ..link(from.clone(), to, state, MeasuredBy::LeadersCount, why)
    };
    match (to.vote, synced) {
        (Vote::Participant, Some(synced)) if voters > 0 && synced + 1 >= voters => {
            by_count(LinkState::Fresh, "all followers are in sync".to_owned())
        }
        (Vote::Participant, Some(synced))
            if synced == following
                && matches!(to.state(model.now), State::Silent(_) | State::NotServing) =>
        {
            let why = format!("of {} followers {synced} are in sync: not it", voters - 1);
            by_count(LinkState::Cut, why)
        }
        _ if follows(model, to) => by_role(model, from, to, to),
        _ => {
            let why = "Apache's leader counts its followers and does not name them";
            link(from, to, LinkState::Unknown, MeasuredBy::Nobody, why.into())
        }
    }
}

/// By the learner's own word, where it is ours; else by its role.
fn to_leader(model: &Model, learner: &Member, leader: &Member) -> Link {
    if let Some(ms) = silent_ms(model, learner, leader) {
        return silent(learner, leader, ms, MeasuredBy::LeadersBeat);
    }
    let from = End::Member(learner.address.clone());
    let state = learner.state(model.now);
    if let Some(told) = told(learner).filter(|_| !matches!(state, State::Silent(_))) {
        let follows = told.leader == leader.sid.map(|sid| sid.0);
        let (state, why) = match told.leader {
            Some(_) if follows => (LinkState::Fresh, "it says that it follows".to_owned()),
            Some(other) => (LinkState::Cut, format!("it says that it follows {other}")),
            None => (LinkState::Cut, "it says that it has no leader".to_owned()),
        };
        return Link {
            heard_ms_ago: Some(learner.silence_ms(model.now)),
            ..link(from, leader, state, MeasuredBy::LearnersBeat, why)
        };
    }
    match state {
        State::Serving if follows(model, learner) => by_role(model, from, leader, learner),
        State::NotServing => Link {
            heard_ms_ago: Some(learner.silence_ms(model.now)),
            ..link(
                from,
                leader,
                LinkState::Cut,
                MeasuredBy::Role,
                "it is alive and does not serve: it hears no leader".to_owned(),
            )
        },
        _ => {
            let why = "it is silent here too";
            link(
                from,
                leader,
                LinkState::Unknown,
                MeasuredBy::Nobody,
                why.into(),
            )
        }
    }
}

fn follows(model: &Model, member: &Member) -> bool {
    matches!(
        member.current_role(model.now),
        Some(Role::Follower | Role::Observer)
    )
}

fn by_role(model: &Model, from: End, to: &Member, learner: &Member) -> Link {
    let role = learner.facts.role.map_or("follower", Role::name);
    Link {
        heard_ms_ago: Some(learner.silence_ms(model.now)),
        ..link(
            from,
            to,
            LinkState::Fresh,
            MeasuredBy::Role,
            format!("the learner serves as {role}: it has its leader"),
        )
    }
}
