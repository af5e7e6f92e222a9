//! A judgement and what became of it: lines for people, one JSON object for scripts.

use std::io::{self, Write as _};

use serde_json::{Value, json};

use super::open::Opened;
use crate::{
    action::{
        Answer, Availability, Check, End, Finding, Gate, Judgement, MemberFacts, Outcome, Progress,
        Proof, Quorum, Stage,
    },
    model::clock::age,
    text::clean,
};

/// Prints all that the gate shows.
pub(super) fn print(gate: &Gate, opened: &Opened) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let Some((judgement, facts)) = gate.judgement.as_ref().zip(gate.facts.as_ref()) else {
        return Ok(());
    };
    writeln!(out, "{}: {}", clean(&opened.means.cluster), gate.action)?;
    for member in &facts.members {
        let role = member.role.map_or("", |role| role.name());
        writeln!(
            out,
            "  {:<4} {role:<10} {}",
            member.name,
            clean(&member.answered())
        )?;
    }
    let serves = |member: &MemberFacts| matches!(member.answer, Answer::Serving { .. });
    if let Some(saved) = opened.remembered_wall_ms
        && !facts.members.iter().any(serves)
    {
        let ago = facts.at.wall_ms.saturating_sub(saved);
        let ago = age(u64::try_from(ago).unwrap_or(0));
        writeln!(
            out,
            "nobody tells who the members are: they are as a console saw them {ago} ago"
        )?;
    }
    if let Some(proof) = &opened.proof {
        writeln!(out, "writes: {}", clean(&proven(proof)))?;
    }
    for (weight, checks) in [("hard", &judgement.hard), ("soft", &judgement.soft)] {
        for check in checks {
            writeln!(
                out,
                "{weight} {} {}: {}",
                mark(check),
                check.name,
                clean(&check.sentence)
            )?;
            if let Some(whole) = &check.in_full {
                writeln!(out, "     in full: {}", clean(whole))?;
            }
        }
    }
    let consequence = &judgement.consequence;
    if !consequence.sentence.is_empty() {
        writeln!(out, "then {}", clean(&consequence.sentence))?;
        writeln!(out, "     writes: {}", consequence.writes)?;
    }
    for path in &consequence.vanishes {
        writeln!(out, "     vanishes: {path}")?;
    }
    if let Some(connect) = &consequence.connect {
        writeln!(out, "     clients' connect string: {}", clean(connect))?;
    }
    for (number, step) in (1..).zip(&judgement.plan) {
        writeln!(out, "step {number} {}", clean(&step.does))?;
    }
    match &judgement.availability {
        Availability::Here => {}
        Availability::ByHand { why } => writeln!(out, "by hand: {}", clean(why))?,
        Availability::No { why, opens } => {
            writeln!(out, "not available: {}", clean(why))?;
            if let Some(line) = opens {
                writeln!(out, "  {line}")?;
            }
        }
    }
    if judgement.may_go_on() {
        if let Some(powered_off) = &judgement.powered_off {
            writeln!(out, "confirm: {}", clean(&powered_off.ask))?;
        }
        writeln!(out, "confirm: {}", clean(&judgement.confirm.ask))?;
    }
    Ok(())
}

/// Tells how the plan goes, on standard error.
pub(super) fn progress(judgement: &Judgement, news: &Progress) {
    match news {
        Progress::Step(index) => {
            if let Some(step) = judgement.plan.get(*index) {
                eprintln!(
                    "{}/{} {}",
                    index + 1,
                    judgement.plan.len(),
                    clean(&step.does)
                );
            }
        }
        Progress::Line(line) => eprintln!("    {line}"),
        Progress::Waiting(why) => eprintln!("    waiting: {}", clean(why)),
        Progress::Ended(_) => {}
    }
}

/// Prints how it ended.
pub(super) fn end(gate: &Gate) -> io::Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", clean(&sentence(gate)))?;
    if let Stage::Ended(End::Ran(outcome)) = &gate.stage
        && let Some(resume) = outcome.resume()
    {
        let words = resume.command_line().join(" ");
        writeln!(out, "to go on: zoowarden act {words}")?;
    }
    Ok(())
}

