//! Transfer the leadership. A leader of ours nominates the target; one of Apache's can only be
//! restarted, and then the voter of the highest (zxid, id) wins.

use zoowarden_shared::Sid;

use super::{
    super::{
        facts::{Facts, MemberFacts},
        judgement::{Check, Confirm, Finding, Judgement},
        means::Means,
        spec::Who,
    },
    checks::{caught_up, decide, elections, links_for_an_election, no_sync, quorum_now, settled},
    nobody,
    reconfig::same_everywhere,
    steps::{leads, probe_write, restart_steps, transfer_steps},
};

pub(super) fn judge(judgement: &mut Judgement, to: Sid, facts: &Facts, means: &Means) {
    let Some(target) = facts.sid(to) else {
        return nobody(judgement, &Who::Sid(to), facts);
    };
    judgement.hard.push(quorum_now(facts));
    judgement.hard.push(decide(
        "voter",
        target.votes && !target.leads(),
        format!("{} follows, with a vote", target.name),
        if target.votes {
            format!("{} leads already", target.name)
        } else {
            format!("{} has no vote", target.name)
        },
    ));
    judgement.hard.push(caught_up(target));
    judgement.confirm = Confirm::typed("the new leader's id", to.to_string());
    judgement.soft.push(settled(facts));
    let Some(leader) = facts.leader() else {
        return;
    };
    no_sync(judgement, leader);
    judgement.hard.extend(no_reconfig(facts));
    judgement.soft.push(elections(facts));
    let (from, moving) = (&leader.name, leader.connections);
    if leader.is_ours == Some(true) {
        judgement.hard.extend(obstacle(facts, to));
        judgement.consequence.writes = "pause < 0.1 s".to_owned();
        judgement.consequence.sentence =
            format!("{from} hands over to {to}; margin stays, 0 sessions are lost");
        match transfer_steps(facts, means, to) {
            Ok(plan) => judgement.plan = plan,
            Err(unavailable) => judgement.availability = unavailable,
        }
        return;
    }
    // Apache: whoever wins the election without the leader.
    let winner = winner(facts, leader);
    judgement.hard.push(decide(
        "who wins",
        winner.and_then(|member| member.sid) == Some(to),
        format!("{from} is Apache's and is restarted; {to} has the highest (zxid, id) then"),
        match winner.map(|member| &member.name) {
            Some(other) => format!(
                "{from} is Apache's: it cannot name an heir, and {other} would win the election"
            ),
            None => format!("{from} is Apache's, and no other voter is in sync"),
        },
    ));
    judgement
        .hard
        .push(super::checks::quorum_without(facts, leader));
    judgement
        .soft
        .push(links_for_an_election(facts, &leader.who()));
    let consequence = &mut judgement.consequence;
    consequence.meanwhile = facts.quorum_without(&[leader.who()]);
    consequence.connections_move = moving;
    consequence.writes = "stop during the election".to_owned();
    consequence.sentence = format!(
        "{from} is restarted; margin {} → {} meanwhile",
        consequence.before.margin_text(),
        consequence.meanwhile.margin_text()
    );
    match restart_steps(leader, means) {
        Ok(steps) => {
            let mut steps = steps.into_iter();
            judgement.plan.extend(steps.next());
            judgement.plan.push(leads(to, facts.epoch()));
            judgement.plan.extend(steps);
            judgement.plan.push(probe_write());
        }
        Err(unavailable) => judgement.availability = unavailable,
    }
}

/// Where the configuration is not known there is none to be changed.
fn no_reconfig(facts: &Facts) -> Option<Check> {
    let config = facts.config.as_ref().filter(|config| !config.is_empty());
    config.map(|config| same_everywhere(facts, config))
}

/// Who would win an election without this leader, as FastLeaderElection orders votes.
fn winner<'a>(facts: &'a Facts, leader: &MemberFacts) -> Option<&'a MemberFacts> {
    facts
        .voters()
        .filter(|member| member.is_synced() && member.who() != leader.who())
        .max_by_key(|member| (member.zxid, member.sid))
}

/// Why a leader of ours could not have this one elected in a mixed ensemble: Apache's voters
/// know no nominations, so that none of them may outrank it.
pub(super) fn obstacle(facts: &Facts, to: Sid) -> Option<Check> {
    let target = facts.sid(to)?;
    if target.is_ours != Some(true) {
        return Some(Check::new(
            "nomination",
            Finding::Fail,
            format!(
                "{} is not ours: only a server of ours can be named",
                target.name
            ),
        ));
    }
    let outranks = facts.voters().find(|member| {
        member.is_ours == Some(false) && member.is_synced() && member.sid > Some(to)
    })?;
    Some(Check::new(
        "nomination",
        Finding::Fail,
        format!(
            "{} is Apache's, knows no nominations, and would win the election over {to}",
            outranks.name
        ),
    ))
}
