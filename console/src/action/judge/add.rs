//! Add a server, as an observer: it can hold nobody up, and gets its vote by `promote`.

use zoowarden_shared::config::Role;

use super::{
    super::{
        facts::Facts,
        judgement::{Check, Finding, Judgement},
        plan::{Order, Step},
        spec::Joiner,
    },
    checks::decide,
    connect, reconfig,
};

pub(super) fn judge(judgement: &mut Judgement, joiner: &Joiner, facts: &Facts) {
    let Some(config) = reconfig::readable(judgement, facts) else {
        return;
    };
    let Joiner { sid, spec } = joiner;
    judgement
        .hard
        .push(free_id(config.servers.contains_key(sid), joiner));
    judgement.soft.push(is_there(joiner, facts));
    judgement.consequence.sentence = format!(
        "{sid} joins as an observer, without a vote: margin stays, 0 sessions move; promote {sid} \
         gives it one"
    );
    judgement.consequence.connect = connect::after(facts, config, Some((*sid, spec)), None);
    let joining = reconfig::line(*sid, spec, Role::Observer);
    judgement.plan = vec![
        reconfig::step(Some(joining), None, Some(config.version)),
        reconfig::observer_step(*sid, config.version),
        reconfig::caught_up_step(*sid),
    ];
    if spec.role == Role::Participant {
        judgement.plan.push(Step::new(
            "say what gives it its vote",
            Order::Advise {
                lines: vec![format!(
                    "{sid} observes, and has no vote yet: zoowarden act promote {sid} gives it one"
                )],
            },
            0,
        ));
    }
}

/// An id names one server.
pub(super) fn free_id(is_taken: bool, joiner: &Joiner) -> Check {
    let sid = joiner.sid;
    decide(
        "id",
        !is_taken,
        format!("no member has the id {sid}"),
        format!("{sid} is in the configuration already"),
    )
}

/// The new server should answer on the client port that it is given.
pub(super) fn is_there(joiner: &Joiner, facts: &Facts) -> Check {
    let sid = joiner.sid;
    match facts.strangers.iter().find(|one| one.sid == Some(sid)) {
        Some(stranger) => decide(
            "spare",
            stranger.is_alive(),
            format!("{} {}", stranger.address, stranger.answered()),
            format!("{} {}", stranger.address, stranger.answered()),
        ),
        None => Check::new(
            "spare",
            Finding::Unmeasured,
            format!("{sid} has no client port in its line: whether it runs cannot be seen"),
        ),
    }
}
