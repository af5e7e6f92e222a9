//! The quorum-loss wizard: only where there is no quorum on any path. What the disks hold is
//! compared first, which needs the hosts.

use super::{
    super::{
        facts::Facts,
        judgement::{Availability, Check, Confirm, Finding, Judgement},
        means::Means,
    },
    checks::decide,
    steps::by_hand,
};

/// Between the confirmation and the first step.
const DELAY_MS: u64 = 10_000;

pub(super) fn judge(judgement: &mut Judgement, facts: &Facts, means: &Means) {
    let quorum = facts.quorum();
    let alive = facts.voters().filter(|member| member.is_alive()).count();
    judgement.hard.push(decide(
        "no quorum",
        quorum.margin().is_none() && facts.leader().is_none(),
        format!("{quorum}, and nobody leads"),
        format!("there is a quorum: {quorum}"),
    ));
    judgement.hard.push(decide(
        "no election",
        alive < quorum.need(),
        format!(
            "{alive} voters are alive, an election needs {}",
            quorum.need()
        ),
        format!(
            "{alive} voters are alive and an election needs {}: let them elect",
            quorum.need()
        ),
    ));
    judgement.hard.push(Check::new(
        "disks",
        Finding::Unmeasured,
        "the zxids of all disks that can still be read are to be compared first",
    ));
    let away: Vec<&str> = facts
        .voters()
        .filter(|member| !member.is_alive())
        .map(|member| member.name.as_str())
        .collect();
    judgement.consequence.writes = "are stopped already".to_owned();
    judgement.consequence.sentence = format!(
        "the ensemble goes on without {}: what only they had acknowledged is lost",
        away.join(", ")
    );
    judgement.confirm = Confirm {
        delay_ms: DELAY_MS,
        ..Confirm::typed(
            "the ensemble and the loss",
            format!("{} I accept the loss", means.cluster),
        )
    };
    judgement.plan = vec![
        by_hand("read zxid and epoch of every data directory that is left; choose the highest"),
        by_hand(format!(
            "make sure that {} cannot come back: power off, or move the data aside",
            away.join(", ")
        )),
        by_hand("start the chosen one with a configuration of the voters that are left"),
        by_hand("start the others with empty data: they copy from it"),
        by_hand("one write is acknowledged; then add members one at a time"),
    ];
    judgement.availability = Availability::ByHand {
        why: "what is left of the disks is read on their hosts: follow the steps there".to_owned(),
    };
}
