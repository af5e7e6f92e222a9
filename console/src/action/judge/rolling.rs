//! Rolling restart: the plan first; all others stable; observers, followers, the leader last;
//! each verified before the next; the first failure halts, and the plan can be taken up again.

use super::{
    super::{
        facts::{Facts, MemberFacts},
        judgement::{Confirm, Judgement},
        means::Means,
        spec::Who,
    },
    checks::{decide, elections, links_for_an_election, plain_majority, quorum_now, settled},
    restart::heir,
    steps::{probe_write, restart_steps, transfer_steps},
};

pub(super) fn judge(judgement: &mut Judgement, done: &[Who], facts: &Facts, means: &Means) {
    judgement.hard.extend(plain_majority(facts));
    judgement.hard.push(quorum_now(facts));
    let leaders: Vec<&str> = facts
        .members
        .iter()
        .filter(|member| member.says_it_leads())
        .map(|member| member.name.as_str())
        .collect();
    judgement.hard.push(decide(
        "one leader",
        leaders.len() < 2,
        "one member leads",
        format!("{} say that they lead", leaders.join(" and ")),
    ));
    let away: Vec<String> = facts
        .members
        .iter()
        .filter(|member| !member.is_synced())
        .map(|member| format!("{} {}", member.name, member.answered()))
        .collect();
    judgement.hard.push(decide(
        "all stable",
        away.is_empty(),
        format!("{} members serve and are in sync", facts.members.len()),
        away.join("; "),
    ));
    let margin = facts.quorum().margin();
    let mut spare = decide(
        "margin",
        margin.is_some_and(|margin| margin > 0),
        format!("margin {}: one may be away", facts.quorum().margin_text()),
        format!(
            "margin {}: writes would stop at the first",
            facts.quorum().margin_text()
        ),
    );
    spare.counts_quorum = true;
    judgement.hard.push(spare);
    judgement.soft.push(settled(facts));
    judgement.soft.push(elections(facts));
    judgement.confirm = Confirm::typed("the ensemble", means.cluster.clone());

    let members = in_order(facts, done);
    let heir = heir(facts, means);
    let consequence = &mut judgement.consequence;
    consequence.meanwhile.in_sync = consequence.before.in_sync.saturating_sub(1);
    consequence.connections_move = members.iter().map(|member| member.connections).sum();
    consequence.sentence = format!(
        "{} members restart in the order {}; margin {} → {} while each is away",
        members.len(),
        members
            .iter()
            .map(|member| member.name.as_str())
            .collect::<Vec<_>>()
            .join(", "),
        consequence.before.margin_text(),
        consequence.meanwhile.margin_text()
    );
    let mut unavailable = None;
    for member in members {
        if member.leads() {
            // The epoch stands still until the leader's turn: nobody else's restart elects.
            let handover = heir.map(|heir| transfer_steps(facts, means, heir));
            match handover {
                Some(Ok(steps)) => {
                    judgement.consequence.writes = "pause < 0.1 s, once".to_owned();
                    judgement.plan.extend(steps);
                }
                _ => {
                    judgement.consequence.writes = "stop during one election".to_owned();
                    let check = links_for_an_election(facts, &member.who());
                    judgement.soft.push(check);
                }
            }
        }
        match restart_steps(member, means) {
            Ok(steps) => judgement.plan.extend(steps),
            Err(why) => unavailable = unavailable.or(Some(why)),
        }
        let mut probe = probe_write();
        probe.finishes = Some(member.who());
        judgement.plan.push(probe);
    }
    if let Some(why) = unavailable {
        judgement.availability = why;
        // A part of a plan is no plan; what it would have done to writes is told all the same.
        judgement.plan.clear();
    }
}

/// Who is restarted, in this order.
fn in_order<'a>(facts: &'a Facts, done: &[Who]) -> Vec<&'a MemberFacts> {
    let mut members: Vec<&MemberFacts> = facts
        .members
        .iter()
        .filter(|member| !done.contains(&member.who()))
        .collect();
    members.sort_by_key(|member| (member.leads(), member.votes, member.sid));
    members
}
