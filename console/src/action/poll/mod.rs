//! The fresh poll before every judgement: all members at once, under one deadline.
//!
//! ```text
//!   poll ──> ask       one member: srvr, mntr, conf, its AdminServer, its configuration
//!        ├─> beat      whether anything passes between it and its leader
//!        ├─> session   the session that an action is about, joined over all members
//!        ├─> room      of who takes a lost member's place: the disk
//!        └─> disks     without a quorum: what is left of each voter
//! ```
//!
//! It costs each member a handful of words, and the ensemble the sessions that read
//! `/zookeeper/config`. It changes nothing.

mod ask;
mod beat;
pub(in crate::action) mod disks;
mod room;
mod session;

use std::{collections::BTreeSet, time::Duration};

use tokio::task::JoinSet;
use zoowarden_shared::{SessionId, Sid, Zxid, admin::Role, config::DynamicConfig};

use super::{
    disk::LastHeard,
    facts::{Elections, Facts, MemberFacts, Writes},
    spec::{Action, Joiner},
};
use crate::{
    model::{
        clock::Now,
        roster::{Known, PORT_UNKNOWN},
    },
    reach::Reach,
    source::{AdminPorts, Clock},
    status::resolve,
};
use ask::Asked;
pub use disks::DISK_PATH;

/// The least that members are given to answer.
const LEAST_MS: u64 = 1_000;
/// And this many times the slowest round trip.
const ROUND_TRIPS: u64 = 4;
/// Whoever never answers in time must not hold the operator up for longer.
const MOST_MS: u64 = 10_000;

/// How members are asked from here.
#[derive(Clone, Debug)]
pub struct Way {
    pub reach: Reach,
    pub admin: AdminPorts,
    pub clock: Clock,
}

/// What is known before a poll.
#[derive(Clone, Debug, PartialEq)]
pub struct Before {
    pub known: Known,
    /// The slowest member's usual round trip, microseconds.
    pub round_trip_us: Option<u64>,
    /// Whether writes were acknowledged until now.
    pub writes: Writes,
    /// When that was known.
    pub at: Now,
    /// What members last told while they served.
    pub last_heard: LastHeard,
    /// The leader's zxid, where it commits nothing of what it has.
    pub stuck_at: Option<Zxid>,
    pub elections: Elections,
    /// Who was cut off from the leader when somebody could last tell, by client address.
    pub cut_off: BTreeSet<String>,
    /// A storm of connections that lasts, in a sentence.
    pub storm: Option<String>,
    /// The session of the console that acts.
    pub own_session: Option<SessionId>,
}

/// How long members are given: max(1 s, 4 round trips).
#[must_use]
pub fn deadline_ms(round_trip_us: Option<u64>) -> u64 {
    let round_trips_ms = round_trip_us.unwrap_or(0) / 1000 * ROUND_TRIPS;
    round_trips_ms.clamp(LEAST_MS, MOST_MS)
}

/// Polls all members for an action.
///
/// # Errors
/// In words, when nobody at all could be asked.
pub async fn poll(way: &Way, before: &Before, action: &Action) -> Result<Facts, String> {
    let deadline_ms = deadline_ms(before.round_trip_us);
    let deadline = Duration::from_millis(deadline_ms);
    let mut known = before.known.clone();
    known.resolved.extend(resolve(&known, deadline).await);
    // First those that are known: one of them has the configuration, which may name others.
    let mut asked = ask_all(way, addresses(&known), deadline).await;
    read_config(way, &mut known, &mut asked, deadline).await;
    note_answers(&mut known, &asked);
    known.resolved.extend(resolve(&known, deadline).await);
    let unseen: Vec<String> = addresses(&known)
        .into_iter()
        .filter(|address| asked.iter().all(|one| one.address != *address))
        .collect();
    asked.extend(ask_all(way, unseen, deadline).await);
    note_answers(&mut known, &asked);
    let unnamed: Vec<String> = known
        .places()
        .into_iter()
        .filter(|place| place.sid.is_none())
        .map(|place| place.address)
        .collect();
    let minds_it = action.kind().minds_the_configuration();
    ask::read_configs(way, &mut asked, deadline, |one| {
        (minds_it && one.config_version.is_none())
            || (one.sid.is_none() && unnamed.contains(&one.address))
    })
    .await;
    for one in &asked {
        if let (Some(sid), false) = (one.sid, known.config.is_empty()) {
            known.identities.insert(one.address.clone(), sid);
        }
    }
    let members = members(&known, &asked);
    if members.is_empty() {
        return Err("no member is known".to_owned());
    }
    let at = way.clock.now();
    let mut facts = Facts {
        at,
        deadline_ms,
        members,
        config: Some(known.config).filter(|config| !config.is_empty()),
        writes: Writes::Succeed,
        elections: before.elections,
        acting: None,
        storm: before.storm.clone(),
        session: None,
        strangers: Vec::new(),
        disks: None,
        room: None,
        file: None,
    };
    facts.tell_former_leaders();
    for member in &mut facts.members {
        let beats = || asked.iter().filter_map(|one| one.beat.as_ref());
        let sid = member.sid;
        member.is_cut_off |= sid.is_some_and(|sid| beat::is_cut_off(sid, beats()));
        member.abstains = sid.is_some_and(|sid| beat::abstains(sid, beats()));
        // It answers without a leader: nobody can tell of the way to it any more.
        let is_still = !member.serves() && member.is_alive();
        member.is_cut_off |= is_still && before.cut_off.contains(&member.address);
    }
    facts.writes = writes(&facts, before);
    if let Some(joiner) = action.joiner() {
        facts.strangers = stranger(way, joiner, deadline).await;
    }
    if let Action::Replace { by, .. } = action {
        facts.room = Some(room::look(way, &facts, by, deadline).await);
    }
    if let Some(id) = action.session() {
        let is_ours = before.own_session == Some(id);
        facts.session = Some(session::look_up(way, &facts, id, is_ours, deadline).await);
    }
    Ok(facts)
}

