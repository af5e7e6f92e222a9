//! Promote an observer: caught up, one at a time.

use zoowarden_shared::{Sid, config::Role};

use super::{
    super::{facts::Facts, judgement::Judgement},
    checks::{caught_up, decide, odd, settled},
    reconfig,
    steps::probe_write,
};

pub(super) fn judge(judgement: &mut Judgement, sid: Sid, facts: &Facts) {
    let Some((config, spec, member)) = reconfig::named(judgement, sid, facts) else {
        return;
    };
    judgement.hard.push(decide(
        "observer",
        spec.role == Role::Observer,
        format!("{} observes", member.name),
        format!("{} votes already", member.name),
    ));
    judgement.hard.push(caught_up(member));
    let voters = reconfig::voters_after(config, Some(sid), None);
    let after = reconfig::quorum_of(facts, &voters);
    judgement.hard.push(reconfig::new_quorum(after));
    judgement.soft.push(odd(voters.len()));
    judgement.soft.push(settled(facts));
    let before = judgement.consequence.before;
    judgement.consequence.after = after;
    judgement.consequence.sentence =
        format!("{}; 0 sessions move", reconfig::sentence(before, after));
    let joining = reconfig::line(sid, spec, Role::Participant);
    judgement.plan = vec![
        reconfig::step(Some(joining), None, Some(config.version)),
        reconfig::voters_step(&voters, config.version),
        reconfig::caught_up_step(sid),
        probe_write(),
    ];
}
