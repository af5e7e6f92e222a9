//! The ensemble in one word and one sentence, from what is known of its members.
//!
//! One pure function, which `zoowarden status` and the console's header both call, so that
//! they can never disagree. What it holds to:
//!
//! - A quorum holds while a leader, or a member that follows one, serves: Apache stops
//!   serving on whoever loses its quorum.
//! - "Not serving" is evidence; silence alone is not, unless the configuration says how many
//!   voters there are. A member whose client port is unknown is neither up nor down.
//! - Observers never count towards the quorum. Quorums are taken for plain majorities.

mod sentence;

#[cfg(test)]
mod tests;

use serde::Serialize;

use super::Role;
use crate::ids::{Sid, Zxid};

/// The ensemble's state, worst last but for "cannot tell". The discriminants are the exit
/// codes of `zoowarden status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum Verdict {
    /// Every member serves and keeps up.
    Healthy = 0,
    /// Something is down or lags; a quorum holds.
    Degraded = 1,
    /// Writes are not possible.
    NoQuorum = 2,
    /// What can be seen from here does not decide it.
    Unknown = 3,
}

impl Verdict {
    /// The process exit code that says so to scripts.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        self as u8
    }

    /// The word for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Degraded => "degraded",
            Self::NoQuorum => "no quorum",
            Self::Unknown => "cannot tell",
        }
    }
}

/// How a member answers, if it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// It answers with facts, or takes a session.
    Serving,
    /// It answers that it does not serve.
    NotServing,
    /// It answers, and nothing has passed between it and its leader for a while. Until
    /// `syncLimit` ticks are over both still take it for a follower in sync.
    Severed,
    /// It answers as before, as the leader of an epoch that is over or as one who follows that
    /// leader. Until it notices, what it acknowledges counts for nothing.
    Former,
    /// It answers, but every door that would tell more is closed.
    Shut,
    /// It does not answer.
    Silent,
    /// Nobody asked it, or nobody can: its client port is unknown.
    Unknown,
}

/// Why nothing comes from one that does not answer, as far as that can be told. In the order in
/// which sentences name them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Silence {
    /// Its process, its host or the way to it.
    #[default]
    Untold,
    /// Its host takes connections, and the process says nothing.
    Hangs,
    /// Its host refuses the connection: nobody listens.
    Refused,
    /// It ended since it does not vouch for its data.
    Damaged,
    /// It crashed so often that its supervisor leaves it down.
    GivenUp,
    /// Its name resolves to no address.
    NoSuchHost,
}

/// What the verdict needs of one member.
#[derive(Clone, Copy, Debug)]
pub struct MemberFacts<'a> {
    /// Its address.
    pub name: &'a str,
    /// Its id, where it is known and means something.
    pub id: Option<Sid>,
    /// How it answers.
    pub presence: Presence,
    /// Of one that does not: why.
    pub silence: Silence,
    /// What it says it is.
    pub role: Option<Role>,
    /// Whether the configuration lets it vote; `None` counts as a voter unless it says that
    /// it is an observer.
    pub votes: Option<bool>,
    /// The last transaction that it applied.
    pub zxid: Option<Zxid>,
    /// Transactions behind the leader within its epoch, where that can be told.
    pub lag: Option<u64>,
    /// Of a leader: how many voting followers it says are in sync.
    pub synced_followers: Option<usize>,
}

impl<'a> MemberFacts<'a> {
    /// A member of which only its answering is known.
    #[must_use]
    pub fn new(name: &'a str, presence: Presence) -> Self {
        Self {
            name,
            id: None,
            presence,
            silence: Silence::default(),
            role: None,
            votes: None,
            zxid: None,
            lag: None,
            synced_followers: None,
        }
    }

    /// What a sentence calls it where it is in question: `2 zk2:2181`.
    fn called(&self) -> String {
        self.id
            .map_or_else(|| self.name.to_owned(), |id| format!("{id} {}", self.name))
    }

    fn is_voter(&self) -> bool {
        self.votes.unwrap_or(self.role != Some(Role::Observer))
    }

    /// Whether it serves with a quorum behind it.
    fn has_quorum(&self) -> bool {
        self.presence == Presence::Serving && self.role.is_none_or(Role::takes_writes)
    }

    /// Whether it shows itself that it is of no use to a quorum, whatever its leader says of it.
    fn denies(&self) -> bool {
        self.is_cut_off() || self.presence == Presence::Silent
    }

    /// Whether it is alive and says, in either way, that it has no quorum.
    fn is_cut_off(&self) -> bool {
        match self.presence {
            Presence::NotServing | Presence::Severed | Presence::Former => true,
            Presence::Serving => !self.has_quorum(),
            Presence::Shut | Presence::Silent | Presence::Unknown => false,
        }
    }
}

/// All that is known of the ensemble.
#[derive(Clone, Copy, Debug)]
pub struct EnsembleFacts<'a> {
    /// Its members, as far as they are known.
    pub members: &'a [MemberFacts<'a>],
    /// How many voters its configuration has; `None` where none was read, which takes the
    /// members known for all there are.
    pub voters: Option<usize>,
    /// From how many transactions behind a member lags.
    pub lag_bound: u64,
}

/// A lag that the skew between two polls does not make, even under load.
pub const DEFAULT_LAG_BOUND: u64 = 1000;

