//! What can be done, ranked: the best first, what is refused with its arithmetic, the last
//! resorts last.

use zoowarden_shared::{SessionId, Sid, config::Role};

use super::{
    facts::{Answer, Facts, MemberFacts},
    judge::{OF_ITS_DATA, judge},
    judgement::{Availability, Judgement},
    means::Means,
    spec::{Action, Spare, Who},
    words::REBALANCE_PERCENT,
};
use crate::model::probe::Fault;

/// A failed attempt ranks its step down for so long: what was wrong then is seldom wrong longer.
const TRIED_MS: i64 = 600_000;

/// So long a list tells of it.
const TOLD_MS: i64 = 3_600_000;

/// Connections above a member's share, and half as many again as that: fewer are chance.
const CROWD: u64 = 10;

/// What a list says of an action, the best first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It is under way.
    Runs,
    Safe,
    /// It works once the operator says why a soft check may yield.
    Soft(String),
    /// It failed within the last minutes: when, and how.
    Tried(String),
    /// It works, and nothing is better then.
    NoGain(String),
    /// The console prints the steps.
    ByHand(String),
    Unavailable {
        why: String,
        opens: Option<String>,
    },
    Refused(String),
}

impl Verdict {
    /// In one or two words.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Runs => "RUNS",
            Self::Safe => "SAFE",
            Self::Soft(_) => "SOFT",
            Self::Tried(_) => "TRIED",
            Self::NoGain(_) => "NO GAIN",
            Self::ByHand(_) => "BY HAND",
            Self::Refused(_) => "REFUSED",
            Self::Unavailable { .. } => "UNAVAILABLE",
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Runs => 0,
            Self::Safe => 1,
            Self::Soft(_) => 2,
            Self::Tried(_) => 3,
            Self::NoGain(_) => 4,
            Self::ByHand(_) => 5,
            Self::Unavailable { .. } => 6,
            Self::Refused(_) => 7,
        }
    }
}

/// One line of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    pub action: Action,
    pub verdict: Verdict,
    /// The consequence, or why not.
    pub sentence: String,
}

/// What is selected on the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selected {
    Member(Who),
    Session(SessionId),
    /// Snapshots: of whichever member.
    Snapshots,
    /// Nothing in particular: the ensemble.
    Ensemble,
}

/// An attempt of which somebody should know before the next.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    pub action: Action,
    pub at_wall_ms: i64,
    /// How it ended.
    pub sentence: String,
}

impl Attempt {
    /// Whether it says nothing of the next one: the member that it was to bring back serves and
    /// is in sync.
    #[must_use]
    pub fn is_overcome(&self, facts: &Facts) -> bool {
        let who = match &self.action {
            Action::Start { member } | Action::Restart { member } => member.clone(),
            Action::Resync { member } => Who::Sid(*member),
            _ => return false,
        };
        facts.member(&who).is_some_and(MemberFacts::is_synced)
    }

    fn age_ms(&self, facts: &Facts) -> i64 {
        facts.at.wall_ms.saturating_sub(self.at_wall_ms)
    }

    /// `failed 15 min ago at step 2: ...`.
    fn told(&self, facts: &Facts) -> String {
        let ago = match self.age_ms(facts) / 60_000 {
            ..1 => "just now".to_owned(),
            minutes => format!("{minutes} min ago"),
        };
        match self.sentence.split_once(' ') {
            Some((how, rest)) => format!("{how} {ago} {rest}"),
            None => format!("{} {ago}", self.sentence),
        }
    }
}

/// The newest attempt at this of which a list still tells.
fn newest<'a>(action: &Action, facts: &Facts, past: &'a [Attempt]) -> Option<&'a Attempt> {
    let attempts = past.iter().rev();
    let mut told = attempts.filter(|attempt| attempt.age_ms(facts) < TOLD_MS);
    told.find(|attempt| attempt.action == *action)
}

/// What can be done with what is selected; the worst last.
#[must_use]
pub fn for_selected(
    selected: &Selected,
    facts: &Facts,
    means: &Means,
    past: &[Attempt],
) -> Vec<Proposal> {
    let actions = match selected {
        Selected::Session(session) => vec![Action::KillSession { session: *session }],
        Selected::Snapshots => snapshots(facts),
        Selected::Ensemble => vec![Action::RollingRestart { done: Vec::new() }],
        Selected::Member(who) => for_member(who, facts, means),
    };
    ranked(actions, facts, means, past)
}

