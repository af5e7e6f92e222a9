//! Links, each in its direction: between the members as far as they tell of them, and from
//! here to each.
//!
//! ```text
//!   measure   the links of this moment, from the members' words and our own polls
//!   earlier   the cuts that were known when the last leader gave up
//!   blame     the sentence for those who own the network
//!   knock     which quorum and election ports are tried from here
//! ```
//!
//! A link that nobody measures is [`LinkState::Unknown`] and never guessed from another one:
//! that both ends reach us says nothing of the way between them.

pub mod blame;
mod earlier;
pub mod knock;
mod measure;

use std::collections::BTreeMap;

use zoowarden_shared::{Sid, Zxid};

use super::{Model, clock::Now, member::Member};
use knock::{Door, Knock, Port};
pub use measure::{links, severed_ms};

/// Where a link begins.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum End {
    /// This console.
    Here,
    /// A member, by [`super::member::Member::address`].
    Member(String),
}

/// What can be said of a link, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LinkState {
    /// Nothing comes through.
    Cut,
    /// Something comes through, late.
    Slow,
    /// As it should be.
    Fresh,
    /// Nobody who could tell does.
    Unknown,
}

impl LinkState {
    /// In one word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Cut => "cut",
            Self::Slow => "slow",
            Self::Fresh => "fresh",
            Self::Unknown => "unknown",
        }
    }
}

/// From where it was measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MeasuredBy {
    /// Our own questions, from this console.
    Here,
    /// The leader's heartbeat: who follows it, and what each has acknowledged.
    LeadersBeat,
    /// The learner's heartbeat: whom it follows.
    LearnersBeat,
    /// The leader's counts in mntr, where they leave no doubt.
    LeadersCount,
    /// Its role: an Apache member serves as a follower only while it hears its leader.
    Role,
    /// The leader or the learner, when there was a leader; nobody can tell since.
    Earlier,
    /// Nobody who could tell does.
    Nobody,
    /// Neither end leads: no member tells of such a link yet.
    NotYet,
}

impl MeasuredBy {
    /// In few words.
    #[must_use]
    pub fn shown(self) -> &'static str {
        match self {
            Self::Here => "from here",
            Self::LeadersBeat => "leader's heartbeat",
            Self::LearnersBeat => "its own heartbeat",
            Self::LeadersCount => "leader's mntr",
            Self::Role => "its role",
            Self::Earlier => "the last leader",
            Self::Nobody => "nobody",
            Self::NotYet => "not measured yet",
        }
    }
}

/// One direction of a link.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub from: End,
    /// A member's address.
    pub to: String,
    pub state: LinkState,
    /// The round trip, microseconds; only what was measured.
    pub rtt_us: Option<u64>,
    /// Since something last came through, as far as that is told, ms.
    pub heard_ms_ago: Option<u64>,
    /// From a leader: transactions that the learner has not acknowledged.
    pub behind: Option<u64>,
    pub measured_by: MeasuredBy,
    /// Nothing comes since a process at one of its ends says nothing to anybody, and the way
    /// between them is not in question: what it does, in a word.
    pub process: Option<&'static str>,
    /// Why it is said to be so.
    pub why: String,
}

impl Link {
    /// The name by which its row is selected.
    #[must_use]
    pub fn key(&self) -> String {
        match &self.from {
            End::Here => format!("here > {}", self.to),
            End::Member(from) => format!("{from} > {}", self.to),
        }
    }
}

/// What is kept of the links from one moment to the next.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// Since when each has been what it is; those that nobody measures are left out.
    since: BTreeMap<(End, String), (LinkState, Now)>,
    /// What each learner had acknowledged, and when that last changed.
    acked: BTreeMap<Sid, (Zxid, u64)>,
    /// What was cut between members when a leader could last tell.
    cuts: earlier::Cuts,
    /// How the ports of the members answered, by member address.
    knocks: BTreeMap<(String, Port), Knock>,
    /// The ports that are tried.
    doors: Vec<Door>,
}

impl Links {
    /// Since when a link has been in its present state.
    #[must_use]
    pub fn since(&self, link: &Link) -> Option<Now> {
        self.since
            .get(&(link.from.clone(), link.to.clone()))
            .map(|(_, since)| *since)
    }

    /// How a member's ports answered, the quorum port first.
    pub fn knocks_of<'a>(&'a self, address: &'a str) -> impl Iterator<Item = &'a Knock> {
        self.knocks
            .values()
            .filter(move |knock| knock.door.member == address)
    }

    /// Whether a port of its host took a connection after the member was last heard.
    fn is_open(&self, member: &Member) -> bool {
        let heard = member.heard_mono_ms.unwrap_or(0);
        self.knocks_of(&member.address)
            .any(|knock| knock.result.is_ok() && knock.at_mono_ms > heard)
    }

    /// A port answered, or did not.
    pub fn knocked(&mut self, knock: Knock) {
        let key = (knock.door.member.clone(), knock.door.port);
        self.knocks.insert(key, knock);
    }

    /// When a learner's acknowledgements last advanced.
    fn acked_mono_ms(&self, learner: Sid) -> Option<u64> {
        self.acked.get(&learner).map(|(_, at)| *at)
    }
}

/// The other direction of a link between members.
#[must_use]
pub fn opposite<'a>(all: &'a [Link], link: &Link) -> Option<&'a Link> {
    let End::Member(from) = &link.from else {
        return None;
    };
    all.iter()
        .find(|other| other.to == *from && other.from == End::Member(link.to.clone()))
}

/// Whether one direction is cut while the other is known to carry.
#[must_use]
pub fn is_asymmetric(all: &[Link], link: &Link) -> bool {
    let carries = |state| matches!(state, LinkState::Fresh | LinkState::Slow);
    let of_the_way =
        opposite(all, link).filter(|other| link.process.is_none() && other.process.is_none());
    of_the_way.is_some_and(|other| {
        (link.state == LinkState::Cut && carries(other.state))
            || (other.state == LinkState::Cut && carries(link.state))
    })
}

/// Notes since when each link has been what it is now.
pub fn observe(model: &mut Model) {
    let now = model.now;
    let mut kept = std::mem::take(&mut model.links);
    for (learner, acked) in measure::acknowledged(model) {
        let entry = kept.acked.entry(learner).or_insert((acked, now.mono_ms));
        if entry.0 != acked {
            *entry = (acked, now.mono_ms);
        }
    }
    model.links = kept;
    let measured = links(model);
    earlier::note(model, &measured);
    let mut since = std::mem::take(&mut model.links.since);
    since.retain(|(from, to), _| {
        measured
            .iter()
            .any(|link| link.from == *from && link.to == *to)
    });
    for link in measured {
        if matches!(link.measured_by, MeasuredBy::Nobody | MeasuredBy::NotYet) {
            since.remove(&(link.from, link.to));
            continue;
        }
        let entry = since
            .entry((link.from, link.to))
            .or_insert((link.state, now));
        if entry.0 != link.state {
            *entry = (link.state, now);
        }
    }
    model.links.since = since;
}
