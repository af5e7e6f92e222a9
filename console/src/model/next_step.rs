//! The next safe step, in words, for what is wrong now. It names what should be done; doing it
//! is the Recover screen's.

use zoowarden_shared::admin::verdict::Verdict;

use super::{
    Model,
    member::{Member, State, Vote},
    probe::Fault,
};

/// How much there is to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weighed {
    /// Nothing is to be done.
    Quiet,
    /// It stops nothing.
    Safe,
    /// Look first: what is wrong cannot be told from here.
    Look,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextStep {
    pub weighed: Weighed,
    /// In a few words: `start 3`.
    pub what: String,
    /// Why, and what it changes.
    pub why: String,
}

/// The step, once enough is known to name one.
#[must_use]
pub fn next_step(model: &Model) -> Option<NextStep> {
    let judgement = &model.verdict;
    if judgement.verdict == Verdict::Unknown && model.members.iter().all(|m| is_open(model, m)) {
        return None;
    }
    let down = |wanted: fn(&State) -> bool| {
        model
            .members
            .iter()
            .filter(|member| wanted(&member.state(model.now)))
            .min_by_key(|member| (member.vote == Vote::Observer, member.sid))
    };
    if judgement.verdict == Verdict::NoQuorum && could_elect(model) {
        return Some(NextStep {
            weighed: Weighed::Look,
            what: "wait for the election".to_owned(),
            why: "enough voters are alive to elect a leader; if it lasts, read their logs"
                .to_owned(),
        });
    }
    if let Some(member) = down(|state| matches!(state, State::Silent(Fault::Refused))) {
        return Some(NextStep {
            weighed: Weighed::Safe,
            what: format!("start {}", name(member)),
            why: effect(model, member),
        });
    }
    if let Some(member) = down(|state| matches!(state, State::Silent(_))) {
        return Some(NextStep {
            weighed: Weighed::Look,
            what: format!("look at {}", name(member)),
            why: "its process hangs, its host is gone, or the way to it is cut".to_owned(),
        });
    }
    match judgement.verdict {
        Verdict::Healthy => Some(NextStep {
            weighed: Weighed::Quiet,
            what: "nothing to do".to_owned(),
            why: match judgement.survives {
                Some(0) if judgement.voters <= 1 => "one server alone survives no loss".to_owned(),
                Some(n) => format!("all is well; it survives {n} more"),
                None => "all is well".to_owned(),
            },
        }),
        Verdict::NoQuorum | Verdict::Degraded | Verdict::Unknown => Some(NextStep {
            weighed: Weighed::Look,
            what: "look at Members".to_owned(),
            why: "something is not as it should be: key 2 says what".to_owned(),
        }),
    }
}

/// Whether voters enough for a quorum are alive.
fn could_elect(model: &Model) -> bool {
    alive(model) > model.verdict.voters / 2
}

/// Voters that answer. Without a quorum they do not serve, and can elect.
fn alive(model: &Model) -> usize {
    let alive = model.members.iter().filter(|member| {
        member.vote != Vote::Observer
            && matches!(
                member.state(model.now),
                State::Serving | State::ReadOnly | State::NotServing
            )
    });
    alive.count()
}

fn is_open(model: &Model, member: &Member) -> bool {
    matches!(
        member.state(model.now),
        State::Asking | State::Unaddressed | State::Shut
    )
}

fn name(member: &Member) -> String {
    member
        .sid
        .map_or_else(|| member.address.clone(), |sid| sid.to_string())
}

/// What its return changes, in numbers.
fn effect(model: &Model, member: &Member) -> String {
    let judgement = &model.verdict;
    if member.vote == Vote::Observer {
        return "an observer: no vote was lost".to_owned();
    }
    let voters = judgement.voters;
    let need = voters / 2 + 1;
    let alive = alive(model);
    if voters < 2 {
        return "nobody listens on its port".to_owned();
    }
    match (alive + 1).checked_sub(need) {
        Some(after) if alive >= need => {
            format!("nothing stops; margin {} → {after}", alive - need)
        }
        Some(_) => format!("with it there is a quorum again: {need} of {voters}"),
        None => format!(
            "{need} of {voters} are needed; {} more after it",
            need - alive - 1
        ),
    }
}
