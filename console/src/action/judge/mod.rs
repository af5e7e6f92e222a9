//! `judge(&Action, &Facts, &Means) -> Judgement`: pure, one file an action.
//!
//! ```text
//!   start, restart, rolling    processes          transfer   who leads
//!   replace (same_id), add, promote, remove, demote      reconfig: their common parts
//!   session, rebalance         clients            snapshot, resync, restore, quorum_loss   data
//!   checks, steps              what several of them check and do;  connect  what clients are given
//! ```

mod add;
mod checks;
mod connect;
mod demote;
mod promote;
mod quorum_loss;
mod rebalance;
mod reconfig;
mod remove;
mod replace;
mod restart;
mod restore;
mod resync;
mod rolling;
mod same_id;
mod session;
mod snapshot;
mod start;
mod steps;
mod transfer;

use super::{
    facts::{Facts, MemberFacts},
    judgement::{Availability, Check, Confirm, Consequence, Finding, Judgement},
    means::Means,
    spec::{Action, Who},
};

pub(super) use start::OF_ITS_DATA;

/// Judges an action by a fresh poll.
#[must_use]
pub fn judge(action: &Action, facts: &Facts, means: &Means) -> Judgement {
    let mut judgement = blank(action, facts);
    match action {
        Action::Start { member } => start::judge(&mut judgement, member, facts, means),
        Action::Restart { member } => restart::judge(&mut judgement, member, facts, means),
        Action::RollingRestart { done } => rolling::judge(&mut judgement, done, facts, means),
        Action::TransferLeadership { to } => transfer::judge(&mut judgement, *to, facts, means),
        Action::Replace { old, by } => replace::judge(&mut judgement, *old, by, facts, means),
        Action::Add { joiner } => add::judge(&mut judgement, joiner, facts),
        Action::Promote { member } => promote::judge(&mut judgement, *member, facts),
        Action::Remove { member } => remove::judge(&mut judgement, *member, facts),
        Action::Demote { member } => demote::judge(&mut judgement, *member, facts),
        Action::KillSession { session } => {
            session::judge(&mut judgement, *session, facts, means);
        }
        Action::Rebalance { from, percent } => {
            rebalance::judge(&mut judgement, from, *percent, facts, means);
        }
        Action::Snapshot { member } => snapshot::judge(&mut judgement, member, facts, means),
        Action::Resync { member } => resync::judge(&mut judgement, *member, facts, means),
        Action::Restore { file } => restore::judge(&mut judgement, file, facts, means),
        Action::QuorumLoss => quorum_loss::judge(&mut judgement, facts, means),
    }
    if let Some(other) = facts
        .acting
        .as_ref()
        .filter(|_| action.kind().takes_a_turn())
    {
        let sentence = format!("let that end first: {other}");
        judgement
            .hard
            .push(Check::new("no other actor", Finding::Fail, sentence));
    }
    let consequence = &mut judgement.consequence;
    let stops = consequence.before.margin().is_some() && consequence.meanwhile.margin().is_none();
    if stops {
        consequence.writes = "stop: too few would be left for a quorum".to_owned();
    }
    soften(&mut judgement, facts);
    if matches!(judgement.availability, Availability::No { .. }) {
        // A part of a plan is no plan.
        judgement.plan.clear();
    }
    if means.is_read_only {
        judgement.availability = Availability::No {
            why: "this console is read-only".to_owned(),
            opens: None,
        };
    }
    judgement
}

/// One that changes nothing, to be filled in.
fn blank(action: &Action, facts: &Facts) -> Judgement {
    let quorum = facts.quorum();
    Judgement {
        action: action.clone(),
        hard: Vec::new(),
        soft: Vec::new(),
        consequence: Consequence {
            sentence: String::new(),
            before: quorum,
            meanwhile: quorum,
            after: quorum,
            connections_move: Some(0),
            writes: match quorum.margin() {
                Some(_) => "no pause".to_owned(),
                None => "stand still now: no quorum".to_owned(),
            },
            vanishes: Vec::new(),
            connect: None,
        },
        confirm: Confirm::yes(),
        powered_off: None,
        plan: Vec::new(),
        availability: Availability::Here,
    }
}

/// Once no write has been acknowledged for 10 s, counting what quorum would be left protects
/// nobody from restarting the very member that holds the others up.
fn soften(judgement: &mut Judgement, facts: &Facts) {
    let target = match &judgement.action {
        Action::Start { member } | Action::Restart { member } => facts.member(member),
        _ => None,
    };
    let is_stuck = target.is_some_and(|member| is_stuck(member, facts));
    if !facts.writes_have_stopped() || !is_stuck {
        return;
    }
    let (yields, stays): (Vec<Check>, Vec<Check>) = std::mem::take(&mut judgement.hard)
        .into_iter()
        .partition(|check| check.counts_quorum && !check.passes());
    judgement.hard = stays;
    judgement.soft.extend(yields);
}

/// Whether a member holds the others up, while writes have stopped: a leader who has followers
/// enough and commits nothing; one that is cut off or far behind; one that does not serve
/// though there are voters enough for an election. Who merely waits for the others is not stuck.
fn is_stuck(member: &MemberFacts, facts: &Facts) -> bool {
    let quorum = facts.quorum();
    if member.leads() {
        return quorum.margin().is_some();
    }
    if member.serves() {
        return !member.is_synced();
    }
    let could_vote = facts.voters().filter(|voter| voter.could_vote()).count();
    !member.is_alive() || could_vote >= quorum.need()
}

/// Has the action refused because it names nobody.
fn nobody(judgement: &mut Judgement, who: &Who, facts: &Facts) {
    let sentence = if facts.members.iter().any(|member| member.sid.is_none()) {
        format!("no member is known by the id {who}: name it by its address, HOST:PORT")
    } else {
        format!("{who} is no member of this ensemble")
    };
    let check = Check::new("member", Finding::Fail, sentence);
    judgement.hard.push(check);
}
