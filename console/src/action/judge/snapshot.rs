//! Snapshot: a member of ours writes its state as of now to its own disk. Nothing stops.

use super::{
    super::{
        facts::{AdminFacts, Facts},
        judgement::{Availability, Judgement},
        means::Means,
        plan::{Order, Step},
        spec::Who,
    },
    checks::decide,
    nobody,
    steps::admin_for,
};

/// A large tree on a slow disk takes its time; the member itself gives up after as long.
const WRITE_MS: u64 = 600_000;

pub(super) fn judge(judgement: &mut Judgement, who: &Who, facts: &Facts, means: &Means) {
    let Some(member) = facts.member(who) else {
        return nobody(judgement, who, facts);
    };
    let name = &member.name;
    judgement.hard.push(decide(
        "serves",
        member.serves(),
        format!("{name} serves"),
        format!("{name} {}: it has no state of now", member.answered()),
    ));
    judgement.consequence.sentence =
        format!("{name} writes all of its state to its disk; nothing stops, 0 sessions move");
    let shut = Availability::No {
        why: match member.is_ours {
            Some(true) => format!("{name} does not offer the command snapshot"),
            _ => format!("{name} is Apache's: it writes snapshots when it sees fit"),
        },
        opens: (member.is_ours == Some(true)).then(|| "admin.enableServer=true".to_owned()),
    };
    match admin_for(member, "snapshot", means, shut) {
        Ok(admin) => judgement.plan = vec![step(name, admin)],
        Err(unavailable) => judgement.availability = unavailable,
    }
}

/// The step that takes one.
pub(super) fn step(name: &str, admin: &AdminFacts) -> Step {
    let address = &admin.address;
    Step::new(
        format!("{name} writes a snapshot: GET {address}/commands/snapshot?streaming=false"),
        Order::Snapshot {
            admin: address.clone(),
        },
        WRITE_MS,
    )
}
