//! `:autopilot`: what recovers by itself. Today that is each member's supervisor; what the fault
//! engine will do has its place here and is not there yet.

use zoowarden_server::supervise::Phase;
use zoowarden_shared::admin::Supervision;

use super::{Sheet, Tone};
use crate::model::{
    Model,
    clock::{age, date_and_time},
    links::knock::is_ours,
    member::{Member, State},
    naming::who,
    survey::{Answer, Question},
};

/// Ends of a member that are shown.
const MOST_ENDS: usize = 5;

/// The page.
pub(super) fn sheet(model: &Model) -> Sheet {
    let mut sheet = Sheet::new("autopilot: what recovers by itself");
    sheet.strong("fault engine   OFF: not measured yet");
    sheet
        .plain("  It will diagnose from all members' own measurements, and at first only OBSERVE:");
    for will in [
        "hand leadership away from a slow disk or a half cut leader",
        "restart a member that hangs",
        "resync one whose digest differs",
        "bring in a spare for a voter that is gone for good",
    ] {
        sheet.quiet(format!("  · {will}: not there yet; by hand on screen 0"));
    }
    if let Some(work) = model.alarms.maintenance() {
        let left = age(work.until_mono_ms.saturating_sub(model.now.mono_ms));
        sheet.warn(format!(
            "  maintenance of {} for another {left}: it will hold still meanwhile",
            work.scope.shown()
        ));
    }
    sheet.plain("");
    sheet.strong("today: supervisors, member by member");
    for member in &model.members {
        one(model, member, &mut sheet);
    }
    sheet.plain("");
    sheet.quiet(
        "A supervisor (zoowarden-server --supervise) restarts a member that crashed, waits longer \
         each time, and quarantines one that crashes too often. On its host: zoowarden-server \
         --control DATADIR status, or release.",
    );
    sheet
}

fn one(model: &Model, member: &Member, sheet: &mut Sheet) {
    let name = who(model, member);
    if model.cluster.demo {
        return kept_here(model, member, &name, sheet);
    }
    if !is_ours(member) {
        let why = match member.facts.version {
            Some(_) => "not told: Apache's members are restarted by systemd or the like",
            None => "it has told nothing yet",
        };
        sheet.quiet(format!("  ? {name}: {why}"));
        return;
    }
    let told = model.survey.told(&member.address, &Question::Supervisor);
    let is_silent = matches!(member.state(model.now), State::Silent(_));
    match told.map(|told| (&told.value, &told.fault, told.at_mono_ms)) {
        Some((Some(Answer::Supervisor(supervised)), fault, at)) => {
            match &supervised.report {
                Some(report) => supervised_one(&name, report, sheet),
                None => sheet.plain(format!(
                    "  · {name}: none; whatever started it restarts it, or nobody does"
                )),
            }
            if fault.is_some() || is_silent {
                let ago = age(model.now.mono_ms.saturating_sub(at));
                sheet.warn(format!(
                    "      it does not answer now; that was asked {ago} ago"
                ));
            }
        }
        Some((_, Some(fault), _)) => sheet.warn(format!("  ? {name}: {fault}")),
        _ => sheet.quiet(format!("  ? {name}: asking")),
    }
}

/// A demo's members have their supervisors in this console.
fn kept_here(model: &Model, member: &Member, name: &str, sheet: &mut Sheet) {
    let told = model.supervised.get(&member.address);
    match told.map(|told| (told.phase, told.said.as_str())) {
        None | Some((Phase::Running, _)) => sheet.plain(format!(
            "  ● {name}: this demo's supervisor starts it again where it crashes"
        )),
        Some((Phase::Quarantined | Phase::Refused, said)) => {
            sheet.warn(format!("  ✕ {name}: {said}"));
        }
        Some((Phase::BackingOff | Phase::Stopped, said)) => {
            sheet.warn(format!("  ▲ {name}: {said}"));
        }
    }
}

fn supervised_one(name: &str, report: &Supervision, sheet: &mut Sheet) {
    let (mark, tone) = match report.phase.as_str() {
        "running" => ("●", Tone::Plain),
        "quarantined" | "refused" => ("✕", Tone::Warn),
        _ => ("▲", Tone::Warn),
    };
    let phase = report.phase.replace('_', " ");
    let restarts = report.starts.saturating_sub(1);
    sheet.put(
        tone,
        format!("  {mark} {name}: {phase}, restarts: {restarts}"),
    );
    if !report.sentence.is_empty() {
        sheet.quiet(format!("      {}", report.sentence));
    }
    for end in report.ends.iter().rev().take(MOST_ENDS) {
        let at = i64::try_from(end.at_ms).unwrap_or(i64::MAX);
        let by = if end.ordered { "on order" } else { "by itself" };
        sheet.quiet(format!(
            "      {} ended {by}: {}",
            date_and_time(at),
            end.how
        ));
    }
}
