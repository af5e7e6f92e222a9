//! The next safe step, in words, for what is wrong now. It names what should be done; doing it
//! is the Recover screen's, which opens with this step selected.

use zoowarden_shared::admin::verdict::Verdict;

use super::{
    Model,
    alarm::Remedy,
    clock::age,
    concern::concern,
    links::severed_ms,
    member::{Member, State, Vote},
    probe::Fault,
    recovery,
    verdict::{given_up, hears_no_leader, why_given_up},
};
use crate::action::{self, Action, Facts, Proposal, Who};

/// So long a member may look for its leader before the way between them is in question.
const JOINING_MS: u64 = 3_000;

/// A pause of its process is over by then; what hangs for longer is not waited for.
const HANGS_MS: u64 = 10_000;

/// How much there is to it, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weighed {
    /// Nothing is to be done.
    Quiet,
    /// It is under way.
    Runs,
    /// It stops nothing.
    Safe,
    /// It can be done once a check yields to a reason.
    Soft,
    /// It should be done, and there is nothing here to do it with.
    ByHand,
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
    if let Some(gate) = model.recovery.running() {
        return Some(NextStep {
            weighed: Weighed::Runs,
            what: gate.action.to_string(),
            why: gate.standing().unwrap_or_default(),
        });
    }
    let judgement = &model.verdict;
    if judgement.verdict == Verdict::Unknown && model.members.iter().all(|m| is_open(model, m)) {
        return None;
    }
    let facts = action::seen(model);
    if let Some(acting) = &facts.acting {
        return Some(NextStep {
            weighed: Weighed::Runs,
            what: "let it end".to_owned(),
            why: acting.clone(),
        });
    }
    // Whom the configuration does not name, a lost quorum may have left behind.
    let is_outside = |member: &Member| {
        let found = facts.members.iter();
        let mut found = found.filter(|one| one.address == member.address);
        found.any(|one| facts.is_outside(one))
    };
    let down = |wanted: fn(&State) -> bool| {
        model
            .members
            .iter()
            .filter(|member| wanted(&member.state(model.now)) && !is_outside(member))
            .min_by_key(|member| (!member.vote.may_count(), member.sid))
    };
    let is_lost = judgement.verdict == Verdict::NoQuorum;
    let dead = |member: &Member| {
        matches!(member.state(model.now), State::Silent(Fault::Refused)) && !is_outside(member)
    };
    let to_bring_back = || {
        let mut members: Vec<&Member> = model.members.iter().filter(|one| dead(one)).collect();
        members.sort_by_key(|member| (!member.vote.may_count(), member.sid));
        let members = members.into_iter();
        members.filter_map(|member| bring_back(model, &facts, member))
    };
    // Whatever else may come: what can be done stands first on screen 0, too.
    if is_lost && let Some(step) = to_bring_back().find(|step| step.weighed == Weighed::Safe) {
        return Some(step);
    }
    if is_lost && could_elect(model) {
        return Some(NextStep {
            weighed: Weighed::Look,
            what: "wait for the election".to_owned(),
            why: "enough voters are alive to elect a leader; if it lasts, read their logs"
                .to_owned(),
        });
    }
    let mut cut_off = model.members.iter().filter(|member| member.was_severed);
    if is_lost
        && could_vote(model, &facts)
        && cut_off.any(|member| member.trouble_ms(model.now) >= JOINING_MS)
    {
        return Some(NextStep {
            weighed: Weighed::Look,
            what: "look at Links: 3".to_owned(),
            why: "enough voters are alive, and cut off from one another: that is the network's"
                .to_owned(),
        });
    }
    if let Some(step) = to_bring_back().min_by_key(|step| step.weighed) {
        return Some(step);
    }
    let hanging = down(|state| matches!(state, State::Silent(Fault::Hangs)));
    let hanging = hanging.filter(|member| member.trouble_ms(model.now) >= HANGS_MS);
    if let Some(step) = hanging.and_then(|member| restart(model, member)) {
        return Some(step);
    }
    let is_silent =
        |state: &State| matches!(state, State::Silent(fault) if *fault != Fault::Refused);
    if let Some(member) = down(is_silent) {
        let (what, why) = match member.state(model.now) {
            State::Silent(Fault::Hangs) => (
                "look at",
                "its host takes connections, its process says nothing: it hangs".to_owned(),
            ),
            State::Silent(Fault::NoSuchHost) => (
                "look at the address of",
                "its host name resolves to nothing: a slip, or the DNS".to_owned(),
            ),
            State::Silent(fault @ (Fault::Other(_) | Fault::Garbled(_))) => {
                ("look at", fault.shown())
            }
            _ => (
                "look at",
                "its process hangs, its host is gone, or the way to it is cut".to_owned(),
            ),
        };
        return Some(NextStep {
            weighed: Weighed::Look,
            what: format!("{what} {}", name(member)),
            why,
        });
    }
    // A restart would find the same: the process is well, the way to it is not.
    let mut members = model.members.iter();
    let is_away = |member: &&Member| {
        severed_ms(model, member).is_some()
            || member.was_severed
            || (judgement.leader.is_some()
                && hears_no_leader(member)
                && member.trouble_ms(model.now) >= JOINING_MS)
    };
    if let Some(member) = members.find(is_away) {
        return Some(NextStep {
            weighed: Weighed::Look,
            what: "look at Links: 3".to_owned(),
            why: format!(
                "nothing passes between {} and its leader: that is the network's, no restart's",
                name(member)
            ),
        });
    }
    // It was started a moment ago, or has just lost its leader: a restart would only delay it.
    let mut members = model.members.iter();
    let joins = |member: &&Member| {
        judgement.leader.is_some()
            && member.state(model.now) == State::NotServing
            && model.now.mono_ms.saturating_sub(member.state_since_mono_ms) < JOINING_MS
    };
    if let Some(member) = members.find(joins) {
        return Some(NextStep {
            weighed: Weighed::Look,
            what: format!("wait for {}", name(member)),
            why: "it answers, and does not serve yet: it looks for its leader".to_owned(),
        });
    }
    if judgement.verdict == Verdict::Healthy
        && judgement.survives != Some(0)
        && let Some(step) = for_an_alarm(model)
    {
        return Some(step);
    }
    match judgement.verdict {
        Verdict::Healthy if judgement.voters > 1 && judgement.survives == Some(0) => {
            let mut promotions = recovery::proposals(model).into_iter();
            let promotion = promotions
                .find(|proposal| matches!(proposal.action, Action::Promote { .. }))
                .and_then(step);
            Some(promotion.unwrap_or(NextStep {
                weighed: Weighed::Quiet,
                what: "nothing is broken".to_owned(),
                why: "yet one more loss stops writes: three voters survive one".to_owned(),
            }))
        }
        Verdict::Healthy => Some(NextStep {
            weighed: Weighed::Quiet,
            what: "nothing to do".to_owned(),
            why: match judgement.survives {
                Some(0) if judgement.voters <= 1 => "one server alone survives no loss".to_owned(),
                Some(n) => format!("all is well; it survives {n} more"),
                None => "all is well".to_owned(),
            },
        }),
        Verdict::NoQuorum | Verdict::Degraded | Verdict::Unknown => {
            let left_behind = || {
                let mut members = model.members.iter();
                let found = members.find(|member| is_outside(member))?;
                Some(NextStep {
                    weighed: Weighed::Look,
                    what: format!("bring {} back by hand", name(found)),
                    why: "the configuration does not name it: set its data aside, start it, add it"
                        .to_owned(),
                })
            };
            let unknown = facts.never_asked();
            if judgement.verdict == Verdict::Unknown && !unknown.is_empty() {
                return Some(NextStep {
                    weighed: Weighed::Look,
                    what: "name the other members".to_owned(),
                    why: format!("never asked: {}; --connect a,b,c", unknown.join(", ")),
                });
            }
            let mut named = facts.members.iter().filter(|one| !facts.is_outside(one));
            let step = match named.any(|member| !member.is_synced()) {
                true => best(model),
                // What is proposed where all are well mends nothing here.
                false => left_behind(),
            };
            let step = step.or_else(|| {
                is_lost.then(|| NextStep {
                    weighed: Weighed::Look,
                    what: "look at Recover: 0".to_owned(),
                    why: "nothing that is safe brings a quorum back from here: the last resort is \
                          there"
                        .to_owned(),
                })
            });
            Some(step.unwrap_or(NextStep {
                weighed: Weighed::Look,
                what: "look at Members".to_owned(),
                why: "something is not as it should be: key 2 says what".to_owned(),
            }))
        }
    }
}