/// What is to be said of the ensemble.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Judgement {
    /// In one word.
    pub verdict: Verdict,
    /// In one sentence.
    pub sentence: String,
    /// The leader's (or the standalone member's) place among the members given.
    pub leader: Option<usize>,
    /// Voters, as configured or, where no configuration was read, as known.
    pub voters: usize,
    /// Of them, how many are known to serve.
    pub voters_serving: usize,
    /// How many of those may be lost before writes stop; `None` without a quorum.
    pub survives: Option<usize>,
}

/// Judges the ensemble.
#[must_use]
pub fn judge(facts: &EnsembleFacts<'_>) -> Judgement {
    let view = View::of(facts);
    let verdict = view.verdict();
    let holds = matches!(verdict, Verdict::Healthy | Verdict::Degraded) || view.holds;
    Judgement {
        verdict,
        sentence: sentence::of(&view, verdict),
        leader: view.leader,
        voters: view.voters,
        voters_serving: view.serving,
        survives: (holds && !view.is_standalone())
            .then(|| view.serving.saturating_sub(view.majority())),
    }
}

/// The facts, sorted for judging.
#[derive(Debug)]
struct View<'a> {
    members: &'a [MemberFacts<'a>],
    leader: Option<usize>,
    leaders: usize,
    /// Some member serves with a quorum behind it.
    holds: bool,
    voters: usize,
    voters_are_known: bool,
    /// Voters that serve, by their own word or by the leader's.
    serving: usize,
    silent: Vec<&'a MemberFacts<'a>>,
    cut_off: Vec<&'a MemberFacts<'a>>,
    unseen: Vec<&'a MemberFacts<'a>>,
    lagging: Vec<&'a MemberFacts<'a>>,
}

impl<'a> View<'a> {
    fn of(facts: &EnsembleFacts<'a>) -> Self {
        let members = facts.members;
        let with = |wanted: &dyn Fn(&MemberFacts<'a>) -> bool| -> Vec<&'a MemberFacts<'a>> {
            members.iter().filter(|member| wanted(member)).collect()
        };
        let leads = |member: &MemberFacts<'_>| {
            member.has_quorum() && matches!(member.role, Some(Role::Leader | Role::Standalone))
        };
        let leader = members
            .iter()
            .enumerate()
            .filter(|(_, member)| leads(member))
            .max_by_key(|(_, member)| member.zxid)
            .map(|(index, _)| index);
        let seen = with(&|m| m.is_voter() && m.has_quorum()).len();
        // It counts those who follow without a vote too: whom a reconfig removed goes on.
        let voteless = with(&|m| !m.is_voter() && m.role == Some(Role::Follower)).len();
        let told = leader
            .and_then(|index| members[index].synced_followers)
            .map_or(0, |n| n.saturating_sub(voteless).saturating_add(1));
        let known_voters = with(&|m| m.is_voter()).len();
        let voters = facts.voters.unwrap_or(known_voters);
        // The leader vouches for those who cannot be asked, not for one that says itself that
        // it does not serve (it has joined a moment ago, or has just lost its leader), and not
        // for one that is silent: until `syncLimit` ticks are over it still counts who hangs.
        let deny = with(&|m| m.is_voter() && m.denies()).len();
        let told = told.min(voters.saturating_sub(deny));
        Self {
            members,
            leader,
            leaders: with(&|m| leads(m)).len(),
            holds: members.iter().any(MemberFacts::has_quorum),
            voters,
            voters_are_known: facts.voters.is_some(),
            serving: seen.max(told).min(voters.max(seen)),
            silent: with(&|m| m.presence == Presence::Silent),
            cut_off: with(&|m| m.is_cut_off()),
            unseen: with(&|m| matches!(m.presence, Presence::Shut | Presence::Unknown)),
            lagging: with(&|m| m.lag.is_some_and(|lag| lag >= facts.lag_bound)),
        }
    }

    fn majority(&self) -> usize {
        self.voters / 2 + 1
    }

    fn is_standalone(&self) -> bool {
        self.leader
            .is_some_and(|index| self.members[index].role == Some(Role::Standalone))
    }

    /// Several servers, of which one is an ensemble of its own.
    fn is_no_ensemble(&self) -> bool {
        self.members.len() > 1
            && self
                .members
                .iter()
                .any(|member| member.role == Some(Role::Standalone) && member.has_quorum())
    }

    fn verdict(&self) -> Verdict {
        if self.members.is_empty() || self.is_no_ensemble() {
            return Verdict::Unknown;
        }
        if !self.holds {
            return self.without_quorum();
        }
        let trouble = !self.silent.is_empty()
            || !self.cut_off.is_empty()
            || !self.lagging.is_empty()
            || self.leaders > 1;
        // A leader that has all its voters in sync vouches for those that cannot be asked.
        let vouched = self.serving >= self.voters;
        if trouble {
            Verdict::Degraded
        } else if self.leader.is_some() && (self.unseen.is_empty() || vouched) {
            Verdict::Healthy
        } else {
            Verdict::Unknown
        }
    }

    fn without_quorum(&self) -> Verdict {
        let lost = self.silent.iter().chain(&self.cut_off);
        let lost = lost.filter(|member| member.is_voter()).count();
        // One that does not serve is no ensemble of its own: others exist, and nobody told who.
        let has_evidence = self.voters_are_known || (!self.cut_off.is_empty() && self.voters > 1);
        if has_evidence && lost > self.voters.saturating_sub(self.majority()) {
            Verdict::NoQuorum
        } else {
            Verdict::Unknown
        }
    }
}
