//! Demote a voter: it stays as an observer, and the new set keeps a connected quorum.

use zoowarden_shared::{Sid, config::Role};

use super::{
    super::{facts::Facts, judgement::Judgement},
    checks::decide,
    reconfig,
    remove::{confirm, fewer_voters},
    steps::probe_write,
};

pub(super) fn judge(judgement: &mut Judgement, sid: Sid, facts: &Facts) {
    let Some((config, spec, member)) = reconfig::named(judgement, sid, facts) else {
        return;
    };
    judgement.hard.push(decide(
        "voter",
        spec.role == Role::Participant,
        format!("{} votes", member.name),
        format!("{} has no vote", member.name),
    ));
    let voters = reconfig::voters_after(config, None, Some(sid));
    fewer_voters(judgement, &voters, member, facts);
    judgement.consequence.connections_move = member.connections;
    let before = judgement.consequence.before;
    judgement.consequence.sentence = format!(
        "{}; {} stays as an observer, its clients reconnect",
        reconfig::sentence(before, judgement.consequence.after),
        member.name
    );
    judgement.confirm = confirm(member, &voters);
    let joining = reconfig::line(sid, spec, Role::Observer);
    judgement.plan = vec![
        reconfig::step(Some(joining), None, Some(config.version)),
        reconfig::voters_step(&voters, config.version),
        reconfig::observer_step(sid, config.version),
        probe_write(),
    ];
}
