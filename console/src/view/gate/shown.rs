//! What there is to read before anything is confirmed: when it was checked and by whom, the
//! checks, the consequence, the plan, and until when it can be taken back.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{super::theme, Sheet, span, table};
use crate::{
    action::{Availability, Check, Facts, Finding, Gate, Judgement, Step},
    model::{Model, clock::age},
    text::{Align, clean, count, fit, width, wrap},
};

/// From so many columns on the table stands beside the checks.
const WIDE: usize = 100;
/// Columns of a check's name.
const NAME: usize = 16;

/// All of it.
pub(super) fn lines(model: &Model, gate: &Gate, columns: usize) -> Vec<Line<'static>> {
    let (Some(judgement), Some(facts)) = (&gate.judgement, &gate.facts) else {
        return Vec::new();
    };
    let mut left = Sheet::new(if columns >= WIDE {
        columns - table::WIDTH - 2
    } else {
        columns
    });
    checked(&mut left, model, facts);
    checks(&mut left, judgement);
    let mut sheet = Sheet::new(columns);
    if columns >= WIDE {
        let right = table::lines(&gate.action, &judgement.consequence, facts);
        sheet.lines = beside(left, right);
        sheet.blank();
    } else {
        sheet.lines = left.lines;
        let voters = table::folded(&judgement.consequence);
        sheet.labelled("voters", &voters, Style::new());
    }
    effects(&mut sheet, judgement, facts);
    in_full(&mut sheet, judgement);
    sheet.lines
}

/// What checks have summed up, over the whole width.
fn in_full(sheet: &mut Sheet, judgement: &Judgement) {
    let checks = judgement.hard.iter().chain(&judgement.soft);
    let told = checks.filter_map(|check| Some((&check.sentence, check.in_full.as_ref()?)));
    for (number, (sentence, whole)) in told.enumerate() {
        let label = if number == 0 { "in full" } else { "" };
        let who = sentence.split(' ').next().unwrap_or_default();
        sheet.labelled(label, &format!("{who}: {whole}"), Style::new());
    }
}

/// `checked 0.4 s ago: 1 and 2 answered, 3 counted dead`.
fn checked(sheet: &mut Sheet, model: &Model, facts: &Facts) {
    let ago = model.now.mono_ms.saturating_sub(facts.at.mono_ms);
    let names = |is_alive: bool| -> Vec<&str> {
        let members = facts.members.iter();
        members
            .filter(|member| member.is_alive() == is_alive)
            .map(|member| member.name.as_str())
            .collect()
    };
    let (alive, dead) = (names(true), names(false));
    let mut text = format!("checked {} ago: ", age(ago));
    match alive.as_slice() {
        [] => text.push_str("nobody answered"),
        some => text.push_str(&format!("{} answered", some.join(" "))),
    }
    if !dead.is_empty() {
        text.push_str(&format!(", {} counted dead", dead.join(" ")));
    }
    let lines = wrap(&clean(&text), sheet.columns);
    sheet.lines.extend(
        lines
            .into_iter()
            .map(|line| Line::from(span(line, theme::QUIET))),
    );
}

/// Each check with its mark, its name and its arithmetic.
pub(in crate::view) fn checks(sheet: &mut Sheet, judgement: &Judgement) {
    let hard = judgement.hard.iter().map(|check| ("hard", check));
    let soft = judgement.soft.iter().map(|check| ("soft", check));
    for (kind, check) in hard.chain(soft) {
        let (mark, style) = found(kind, check);
        let room = sheet.columns.saturating_sub(7 + NAME).max(1);
        for (number, text) in wrap(&clean(&check.sentence), room).into_iter().enumerate() {
            let head = if number == 0 {
                vec![
                    span(format!("{kind} "), theme::QUIET),
                    span(format!("{mark} "), style),
                    span(fit(check.name, NAME, Align::Left), style),
                ]
            } else {
                vec![Span::raw(" ".repeat(7 + NAME))]
            };
            let mut spans = head;
            spans.push(span(text, Style::new()));
            sheet.lines.push(Line::from(spans));
        }
    }
}

