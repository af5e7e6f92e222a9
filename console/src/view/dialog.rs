//! The way to a change of a znode: what is typed, what hangs below it, what will happen, and
//! how it went. It takes the whole screen: nothing behind it should be read meanwhile.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{data::broken, heading, put, span, text_area, theme};
use crate::{
    model::{
        Model,
        clock::date_and_time,
        find::query::SYNTAX,
        ui::visible,
        znode::{
            change::Change,
            dialog::{Confirm, Dialog},
            form::{Field, Form, Input, Purpose},
            holding::counted,
            review::{Asks, Mark},
        },
    },
    text::{Align, clean, fit, wrap},
};

/// Columns of the labels.
const LABEL: usize = 14;

pub(super) fn draw(model: &Model, dialog: &Dialog, frame: &mut Frame<'_>, area: Rect) {
    let mut lines = Vec::new();
    match dialog {
        Dialog::Form(form) => draw_form(model, form, area, &mut lines),
        Dialog::Counting { path, znodes } => {
            lines.push(title(area, &format!("delete {path}"), "Esc stops counting"));
            lines.push(plain(format!(
                " counting what hangs below it: {} so far",
                counted(*znodes, "znode")
            )));
        }
        Dialog::Confirm(confirm) => draw_confirm(model, confirm, area, &mut lines),
        Dialog::Outside { path, .. } => {
            lines.push(title(area, &format!("edit {path}"), ""));
            lines.push(plain(" open in your editor"));
        }
        Dialog::Working { change, .. } => {
            lines.push(title(area, &change.title(), ""));
            lines.push(plain(" sent; waiting for the answer"));
        }
        Dialog::Went { outcome, form } => {
            let next = if form.is_some() {
                "Enter goes back to what was typed"
            } else {
                "Enter goes back"
            };
            lines.push(title(area, "not done", next));
            let columns = usize::from(area.width).saturating_sub(5);
            for (number, text) in wrap(&clean(&outcome.says), columns).into_iter().enumerate() {
                let mark = if number == 0 { " ▲ " } else { "   " };
                lines.push(Line::from(span(format!("{mark}{text}"), theme::WARN)));
            }
        }
        Dialog::Journal { at } => draw_journal(model, *at, area, &mut lines),
    }
    put(frame, area, lines);
}

fn title(area: Rect, text: &str, keys: &str) -> Line<'static> {
    let parts = vec![
        span(clean(text), theme::STRONG),
        span(format!("   {keys}"), Style::new()),
    ];
    heading(area.width, parts)
}

fn plain(text: impl Into<String>) -> Line<'static> {
    Line::from(Span::raw(text.into()))
}

fn warn(text: &str, columns: usize) -> Vec<Line<'static>> {
    wrap(&clean(text), columns.saturating_sub(4))
        .into_iter()
        .map(|text| Line::from(span(format!(" ▲ {text}"), theme::WARN)))
        .collect()
}

fn draw_form(model: &Model, form: &Form, area: Rect, lines: &mut Vec<Line<'static>>) {
    let columns = usize::from(area.width);
    lines.push(title(area, &form_title(form), form_keys(form)));
    if form.is_leaving {
        lines.extend(warn("Esc again drops what was typed", columns));
    }
    if let Some(fault) = &form.fault {
        lines.extend(warn(fault, columns));
    }
    if let Some(news) = news(model, form) {
        lines.extend(warn(&news, columns));
    }
    let is_alone = form.fields.len() == 1;
    let areas = form.fields.iter().filter(|field| is_area(field)).count();
    let single = form.fields.len() - areas;
    // The fields of many lines share what the others leave; the last has the most.
    let room = usize::from(area.height).saturating_sub(lines.len() + single + 1);
    for (number, field) in form.fields.iter().enumerate() {
        let has_keys = form.at == number;
        let is_last = number + 1 == form.fields.len();
        match &field.input {
            Input::Text(text) if !text.is_single() => {
                let rows = match (is_alone, is_last) {
                    (true, _) => room,
                    (false, true) => room.saturating_sub(4 * (areas - 1) + areas),
                    (false, false) => 3,
                };
                if !is_alone {
                    lines.push(Line::from(label(field, has_keys)));
                }
                let drawn = text_area::lines(text, has_keys, (columns.saturating_sub(2), rows));
                lines.extend(drawn.into_iter().map(|line| indented(" ", line)));
            }
            Input::Text(text) => {
                let room = columns.saturating_sub(LABEL + 3);
                let mut line = vec![label(field, has_keys)];
                for drawn in text_area::lines(text, has_keys, (room, 1)) {
                    line.extend(drawn.spans);
                }
                lines.push(Line::from(line));
            }
            Input::Choice { options, at } => {
                let mut line = vec![label(field, has_keys)];
                for (number, option) in options.iter().enumerate() {
                    let chosen = number == *at;
                    let style = if chosen {
                        theme::SELECTED
                    } else {
                        theme::QUIET
                    };
                    let mark = if chosen { ">" } else { " " };
                    line.push(span(format!("{mark}{option} "), style));
                }
                lines.push(Line::from(line));
            }
        }
    }
    if let Purpose::Find { .. } = form.purpose {
        lines.push(Line::default());
        lines.push(Line::from(span(format!("   {SYNTAX}"), theme::QUIET)));
        let costs = "at most 50 questions a second, fewer where answers slow down; what is found \
                     is shown at once";
        lines.push(Line::from(span(format!("   {costs}"), theme::QUIET)));
    }
}

