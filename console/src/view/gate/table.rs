//! The consequence in numbers: now, at the worst moment, and after it.

use ratatui::{style::Style, text::Line};

use super::{super::theme, span};
use crate::{
    action::{Action, Consequence, Facts, Quorum},
    text::{Align, count, fit, total},
};

/// Columns of the whole table.
pub(super) const WIDTH: usize = 48;
const LABEL: usize = 10;
const CELL: usize = (WIDTH - LABEL) / 3;

/// Its lines, the head first.
pub(super) fn lines(
    action: &Action,
    consequence: &Consequence,
    facts: &Facts,
) -> Vec<Line<'static>> {
    let states = [consequence.before, consequence.meanwhile, consequence.after];
    let of = |cell: fn(Quorum) -> String| states.map(cell);
    let mut lines = vec![
        row(
            "",
            ["now", "meanwhile", "after"].map(str::to_owned),
            theme::QUIET,
        ),
        row(
            "in sync",
            of(|q| format!("{} of {}", q.in_sync, q.voters)),
            Style::new(),
        ),
        row("need", of(|q| q.need().to_string()), Style::new()),
        row("margin", of(Quorum::margin_text), margin_style(consequence)),
    ];
    let clients = clients(facts);
    let moving = consequence
        .connections_move
        .map_or("? move".to_owned(), |n| format!("{} move", count(n)));
    lines.push(row(
        "clients",
        [clients.clone(), moving, clients],
        Style::new(),
    ));
    let (now, after) = sessions(action, facts);
    lines.push(row("sessions", [now, String::new(), after], Style::new()));
    if let Some(owned) = facts.session.as_ref().map(|session| &session.ephemerals) {
        let now = owned
            .as_ref()
            .map_or("?".to_owned(), |paths| count(paths.len() as u64));
        let cells = [now, String::new(), "0".to_owned()];
        lines.push(row("its eph.", cells, Style::new()));
    }
    lines
}

/// The same in one line, where there is no room for a table.
pub(super) fn folded(consequence: &Consequence) -> String {
    let states = [consequence.before, consequence.meanwhile, consequence.after];
    let sync = states.map(|q| q.in_sync.to_string()).join(" → ");
    let margin = states.map(Quorum::margin_text).join(" → ");
    let voters = if consequence.before.voters == consequence.after.voters {
        consequence.before.voters.to_string()
    } else {
        format!(
            "{} → {}",
            consequence.before.voters, consequence.after.voters
        )
    };
    format!("in sync {sync} of {voters}   margin {margin}   (now → meanwhile → after)")
}

fn row(label: &str, cells: [String; 3], style: Style) -> Line<'static> {
    let mut spans = vec![span(fit(label, LABEL, Align::Left), theme::QUIET)];
    spans.extend(cells.map(|cell| span(fit(&cell, CELL, Align::Left), style)));
    Line::from(spans)
}

fn margin_style(consequence: &Consequence) -> Style {
    match consequence.after.margin() {
        None => theme::BAD,
        Some(_) if consequence.meanwhile.margin().is_none() => theme::WARN,
        Some(0) => theme::WARN,
        Some(_) => theme::GOOD,
    }
}

/// Connections to all members that tell.
fn clients(facts: &Facts) -> String {
    let members = facts.members.iter();
    let asked = members.filter(|member| member.is_alive() || member.connections.is_some());
    let told: Vec<Option<u64>> = asked.map(|member| member.connections).collect();
    total(&told)
}

/// Sessions now and after; the leader knows all of them.
fn sessions(action: &Action, facts: &Facts) -> (String, String) {
    let told = facts.leader().and_then(|leader| leader.sessions);
    let Some(now) = told else {
        return ("?".to_owned(), "?".to_owned());
    };
    let lives = facts.session.as_ref().and_then(|session| session.lives);
    let lost = u64::from(matches!(action, Action::KillSession { .. }) && lives != Some(false));
    (count(now), count(now.saturating_sub(lost)))
}
