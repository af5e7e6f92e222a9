//! Start a dead member: it must be down.

use super::{
    super::{
        facts::{Answer, Facts},
        judgement::{Check, Finding, Judgement},
        means::Means,
        plan::{Expectation, Order, ProcessOrder, Step},
        spec::Who,
    },
    checks::{decide, quorum_once_started},
    nobody,
    steps::{REJOIN_MS, process_step},
};
use crate::model::probe::Fault;

/// The check that fails where a start would find the same: no gain may be promised then.
pub(in crate::action) const OF_ITS_DATA: &str = "its data";

pub(super) fn judge(judgement: &mut Judgement, who: &Who, facts: &Facts, means: &Means) {
    let Some(member) = facts.member(who) else {
        return nobody(judgement, who, facts);
    };
    let name = &member.name;
    judgement.hard.push(decide(
        "down",
        !member.is_alive(),
        format!("{name} {}", member.answered()),
        format!("{name} runs: it {}", member.answered()),
    ));
    if matches!(member.answer, Answer::NotAsked(_)) {
        judgement.hard.push(Check::new(
            "asked",
            Finding::Fail,
            format!("{name} was never asked: name it in --connect"),
        ));
    }
    let is_refused = member.answer == Answer::Silent(Fault::Refused);
    if !member.is_alive() && !is_refused {
        judgement.soft.push(Check::new(
            "dead or cut off",
            Finding::Unmeasured,
            format!("{name} may run behind a cut link: starting it twice does no good"),
        ));
    }
    if means.damaged.contains(&member.address) {
        judgement.soft.push(Check::new(
            OF_ITS_DATA,
            Finding::Fail,
            format!("{name} did not vouch for its data: a start finds the same, resync mends it"),
        ));
    }
    if let Some(why) = means.given_up.get(&member.address) {
        judgement.soft.push(Check::new(
            "given up",
            Finding::Fail,
            format!("{name} was given up by its supervisor: {why}"),
        ));
    }
    if facts.is_outside(member) {
        judgement.soft.push(Check::new(
            "in the ensemble",
            Finding::Fail,
            format!(
                "the configuration does not name {name}: was it left behind by a lost quorum, set \
                 its data aside before it is started, then add it"
            ),
        ));
    }
    let before = facts.quorum();
    let after = quorum_once_started(facts, member, means);
    let is_in_vain = means.damaged.contains(&member.address);
    judgement.consequence.after = after;
    judgement.consequence.sentence = if member.votes {
        let stops = match (before.margin(), after.margin()) {
            _ if is_in_vain => "it would end as before",
            (Some(_), _) => "nothing stops",
            (None, Some(_)) => "writes go on with it",
            (None, None) => "writes stand still with it, too",
        };
        format!(
            "{stops}; margin {} → {}, 0 sessions move",
            before.margin_text(),
            after.margin_text()
        )
    } else if is_in_vain {
        "it would end as before".to_owned()
    } else {
        "nothing stops; an observer comes back, 0 sessions move".to_owned()
    };
    match process_step(member, means, ProcessOrder::Start) {
        Ok(start) => {
            let back = Expectation::Rejoined {
                member: who.clone(),
                before: None,
            };
            judgement.plan = vec![
                start,
                Step::new(
                    format!("{name} serves and is in sync"),
                    Order::Expect(back),
                    REJOIN_MS,
                ),
            ];
        }
        Err(unavailable) => judgement.availability = unavailable,
    }
}
