//! Resync: a member's data are set aside and copied from the leader. Never the leader's own.

use zoowarden_shared::Sid;

use super::{
    super::{
        facts::{Facts, MemberFacts},
        judgement::{Availability, Check, Confirm, Finding, Judgement, Quorum},
        means::Means,
        plan::{Expectation, Order, ProcessOrder, Step},
        spec::Who,
    },
    checks::{decide, plain_majority, quorum_now, quorum_without, settled},
    nobody,
    steps::{REJOIN_MS, admin_for, by_hand, post, process_step},
};

const ORDER_MS: u64 = 10_000;
/// A large tree over a slow line takes its time; what is received is told meanwhile.
const COPY_MS: u64 = 3_600_000;

pub(super) fn judge(judgement: &mut Judgement, sid: Sid, facts: &Facts, means: &Means) {
    let Some(member) = facts.sid(sid) else {
        return nobody(judgement, &Who::Sid(sid), facts);
    };
    let name = &member.name;
    judgement.hard.extend(plain_majority(facts));
    judgement.hard.push(quorum_now(facts));
    judgement.hard.push(decide(
        "not the leader",
        !member.leads(),
        format!("{name} does not lead"),
        format!("{name} leads: its data are what the others copy"),
    ));
    if member.votes {
        judgement.hard.push(quorum_without(facts, member));
    }
    if member.is_synced() && member.votes {
        judgement.soft.push(settled(facts));
    }
    if !member.is_alive() {
        return of_one_that_is_down(judgement, member, facts, means);
    }
    let consequence = &mut judgement.consequence;
    consequence.meanwhile = facts.quorum_without(&[member.who()]);
    consequence.connections_move = member.connections;
    consequence.sentence = format!(
        "{name} is away while it copies everything, margin {} → {} meanwhile; its own data are \
         kept aside",
        consequence.before.margin_text(),
        consequence.meanwhile.margin_text()
    );
    judgement.confirm = Confirm::typed("the member", name.clone());
    if member.is_ours == Some(false) {
        judgement.plan = vec![
            by_hand(format!("stop {name}")),
            by_hand("move its version-2 directory aside, logs and snapshots both"),
            by_hand(format!(
                "start {name}: it takes a snapshot from its leader (SNAP)"
            )),
        ];
        judgement.availability = Availability::ByHand {
            why: format!("{name} is Apache's: nobody but its host can move its data"),
        };
        return;
    }
    let shut = Availability::No {
        why: format!("{name} does not offer the command resync"),
        opens: Some("admin.enableServer=true, and a server that has it".to_owned()),
    };
    let admin = match admin_for(member, "resync", means, shut) {
        Ok(admin) => admin,
        Err(unavailable) => {
            judgement.availability = unavailable;
            return;
        }
    };
    let command = format!("resync?epoch={}", facts.epoch().unwrap_or_default());
    let mut order = post(admin, command, ORDER_MS);
    order.quorum_without = Some(member.who());
    let back = Expectation::Rejoined {
        member: member.who(),
        before: None,
    };
    let leader = facts.leader().and_then(|leader| leader.admin.as_ref());
    judgement.plan = vec![
        order,
        Step::new(
            format!("{name} has taken everything anew, and its digest is its leader's"),
            Order::AwaitRepair {
                admin: admin.address.clone(),
                leader: leader.map(|leader| leader.address.clone()),
            },
            COPY_MS,
        ),
        Step::new(
            format!("{name} serves and is in sync"),
            Order::Expect(back),
            REJOIN_MS,
        ),
    ];
}

/// It has no AdminServer to be told by: the order is left in its directory, and it is started.
fn of_one_that_is_down(
    judgement: &mut Judgement,
    member: &MemberFacts,
    facts: &Facts,
    means: &Means,
) {
    let name = &member.name;
    if !means.damaged.contains(&member.address) {
        judgement.soft.push(Check::new(
            "its data",
            Finding::Unmeasured,
            format!("nobody tells that {name}'s data are damaged: a start may be all it needs"),
        ));
    }
    let before = facts.quorum();
    let consequence = &mut judgement.consequence;
    consequence.after = Quorum {
        in_sync: before.in_sync + usize::from(member.votes && before.margin().is_some()),
        ..before
    };
    consequence.sentence = match before.margin() {
        None => format!("{name} has no vote until a leader gives it everything anew"),
        Some(_) => format!(
            "nothing stops; {name} copies everything and is back with its vote, margin {} → {}; its \
         own data are kept aside",
            before.margin_text(),
            consequence.after.margin_text()
        ),
    };
    judgement.confirm = Confirm::typed("the member", name.clone());
    if !means.processes.contains(&member.address) {
        judgement.plan = vec![
            by_hand(format!(
                "on the host of {name}: zoowarden-server --resync CONFIG (Apache's: move its \
                 version-2 directory aside, logs and snapshots both)"
            )),
            by_hand(format!(
                "start {name}: it takes a snapshot from its leader (SNAP)"
            )),
        ];
        judgement.availability = Availability::ByHand {
            why: format!("{name} is down: only its host can give the order"),
        };
        return;
    }
    match process_step(member, means, ProcessOrder::StartAnew) {
        Ok(step) => {
            let back = Expectation::Rejoined {
                member: member.who(),
                before: None,
            };
            judgement.plan = vec![
                step,
                Step::new(
                    format!("{name} has taken everything anew, serves and is in sync"),
                    Order::Expect(back),
                    COPY_MS,
                ),
            ];
        }
        Err(unavailable) => judgement.availability = unavailable,
    }
}