/// What can be done about what is wrong now, and what must not be; on the Recover screen.
#[must_use]
pub fn for_what_is_wrong(facts: &Facts, means: &Means, past: &[Attempt]) -> Vec<Proposal> {
    let mut actions = Vec::new();
    // What mends nothing stands behind what does.
    let mut of_the_others = Vec::new();
    // Its process is well, and the way to its leader is not.
    let mut cut_off = Vec::new();
    // Whom the configuration does not name, a lost quorum may have left behind.
    let members = facts.members.iter().filter(|one| !facts.is_outside(one));
    let is_hurt = members.clone().any(|member| !member.is_synced());
    for member in members {
        let who = member.who();
        if matches!(member.answer, Answer::NotAsked(_)) {
            // It may be well: there is nothing to mend before it was asked.
            continue;
        }
        if !member.is_alive() {
            if hangs(member) {
                actions.push(Action::Restart {
                    member: who.clone(),
                });
            }
            actions.push(Action::Start {
                member: who.clone(),
            });
            actions.extend(of_damaged(member, means));
            if let (Some(sid), true) = (member.sid, member.votes) {
                actions.extend(replacements(sid, facts));
                actions.push(Action::Remove { member: sid });
            }
        } else if member.is_cut_off && !member.says_it_leads() {
            cut_off.push(Action::Restart { member: who });
        } else if !member.is_synced() {
            actions.push(Action::Restart { member: who });
            actions.extend(member.sid.map(|member| Action::Resync { member }));
        } else if is_hurt && member.votes {
            of_the_others.push(Action::Restart { member: who });
        }
    }
    if !is_hurt {
        actions.extend(promotions(facts));
        actions.extend(rebalance(facts));
        actions.push(Action::RollingRestart { done: Vec::new() });
        actions.extend(transfers(facts));
    }
    let mut proposals = ranked(actions, facts, means, past);
    proposals.extend(
        ranked(of_the_others, facts, means, past)
            .into_iter()
            .map(mends_nothing),
    );
    proposals.extend(
        ranked(cut_off, facts, means, past)
            .into_iter()
            .map(mends_no_link),
    );
    proposals.sort_by_key(|proposal| proposal.verdict.rank());
    proposals.extend(ranked(vec![Action::QuorumLoss], facts, means, past));
    proposals
}

/// What takes a member away that is well, while another is not.
fn mends_nothing(proposal: Proposal) -> Proposal {
    let verdict = match proposal.verdict {
        Verdict::Safe | Verdict::Soft(_) => Verdict::NoGain(proposal.sentence.clone()),
        verdict => verdict,
    };
    Proposal {
        verdict,
        ..proposal
    }
}

/// A restart of one that is cut off: it would find the same.
fn mends_no_link(proposal: Proposal) -> Proposal {
    let sentence = "nothing passes between it and its leader: the network's (3), and a restart \
                    would find the same";
    match proposal.verdict {
        Verdict::Safe | Verdict::Soft(_) => Proposal {
            verdict: Verdict::NoGain(sentence.to_owned()),
            sentence: sentence.to_owned(),
            ..proposal
        },
        _ => proposal,
    }
}

fn for_member(who: &Who, facts: &Facts, means: &Means) -> Vec<Action> {
    let Some(member) = facts.member(who) else {
        return Vec::new();
    };
    let mut actions = Vec::new();
    if member.is_alive() {
        actions.push(Action::Restart {
            member: who.clone(),
        });
        actions.push(Action::Rebalance {
            from: who.clone(),
            percent: REBALANCE_PERCENT,
        });
    } else {
        if hangs(member) {
            actions.push(Action::Restart {
                member: who.clone(),
            });
        }
        actions.push(Action::Start {
            member: who.clone(),
        });
    }
    let Some(sid) = member.sid.filter(|_| facts.members.len() > 1) else {
        return actions;
    };
    if member.votes {
        if !member.leads() && member.is_alive() {
            actions.push(Action::TransferLeadership { to: sid });
        }
        if !member.is_alive() {
            actions.extend(replacements(sid, facts));
        }
        actions.push(Action::Demote { member: sid });
    } else if !facts.is_outside(member) {
        actions.push(Action::Promote { member: sid });
    }
    if member.is_alive() {
        actions.push(Action::Resync { member: sid });
    }
    actions.extend(of_damaged(member, means));
    actions.push(Action::Remove { member: sid });
    actions
}

/// What mends one that is down because of its data.
fn of_damaged(member: &MemberFacts, means: &Means) -> Option<Action> {
    let is_damaged = !member.is_alive() && means.damaged.contains(&member.address);
    let member = member.sid.filter(|_| is_damaged)?;
    Some(Action::Resync { member })
}

/// Of members of ours, the leader's first: it has all.
fn snapshots(facts: &Facts) -> Vec<Action> {
    let ours = facts.members.iter();
    let mut ours: Vec<&MemberFacts> = ours.filter(|one| one.is_ours == Some(true)).collect();
    ours.sort_by_key(|member| !member.leads());
    let ours = ours.into_iter();
    ours.map(|member| Action::Snapshot {
        member: member.who(),
    })
    .collect()
}