/// Prints all of it as one object.
pub(super) fn json(gate: &Gate, opened: &Opened) -> io::Result<()> {
    let judgement = gate.judgement.as_ref();
    let checks = |checks: &[Check]| -> Vec<Value> { checks.iter().map(check_json).collect() };
    let object = json!({
        "cluster": opened.means.cluster,
        "action": gate.action.command_line(),
        "outcome": word(gate),
        "sentence": sentence(gate),
        "writes": opened.proof.as_ref().map(proven),
        "hard": judgement.map(|judgement| checks(&judgement.hard)),
        "soft": judgement.map(|judgement| checks(&judgement.soft)),
        "consequence": judgement.map(consequence_json),
        "confirm": judgement.map(|judgement| judgement.confirm.text.as_str()),
        "powered_off": judgement
            .and_then(|judgement| judgement.powered_off.as_ref())
            .map(|powered_off| powered_off.text.as_str()),
        "plan": judgement.map(|judgement| {
            judgement.plan.iter().map(|step| step.does.as_str()).collect::<Vec<_>>()
        }),
        "available": judgement.map(|judgement| judgement.availability == Availability::Here),
        "lines": gate.lines,
        "resume": resume(gate),
    });
    writeln!(io::stdout().lock(), "{object:#}")
}

/// What is known of writes.
fn proven(proof: &Proof) -> String {
    match proof {
        Proof::Acknowledged { ms } => format!("one was acknowledged in {ms:.1} ms"),
        Proof::NotInTime(why) => format!("somebody leads, and none is acknowledged: {why}"),
        Proof::NotTried(why) => {
            format!("somebody leads; that writes succeed was not tried: {why}")
        }
    }
}

fn check_json(check: &Check) -> Value {
    json!({
        "name": check.name,
        "finding": match check.finding {
            Finding::Pass => "pass",
            Finding::Fail => "fail",
            Finding::Unmeasured => "unmeasured",
        },
        "sentence": check.sentence,
        "in_full": check.in_full,
    })
}

fn consequence_json(judgement: &Judgement) -> Value {
    let quorum = |quorum: Quorum| {
        json!({
            "voters": quorum.voters,
            "in_sync": quorum.in_sync,
            "margin": quorum.margin(),
        })
    };
    let consequence = &judgement.consequence;
    json!({
        "sentence": consequence.sentence,
        "before": quorum(consequence.before),
        "meanwhile": quorum(consequence.meanwhile),
        "after": quorum(consequence.after),
        "connections_move": consequence.connections_move,
        "writes": consequence.writes,
        "vanishes": consequence.vanishes,
        "connect": consequence.connect,
    })
}

fn resume(gate: &Gate) -> Option<Vec<String>> {
    match &gate.stage {
        Stage::Ended(End::Ran(outcome)) => Some(outcome.resume()?.command_line()),
        _ => None,
    }
}

fn mark(check: &Check) -> &'static str {
    match check.finding {
        Finding::Pass => "ok ",
        Finding::Fail => "NO ",
        Finding::Unmeasured => "?  ",
    }
}

fn word(gate: &Gate) -> &'static str {
    match &gate.stage {
        Stage::Ended(End::Ran(outcome)) => outcome.word(),
        Stage::Ended(End::Refused { .. }) => "refused",
        Stage::Ended(End::Aborted { .. }) => "aborted",
        Stage::Ended(End::CouldNotLook { .. }) => "could not look",
        _ if gate.missing().is_empty() => "ready",
        _ => "not confirmed",
    }
}

pub(super) fn sentence(gate: &Gate) -> String {
    match &gate.stage {
        Stage::Ended(End::Ran(outcome)) => match outcome {
            Outcome::Done { .. } => format!("{}: {}", gate.action, outcome.sentence()),
            _ => outcome.sentence(),
        },
        Stage::Ended(End::Refused { why }) => format!("refused: {why}"),
        Stage::Ended(End::Aborted { changed }) => format!("aborted, nothing was sent: {changed}"),
        Stage::Ended(End::CouldNotLook { why }) => format!("could not look: {why}"),
        _ => match gate.missing().as_slice() {
            [] => "nothing was sent".to_owned(),
            missing => format!("nothing was sent; it wants: {}", missing.join("; ")),
        },
    }
}