/// All voters serve, and yet something is not as it should be, such as the leader's disk: what its
/// alarm suggests, where nobody has acknowledged that.
fn for_an_alarm(model: &Model) -> Option<NextStep> {
    let alarm = concern(model)?;
    if alarm.finding.suggestion.remedy == Some(Remedy::Transfer) {
        let mut proposals = recovery::proposals(model).into_iter();
        let transfer =
            proposals.find(|one| matches!(one.action, Action::TransferLeadership { .. }));
        if let Some(step) = transfer.and_then(step) {
            return Some(NextStep {
                why: format!("{}; not urgent: {}", alarm.finding.title, step.why),
                ..step
            });
        }
    }
    Some(NextStep {
        weighed: Weighed::Look,
        what: "look at Alarms: 9".to_owned(),
        why: alarm.finding.title.clone(),
    })
}

/// To start a member whose process is gone; one that refuses its data needs others first, and
/// where these are too few there is nothing to do about it yet.
fn bring_back(model: &Model, facts: &Facts, member: &Member) -> Option<NextStep> {
    let is_damaged = model.recovery.means.damaged.contains(&member.address);
    let action = match member.sid {
        Some(member) if is_damaged => Action::Resync { member },
        Some(sid) => Action::Start {
            member: Who::Sid(sid),
        },
        None => Action::Start {
            member: Who::Address(member.address.clone()),
        },
    };
    let proposal = recovery::proposal(model, action);
    let effect = match given_up(model, &member.address) {
        Some(_) => format!("given up: {}", why_given_up(model, &member.address)),
        None => effect(facts, member),
    };
    let (weighed, why) = match (&proposal.verdict, weighed(&proposal)) {
        (action::Verdict::Refused(_), _) => return None,
        (action::Verdict::Tried(how), _) => (Weighed::Look, how.clone()),
        (_, Some(weighed)) => (weighed, effect),
        (_, None) => (Weighed::ByHand, effect),
    };
    Some(NextStep {
        weighed,
        what: proposal.action.to_string(),
        why,
    })
}

