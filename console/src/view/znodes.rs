//! Screen 7: the tree on the left, the selected znode on the right.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::{heading, put, span, theme, znode_detail};
use crate::{
    model::{
        Model,
        layout::Layout,
        naming::called,
        rows,
        session::Link,
        tree::{TreeRow, WIDE_FAMILY, Znode, name},
        ui::{Pane, Screen, visible},
        znode::heat::{self, Heat},
    },
    text::{Align, clean, count, cut_middle, fit, width, wrap},
};

/// From so many columns on there is room for sizes in figures.
const WIDE_ENOUGH: usize = 40;
/// How long a change stays marked.
const CHANGED_MS: u64 = 3000;
/// Of a filter: what is folded has not been read.
const NOTHING_PASSES: &str = "Nothing that is unfolded passes the filter. / looks at the lines \
                              of this list alone; F finds in the whole tree.";

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
    if shown.is_empty() && !model.ui.list_of(Screen::Znodes).filter.is_empty() {
        let columns = usize::from(left.width).saturating_sub(4);
        let text = wrap(NOTHING_PASSES, columns).into_iter();
        lines.extend(text.map(|text| Line::from(span(format!("   {text}"), theme::WARN))));
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
        } => span(
            format!(" as {} has it", clean(&called(model, address))),
            theme::QUIET,
        ),
        Link::Connected {
            address,
            read_only: true,
        } => span(
            format!(
                " as {} has it, READ-ONLY: may be old",
                clean(&called(model, address))
            ),
            theme::WARN,
        ),
        Link::Connecting => span(" no session yet", theme::WARN),
        Link::Lost { why } if model.session.id.is_none() => {
            span(format!(" no session: {}", clean(why)), theme::WARN)
        }
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
    let mut marks = String::new();
    if changed {
        marks.push_str(" changed");
    }
    if stat.is_some_and(|stat| stat.ephemeral_owner > 0) {
        marks.push_str(" eph");
    }
    if is_open && children > WIDE_FAMILY && node.children.value.is_none() {
        marks.push_str(" Enter again lists");
    }
    if node.children.error.is_some() {
        marks.push_str(" not listed");
    }
    let heat = heat_marks(stat.map_or(0, |stat| stat.data_length), children, columns);
    let indent = "  ".repeat(row.depth.min(columns / 4));
    let left = format!("{pointer}{indent}{arrow} ");
    let heat_width: usize = heat.iter().map(Span::width).sum();
    let room = columns.saturating_sub(width(&marks) + heat_width);
    let name = cut_middle(&clean(name(&row.path)), room.saturating_sub(width(&left)));
    let text = fit(&(left + &name), room, Align::Left) + &marks;
    let connected = matches!(model.session.link, Link::Connected { .. });
    let style = match (is_selected, connected, changed) {
        (true, _, _) => theme::SELECTED,
        (false, false, _) => theme::STALE,
        (false, true, true) => theme::WARN,
        (false, true, false) => Style::new(),
    };
    let mut spans = vec![span(text, style)];
    spans.extend(heat);
    Line::from(spans)
}

/// Size and children, each with a bar that rises with the power of ten; where there is little
/// room the bar of the data stands alone.
fn heat_marks(data_length: i32, children: i32, columns: usize) -> Vec<Span<'static>> {
    let (data_heat, data_bar) = heat::of_data(data_length);
    let (family_heat, family_bar) = heat::of_children(children);
    let family = if children > 0 {
        count(u64::try_from(children).unwrap_or(0))
    } else {
        String::new()
    };
    let (size, family) = if columns >= WIDE_ENOUGH {
        let size = match data_heat {
            Heat::None => String::new(),
            _ => heat::short_bytes(data_length),
        };
        (format!(" {size:>5}"), format!(" {family:>7}"))
    } else {
        (" ".to_owned(), format!(" {family}"))
    };
    vec![
        span(size, theme::QUIET),
        span(data_bar.to_string(), heat_style(data_heat)),
        span(family, Style::new()),
        span(family_bar.to_string(), heat_style(family_heat)),
    ]
}

/// The colour of a bar; its height says the same.
pub(super) fn heat_style(heat: Heat) -> Style {
    match heat {
        Heat::None | Heat::Usual => theme::QUIET,
        Heat::Warm => theme::WARN,
        Heat::Hot => theme::BAD,
    }
}
