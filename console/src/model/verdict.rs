//! The header's sentence: `zoowarden status`'s own judgement, over facts that are fresh.
//!
//! What a look at one moment cannot know and a console must: a member's last word is no
//! evidence about anything that happened after it. Once the leader has stopped leading, what
//! its followers said before says nothing of a quorum now.

use zoowarden_server::supervise::Phase;
use zoowarden_shared::{
    Zxid,
    admin::{
        LearnerCounts, Role,
        verdict::{
            DEFAULT_LAG_BOUND, EnsembleFacts, Judgement, MemberFacts, Presence, Silence, Verdict,
            judge,
        },
    },
};

use super::{
    Model,
    clock::age,
    lag::{self, Lag},
    links::severed_ms,
    member::{Member, State, Vote},
    naming::{label, telling, who},
    probe::Fault,
};

/// A slow disk or a short cut holds a write up too, for less than that.
const STUCK_MS: u64 = 3_000;

/// Judges the ensemble as it is known now.
#[must_use]
pub fn verdict(model: &Model) -> Judgement {
    let names: Vec<String> = model
        .members
        .iter()
        .map(|member| label(model, member))
        .collect();
    let voters = model.known.config.voters().count();
    let members = model.members.iter().zip(&names);
    let facts: Vec<MemberFacts<'_>> = members
        .map(|(member, name)| facts_of(model, member, name))
        .collect();
    let mut judgement = judge(&EnsembleFacts {
        members: &facts,
        voters: (voters > 0).then_some(voters),
        lag_bound: DEFAULT_LAG_BOUND,
    });
    let nobody_answered = model
        .members
        .iter()
        .all(|member| matches!(member.state(model.now), State::Asking | State::Unaddressed));
    if nobody_answered {
        judgement.verdict = Verdict::Unknown;
        judgement.sentence = asking(model);
    }
    if let (Verdict::Healthy | Verdict::Degraded, Some(ms)) = (judgement.verdict, stuck_ms(model)) {
        judgement.sentence = writes_have_stopped(model, &judgement, ms);
        judgement.verdict = Verdict::NoQuorum;
    }
    if judgement.verdict == Verdict::Degraded
        && judgement.leader.is_none()
        && let Some(sentence) = leader_is_silent(model)
    {
        judgement.sentence = sentence;
    }
    judgement
}

/// That a leader leads and nothing is acknowledged, with what is wrong where that is known.
fn writes_have_stopped(model: &Model, judgement: &Judgement, ms: u64) -> String {
    let begins = format!("Writes have stopped for {}", age(ms));
    if judgement.verdict != Verdict::Healthy {
        return format!("{begins}: {}", judgement.sentence);
    }
    let leader = model.leader().map(|leader| who(model, leader));
    format!(
        "{begins}: leader {} gets no quorum's acknowledgement, though all {} voters answer.",
        leader.unwrap_or_default(),
        judgement.voters
    )
}

/// For how long the leader's transactions have waited for a quorum, where that is so long that
/// writes have stopped. Members of ours tell it; of Apache's nobody knows it from outside.
#[must_use]
pub fn stuck_ms(model: &Model) -> Option<u64> {
    let since = model.leader()?.pulse.as_ref()?.stuck_since_mono_ms?;
    let ms = model.now.mono_ms.saturating_sub(since);
    (ms >= STUCK_MS).then_some(ms)
}

/// The leader that we knew falls silent while its followers still serve. Until they give it up
/// (`syncLimit` ticks) nobody can tell a frozen leader from a cut between it and us: a quorum
/// must not be promised then.
fn leader_is_silent(model: &Model) -> Option<String> {
    let led = |member: &&Member| {
        member.facts.role == Some(Role::Leader)
            && matches!(member.state(model.now), State::Silent(_))
    };
    let leader = model
        .members
        .iter()
        .filter(led)
        .max_by_key(|member| member.facts.zxid)?;
    let serving = model
        .members
        .iter()
        .filter(|member| member.state(model.now) == State::Serving)
        .count();
    let does = match silence(model, leader) {
        Silence::Hangs => "hangs",
        Silence::Refused | Silence::Damaged | Silence::GivenUp => "is down",
        Silence::Untold | Silence::NoSuchHost => "does not answer here",
    };
    let others = match serving {
        0 => "nobody else serves".to_owned(),
        1 => "1 other still serves reads".to_owned(),
        some => format!("{some} others still serve reads"),
    };
    Some(format!(
        "Leader {} {does}; {others}, writes may hang.",
        who(model, leader)
    ))
}