/// Notes at which addresses somebody answers.
fn note_answers(known: &mut Known, asked: &[Asked]) {
    let answering = asked.iter().filter(|one| one.answers());
    let addresses = answering.map(|one| one.address.clone());
    known.answered.extend(addresses);
}

fn addresses(known: &Known) -> Vec<String> {
    let places = known.places().into_iter();
    places
        .filter(|place| place.unaddressed.is_none())
        .map(|place| place.address)
        .collect()
}

async fn ask_all(way: &Way, addresses: Vec<String>, deadline: Duration) -> Vec<Asked> {
    let mut asking = JoinSet::new();
    for address in addresses {
        let way = way.clone();
        asking.spawn(async move { ask::ask(&way, address, deadline).await });
    }
    asking.join_all().await
}

/// The newest configuration, through whoever serves.
async fn read_config(way: &Way, known: &mut Known, asked: &mut [Asked], deadline: Duration) {
    for one in asked.iter_mut().filter(|one| one.serves()) {
        if let Some((config, sid)) = ask::config_of(way, &one.address, deadline).await {
            // A standalone server has no configuration, and an id of no meaning.
            if !config.is_empty() {
                one.sid = Some(sid);
                one.config_version = Some(config.version);
                known.config = config;
            }
            return;
        }
    }
}

/// The joiner, if its line says where it would serve clients.
async fn stranger(way: &Way, joiner: &Joiner, deadline: Duration) -> Vec<MemberFacts> {
    let Some(client) = &joiner.spec.client_address else {
        return Vec::new();
    };
    let host = joiner.spec.addresses.first().map(|peer| peer.host.as_str());
    let host = if client.is_any() {
        host.unwrap_or_default()
    } else {
        &client.host
    };
    let address = crate::model::roster::join(host, client.port);
    let asked = ask::ask(way, address, deadline).await;
    vec![asked.facts(Some(joiner.sid), false, None)]
}

fn members(known: &Known, asked: &[Asked]) -> Vec<MemberFacts> {
    let leader = asked
        .iter()
        .filter(|one| one.serves() && one.report.role == Some(Role::Leader))
        .filter_map(|one| one.report.zxid)
        .max();
    let places = known.places().into_iter();
    places
        .map(|place| {
            let found = asked.iter().find(|one| one.address == place.address);
            let found = found.filter(|_| !known.is_mere_guess(&place));
            let is_observer = found.is_some_and(|one| one.report.role == Some(Role::Observer));
            let votes = place.votes.unwrap_or(!is_observer);
            match found {
                Some(one) => {
                    let lag = leader.and_then(|leader| lag(leader, one));
                    one.facts(place.sid.or(one.sid), votes, lag)
                }
                None => {
                    let why = match place.unaddressed {
                        Some(why) => why,
                        None if place.port_guessed => PORT_UNKNOWN.to_owned(),
                        None => "not asked".to_owned(),
                    };
                    Asked::never(place.address, why).facts(place.sid, votes, None)
                }
            }
        })
        .collect()
}

/// Transactions behind the leader, within its epoch.
fn lag(leader: Zxid, one: &Asked) -> Option<u64> {
    let zxid = one.report.zxid?;
    let is_learner = matches!(one.report.role, Some(Role::Follower | Role::Observer));
    if !is_learner || zxid.epoch() != leader.epoch() {
        return None;
    }
    let behind = leader.counter().saturating_sub(zxid.counter());
    Some(u64::from(behind))
}

/// A leader that serves has its quorum, unless it was seen to commit nothing; otherwise writes have stopped, for at least as long as
/// was known before.
fn writes(facts: &Facts, before: &Before) -> Writes {
    let is_stuck = |zxid: Option<Zxid>| zxid.is_some() && zxid == before.stuck_at;
    let leads = facts.leader().is_some_and(|leader| !is_stuck(leader.zxid));
    if leads || facts.leader_is_unseen() {
        return Writes::Succeed;
    }
    let since = facts.at.mono_ms.saturating_sub(before.at.mono_ms);
    Writes::Stopped {
        for_ms: match before.writes {
            Writes::Stopped { for_ms } => for_ms + since,
            Writes::Succeed => 0,
        },
    }
}

/// A configuration with who told it.
type ConfigAndSid = (DynamicConfig, Sid);
