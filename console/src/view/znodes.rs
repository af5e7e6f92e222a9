//! Screen 7: the tree on the left, the selected znode on the right.

use ratatui::{Frame, layout::Rect, style::Style, text::Line};

use super::{heading, put, span, theme, znode_detail};
use crate::{
    model::{
        Model,
        layout::Layout,
        rows,
        session::Link,
        tree::{TreeRow, WIDE_FAMILY, Znode, name},
        ui::{Pane, Screen, visible},
    },
    text::{Align, clean, count, cut, fit, width},
};

/// How long a change stays marked.
const CHANGED_MS: u64 = 3000;

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect, parts: Layout) {
    let left_width = (area.width * 2 / 5).clamp(28, 60);
    let left = Rect {
        width: left_width,
        ..area
    };
    let right = Rect {
        x: area.x + left_width + 1,
        width: area.width - left_width - 1,
        ..area
    };

    let shown = rows::znodes(model);
    let selected = rows::selected_index(model.ui.list_of(Screen::Znodes), &shown, |row| {
        row.path.as_str()
    });
    let mut title = vec![span("znodes", theme::STRONG)];
    title.extend(super::list_state(model, Screen::Znodes));
    if model.ui.pane == Pane::List {
        title.push(span("  *", theme::STRONG));
    }
    let mut lines = vec![heading(left.width, title), source(model)];
    for index in visible(shown.len(), selected, parts.list) {
        lines.push(row(
            model,
            &shown[index],
            usize::from(left.width),
            index == selected,
        ));
    }
    put(frame, left, lines);
    if let Some(row) = shown.get(selected) {
        znode_detail::draw(model, &row.path, frame, right);
    }
}

/// From where the tree is read; an old picture says so.
fn source(model: &Model) -> Line<'static> {
    Line::from(match &model.session.link {
        Link::Connected {
            address,
            read_only: false,
        } => span(format!(" as {} has it", clean(address)), theme::QUIET),
        Link::Connected {
            address,
            read_only: true,
        } => span(
            format!(" as {} has it, READ-ONLY: may be old", clean(address)),
            theme::WARN,
        ),
        Link::Connecting => span(" no session yet", theme::WARN),
        Link::Lost { why } => span(format!(" OLD picture: {}", clean(why)), theme::WARN),
    })
}

fn row(model: &Model, row: &TreeRow, columns: usize, is_selected: bool) -> Line<'static> {
    let blank = Znode::default();
    let node = model.tree.nodes.get(&row.path).unwrap_or(&blank);
    let is_open = model.tree.expanded.contains(&row.path);
    let stat = node.stat.value;
    let children = stat.map_or(0, |stat| stat.num_children);
    let arrow = match (is_open, children) {
        (true, 1..) => "▾",
        (false, 1..) => "▸",
        _ => " ",
    };
    let pointer = if is_selected { ">" } else { " " };
    let changed = node
        .changed_mono_ms
        .is_some_and(|at| model.now.mono_ms < at + CHANGED_MS);
    let mut right = String::new();
    if changed {
        right.push_str(" changed");
    }
    if stat.is_some_and(|stat| stat.ephemeral_owner > 0) {
        right.push_str(" eph");
    }
    if is_open && children > WIDE_FAMILY && node.children.value.is_none() {
        right.push_str(" Enter again lists");
    }
    if node.children.error.is_some() {
        right.push_str(" not listed");
    }
    if children > 0 {
        right.push_str(&format!(" {}", count(u64::try_from(children).unwrap_or(0))));
    }
    let indent = "  ".repeat(row.depth.min(columns / 4));
    let left = format!("{pointer}{indent}{arrow} {}", clean(name(&row.path)));
    let room = columns.saturating_sub(width(&right));
    let text = fit(&cut(&left, room), room, Align::Left) + &right;
    let connected = matches!(model.session.link, Link::Connected { .. });
    let style = match (is_selected, connected, changed) {
        (true, _, _) => theme::SELECTED,
        (false, false, _) => theme::STALE,
        (false, true, true) => theme::WARN,
        (false, true, false) => Style::new(),
    };
    Line::from(span(text, style))
}