fn found(kind: &str, check: &Check) -> (&'static str, Style) {
    match (kind, check.finding) {
        (_, Finding::Pass) => ("✓", theme::GOOD),
        ("hard", Finding::Fail) => ("✕", theme::BAD),
        (_, Finding::Fail) => ("!", theme::WARN),
        (_, Finding::Unmeasured) => ("?", theme::WARN),
    }
}

/// The consequence in words, the plan, and until when it can be taken back.
pub(in crate::view) fn effects(sheet: &mut Sheet, judgement: &Judgement, facts: &Facts) {
    let consequence = &judgement.consequence;
    if !consequence.sentence.is_empty() {
        sheet.labelled("effect", &consequence.sentence, Style::new());
    }
    let moving = match consequence.connections_move {
        Some(1) => "1 connection moves".to_owned(),
        Some(n) => format!("{} connections move", count(n)),
        None => "how many connections move is not told".to_owned(),
    };
    let writes = format!("{}; {moving}", consequence.writes);
    sheet.labelled("writes", &writes, Style::new());
    if !consequence.vanishes.is_empty() {
        sheet.items("vanishes", &consequence.vanishes);
    }
    if let Some(connect) = &consequence.connect {
        let text = format!("cannot be told; their connect string from then on: {connect}");
        sheet.labelled("clients", &text, Style::new());
    }
    if let Some(session) = &facts.session
        && let Some((client, member)) = &session.client
    {
        let text = format!("its client is {client}, at member {member}");
        sheet.labelled("client", &text, Style::new());
    }
    let steps: Vec<String> = (1..)
        .zip(&judgement.plan)
        .map(|(number, step)| format!("{number}) {}", step.does))
        .collect();
    if steps.is_empty() {
        return;
    }
    match judgement.availability {
        Availability::ByHand { .. } => sheet.items("by hand", &steps),
        _ => sheet.items("will do", &steps),
    }
    if judgement.may_go_on() {
        sheet.labelled("stop", &stop(judgement), Style::new());
    }
}

/// Until when it can be taken back.
fn stop(judgement: &Judgement) -> String {
    let is_change = |step: &Step| step.order.changes();
    let first = judgement.plan.iter().position(is_change);
    let later = judgement.plan.iter().filter(|step| is_change(step)).count() > 1;
    let before = match first {
        Some(0) => "before step 1: Esc, nothing has changed".to_owned(),
        Some(at) => format!(
            "before step {}: Esc, or s once it runs; nothing has changed",
            at + 1
        ),
        None => "s, at any time: no step changes anything".to_owned(),
    };
    let seal = judgement.plan.iter().position(|step| step.seals);
    if let Some(seal) = seal.filter(|seal| Some(*seal) != first) {
        let number = seal + 1;
        return format!(
            "{before}; before step {number}: s, or a failure, takes all of it back; after it there \
             is no way back"
        );
    }
    if later {
        format!("{before}; after it: s lets the step end and begins no further one")
    } else {
        before
    }
}

/// Two blocks side by side; the left one is as wide as its sheet.
fn beside(left: Sheet, right: Vec<Line<'static>>) -> Vec<Line<'static>> {
    let columns = left.columns;
    let rows = left.lines.len().max(right.len());
    let (mut left, mut right) = (left.lines.into_iter(), right.into_iter());
    (0..rows)
        .map(|_| {
            let mut spans = left.next().unwrap_or_default().spans;
            let used: usize = spans.iter().map(|part| width(&part.content)).sum();
            spans.push(Span::raw(" ".repeat((columns + 2).saturating_sub(used))));
            spans.extend(right.next().unwrap_or_default().spans);
            Line::from(spans)
        })
        .collect()
}
