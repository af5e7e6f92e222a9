//! All looks together: the members given, the members found, the lag of those that follow.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant, SystemTime},
};

use tokio::task::JoinSet;
use zoowarden_client::Connector;
use zoowarden_shared::{
    Zxid,
    admin::{
        LearnerCounts, Role,
        verdict::{DEFAULT_LAG_BOUND, EnsembleFacts, MemberFacts, Presence, Silence, judge},
    },
};

use super::{
    discover,
    look::{Look, look},
    picture::{MemberLine, Picture},
};
use crate::model::{
    clock::age,
    memory::Memory,
    naming::telling,
    probe::Fault,
    roster::{Known, PORT_UNKNOWN, Place},
};

/// A member that seems to lag is asked again, so many times, so far apart: under load the
/// skew between two questions is thousands of transactions.
const LAG_RETRIES: u32 = 3;
const LAG_PAUSE: Duration = Duration::from_millis(200);
/// Reading the configuration costs the ensemble a session: two transactions.
const REREAD_AFTER: Duration = Duration::from_secs(60);

/// One ensemble, looked at once or again and again.
#[derive(Debug)]
pub(crate) struct Gatherer {
    connector: Connector,
    known: Known,
    /// When it was last tried to read `/zookeeper/config`; `None` before.
    read: Option<Instant>,
    /// Why it was not read then.
    unread: Option<String>,
    /// What an earlier console has seen, until the members themselves have told.
    remembered: Option<Memory>,
}

impl Gatherer {
    /// Of the ensemble that these addresses belong to.
    pub(crate) fn new(
        connector: Connector,
        seeds: Vec<String>,
        addresses: BTreeMap<String, String>,
    ) -> Self {
        let known = Known {
            seeds,
            address_map: addresses,
            has_own_ports: connector.tls().is_some(),
            ..Known::default()
        };
        Self {
            connector,
            known,
            read: None,
            unread: None,
            remembered: None,
        }
    }

    /// Lays under it what an earlier console has seen.
    pub(super) fn remember(&mut self, memory: Memory) {
        memory.recall_members(&mut self.known);
        self.remembered = Some(memory);
    }

    /// Looks at all members, and judges what was seen.
    pub(super) async fn picture(&mut self, deadline: Duration) -> Picture {
        let seen = self.look(deadline).await;
        let mut notes: Vec<String> = self.unread.iter().cloned().collect();
        if seen.iter().any(|(place, _)| place.port_guessed) {
            notes.push(
                "the configuration lists no client ports: that of an address that answers was \
                 assumed on the other hosts"
                    .to_owned(),
            );
        }
        let now_ms = wall_ms();
        if let Some(memory) = &self.remembered {
            notes.push(format!(
                "nobody tells who the members are: they are as a console saw them {} ago",
                ago(now_ms, memory.saved_wall_ms)
            ));
        }
        let voters = self.known.config.voters().count();
        let members = seen.into_iter().map(|(place, look)| (place, look, None));
        let mut members: Vec<(Place, Look, Option<u64>)> = members.collect();
        find_lags(&self.connector, &mut members, deadline).await;
        let mut picture = judged(&members, (voters > 0).then_some(voters), notes);
        if let Some(memory) = &self.remembered {
            for line in &mut picture.members {
                last_seen(line, memory, now_ms);
            }
        }
        picture
    }

    /// What is known of who the members are.
    pub(crate) fn known(&self) -> &Known {
        &self.known
    }

