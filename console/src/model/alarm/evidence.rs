//! What all rules judge by: which members are lost, and the margin that leaves.
//!
//! The margin here is arithmetic on losses that are known: voters, less those that are lost,
//! less the majority. It is there in the middle of an election, when nobody serves and the
//! verdict can say nothing, and it never takes a voter that cannot be asked for a dead one.

use zoowarden_shared::admin::{Role, verdict::Presence};

use super::notice::Urgency;
use crate::model::{
    Model,
    member::{Member, State, Vote},
    naming::who,
    probe::Fault,
    verdict::presence,
};

/// A silence that is no refusal counts once it has lasted: one slow answer is no death.
const SILENT_AFTER_MS: u64 = 1500;
/// In an election every member says for a moment that it does not serve.
const NOT_SERVING_AFTER_MS: u64 = 3000;
/// And the leader before, where it was asked just before it gave up, that it leads.
const FORMER_AFTER_MS: u64 = 1500;

/// One look at the ensemble.
#[derive(Debug)]
pub struct Evidence<'a> {
    pub model: &'a Model,
    /// Voters in the configuration, or as far as they are known.
    pub voters: usize,
    /// Members that are lost, observers among them, in the order of the roster.
    pub lost: Vec<&'a Member>,
    /// How many more voters may be lost before writes stop: 0 the next loss stops them,
    /// below that too few are left. `None` where nothing is known of the voters.
    pub margin: Option<i64>,
    /// This process stood still until now.
    pub own_pause: bool,
}

impl<'a> Evidence<'a> {
    /// What the model shows now.
    #[must_use]
    pub fn of(model: &'a Model, own_pause: bool) -> Self {
        let lost: Vec<&Member> = model
            .members
            .iter()
            .filter(|member| is_lost(model, member))
            .collect();
        let voters = model.verdict.voters;
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        // Of whom nobody has told the voters, and nobody has been heard, nothing is known.
        let is_known = model.known.config.voters().count() > 0
            || model.members.iter().any(|one| one.heard_mono_ms.is_some());
        let margin = (voters > 0 && is_known)
            .then(|| count(voters) - count(lost_voters(model)) - count(voters / 2 + 1));
        Self {
            model,
            voters,
            lost,
            margin,
            own_pause,
        }
    }

    /// Milliseconds on the monotonic clock.
    #[must_use]
    pub fn mono_ms(&self) -> u64 {
        self.model.now.mono_ms
    }

    /// Lost members that vote.
    pub fn lost_voters(&self) -> impl Iterator<Item = &'a Member> {
        let lost = self.lost.iter().copied();
        lost.filter(|member| is_voter(self.model, member))
    }

    /// How much any fault of a member matters now: by the margin, and little where it has no
    /// vote.
    #[must_use]
    pub fn urgency_of(&self, member: &Member) -> Urgency {
        if !is_voter(self.model, member) {
            return Urgency::Low;
        }
        match self.margin {
            Some(margin) if margin <= 0 && self.is_lost(member) => Urgency::Critical,
            _ => Urgency::Normal,
        }
    }

    /// Whether the member is among the lost.
    #[must_use]
    pub fn is_lost(&self, member: &Member) -> bool {
        self.lost.iter().any(|lost| lost.address == member.address)
    }

    /// What sentences call a member.
    #[must_use]
    pub fn name(&self, member: &Member) -> String {
        who(self.model, member)
    }

    /// Whether some member serves with a quorum behind it.
    #[must_use]
    pub fn has_quorum(&self) -> bool {
        let members = self.model.members.iter();
        members
            .filter(|member| member.state(self.model.now) == State::Serving)
            .any(|member| member.facts.role.is_none_or(Role::takes_writes))
    }
}

/// How many voters are lost.
fn lost_voters(model: &Model) -> usize {
    let members = model.members.iter();
    members
        .filter(|member| is_voter(model, member) && is_lost(model, member))
        .count()
}

/// Whether it counts towards the quorum, as far as is known. An address that the configuration
/// does not name, and that never answered, is a slip or a stranger.
#[must_use]
fn is_voter(model: &Model, member: &Member) -> bool {
    match (member.vote, member.facts.role) {
        (Vote::Participant, _) => true,
        (Vote::Observer | Vote::Outside, _) => false,
        (Vote::Unknown, Some(role)) => role != Role::Observer,
        (Vote::Unknown, None) => model.known.config.voters().count() == 0,
    }
}

fn is_lost(model: &Model, member: &Member) -> bool {
    let now = model.now;
    let state_ms = now.mono_ms.saturating_sub(member.state_since_mono_ms);
    // What was lost before stays so until it serves: it is no election that it is in.
    let trouble_ms = member.trouble_ms(now);
    match member.state(now) {
        State::Silent(Fault::Refused) => true,
        State::Silent(_) if member.is_hushed(now) => true,
        // Its whole deadline has passed since it took the connection.
        State::Silent(Fault::Hangs | Fault::NoSuchHost) => true,
        State::Silent(_) => {
            let was_heard = member.heard_mono_ms.is_some();
            state_ms >= SILENT_AFTER_MS && (!was_heard || member.silence_ms(now) >= SILENT_AFTER_MS)
        }
        State::NotServing | State::ReadOnly => trouble_ms >= NOT_SERVING_AFTER_MS,
        State::Serving => match presence(model, member) {
            Presence::Severed => true,
            // Its last word is older than the election: that is a moment of any.
            Presence::Silent => member.is_late(now),
            Presence::Former => trouble_ms >= FORMER_AFTER_MS,
            _ => false,
        },
        State::Asking | State::Shut | State::Unaddressed => false,
    }
}
