//! `:handover`: what the next shift must know, as Markdown: what is wrong now, what was
//! acknowledged or snoozed and by whom, what happened, and which risks are open.

use crate::{
    model::{
        Model,
        alarm::{Alarm, CanTell, Section},
        chosen::runbook,
        clock::{age, date_and_time},
        next_step,
        privacy::Privacy,
        zones::losses,
    },
    text::clean,
};

/// Entries of the timeline and of past alarms that are told; how many more there are is said.
const MOST: usize = 50;

/// The text.
#[must_use]
pub fn markdown(model: &Model) -> String {
    let mut out = Vec::new();
    let cluster = &model.cluster;
    let demo = if cluster.demo { " (DEMO)" } else { "" };
    out.push(format!("# Handover: {}{demo}", line(&cluster.name)));
    out.push(String::new());
    out.push(format!("{} UTC.", date_and_time(model.now.wall_ms)));
    out.push(format!(
        "**{}**: {}",
        model.verdict.verdict.name(),
        line(&model.verdict.sentence)
    ));
    if let Some(maintenance) = model.alarms.maintenance() {
        let left = age(maintenance.until_mono_ms.saturating_sub(model.now.mono_ms));
        out.push(format!(
            "Maintenance of {} for {left} more {}",
            line(&maintenance.scope.shown()),
            line(&maintenance.ticket)
        ));
    }
    sections(model, &mut out);
    past(model, &mut out);
    risks(model, &mut out);
    happened(model, &mut out);
    let text = out.join("\n") + "\n";
    if model.ui.hides {
        let privacy = Privacy::of(model);
        let lines: Vec<String> = text.lines().map(|line| privacy.hide(line)).collect();
        return lines.join("\n") + "\n";
    }
    text
}

fn sections(model: &Model, out: &mut Vec<String>) {
    for (section, title) in [
        (Section::Active, "Open alarms"),
        (Section::Acknowledged, "Acknowledged"),
        (Section::Snoozed, "Snoozed"),
    ] {
        let alarms: Vec<&Alarm> = model
            .alarms
            .active()
            .filter(|alarm| Section::of(alarm) == section)
            .collect();
        heading(title, out);
        if alarms.is_empty() {
            out.push("none".to_owned());
        }
        for alarm in alarms {
            out.push(entry(model, alarm));
        }
    }
}

fn entry(model: &Model, alarm: &Alarm) -> String {
    let finding = &alarm.finding;
    let mut text = format!(
        "- **{}** for {}: {}",
        line(&finding.title),
        age(alarm.lasted_ms(model.now)),
        line(&finding.sentence)
    );
    if let Some(seen) = &alarm.acknowledged {
        let at = date_and_time(seen.at.wall_ms);
        text.push_str(&format!(" Acknowledged by {} at {at}.", line(&seen.by)));
    }
    if let Some(until) = alarm.snoozed_until_mono_ms {
        let left = age(until.saturating_sub(model.now.mono_ms));
        text.push_str(&format!(" Snoozed for {left} more."));
    }
    text.push_str(&format!(" Suggested: {}", line(&finding.suggestion.words)));
    if let Some(url) = runbook(model, alarm) {
        text.push_str(&format!(" Runbook: {}", line(url)));
    }
    text
}

fn past(model: &Model, out: &mut Vec<String>) {
    heading("Alarms that ended", out);
    let mut number = 0;
    for alarm in model.alarms.history().rev() {
        number += 1;
        if number > MOST {
            continue;
        }
        out.push(format!(
            "- {} {}, for {}",
            date_and_time(alarm.began.wall_ms),
            line(&alarm.finding.title),
            age(alarm.lasted_ms(model.now))
        ));
    }
    match number {
        0 => out.push("none since this console was started".to_owned()),
        n if n > MOST => out.push(format!("- and {} older ones", n - MOST)),
        _ => {}
    }
}

/// What may become tomorrow's alarm: the margin, what nobody can see, the next step.
fn risks(model: &Model, out: &mut Vec<String>) {
    heading("Open risks", out);
    let before = out.len();
    if model.verdict.survives == Some(0) && model.verdict.voters > 1 {
        out.push("- The quorum survives no further loss.".to_owned());
    }
    for loss in losses(model) {
        if loss.voters > 0 && !loss.is_survived() {
            out.push(format!(
                "- {}.",
                capital(&loss.sentence(model.verdict.voters))
            ));
        }
    }
    if let Some(step) = next_step::next_step(model) {
        out.push(format!(
            "- Next step: {}: {}",
            line(&step.what),
            line(&step.why)
        ));
    }
    let blind: Vec<String> = model
        .alarms
        .rules()
        .filter_map(|rule| match rule.can_tell(model) {
            CanTell::No(why) => Some(format!("{} ({})", rule.about().name, line(&why))),
            CanTell::Yes | CanTell::Partly(_) => None,
        })
        .collect();
    if !blind.is_empty() {
        out.push(format!("- Not watched here: {}.", blind.join("; ")));
    }
    if out.len() == before {
        out.push("none known".to_owned());
    }
}

fn happened(model: &Model, out: &mut Vec<String>) {
    heading("What happened", out);
    let before = out.len();
    for (_, entry) in model.history.numbered().rev().take(MOST) {
        out.push(format!(
            "- {} {}: {}",
            date_and_time(entry.at.wall_ms),
            entry.what.kind(),
            line(&entry.what.sentence())
        ));
    }
    if out.len() == before {
        out.push("nothing since this console was started".to_owned());
    }
}

fn heading(title: &str, out: &mut Vec<String>) {
    out.push(String::new());
    out.push(format!("## {title}"));
    out.push(String::new());
}

fn capital(text: &str) -> String {
    line(text).replacen("if", "If", 1)
}

/// One line without control characters, for a file that others will open.
fn line(text: &str) -> String {
    clean(text)
}