    /// Looks at all members at once, in the order of the roster. Its configuration is read in a
    /// session of its own, so only where the last one that was read is older than
    /// [`REREAD_AFTER`].
    pub(crate) async fn look(&mut self, deadline: Duration) -> Vec<(Place, Look)> {
        let Self {
            connector, known, ..
        } = self;
        // What is known by name only cannot be asked.
        let places = known.places().into_iter();
        let asked: Vec<String> = places
            .filter(|place| place.unaddressed.is_none())
            .map(|place| place.address)
            .collect();
        let mut looks = look_at(connector, asked, deadline).await;
        note_answers(known, &looks);
        let serving = looks.iter().find(|(_, look)| is_serving(look));
        let is_due = self.read.is_none_or(|at| at.elapsed() >= REREAD_AFTER);
        if let Some((addr, _)) = serving.filter(|_| is_due) {
            self.read = Some(Instant::now());
            self.unread = None;
            match discover::read_config(connector, addr, deadline).await {
                Some((config, sid)) => {
                    // A standalone server has no configuration, and an id of no meaning.
                    if !config.is_empty() {
                        known.identities.insert(addr.clone(), sid);
                    }
                    known.config = config;
                    self.remembered = None;
                }
                None => {
                    self.unread = Some(format!(
                        "{addr} does not let /zookeeper/config be read: only the members given \
                         are known"
                    ));
                }
            }
        }
        // Behind a command names mean what they mean there.
        if is_due && connector.proxy().is_none() {
            known.resolved = discover::resolve(known, deadline).await;
        }
        let places = known.places();
        let unseen = places.iter().filter(|place| {
            place.unaddressed.is_none() && !looks.iter().any(|(addr, _)| *addr == place.address)
        });
        let unseen = unseen.map(|place| place.address.clone()).collect();
        looks.extend(look_at(connector, unseen, deadline).await);
        note_answers(known, &looks);
        let places = known.places();
        let seen = |place: Place| {
            let seen = looks.iter().find(|(addr, _)| *addr == place.address);
            let look = match (&place.unaddressed, seen) {
                (Some(why), _) => Look::impossible(why.clone()),
                // Whoever refuses there, if anybody: it may listen elsewhere.
                (None, Some(_)) if known.is_mere_guess(&place) => {
                    Look::impossible(PORT_UNKNOWN.to_owned())
                }
                (None, Some((_, look))) => look.clone(),
                (None, None) => Look::impossible("not asked".to_owned()),
            };
            (place, look)
        };
        places.into_iter().map(seen).collect()
    }
}

/// Notes at which addresses somebody answers.
fn note_answers(known: &mut Known, looks: &[(String, Look)]) {
    let answering = looks
        .iter()
        .filter(|(_, look)| !matches!(look.presence, Presence::Silent | Presence::Unknown));
    let addresses = answering.map(|(address, _)| address.clone());
    known.answered.extend(addresses);
}

/// What a member that does not serve was when it last did.
fn last_seen(line: &mut MemberLine, memory: &Memory, now_ms: i64) {
    let mut members = memory.members.iter();
    let Some(member) = members.find(|member| member.address == line.address) else {
        return;
    };
    let (None, Some(role)) = (line.role, &member.role) else {
        return;
    };
    let at = member.zxid.as_ref().map(|zxid| format!(" at {zxid}"));
    let seen = format!(
        "{role}{} when last seen, {} ago",
        at.unwrap_or_default(),
        ago(now_ms, member.seen_wall_ms)
    );
    line.note = Some(match line.note.take() {
        Some(note) => format!("{note}; {seen}"),
        None => seen,
    });
}

fn ago(now_ms: i64, then_ms: i64) -> String {
    age(u64::try_from(now_ms.saturating_sub(then_ms)).unwrap_or(0))
}

fn wall_ms() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}

fn is_serving(look: &Look) -> bool {
    look.presence == Presence::Serving
}

/// All at once; the order is that of the addresses.
async fn look_at(
    connector: &Connector,
    addresses: Vec<String>,
    deadline: Duration,
) -> Vec<(String, Look)> {
    let mut looking = JoinSet::new();
    for (index, addr) in addresses.into_iter().enumerate() {
        let connector = connector.clone();
        looking.spawn(async move {
            let look = look(&connector, &addr, deadline).await;
            (index, addr, look)
        });
    }
    let mut looks = looking.join_all().await;
    looks.sort_by_key(|(index, ..)| *index);
    looks
        .into_iter()
        .map(|(_, addr, look)| (addr, look))
        .collect()
}

