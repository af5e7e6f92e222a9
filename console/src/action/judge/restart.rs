//! Restart a member: a connected quorum of synced voters must be left without it. A leader of
//! ours first hands over, where another of ours can take it.

use zoowarden_shared::Sid;

use super::{
    super::{
        facts::{Facts, MemberFacts},
        judgement::{Confirm, Judgement, Quorum},
        means::Means,
        spec::Who,
    },
    checks::{
        elections, links_for_an_election, plain_majority, quorum_once_started, quorum_without,
        settled,
    },
    nobody,
    steps::{probe_write, restart_steps, transfer_steps},
    transfer,
};
use crate::text::many;

pub(super) fn judge(judgement: &mut Judgement, who: &Who, facts: &Facts, means: &Means) {
    let Some(member) = facts.member(who) else {
        return nobody(judgement, who, facts);
    };
    judgement.hard.extend(plain_majority(facts));
    if member.votes {
        judgement.hard.push(quorum_without(facts, member));
        // The restart of one that hangs takes nothing from the quorum, nor from its leader.
        if member.is_synced() || member.leads() {
            judgement.soft.push(settled(facts));
        }
    }
    if member.leads() {
        judgement.soft.push(elections(facts));
    }
    let meanwhile = facts.quorum_without(&[member.who()]);
    let heir = member.leads().then(|| heir(facts, means)).flatten();
    if member.leads() && heir.is_none() {
        judgement.soft.push(links_for_an_election(facts, who));
    }
    let consequence = &mut judgement.consequence;
    consequence.meanwhile = meanwhile;
    consequence.after = quorum_once_started(facts, member, means);
    consequence.connections_move = member.connections;
    if member.leads() {
        consequence.writes = match heir {
            Some(heir) => format!("pause < 0.1 s: {heir} takes the leadership first"),
            None => "stop during the election".to_owned(),
        };
    }
    consequence.sentence = sentence(member, facts, consequence.after);
    judgement.confirm = Confirm::typed("the member", member.name.clone());
    let mut plan = Vec::new();
    if let Some(heir) = heir
        && let Ok(steps) = transfer_steps(facts, means, heir)
    {
        plan.extend(steps);
    }
    match restart_steps(member, means) {
        Ok(steps) => plan.extend(steps),
        Err(unavailable) => judgement.availability = unavailable,
    }
    if member.votes {
        plan.push(probe_write());
    }
    judgement.plan = plan;
}

fn sentence(member: &MemberFacts, facts: &Facts, after: Quorum) -> String {
    let connections = member
        .connections
        .map_or("its clients move".to_owned(), |n| {
            many(n, "connection moves", "connections move")
        });
    if !member.votes {
        return format!("no vote is lost; {connections}");
    }
    if !member.is_synced() {
        let before = facts.quorum();
        return format!(
            "voters in sync {} → {}, margin {} → {}; {connections}",
            before.in_sync,
            after.in_sync,
            before.margin_text(),
            after.margin_text()
        );
    }
    format!(
        "voters in sync {} → {} meanwhile, margin {} → {}; {connections}",
        facts.quorum().in_sync,
        facts.quorum_without(&[member.who()]).in_sync,
        facts.quorum().margin_text(),
        facts.quorum_without(&[member.who()]).margin_text()
    )
}

/// Who can take a leadership of ours by being named: the one that is least behind.
pub(super) fn heir(facts: &Facts, means: &Means) -> Option<Sid> {
    let able = facts.voters().filter_map(|member| {
        let sid = member.sid?;
        let is_able = !member.leads()
            && transfer::obstacle(facts, sid).is_none()
            && transfer_steps(facts, means, sid).is_ok();
        is_able.then_some((member.lag, std::cmp::Reverse(sid)))
    });
    able.min().map(|(_, std::cmp::Reverse(sid))| sid)
}
