//! Replace a member that is gone for good: the spare joins as an observer, catches up, and one
//! reconfig gives it the lost member's vote. Where it has the lost one's id, see `same_id`.

use std::collections::BTreeSet;

use zoowarden_shared::{Sid, config::Role};

use super::{
    super::{
        facts::{Facts, MemberFacts},
        judgement::{Check, Confirm, Finding, Judgement},
        means::Means,
        plan::{Order, Step},
        spec::{Spare, Who},
    },
    add::{free_id, is_there},
    checks::{caught_up, decide, settled},
    connect, nobody, reconfig, same_id,
    steps::probe_write,
};

/// Clocks are told to the second: what is further apart is no rounding.
const MOST_OFF_MS: u64 = 2_000;
/// For a log and what else grows beside snapshots, bytes.
const LOGS_BYTES: u64 = 256 << 20;
const COMPARE_MS: u64 = 15_000;
/// Beyond the watch itself, for its last looks.
const WATCH_MORE_MS: u64 = 15_000;

pub(super) fn judge(judgement: &mut Judgement, old: Sid, by: &Spare, facts: &Facts, means: &Means) {
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
    judgement.soft.push(clock(by.sid(), facts));
    judgement.soft.push(disk(by.sid(), facts));
    let new = by.sid();
    let version = config.version;
    if new == old {
        let spec = match by {
            Spare::Observer(_) => lost_spec,
            Spare::Joiner(joiner) => &joiner.spec,
        };
        return same_id::judge(judgement, (config, lost_spec, lost), spec, facts, means);
    }
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
        let others = reconfig::voters_after(config, None, Some(old));
        let others = others.into_iter().filter(|sid| *sid != new).collect();
        after.in_sync = reconfig::quorum_of(facts, &others).in_sync + 1;
    }
    judgement.hard.push(reconfig::new_quorum(after));
    judgement.consequence.after = after;
    judgement.consequence.connect = connect::after(facts, config, Some((new, promoted)), Some(old));
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
    let undo = format!(
        "to take it back: start {old}, then zoowarden act replace {new} by \
         \"server.{old}={lost_spec}\"; or take the vote alone: zoowarden act demote {new}"
    );
    plan.extend(looked_after(new, &voters, version, undo, means));
    judgement.plan = plan;
}

/// What shows that the newcomer has its vote and deserves it.
pub(super) fn looked_after(
    new: Sid,
    voters: &BTreeSet<Sid>,
    version: i64,
    undo: String,
    means: &Means,
) -> [Step; 5] {
    [
        reconfig::voters_step(voters, version),
        reconfig::caught_up_step(new),
        Step::new(
            format!("the digest of {new} is its leader's, at the same zxid"),
            Order::CompareDigest { member: new },
            COMPARE_MS,
        ),
        probe_write(),
        Step::new(
            format!(
                "for {} s {new} stays in step and writes are acknowledged",
                means.watch_ms / 1000
            ),
            Order::Watch {
                member: new,
                for_ms: means.watch_ms,
                undo,
            },
            means.watch_ms + WATCH_MORE_MS,
        ),
    ]
}

/// The newcomer's clock must be the leader's: sessions and logs are told by it.
fn clock(new: Sid, facts: &Facts) -> Check {
    let ahead_ms = |member: &MemberFacts| member.admin.as_ref()?.clock_ahead_ms;
    let newcomer = newcomer(new, facts).and_then(ahead_ms);
    match newcomer.zip(facts.leader().and_then(ahead_ms)) {
        Some((own, leaders)) => {
            let off_ms = own.abs_diff(leaders);
            let sentence = format!("the clock of {new} is {off_ms} ms off its leader's, to 1 s");
            decide("clock", off_ms <= MOST_OFF_MS, sentence.clone(), sentence)
        }
        None => Check::new(
            "clock",
            Finding::Unmeasured,
            format!("the clock of {new} is not told: the AdminServers of it and its leader do"),
        ),
    }
}

/// It takes the leader's snapshot, writes its own beside it, and logs.
fn disk(new: Sid, facts: &Facts) -> Check {
    let room = facts.room.unwrap_or_default();
    match (room.free_bytes, room.snapshot_bytes) {
        (Some(free), Some(snapshot)) => {
            let need = snapshot.saturating_mul(3).saturating_add(LOGS_BYTES);
            let sentence = format!(
                "{new} has {} MB free, and needs {} MB: three of the leader's snapshot, and logs",
                free / 1_000_000,
                need / 1_000_000
            );
            decide("disk", free >= need, sentence.clone(), sentence)
        }
        _ if facts.room.is_none() => Check::new(
            "disk",
            Finding::Unmeasured,
            format!("the disk of {new} is looked at when the gate is opened"),
        ),
        _ => Check::new(
            "disk",
            Finding::Unmeasured,
            format!("how much is free on the disk of {new} is not told: a member of ours does"),
        ),
    }
}

fn newcomer(new: Sid, facts: &Facts) -> Option<&MemberFacts> {
    let mut strangers = facts.strangers.iter();
    facts
        .sid(new)
        .or_else(|| strangers.find(|one| one.sid == Some(new)))
}
