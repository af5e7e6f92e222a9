//! What is chosen on the shown screen, in the words that `c` copies.

use super::{
    Model,
    alarm::Alarm,
    links::{Link, blame},
    rows,
    ui::Screen,
};

/// What `c` copies of it: an address, a path, an id; of a link and an alarm a whole sentence.
#[must_use]
pub fn copied(model: &Model) -> Option<String> {
    match model.ui.screen {
        Screen::Links => blame::sentence(model, &link(model)?),
        Screen::Timeline => {
            let listed = rows::timeline::listed(model);
            let (_, happening) = listed.get(index(model))?;
            Some(happening.what.sentence())
        }
        Screen::Alarms => rows::alarms::selected(model)
            .map(|alarm| alarm_text(model, alarm))
            .or_else(|| name(model)),
        Screen::Recover => rows::recover::selected(model).map(|row| row.text()),
        _ => name(model),
    }
}

/// The name of the chosen row.
#[must_use]
pub fn name(model: &Model) -> Option<String> {
    rows::names(model).into_iter().nth(index(model))
}

/// The chosen link, on the screen of links.
#[must_use]
pub fn link(model: &Model) -> Option<Link> {
    rows::links::listed(model).into_iter().nth(index(model))
}

/// The address that the operator has for this rule's runbook.
#[must_use]
pub fn runbook<'a>(model: &'a Model, alarm: &Alarm) -> Option<&'a str> {
    model.runbooks.get(alarm.finding.rule).map(String::as_str)
}

fn alarm_text(model: &Model, alarm: &Alarm) -> String {
    let finding = &alarm.finding;
    let mut lines = vec![
        format!("{}: {}", finding.title, finding.sentence),
        format!("suggested: {}", finding.suggestion.words),
    ];
    lines.extend(finding.why.iter().map(|why| format!("why: {why}")));
    lines.extend(runbook(model, alarm).map(|url| format!("runbook: {url}")));
    lines.join("\n")
}

fn index(model: &Model) -> usize {
    let names = rows::names(model);
    rows::selected_index(model.ui.list(), &names, String::as_str)
}
