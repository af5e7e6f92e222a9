//! Replace a member under its own id: on a new host, or on its own with an empty disk.
//!
//! A voter that has forgotten what it acknowledged must not vote before it has it again: two
//! forgetful ones, or one and a slow one, elect a leader without it. So the id first loses its
//! vote, the newcomer joins as an observer, catches up, and gets the vote back.

use zoowarden_shared::config::{DynamicConfig, Role, ServerSpec};

use super::{
    super::{
        facts::{Facts, MemberFacts},
        judgement::{Confirm, Judgement, Quorum},
        means::Means,
        plan::{Order, ProcessOrder, Step},
    },
    checks::decide,
    connect, reconfig,
    replace::looked_after,
    steps::process_step,
};

/// For the operator to start it, where nothing here does.
const BY_HAND_MS: u64 = 1_800_000;

pub(super) fn judge(
    judgement: &mut Judgement,
    (config, lost_spec, lost): (&DynamicConfig, &ServerSpec, &MemberFacts),
    spec: &ServerSpec,
    facts: &Facts,
    means: &Means,
) {
    let Some(sid) = lost.sid else {
        return;
    };
    // Whoever runs under the id of a voter votes.
    judgement.soft.retain(|check| check.name != "gone");
    let mut running = facts.strangers.iter().filter(|one| one.sid == Some(sid));
    let running = running.find(|one| one.is_alive());
    let running = running.or(Some(lost).filter(|lost| lost.is_alive()));
    judgement.hard.push(decide(
        "not running",
        running.is_none(),
        format!("nobody runs under the id {sid}"),
        running.map_or_else(String::new, |one| {
            format!(
                "{} runs under the id {sid} and would vote with what it has: stop it first",
                one.address
            )
        }),
    ));
    let voters = reconfig::voters_after(config, None, None);
    let without = reconfig::voters_after(config, None, Some(sid));
    let meanwhile = reconfig::quorum_of(facts, &without);
    judgement.hard.push(reconfig::new_quorum(meanwhile));
    // It is in sync when it gets its vote back, whatever it is now: the step before waits for
    // that.
    let after = Quorum {
        voters: voters.len(),
        in_sync: (meanwhile.in_sync + 1).min(voters.len()),
    };
    let consequence = &mut judgement.consequence;
    consequence.meanwhile = meanwhile;
    consequence.after = after;
    consequence.connect = connect::after(facts, config, Some((sid, spec)), None);
    consequence.connections_move = Some(0);
    consequence.writes = "pause < 0.1 s, twice".to_owned();
    consequence.sentence = format!(
        "{sid} loses its vote, joins as an observer, catches up and gets it back: {}, then {}",
        reconfig::sentence(consequence.before, meanwhile),
        reconfig::sentence(meanwhile, after)
    );
    judgement.confirm = Confirm::typed("the new voters", reconfig::list(&voters));
    let observer = reconfig::line(sid, spec, Role::Observer);
    let version = config.version;
    judgement.plan = vec![
        reconfig::step(Some(observer), None, Some(version)),
        reconfig::observer_step(sid, version),
    ];
    let is_there = spec.addresses == lost_spec.addresses;
    let start = process_step(lost, means, ProcessOrder::Start);
    let mut caught_up = reconfig::caught_up_step(sid);
    match start.ok().filter(|_| is_there) {
        Some(start) => judgement.plan.push(start),
        None => {
            judgement.plan.push(Step::new(
                "say that it is to be started now",
                Order::Advise {
                    lines: vec![format!(
                        "start {sid} now, with an empty data directory: it has no vote, and gets \
                         it once it has caught up"
                    )],
                },
                0,
            ));
            caught_up.deadline_ms = BY_HAND_MS;
        }
    }
    judgement.plan.push(caught_up);
    let participant = reconfig::line(sid, spec, Role::Participant);
    judgement
        .plan
        .push(reconfig::step(Some(participant), None, None));
    let undo = format!("to take the vote again: zoowarden act demote {sid}");
    let looked_after = looked_after(sid, &voters, version, undo, means);
    judgement.plan.extend(looked_after);
}