fn asking(model: &Model) -> String {
    let asked = model
        .members
        .iter()
        .filter(|member| member.unaddressed.is_none())
        .count();
    let plural = if asked == 1 { "" } else { "s" };
    match model.remembered_wall_ms {
        Some(saved) => {
            let ms = u64::try_from(model.now.wall_ms.saturating_sub(saved)).unwrap_or(0);
            format!(
                "Asking {asked} member{plural}; below is what was seen {} ago.",
                age(ms)
            )
        }
        None => format!("Asking {asked} member{plural}."),
    }
}

fn facts_of<'a>(model: &Model, member: &Member, name: &'a str) -> MemberFacts<'a> {
    let presence = presence(model, member);
    let serving = presence == Presence::Serving;
    let learners = member.facts.learners.as_ref().filter(|_| serving);
    MemberFacts {
        name,
        id: telling(member.sid, member.facts.role),
        presence,
        silence: silence(model, member),
        role: member.facts.role.filter(|_| serving),
        votes: match member.vote {
            Vote::Participant => Some(true),
            Vote::Observer | Vote::Outside => Some(false),
            Vote::Unknown => None,
        },
        zxid: member.facts.zxid.filter(|_| serving),
        lag: match lag_of(model, member) {
            Some(Lag::Behind(n)) if serving => Some(n),
            _ => None,
        },
        synced_followers: learners.and_then(LearnerCounts::synced_voters),
    }
}

/// What it is to the ensemble now.
#[must_use]
pub fn presence(model: &Model, member: &Member) -> Presence {
    match member.state(model.now) {
        // Nobody is left to show that the cut is over: its leader gave up before it did.
        State::Serving if member.was_severed && model.leader().is_none() => Presence::Severed,
        State::Serving | State::ReadOnly if predates_the_leaders_end(model, member) => {
            Presence::Unknown
        }
        State::Serving if is_of_a_former_leader(model, member) => {
            let is_old_word = model
                .led
                .as_ref()
                .is_some_and(|(_, since)| member.heard_mono_ms < Some(*since));
            match member.is_late(model.now) || is_old_word {
                true => Presence::Silent,
                false => Presence::Former,
            }
        }
        State::Serving if severed_ms(model, member).is_some() => Presence::Severed,
        State::Serving | State::ReadOnly => Presence::Serving,
        State::NotServing if member.was_severed => Presence::Severed,
        State::NotServing => Presence::NotServing,
        State::Shut => Presence::Shut,
        State::Silent(_) => Presence::Silent,
        State::Asking | State::Unaddressed => Presence::Unknown,
    }
}

/// Why it is silent; in a demo its supervisor tells more than its port.
fn silence(model: &Model, member: &Member) -> Silence {
    let State::Silent(fault) = member.state(model.now) else {
        return Silence::Untold;
    };
    let address = &member.address;
    if given_up(model, address).is_some() {
        Silence::GivenUp
    } else if model.recovery.means.damaged.contains(address) {
        Silence::Damaged
    } else if model.supervised.contains_key(address) && !may_run(&fault) {
        // Between two of its starts it may take a connection and drop it.
        Silence::Refused
    } else {
        fault.silence()
    }
}

/// Whether a process may be behind a silence of this kind.
fn may_run(fault: &Fault) -> bool {
    matches!(fault, Fault::Timeout | Fault::Hangs)
}

