//! Whether every voter is accounted for: two ensembles out of one is the worst that a wizard
//! could do. A voter goes on, or it was reached, is stopped and its data are set aside, or the
//! operator types its name for having seen it powered off.

use zoowarden_shared::Sid;

use super::{
    super::super::{
        disk::{Disk, DiskFacts, Found},
        facts::Facts,
        judgement::{Check, Confirm, Finding},
        means::Means,
        plan::HookKind,
    },
    fate::Fates,
    plain::plain,
    written,
};
use crate::action::exec::told::until;

/// One check a disk.
pub(super) fn checks(
    facts: &Facts,
    disks: &[Disk],
    fates: &Fates<'_>,
    means: &Means,
) -> Vec<Check> {
    let checks = disks.iter().map(|disk| check(facts, disk, fates, means));
    let unknown = facts.voters().filter(|member| member.sid.is_none());
    let unknown = unknown.map(|member| {
        let sentence = format!(
            "the id of {} is not known: it cannot be fenced",
            member.name
        );
        Check::new("fence", Finding::Unmeasured, sentence)
    });
    checks.chain(unknown).collect()
}

fn check(facts: &Facts, disk: &Disk, fates: &Fates<'_>, means: &Means) -> Check {
    let sid = disk.sid;
    let pass = |name, sentence| Check::new(name, Finding::Pass, sentence);
    let fail = |name, sentence| Check::new(name, Finding::Fail, sentence);
    match &disk.found {
        Found::Running { facts: found, .. } => running(facts, disk, found),
        Found::Inspected(found) => match (found.running_pid, found.last_zxid) {
            (Some(pid), _) => fail(
                "fence",
                format!("{sid} runs as process {pid} and its AdminServer says nothing: stop it"),
            ),
            (None, None) => pass(
                "fence",
                format!("{sid} was reached, is stopped, and its data are set aside"),
            ),
            (None, Some(_)) => stopped(disk, found, fates, means),
        },
        Found::Unread { why, open_port } => {
            let is_alive = facts.sid(sid).is_some_and(|member| member.is_alive());
            let (whole, why) = (why, plain(why));
            if is_alive {
                let others = !fates.go_on.is_empty();
                let is_apaches = facts
                    .sid(sid)
                    .is_some_and(|member| member.is_ours == Some(false));
                let sentence = if is_apaches && !others {
                    format!("{sid} is alive and Apache's: the steps are printed, nothing is forced")
                } else if others {
                    format!(
                        "{sid} is alive and tells nothing of its disk ({why}): only members of \
                         ours can be forced, and none while one of Apache's may still vote"
                    )
                } else {
                    format!("{sid} is alive and tells nothing of its disk ({why})")
                };
                // With nobody of ours left, the steps are printed: this refuses nothing then.
                let finding = if others { Finding::Fail } else { Finding::Pass };
                return Check::new("all are ours", finding, sentence).in_full(whole);
            }
            match open_port {
                Some(port) => fail(
                    "fence",
                    format!("{sid} takes connections at port {port}: it is not powered off"),
                ),
                None => pass(
                    "absent",
                    format!("{sid} is not reached ({why}){}", hint(means)),
                )
                .in_full(whole),
            }
        }
    }
}

/// Its server does not run, and its data are there.
fn stopped(disk: &Disk, found: &DiskFacts, fates: &Fates<'_>, means: &Means) -> Check {
    let sid = disk.sid;
    let what = written(disk);
    if fates.goes_on(disk) {
        let digest = found.digest.as_deref().unwrap_or("not told");
        let sentence =
            format!("{sid} is stopped and sound: {what}, digest {digest}; it is started");
        return Check::new("disk", Finding::Pass, sentence);
    }
    let whole = found.fault.as_deref();
    let fault = whole.map(plain);
    let told = |check: Check| match whole {
        Some(whole) => check.in_full(whole),
        None => check,
    };
    if fates.is_set_aside(disk) {
        let why = fault.as_ref().map_or_else(
            || "nothing here could force and start it".to_owned(),
            |fault| format!("a start would not vouch for them: {fault}"),
        );
        let sentence = format!("{sid} is stopped; its data, {what}, are set aside ({why})");
        return told(Check::new("fence", Finding::Pass, sentence));
    }
    let opens = match fault {
        Some(fault) => format!(
            "not sound ({fault}): move them aside, or name what does it, {}",
            HookKind::SetAside.config_line()
        ),
        None => format!(
            "start it, it can go on too, or move them aside; {} and {} would do it from here",
            missing(means, sid, &[HookKind::Force, HookKind::Start]),
            HookKind::SetAside.key()
        ),
    };
    let sentence = format!("{sid} is stopped and its data are there, {what}: {opens}");
    told(Check::new("fence", Finding::Fail, sentence))
}

/// The first line of console.toml that is not there.
fn missing(means: &Means, sid: Sid, kinds: &[HookKind]) -> &'static str {
    let missing = kinds.iter().find(|kind| !means.reaches(**kind, sid));
    missing.map_or("", |kind| kind.config_line())
}

/// What would tell more of a member that does not run.
fn hint(means: &Means) -> String {
    if means.hooks.contains(&HookKind::Inspect) {
        return String::new();
    }
    "; [cluster.hooks] inspect would read a stopped one".to_owned()
}

fn running(facts: &Facts, disk: &Disk, found: &DiskFacts) -> Check {
    let sid = disk.sid;
    let now = facts.at.wall_ms;
    let now_ms = u64::try_from(now).unwrap_or(0);
    if let Some(fault) = &found.fault {
        let sentence = format!(
            "{sid} runs and cannot vouch for its data ({}): stop it, and move them aside",
            plain(fault)
        );
        return Check::new("disk", Finding::Fail, sentence).in_full(fault);
    }
    if found.last_zxid.is_none() {
        let sentence = format!("{sid} runs and has nothing: stop it");
        return Check::new("disk", Finding::Fail, sentence);
    }
    if let Some(until_ms) = found
        .reserved_until_ms
        .filter(|until_ms| *until_ms > now_ms)
    {
        let until = until(until_ms, now);
        let sentence = format!("{sid} stands aside for another attempt until {until}");
        return Check::new("disk", Finding::Fail, sentence);
    }
    let digest = found.digest.as_deref().unwrap_or("not told");
    let sentence = format!("{sid} is sound: {}, digest {digest}", written(disk));
    Check::new("disk", Finding::Pass, sentence)
}

/// Those that no way leads to.
pub(super) fn to_be_typed(facts: &Facts, disks: &[Disk]) -> Option<Confirm> {
    let is_gone = |disk: &&Disk| {
        let is_alive = facts.sid(disk.sid).is_some_and(|member| member.is_alive());
        matches!(disk.found, Found::Unread { .. }) && !is_alive
    };
    let names: Vec<String> = disks
        .iter()
        .filter(is_gone)
        .map(|disk| disk.sid.to_string())
        .collect();
    if names.is_empty() {
        return None;
    }
    let names = names.join(" ");
    Some(Confirm {
        ask: format!("type who is powered off and cannot come back, {names}"),
        text: names,
        delay_ms: 0,
    })
}
