//! Remove a member: the new set keeps a connected quorum, and never becomes a single voter.

use std::collections::BTreeSet;

use zoowarden_shared::{Sid, config::Role};

use super::{
    super::{
        facts::{Facts, MemberFacts},
        judgement::{Check, Confirm, Judgement},
    },
    checks::{decide, elections, links_for_an_election, odd, settled},
    connect, reconfig,
    steps::probe_write,
};
use crate::text::many;

pub(super) fn judge(judgement: &mut Judgement, sid: Sid, facts: &Facts) {
    let Some((config, spec, member)) = reconfig::named(judgement, sid, facts) else {
        return;
    };
    let voters = reconfig::voters_after(config, None, Some(sid));
    if spec.role == Role::Participant {
        fewer_voters(judgement, &voters, member, facts);
    }
    let connections = member.connections;
    judgement.consequence.connections_move = connections;
    judgement.consequence.connect = connect::after(facts, config, None, Some(sid));
    judgement.confirm = confirm(member, &voters);
    judgement.plan = vec![
        reconfig::step(None, Some(sid), Some(config.version)),
        reconfig::voters_step(&voters, config.version),
        probe_write(),
    ];
    let kept = connections.map_or("its clients".to_owned(), |n| {
        many(n, "connection", "connections")
    });
    let before = judgement.consequence.before;
    judgement.consequence.sentence = format!(
        "{}; {} keeps {kept} until it is stopped",
        reconfig::sentence(before, judgement.consequence.after),
        member.name
    );
}

/// The checks of a change that takes a vote, and its consequence.
pub(super) fn fewer_voters(
    judgement: &mut Judgement,
    voters: &BTreeSet<Sid>,
    member: &MemberFacts,
    facts: &Facts,
) {
    let after = reconfig::quorum_of(facts, voters);
    judgement.hard.push(reconfig::new_quorum(after));
    judgement.hard.push(at_least_two(voters.len()));
    judgement.soft.push(odd(voters.len()));
    judgement.soft.push(settled(facts));
    if member.leads() {
        judgement.soft.push(decide(
            "leader",
            false,
            String::new(),
            format!("{} leads: hand the leadership over first", member.name),
        ));
        judgement.soft.push(elections(facts));
        judgement
            .soft
            .push(links_for_an_election(facts, &member.who()));
        judgement.consequence.writes = "stop during the election".to_owned();
    }
    judgement.consequence.after = after;
    judgement.consequence.meanwhile = after;
}

/// One voter survives no loss, and two need each other.
fn at_least_two(voters: usize) -> Check {
    decide(
        "size",
        voters >= 2,
        format!("{voters} voters stay"),
        format!("{voters} voter would stay: 2 → 1 cannot be taken back by a quorum"),
    )
}

/// The name and the new size, both typed.
pub(super) fn confirm(member: &MemberFacts, voters: &BTreeSet<Sid>) -> Confirm {
    Confirm::typed(
        "the member and the new number of voters",
        format!("{} {}", member.name, voters.len()),
    )
}