/// After a member's loss its clients gather on whoever they found first, and stay there.
fn rebalance(facts: &Facts) -> Option<Action> {
    let ours = facts.members.iter().filter(|one| one.is_ours == Some(true));
    let fullest = ours.max_by_key(|member| member.connections)?;
    let (own, mean) = (fullest.connections?, facts.mean_connections());
    let is_crowded = own - mean.min(own) >= CROWD && own >= mean.saturating_add(mean / 2);
    is_crowded.then(|| Action::Rebalance {
        from: fullest.who(),
        percent: REBALANCE_PERCENT,
    })
}

/// Two voters survive no loss: an observer that is in step could be the third.
fn promotions(facts: &Facts) -> Vec<Action> {
    if facts.voters().count() != 2 {
        return Vec::new();
    }
    let members = facts.members.iter();
    let observers = members.filter(|member| !member.votes && !facts.is_outside(member));
    observers
        .filter(|member| member.is_synced())
        .filter_map(|member| {
            Some(Action::Promote {
                member: member.sid?,
            })
        })
        .collect()
}

/// Its port was not refused: its process may be there and stand still, and is not started then
/// but restarted.
fn hangs(member: &MemberFacts) -> bool {
    matches!(&member.answer, Answer::Silent(fault) if *fault != Fault::Refused)
}

fn transfers(facts: &Facts) -> impl Iterator<Item = Action> {
    facts
        .voters()
        .filter(|member| !member.leads())
        .filter_map(|member| Some(Action::TransferLeadership { to: member.sid? }))
}

/// By every observer that is there.
fn replacements(old: Sid, facts: &Facts) -> Vec<Action> {
    let observers = facts.config.iter().flat_map(|config| config.servers.iter());
    observers
        .filter(|(_, spec)| spec.role == Role::Observer)
        .map(|(sid, _)| Action::Replace {
            old,
            by: Spare::Observer(*sid),
        })
        .collect()
}

/// One action with its verdict.
#[must_use]
pub fn one(action: Action, facts: &Facts, means: &Means, past: &[Attempt]) -> Proposal {
    let judgement = judge(&action, facts, means);
    let verdict = verdict(&judgement, facts, past);
    let sentence = match &verdict {
        Verdict::Runs | Verdict::Safe => judgement.consequence.sentence,
        Verdict::Soft(why)
        | Verdict::Tried(why)
        | Verdict::NoGain(why)
        | Verdict::ByHand(why)
        | Verdict::Refused(why)
        | Verdict::Unavailable { why, .. } => why.clone(),
    };
    let earlier = newest(&action, facts, past);
    let sentence = match (&verdict, earlier) {
        (Verdict::Safe | Verdict::Soft(_), Some(earlier)) => {
            format!("{sentence}; {}", earlier.told(facts))
        }
        _ => sentence,
    };
    Proposal {
        action,
        verdict,
        sentence,
    }
}

fn ranked(actions: Vec<Action>, facts: &Facts, means: &Means, past: &[Attempt]) -> Vec<Proposal> {
    let mut proposals: Vec<Proposal> = actions
        .into_iter()
        .map(|action| one(action, facts, means, past))
        .collect();
    // Stable: what stands first among equals is what was thought of first.
    proposals.sort_by_key(|proposal| proposal.verdict.rank());
    proposals
}

/// What a list says of a judgement.
#[must_use]
pub fn verdict(judgement: &Judgement, facts: &Facts, past: &[Attempt]) -> Verdict {
    if let Some(check) = judgement.refusal() {
        return Verdict::Refused(check.sentence.clone());
    }
    match &judgement.availability {
        Availability::Here => {}
        Availability::ByHand { why } => return Verdict::ByHand(why.clone()),
        Availability::No { why, opens } => {
            return Verdict::Unavailable {
                why: why.clone(),
                opens: opens.clone(),
            };
        }
    }
    let tried = newest(&judgement.action, facts, past);
    if let Some(attempt) = tried.filter(|one| one.age_ms(facts) < TRIED_MS) {
        return Verdict::Tried(attempt.told(facts));
    }
    if let Action::Remove { .. } | Action::Demote { .. } = judgement.action {
        let (before, after) = (judgement.consequence.before, judgement.consequence.after);
        if after.margin() <= before.margin() {
            return Verdict::NoGain(judgement.consequence.sentence.clone());
        }
    }
    let is_start = matches!(judgement.action, Action::Start { .. });
    let mut open = judgement.open_soft();
    if let Some(check) = open.find(|check| is_start && check.name == OF_ITS_DATA) {
        return Verdict::NoGain(check.sentence.clone());
    }
    match judgement.open_soft().next() {
        Some(check) => Verdict::Soft(format!("{}: {}", check.name, check.sentence)),
        None => Verdict::Safe,
    }
}
