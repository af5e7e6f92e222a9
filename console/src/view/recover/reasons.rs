//! Why a step has its verdict: its checks with their arithmetic, what it would change, and the
//! line of a configuration that would open it. From what is seen now; a gate polls afresh.

use ratatui::{Frame, layout::Rect, style::Style, text::Line};

use super::{heading, put, row::marked, span, theme};
use crate::{
    action::{Action, Availability, Judgement, Order, Verdict, judge, seen_for},
    detached::Plan,
    model::{Model, clock::time_of_day, rows::recover::Row},
    text::{clean, wrap},
    view::gate::{Sheet, checks, effects, plan, steps},
};

/// The selected row's reasons.
pub(in crate::view) fn draw(model: &Model, row: Option<&Row>, frame: &mut Frame<'_>, area: Rect) {
    let mut lines = match row {
        Some(row) => reasons(model, row, area.width),
        None => vec![heading(area.width, vec![span("why", theme::STRONG)])],
    };
    let room = usize::from(area.height);
    if lines.len() > room && room > 1 {
        let text = format!("{} more lines: d", lines.len() - room + 1);
        lines.truncate(room - 1);
        lines.push(Line::from(span(text, theme::QUIET)));
    }
    put(frame, area, lines);
}

/// The same, whole.
pub(in crate::view) fn reasons(model: &Model, row: &Row, columns: u16) -> Vec<Line<'static>> {
    let (mark, style) = marked(&row.verdict);
    let running = model.recovery.running();
    let here = running.filter(|gate| Some(&gate.action) == row.action.as_ref());
    let how = match row.verdict {
        Verdict::Runs if here.is_some() => "   Enter shows it, and s there begins no further step",
        Verdict::Runs => "   in a process of its own, which goes on without any console",
        _ => "   as it is seen now; the gate polls afresh",
    };
    let title = vec![
        span(clean(&row.what), theme::STRONG),
        span(format!("   {mark} {}", row.verdict.word()), style),
        span(how, Style::new()),
    ];
    let mut lines = vec![heading(columns, title)];
    let Some(action) = &row.action else {
        let room = usize::from(columns).saturating_sub(2);
        lines.extend(
            wrap(&clean(&row.sentence), room)
                .into_iter()
                .map(|text| Line::from(format!(" {text}"))),
        );
        return lines;
    };
    let room = usize::from(columns).saturating_sub(2);
    if let Some(gate) = here {
        lines.extend(plan(gate, room));
        return lines;
    }
    if let Some(plan) = model.recovery.elsewhere(action) {
        lines.extend(elsewhere(plan, room));
        return lines;
    }
    let facts = seen_for(model, action);
    let judgement = judge(action, &facts, &model.recovery.means);
    let mut sheet = Sheet::new(usize::from(columns).saturating_sub(2));
    shut(&mut sheet, &judgement);
    if let Verdict::Tried(how) = &row.verdict {
        sheet.labelled("tried", how, theme::WARN);
    }
    checks(&mut sheet, &judgement);
    effects(&mut sheet, &judgement, &facts);
    headless(&mut sheet, model, &judgement);
    lines.extend(sheet.lines);
    lines
}

/// The steps of a plan that runs without this console, and what would stop it.
fn elsewhere(plan: &Plan, columns: usize) -> Vec<Line<'static>> {
    let mut lines = steps(&plan.begun.steps, plan.step.unwrap_or_default(), columns);
    let mut sheet = Sheet::new(columns);
    sheet.blank();
    if let Some(waiting) = &plan.waiting {
        sheet.labelled("waits", waiting, theme::WARN);
    }
    let begun = &plan.begun;
    let since = time_of_day(begun.unix_ms);
    let who = begun.principal.trim_start_matches("os:");
    sheet.labelled("begun", &format!("{since} by {who}"), Style::new());
    let stop = format!("zoowarden plans --stop {}", plan.id);
    sheet.labelled("stop", &stop, Style::new());
    lines.extend(sheet.lines);
    lines
}

/// Why it cannot be done from here, and what would open it.
fn shut(sheet: &mut Sheet, judgement: &Judgement) {
    match &judgement.availability {
        Availability::Here => {}
        Availability::ByHand { why } => sheet.labelled("by hand", why, theme::WARN),
        Availability::No { why, opens } => {
            sheet.labelled("shut", why, theme::WARN);
            if let Some(line) = opens {
                sheet.labelled("opened by", line, Style::new());
            }
        }
    }
}

/// The same without a screen. What is done to a process that is this console's own child, no
/// other program can do.
fn headless(sheet: &mut Sheet, model: &Model, judgement: &Judgement) {
    let mut orders = judgement.plan.iter().map(|step| &step.order);
    if orders.any(|order| matches!(order, Order::Process { .. })) {
        let none =
            "none: the process is a child of this console, and nobody else starts or ends it";
        return sheet.labelled("headless", none, Style::new());
    }
    let line = action_line(model, &judgement.action);
    if !model.cluster.demo {
        return sheet.labelled("headless", &line, Style::new());
    }
    // Its own console is let in by that, and `zoowarden act` wants it in a file.
    let line = format!("{line} --digest-file FILE");
    sheet.labelled("headless", &line, Style::new());
    sheet.labelled("FILE", "mode 0600, in it: demo:demo", Style::new());
}

/// To be pasted into a shell.
fn action_line(model: &Model, action: &Action) -> String {
    let words = action.command_line().join(" ");
    format!("zoowarden act {words} {}", model.cluster.named_by)
        .trim_end()
        .to_owned()
}