fn indented(indent: &'static str, line: Line<'static>) -> Line<'static> {
    let mut spans = vec![Span::raw(indent)];
    spans.extend(line.spans);
    Line::from(spans)
}

fn is_area(field: &Field) -> bool {
    matches!(&field.input, Input::Text(text) if !text.is_single())
}

fn label(field: &Field, has_keys: bool) -> Span<'static> {
    let mark = if has_keys { ">" } else { " " };
    let text = format!("{mark} {} ", fit(field.label, LABEL, Align::Left));
    span(
        text,
        if has_keys {
            theme::STRONG
        } else {
            theme::QUIET
        },
    )
}

fn form_title(form: &Form) -> String {
    match &form.purpose {
        Purpose::Find { start } => format!("find below {start}"),
        Purpose::SetData { path, version, .. } => format!("edit {path}, version {version}"),
        Purpose::Create => "new znode".to_owned(),
        Purpose::SetAcl { path, .. } => format!("ACL of {path}: scheme:id:cdrwa, one a line"),
        Purpose::SetQuota { path, .. } => format!("quota of {path}: nothing is no limit"),
    }
}

fn form_keys(form: &Form) -> &'static str {
    match (&form.purpose, form.has_area()) {
        (Purpose::Find { .. }, _) => "Enter begins   Esc leaves",
        (_, true) if form.fields.len() > 1 => {
            "Tab next field   Ctrl-S shows what it will do   Ctrl-E $EDITOR   Esc leaves"
        }
        (_, true) => "Ctrl-S shows what it will do   Ctrl-E $EDITOR   Esc leaves",
        (_, false) => "Tab next field   Ctrl-S shows what it will do   Esc leaves",
    }
}

/// That somebody has changed meanwhile what is being edited.
fn news(model: &Model, form: &Form) -> Option<String> {
    let Purpose::SetData { path, version, .. } = &form.purpose else {
        return None;
    };
    let stat = model.tree.nodes.get(path)?.stat.value?;
    (stat.version != *version).then(|| {
        format!(
            "somebody has set it since: it is at version {} now, and this will be refused",
            stat.version
        )
    })
}

fn draw_confirm(model: &Model, confirm: &Confirm, area: Rect, lines: &mut Vec<Line<'static>>) {
    let columns = usize::from(area.width);
    let verb = if confirm.is_undo { "take back: " } else { "" };
    lines.push(title(
        area,
        &format!("{verb}{}", confirm.change.title()),
        "Esc goes back",
    ));
    let mut body: Vec<Line<'static>> = Vec::new();
    for (mark, text) in &confirm.review.lines {
        let (sign, style) = match mark {
            Mark::Plain => ("  ", Style::new()),
            Mark::Old => ("- ", theme::BAD),
            Mark::New => ("+ ", theme::GOOD),
            Mark::Warning => ("▲ ", theme::WARN),
        };
        let text = clean(&text.replace('\t', "    "));
        for (number, part) in broken(&text, columns.saturating_sub(4))
            .into_iter()
            .enumerate()
        {
            let sign = if number == 0 { sign } else { "  " };
            body.push(Line::from(span(format!(" {sign}{part}"), style)));
        }
    }
    let room = usize::from(area.height).saturating_sub(lines.len() + 3);
    let from = confirm.scroll.min(body.len().saturating_sub(room));
    let hidden = body.len().saturating_sub(from + room);
    lines.extend(body.into_iter().skip(from).take(room));
    if hidden > 0 {
        let more = format!(" {} below: arrows", counted(hidden, "more line"));
        lines.push(Line::from(span(more, theme::QUIET)));
    } else {
        lines.push(Line::default());
    }
    lines.push(asked(model, confirm, columns));
}

/// What makes it happen, with the cluster's name: no change without it in sight.
fn asked(model: &Model, confirm: &Confirm, columns: usize) -> Line<'static> {
    // A demo's name is a sentence.
    let cluster = match model.cluster.demo {
        true => "the demo".to_owned(),
        false => clean(&model.cluster.name),
    };
    let verb = match confirm.change {
        Change::Delete(_) => "deletes it",
        _ => "does it",
    };
    match &confirm.review.asks {
        Asks::Yes => Line::from(vec![
            span(" y ", theme::STRONG),
            span(format!("{verb} on {cluster}"), Style::new()),
        ]),
        Asks::Text(wanted) => {
            let asks = format!(" on {cluster}: type {} and Enter: ", clean(wanted));
            let room = columns.saturating_sub(asks.len() + 1);
            let mut spans = vec![span(asks, theme::STRONG)];
            for line in text_area::lines(&confirm.typed, true, (room, 1)) {
                spans.extend(line.spans);
            }
            Line::from(spans)
        }
    }
}

fn draw_journal(model: &Model, at: usize, area: Rect, lines: &mut Vec<Line<'static>>) {
    let keys = "Enter shows what would be taken back   Esc goes back";
    lines.push(title(area, "changed from here, newest first", keys));
    let entries: Vec<_> = model.desk.journal.entries().collect();
    let room = usize::from(area.height).saturating_sub(1);
    for index in visible(entries.len(), at, room) {
        let entry = entries[index];
        let mark = if index == at { ">" } else { " " };
        let text = format!(
            " {mark} {}  {}",
            date_and_time(entry.wall_ms),
            clean(&entry.says)
        );
        let style = if index == at {
            theme::SELECTED
        } else {
            Style::new()
        };
        lines.push(Line::from(span(text, style)));
    }
}
