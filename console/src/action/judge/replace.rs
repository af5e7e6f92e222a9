//! Replace a member that is gone for good: the spare joins as an observer, catches up, and one
//! reconfig gives it the lost member's vote.

use zoowarden_shared::{Sid, config::Role};

use super::{
    super::{
        facts::Facts,
        judgement::{Check, Confirm, Finding, Judgement},
        spec::{Spare, Who},
    },
    add::{free_id, is_there},
    checks::{caught_up, decide, settled},
    nobody, reconfig,
    steps::probe_write,
};

pub(super) fn judge(judgement: &mut Judgement, old: Sid, by: &Spare, facts: &Facts) {
    let Some((config, lost_spec, lost)) = reconfig::named(judgement, old, facts) else {
        return;
    };
    judgement.hard.push(decide(
        "vote",
        lost_spec.role == Role::Participant,
        format!("{} has a vote to give", lost.name),
        format!("{} has no vote to give", lost.name),
    ));
    judgement.soft.push(decide(
        "gone",
        !lost.is_alive(),
        format!("{} {}", lost.name, lost.answered()),
        format!("{} {}: it is not gone", lost.name, lost.answered()),
    ));
    if !lost.is_alive() {
        judgement.soft.push(Check::new(
            "proven off",
            Finding::Unmeasured,
            format!(
                "{} is not proven off: power it off, or say why not",
                lost.name
            ),
        ));
    }
    judgement.soft.push(settled(facts));
    let new = by.sid();
    let version = config.version;
    let mut plan = Vec::new();
    let promoted = match by {
        Spare::Observer(sid) => {
            let (Some(spec), Some(member)) = (config.servers.get(sid), facts.sid(*sid)) else {
                return nobody(judgement, &Who::Sid(*sid), facts);
            };
            judgement.hard.push(decide(
                "spare",
                spec.role == Role::Observer,
                format!("{} observes", member.name),
                format!("{} votes already", member.name),
            ));
            judgement.hard.push(caught_up(member));
            spec
        }
        Spare::Joiner(joiner) => {
            let is_taken = config.servers.contains_key(&joiner.sid);
            judgement.hard.push(free_id(is_taken, joiner));
            judgement.soft.push(is_there(joiner, facts));
            let joining = reconfig::line(new, &joiner.spec, Role::Observer);
            plan.push(reconfig::step(Some(joining), None, Some(version)));
            plan.push(reconfig::observer_step(new, version));
            plan.push(reconfig::caught_up_step(new));
            &joiner.spec
        }
    };
    let voters = reconfig::voters_after(config, Some(new), Some(old));
    // The spare is in sync when its vote counts: the step before waits for that.
    let mut after = reconfig::quorum_of(facts, &voters);
    if matches!(by, Spare::Joiner(_)) {
        after.in_sync += 1;
    }
    judgement.hard.push(reconfig::new_quorum(after));
    judgement.consequence.after = after;
    judgement.consequence.connections_move = lost.connections.or(Some(0));
    judgement.consequence.writes = "pause < 0.1 s".to_owned();
    judgement.consequence.sentence = format!(
        "one reconfig {{{}}} → {{{}}}, margin {} → {}",
        reconfig::list(&reconfig::voters_after(config, None, None)),
        reconfig::list(&voters),
        judgement.consequence.before.margin_text(),
        after.margin_text()
    );
    judgement.confirm = Confirm::typed("the new voters", reconfig::list(&voters));
    let joining = reconfig::line(new, promoted, Role::Participant);
    let is_first = plan.is_empty();
    plan.push(reconfig::step(
        Some(joining),
        Some(old),
        is_first.then_some(version),
    ));
    plan.push(reconfig::voters_step(&voters, version));
    plan.push(reconfig::caught_up_step(new));
    plan.push(probe_write());
    judgement.plan = plan;
}