/// Fills in how far each learner is behind what the leader had when it was asked.
async fn find_lags(
    connector: &Connector,
    members: &mut [(Place, Look, Option<u64>)],
    deadline: Duration,
) {
    let leader = members.iter().filter_map(|(_, look, _)| {
        (look.report.role == Some(Role::Leader)).then_some(look.report.zxid?)
    });
    let Some(leader) = leader.max() else {
        return;
    };
    for attempt in 0..=LAG_RETRIES {
        for (_, look, behind) in members.iter_mut() {
            if matches!(look.report.role, Some(Role::Follower | Role::Observer)) {
                *behind = look.report.zxid.and_then(|zxid| lag(leader, zxid));
            }
        }
        let lagging = members
            .iter()
            .filter(|(_, _, lag)| lag.is_some_and(|lag| lag >= DEFAULT_LAG_BOUND));
        let lagging: Vec<String> = lagging.map(|(place, ..)| place.address.clone()).collect();
        if lagging.is_empty() || attempt == LAG_RETRIES {
            return;
        }
        tokio::time::sleep(LAG_PAUSE).await;
        for (addr, newer) in look_at(connector, lagging, deadline).await {
            let member = members.iter_mut().find(|(place, ..)| place.address == addr);
            if let Some((_, look, _)) = member.filter(|_| is_serving(&newer)) {
                *look = newer;
            }
        }
    }
}

/// Transactions between two zxids. Across epochs only those of the new one can be counted;
/// there may be none yet.
fn lag(leader: Zxid, learner: Zxid) -> Option<u64> {
    if learner.epoch() == leader.epoch() {
        Some(u64::from(
            leader.counter().saturating_sub(learner.counter()),
        ))
    } else if learner.epoch() < leader.epoch() && leader.counter() > 0 {
        Some(u64::from(leader.counter()))
    } else {
        None
    }
}

fn judged(
    members: &[(Place, Look, Option<u64>)],
    voters: Option<usize>,
    notes: Vec<String>,
) -> Picture {
    let leads = |look: &Look| look.report.role == Some(Role::Leader);
    let leaders = members.iter().filter(|(_, look, _)| leads(look));
    let newest = leaders.filter_map(|(_, look, _)| look.report.epoch()).max();
    let is_former = |look: &Look| leads(look) && look.report.epoch() < newest;
    let facts: Vec<MemberFacts<'_>> = members
        .iter()
        .map(|(place, look, lag)| MemberFacts {
            name: &place.address,
            id: telling(place.sid, look.report.role),
            presence: match look.presence {
                Presence::Serving if is_former(look) => Presence::Former,
                presence => presence,
            },
            silence: look
                .fault
                .as_ref()
                .map_or_else(Silence::default, Fault::silence),
            role: look.report.role,
            votes: place.votes,
            zxid: look.report.zxid,
            lag: *lag,
            synced_followers: look
                .report
                .learners
                .as_ref()
                .and_then(LearnerCounts::synced_voters),
        })
        .collect();
    let judgement = judge(&EnsembleFacts {
        members: &facts,
        voters,
        lag_bound: DEFAULT_LAG_BOUND,
    });
    let lines = members
        .iter()
        .map(|(place, look, lag)| MemberLine::new(place, look, *lag))
        .collect();
    Picture::new(judgement, lines, notes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lag_is_counted_within_an_epoch_and_not_before_its_first_write() {
        let zxid = Zxid::new;
        assert_eq!(lag(zxid(2, 10), zxid(2, 7)), Some(3));
        assert_eq!(lag(zxid(2, 10), zxid(2, 12)), Some(0), "asked later");
        assert_eq!(lag(zxid(2, 0), zxid(1, 7)), None);
        assert_eq!(lag(zxid(2, 5), zxid(1, 7)), Some(5));
    }
}