/// To restart a member whose process hangs, where that stops nothing.
fn restart(model: &Model, member: &Member) -> Option<NextStep> {
    let member_is = Who::Sid(member.sid?);
    let proposal = recovery::proposal(model, Action::Restart { member: member_is });
    if proposal.verdict != action::Verdict::Safe {
        return None;
    }
    let hangs = age(member.trouble_ms(model.now));
    step(proposal).map(|step| NextStep {
        why: format!("it has hung for {hangs}; {}", step.why),
        ..step
    })
}

/// The best of what can be done about what is wrong; a last resort is nobody's next step.
fn best(model: &Model) -> Option<NextStep> {
    let proposals = recovery::proposals(model).into_iter();
    proposals
        .filter(|one| one.action != Action::QuorumLoss)
        .find_map(step)
}

/// It as a step, where it can be done from here.
fn step(proposal: Proposal) -> Option<NextStep> {
    Some(NextStep {
        weighed: weighed(&proposal)?,
        what: proposal.action.to_string(),
        why: proposal.sentence,
    })
}

/// How it is weighed, where it can be done from here.
fn weighed(proposal: &Proposal) -> Option<Weighed> {
    match proposal.verdict {
        action::Verdict::Runs => Some(Weighed::Runs),
        action::Verdict::Safe => Some(Weighed::Safe),
        action::Verdict::Soft(_) => Some(Weighed::Soft),
        _ => None,
    }
}

/// Whether nobody leads, and voters enough for a quorum could elect somebody.
pub(super) fn could_elect(model: &Model) -> bool {
    let facts = action::seen(model);
    model.leader().is_none() && facts.electing() >= facts.quorum().need()
}

/// The same, were they not cut off from one another.
fn could_vote(model: &Model, facts: &Facts) -> bool {
    let could_vote = facts.voters().filter(|one| one.could_vote()).count();
    model.leader().is_none() && could_vote >= facts.quorum().need()
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
fn effect(facts: &Facts, member: &Member) -> String {
    if member.vote == Vote::Observer {
        return "an observer: no vote was lost".to_owned();
    }
    let mut members = facts.members.iter();
    let back = members.find(|one| one.address == member.address);
    let Some(back) = back.filter(|_| facts.voters().count() > 1) else {
        return "nobody listens on its port".to_owned();
    };
    let (before, after) = (facts.quorum(), facts.quorum_with(back));
    let (need, voters) = (before.need(), before.voters);
    let electing = facts.electing();
    match (before.margin(), after.margin()) {
        (Some(before), Some(after)) => format!("nothing stops; margin {before} → {after}"),
        _ if electing >= need => {
            format!(
                "{electing} of {voters} could elect without it, {} with it",
                electing + 1
            )
        }
        (_, Some(_)) => format!("with it there is a quorum again: {need} of {voters}"),
        (_, None) => format!(
            "{need} of {voters} are needed; {} more after it",
            need.saturating_sub(electing + 1)
        ),
    }
}