/// In a demo: what its supervisor says of a member that it has given up.
#[must_use]
pub fn given_up<'a>(model: &'a Model, address: &str) -> Option<&'a str> {
    let told = model.supervised.get(address)?;
    (told.phase == Phase::Quarantined).then_some(told.said.as_str())
}

/// Why that is, from its last words where there are any.
#[must_use]
pub fn why_given_up(model: &Model, address: &str) -> String {
    let said = given_up(model, address).unwrap_or_default();
    // The sentences after the first say what an operator can do.
    let said = said.split(". ").next().unwrap_or(said);
    let said = said.trim_start_matches("quarantined: ");
    let end = model.ended.get(address);
    match end.and_then(|end| end.last_words.last()) {
        Some(words) => format!("{said}; its last words: {}", words.trim()),
        None => said.to_owned(),
    }
}

/// Whether it beats, and says that it has no leader.
#[must_use]
pub fn hears_no_leader(member: &Member) -> bool {
    let pulse = member.pulse.as_ref();
    let told = pulse.and_then(|pulse| pulse.beat.ensemble.as_ref());
    told.is_some_and(|told| told.leader.is_none())
}

/// Notes since when each member has been of no use to a quorum: a member that was dead, and is
/// back without serving, is in the same trouble still.
pub(super) fn note_trouble(model: &mut Model) {
    let now_ms = model.now.mono_ms;
    let leader = model.leader().map(|leader| leader.address.clone());
    match leader {
        Some(leader) if model.led.as_ref().is_none_or(|led| led.0 != leader) => {
            model.led = Some((leader, now_ms));
        }
        Some(_) => {}
        None => model.led = None,
    }
    let now = |member: &Member| match member.state(model.now) {
        State::ReadOnly => Presence::NotServing,
        _ => presence(model, member),
    };
    let are: Vec<Presence> = model.members.iter().map(now).collect();
    for (member, presence) in model.members.iter_mut().zip(are) {
        match presence {
            Presence::Serving | Presence::Shut | Presence::Unknown => {
                member.trouble_since_mono_ms = None;
                member.was_severed = false;
                continue;
            }
            Presence::Severed => member.was_severed = true,
            Presence::Silent | Presence::NotServing | Presence::Former => {}
        }
        member.trouble_since_mono_ms.get_or_insert(now_ms);
    }
}

/// Whether the leader has stopped leading since this member last spoke. (A former leader that
/// comes to its senses after another was elected is no such end.)
fn predates_the_leaders_end(model: &Model, member: &Member) -> bool {
    model.leader_ended_mono_ms.is_some() && member.heard_mono_ms < model.leader_ended_mono_ms
}

/// Whether it leads in an epoch that is over, or follows one who does. Until it notices it
/// answers as before; what it acknowledges counts for nothing.
#[must_use]
pub fn is_of_a_former_leader(model: &Model, member: &Member) -> bool {
    let Some(leader) = model.leader() else {
        return false;
    };
    let is_former = |member: &Member| {
        let epoch = |member: &Member| member.facts.zxid.map(Zxid::epoch);
        let epochs = epoch(member).zip(epoch(leader));
        member.current_role(model.now) == Some(Role::Leader)
            && epochs.is_some_and(|(its, newest)| its < newest)
    };
    let pulse = member.pulse.as_ref();
    let told = pulse.filter(|pulse| pulse.is_fresh(model.now.mono_ms));
    let ensemble = told.and_then(|pulse| pulse.beat.ensemble.as_ref());
    let follows = ensemble.and_then(|ensemble| ensemble.leader);
    let followed = |other: &&Member| follows.is_some() && other.sid.map(|sid| sid.0) == follows;
    is_former(member) || model.members.iter().find(followed).is_some_and(is_former)
}

/// A learner's lag behind the leader that now leads.
#[must_use]
pub fn lag_of(model: &Model, member: &Member) -> Option<Lag> {
    let leader = model.leader()?;
    if leader.address == member.address || member.is_stale(model.now) {
        return None;
    }
    lag::lag(&leader.zxids, member.zxids.newest()?)
}
