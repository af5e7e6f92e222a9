//! Times at which this console must accuse nobody: it stood still itself, or it hears so few
//! members that it is more likely cut off than they are dead. And from where it looks: an open
//! page sees more than the slow looks at a closed cluster.

use crate::model::{
    Model,
    clock::Now,
    member::{Member, State},
    probe::Fault,
};

/// Ticks come every half second: a longer gap is a pause of our own.
const OWN_PAUSE_MS: u64 = 2500;
/// After a pause, or once members are heard again, each must have had its chance to answer.
const GRACE_MS: u64 = 2500;
/// Beats that are a little late together are a busy machine, no cut.
const QUIET_MS: u64 = 1000;
/// Members that were last heard within this of each other fell silent together.
const TOGETHER_MS: u64 = 3000;
/// The slowest rule needs half a minute of our session's pings before it can tell.
const WARMING_MS: u64 = 40_000;

/// What is known of this console's own place.
#[derive(Clone, Debug, Default)]
pub(super) struct Vantage {
    observed_mono_ms: Option<u64>,
    blind_until_mono_ms: u64,
    /// The cluster's page is closed: it is looked at seldom, and by `srvr` alone.
    is_afar: bool,
    /// Its page was opened again: what it tells anew comes by and by until then.
    warm_from_mono_ms: u64,
}

/// How well this console sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sight {
    /// It stood still until now.
    pub own_pause: bool,
    /// What it sees, or does not, is no evidence about any member.
    pub is_blind: bool,
    /// What an open page alone is told is not told now.
    pub is_afar: bool,
    /// It is not told all of it again: that something is no more found says nothing.
    pub is_warming: bool,
}

impl Vantage {
    /// Takes note of this moment.
    pub(super) fn observe(&mut self, model: &Model) -> Sight {
        let now_ms = model.now.mono_ms;
        let before_ms = self.observed_mono_ms.replace(now_ms);
        let own_pause =
            before_ms.is_some_and(|before| now_ms.saturating_sub(before) >= OWN_PAUSE_MS);
        if own_pause || is_cut_off(model) {
            self.blind_until_mono_ms = now_ms + GRACE_MS;
        }
        Sight {
            own_pause,
            is_blind: now_ms < self.blind_until_mono_ms,
            is_afar: self.is_afar,
            is_warming: now_ms < self.warm_from_mono_ms,
        }
    }

    /// The page was closed, or opened: from now on the members are asked at another pace.
    pub(super) fn moved(&mut self, now: Now, is_afar: bool) {
        self.is_afar = is_afar;
        // As after a pause: nobody is accused by the silence between two paces.
        self.blind_until_mono_ms = now.mono_ms + GRACE_MS;
        self.warm_from_mono_ms = now.mono_ms + WARMING_MS;
    }
}

/// Whether most members fell silent together, and none that still speaks says that it lacks
/// them: a member that lost its quorum is evidence, one that serves is evidence of a quorum.
pub(super) fn is_cut_off(model: &Model) -> bool {
    silent_together(model).is_some()
}

/// The members that fell silent together, where these are most of those that could be heard
/// until then, and at least two.
pub(super) fn silent_together(model: &Model) -> Option<Vec<&Member>> {
    let now = model.now;
    let lacks_quorum = |member: &Member| {
        !member.is_late(now) && matches!(member.state(now), State::NotServing | State::ReadOnly)
    };
    if model.members.iter().any(lacks_quorum) {
        return None;
    }
    let asked = model
        .members
        .iter()
        .filter(|member| !matches!(member.state(now), State::Unaddressed | State::Asking));
    let (mut quiet, heard): (Vec<&Member>, Vec<&Member>) =
        asked.partition(|member| is_quiet(model, member));
    // What takes connections for all of them may be something on the way.
    if !heard.is_empty() {
        quiet.retain(|member| member.state(now) != State::Silent(Fault::Hangs));
    }
    let latest = quiet.iter().filter_map(|member| member.heard_mono_ms).max();
    let together: Vec<&Member> = quiet
        .into_iter()
        .filter(|member| member.heard_mono_ms.unwrap_or(0) + TOGETHER_MS >= latest.unwrap_or(0))
        .collect();
    (together.len() >= 2 && together.len() > heard.len()).then_some(together)
}

/// Whether nothing is heard of it, and nothing says that its host is there.
fn is_quiet(model: &Model, member: &Member) -> bool {
    match member.state(model.now) {
        State::Silent(Fault::Timeout | Fault::Hangs | Fault::HungUp | Fault::Other(_)) => true,
        State::Silent(Fault::Refused | Fault::Garbled(_) | Fault::NoSuchHost) => false,
        _ => {
            member.heard_mono_ms.is_some()
                && member.is_late(model.now)
                && member.silence_ms(model.now) >= QUIET_MS
        }
    }
}
