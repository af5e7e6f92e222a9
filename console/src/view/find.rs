//! What a find has found so far, how far it is, and how fast it asks.

use ratatui::{Frame, layout::Rect, style::Style, text::Line};

use super::{heading, put, span, theme, znodes};
use crate::{
    model::{
        Model,
        find::{Find, walk::Hit},
        ui::visible,
        znode::heat,
    },
    text::{Align, clean, count, cut, fit, wrap},
};

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let find = &model.desk.find;
    let keys = if find.is_running {
        "Enter goes there   Esc stops"
    } else {
        "Enter goes there   F another   c copies   Esc leaves"
    };
    let title = vec![
        span(
            format!("find {} below {}", clean(&find.text), clean(&find.start)),
            theme::STRONG,
        ),
        span(format!("   {keys}"), Style::new()),
    ];
    let mut lines = vec![heading(area.width, title)];
    let columns = usize::from(area.width).saturating_sub(2);
    for (text, style) in state(model, find) {
        lines.extend(
            wrap(&clean(&text), columns)
                .into_iter()
                .map(|text| Line::from(span(format!(" {text}"), style))),
        );
    }
    let room = usize::from(area.height).saturating_sub(lines.len());
    for index in visible(find.hits.len(), find.at, room) {
        lines.push(row(&find.hits[index], index == find.at, columns));
    }
    put(frame, area, lines);
}

/// How far it is, and what it could not look at.
fn state(model: &Model, find: &Find) -> Vec<(String, Style)> {
    let progress = &find.progress;
    let found = count(find.hits.len() as u64);
    let looked = count(progress.looked);
    let of_all = znodes_of(model).map_or(String::new(), |all| {
        format!(" of about {} in the tree", count(all))
    });
    let mut lines = vec![match (&find.fault, find.is_running) {
        (_, true) => (
            format!(
                "{found} found; looked at {looked}{of_all}, {} known and waiting; {:.0} \
                 questions/s",
                count(progress.waiting),
                progress.per_s
            ),
            theme::STRONG,
        ),
        (None, false) => (
            format!("{found} found; all {looked} looked at"),
            theme::GOOD,
        ),
        (Some(why), false) => (
            format!("{found} found; not whole, looked at {looked}{of_all}: {why}"),
            theme::WARN,
        ),
    }];
    let gaps = [
        (
            progress.wide,
            "of the families have above 20,000 children: not listed",
        ),
        (progress.shut, "gone since, or may not be read"),
        (progress.dropped, "left out: no room for more"),
    ];
    for (number, what) in gaps {
        if number > 0 {
            lines.push((format!("{} {what}", count(number)), theme::WARN));
        }
    }
    lines
}

/// Znodes of the whole tree, as a member counts them.
fn znodes_of(model: &Model) -> Option<u64> {
    let counts = model
        .members
        .iter()
        .filter_map(|member| member.facts.znodes);
    counts.filter_map(|znodes| u64::try_from(znodes).ok()).max()
}

fn row(hit: &Hit, is_selected: bool, columns: usize) -> Line<'static> {
    let mark = if is_selected { ">" } else { " " };
    let eph = if hit.is_ephemeral { " eph" } else { "" };
    let (data_heat, data_bar) = heat::of_data(hit.data_length);
    let (family_heat, family_bar) = heat::of_children(hit.children);
    let size = format!("{eph} {:>6} bytes ", heat::short_bytes(hit.data_length));
    let family = format!(" {:>9} ", count(u64::try_from(hit.children).unwrap_or(0)));
    let room = columns.saturating_sub(size.chars().count() + family.len() + 12);
    let path = fit(&cut(&clean(&hit.path), room), room, Align::Left);
    let style = if is_selected {
        theme::SELECTED
    } else {
        Style::new()
    };
    Line::from(vec![
        span(format!("{mark} {path}"), style),
        span(size, Style::new()),
        span(data_bar.to_string(), znodes::heat_style(data_heat)),
        span(family, Style::new()),
        span("children ", theme::QUIET),
        span(family_bar.to_string(), znodes::heat_style(family_heat)),
    ])
}
