//! Screen 8: every number that members tell on the left, the chosen one as a chart on the
//! right, all members in one; in a narrow window a table with a column a member.
//!
//! Each member is drawn by its own letter: its id where that is one digit. Colours only help.

use ratatui::{
    Frame,
    layout::Rect,
    style::{Color, Style},
    text::{Line, Span},
};

use super::{heading, put, span, theme};
use crate::{
    model::{
        Model,
        clock::age,
        layout::Layout,
        member::Member,
        metrics::{KEPT, MOST_MEMBERS, Metric, Point},
        rates::mean,
        rows,
        ui::{Screen, visible},
        verdict::label,
    },
    text::{Align, clean, count, cut, fit, width},
};

/// From this many columns on there is a chart.
const WIDE: u16 = 100;
/// Columns of the axis with its labels.
const AXIS: usize = 9;
/// A column of a member's values in the table.
const VALUE: usize = 11;
/// Samples are 5 s apart, so that a narrower column would be a gap.
const EACH_MS: [u64; 7] = [5_000, 6_000, 8_000, 10_000, 15_000, 20_000, 30_000];
/// In the order of the members, again from the first.
const COLOURS: [Color; 6] = [
    Color::Cyan,
    Color::Yellow,
    Color::Magenta,
    Color::Green,
    Color::Blue,
    Color::White,
];

pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect, parts: Layout) {
    if area.width < WIDE {
        table(model, frame, area, parts);
        return;
    }
    let left_width = (area.width / 3).clamp(36, 60);
    let left = Rect {
        width: left_width,
        ..area
    };
    let right = Rect {
        x: area.x + left_width + 1,
        width: area.width - left_width - 1,
        ..area
    };
    list(model, frame, left, parts);
    chart(model, frame, right);
}

/// The names alone.
fn list(model: &Model, frame: &mut Frame<'_>, area: Rect, parts: Layout) {
    let metrics = rows::metrics::listed(model);
    let selected = selected(model, &metrics);
    let columns = usize::from(area.width);
    let mut lines = vec![title(model, metrics.len(), area.width), Line::default()];
    for index in visible(metrics.len(), selected, parts.list) {
        let metric = &metrics[index];
        let mark = if index == selected { ">" } else { " " };
        let name = fit(&clean(&metric.name), columns.saturating_sub(6), Align::Left);
        let unit = if metric.is_counter { " /s" } else { "" };
        let line = Line::from(vec![
            span(format!("{mark} "), theme::STRONG),
            Span::raw(name),
            span(unit, theme::QUIET),
        ]);
        lines.push(emphasised(line, index == selected));
    }
    lines.extend(nothing(model, metrics.is_empty()));
    put(frame, area, lines);
}

/// Where there is no room for a chart: the newest values, a column a member.
fn table(model: &Model, frame: &mut Frame<'_>, area: Rect, parts: Layout) {
    let metrics = rows::metrics::listed(model);
    let selected = selected(model, &metrics);
    let columns = usize::from(area.width);
    let members = columns.saturating_sub(30) / (VALUE + 1);
    let shown: Vec<&Member> = model.members.iter().take(members).collect();
    let name_width = columns.saturating_sub(3 + shown.len() * (VALUE + 1));
    let mut header = vec![span(
        format!("  {}", fit("metric", name_width, Align::Left)),
        theme::QUIET,
    )];
    for member in &shown {
        let name = fit(&clean(&label(model, member)), VALUE, Align::Right);
        header.push(span(format!(" {name}"), theme::QUIET));
    }
    let mut lines = vec![title(model, metrics.len(), area.width), Line::from(header)];
    for index in visible(metrics.len(), selected, parts.list) {
        let metric = &metrics[index];
        let mark = if index == selected { ">" } else { " " };
        let mut cells = vec![
            span(format!("{mark} "), theme::STRONG),
            Span::raw(fit(&clean(&metric.name), name_width, Align::Left)),
        ];
        for member in &shown {
            let value = model.metrics.newest(&member.address, &metric.name);
            let value = value.map_or("?".to_owned(), |value| with_unit(value, metric));
            cells.push(Span::raw(format!(" {}", fit(&value, VALUE, Align::Right))));
        }
        lines.push(emphasised(Line::from(cells), index == selected));
    }
    lines.extend(nothing(model, metrics.is_empty()));
    put(frame, area, lines);
}

fn title(model: &Model, shown: usize, columns: u16) -> Line<'static> {
    let mut parts = vec![
        span("metrics", theme::STRONG),
        span(format!("   {}", count(shown as u64)), Style::new()),
    ];
    parts.extend(super::list_state(model, Screen::Metrics));
    heading(columns, parts)
}

fn nothing(model: &Model, is_empty: bool) -> Option<Line<'static>> {
    let text = if !is_empty {
        return None;
    } else if !model.ui.list_of(Screen::Metrics).filter.is_empty() {
        "   nothing passes the filter"
    } else {
        "   no member tells any: mntr is shut (:capabilities)"
    };
    Some(Line::from(span(text, theme::QUIET)))
}

fn selected(model: &Model, metrics: &[Metric]) -> usize {
    let list = model.ui.list_of(Screen::Metrics);
    rows::selected_index(list, metrics, |metric| metric.name.as_str())
}

fn emphasised(line: Line<'static>, is_selected: bool) -> Line<'static> {
    if is_selected {
        line.style(theme::STRONG)
    } else {
        line
    }
}

/// The chosen metric of all members, and a line on each.
pub(super) fn chart(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let Some(metric) = rows::metrics::selected(model) else {
        return;
    };
    let told: Vec<Told<'_>> = model
        .members
        .iter()
        .take(MOST_MEMBERS)
        .enumerate()
        .map(|(place, member)| Told {
            member,
            mark: mark(place, member),
            colour: COLOURS[place % COLOURS.len()],
            points: model.metrics.series(&member.address, &metric.name),
        })
        .collect();
    let columns = usize::from(area.width).saturating_sub(AXIS + 1);
    let each_ms = each_ms(model, &told, columns);
    let span_ms = each_ms * columns as u64;
    let unit = if metric.is_counter { " per second" } else { "" };
    let title = vec![
        span(clean(&metric.name), theme::STRONG),
        span(
            format!("{unit}, {}", age(span_ms.min(KEPT as u64 * 5000))),
            Style::new(),
        ),
    ];
    let mut lines = vec![heading(area.width, title), Line::default()];
    let legend = told.len();
    let rows = usize::from(area.height).saturating_sub(3 + legend).min(20);
    let known: Vec<f64> = told
        .iter()
        .flat_map(|told| told.points.iter().map(|(_, value)| *value))
        .collect();
    if known.is_empty() {
        let text = if metric.is_counter {
            "  a rate needs two samples, 5 s apart"
        } else {
            "  not told"
        };
        lines.push(Line::from(span(text, theme::QUIET)));
    } else if rows >= 3 {
        let grid = Grid {
            scale: Scale::of(&known),
            now_ms: model.now.mono_ms,
            each_ms,
            columns,
            rows,
        };
        lines.extend(grid.lines(&told, &metric));
        lines.push(Line::default());
    }
    for told in &told {
        lines.push(legend_line(model, told, &metric, usize::from(area.width)));
    }
    put(frame, area, lines);
}

/// One member's values, and how it is drawn.
struct Told<'a> {
    member: &'a Member,
    mark: char,
    colour: Color,
    points: Vec<Point>,
}

/// Its id where that is one digit, else a letter by its place.
fn mark(place: usize, member: &Member) -> char {
    let digit = member.sid.and_then(|sid| u32::try_from(sid.0).ok());
    let digit = digit.filter(|digit| (1..=9).contains(digit));
    let letter = || char::from(b'a' + u8::try_from(place % 26).unwrap_or(0));
    digit
        .and_then(|digit| char::from_digit(digit, 10))
        .unwrap_or_else(letter)
}

fn each_ms(model: &Model, told: &[Told<'_>], columns: usize) -> u64 {
    let oldest = told
        .iter()
        .filter_map(|told| told.points.first())
        .map(|(at, _)| model.now.mono_ms.saturating_sub(*at))
        .max()
        .unwrap_or(0);
    EACH_MS
        .into_iter()
        .find(|each| each * columns as u64 >= oldest)
        .unwrap_or(EACH_MS[EACH_MS.len() - 1])
}

/// From where to where the axis goes.
#[derive(Clone, Copy)]
struct Scale {
    least: f64,
    most: f64,
}

impl Scale {
    /// From 0, unless all values lie so close together that nothing could be seen.
    fn of(known: &[f64]) -> Self {
        let most = known.iter().copied().fold(f64::MIN, f64::max);
        let least = known.iter().copied().fold(f64::MAX, f64::min);
        if least >= 0.0 && (most - least > 0.3 * most || most == least) {
            Self { least: 0.0, most }
        } else {
            Self { least, most }
        }
    }

    /// The line of a value, counted from below.
    fn row(self, value: f64, rows: usize) -> usize {
        let span = self.most - self.least;
        if span <= 0.0 {
            return 0;
        }
        let part = (value - self.least) / span;
        ((part * (rows - 1) as f64).round() as usize).min(rows - 1)
    }
}

struct Grid {
    scale: Scale,
    now_ms: u64,
    each_ms: u64,
    columns: usize,
    rows: usize,
}

impl Grid {
    fn lines(&self, told: &[Told<'_>], metric: &Metric) -> Vec<Line<'static>> {
        let mut cells = vec![vec![(' ', Style::new()); self.columns]; self.rows];
        for told in told {
            for (column, value) in self.values(&told.points) {
                let row = self.rows - 1 - self.scale.row(value, self.rows);
                let cell = &mut cells[row][column];
                *cell = match cell.0 {
                    ' ' => (told.mark, Style::new().fg(told.colour)),
                    // Several members in one place.
                    _ => ('+', Style::new()),
                };
            }
        }
        let mut lines = Vec::with_capacity(self.rows);
        for (row, cells) in cells.into_iter().enumerate() {
            let label = match row {
                0 => with_unit(self.scale.most, metric),
                row if row + 1 == self.rows => with_unit(self.scale.least, metric),
                _ => String::new(),
            };
            let mut spans = vec![
                span(fit(&label, AXIS - 2, Align::Right), Style::new()),
                span(" ┤", theme::QUIET),
            ];
            spans.extend(
                cells
                    .into_iter()
                    .map(|(mark, style)| Span::styled(mark.to_string(), style)),
            );
            lines.push(Line::from(spans));
        }
        lines
    }

    /// The mean of each column of which anything is known.
    fn values(&self, points: &[Point]) -> Vec<(usize, f64)> {
        let newest = self.now_ms / self.each_ms;
        let mut columns: Vec<Vec<f64>> = vec![Vec::new(); self.columns];
        for (at, value) in points {
            let back = newest.saturating_sub(at / self.each_ms) as usize;
            let column = self.columns.checked_sub(back + 1);
            if let Some(column) = column.and_then(|column| columns.get_mut(column)) {
                column.push(*value);
            }
        }
        let known = columns.into_iter().enumerate();
        known
            .filter(|(_, values)| !values.is_empty())
            .map(|(column, values)| (column, mean(&values)))
            .collect()
    }
}

/// `1 zk1:2181    now 12.3   least 0   most 40`
fn legend_line(model: &Model, told: &Told<'_>, metric: &Metric, columns: usize) -> Line<'static> {
    let name = format!(" {}  {}", told.mark, clean(&label(model, told.member)));
    let values = || told.points.iter().map(|(_, value)| *value);
    let text = match told.points.last() {
        None => "not told".to_owned(),
        Some((_, newest)) => {
            let least = values().fold(f64::MAX, f64::min);
            let most = values().fold(f64::MIN, f64::max);
            format!(
                "now {}   least {}   most {}",
                with_unit(*newest, metric),
                with_unit(least, metric),
                with_unit(most, metric)
            )
        }
    };
    let name = fit(&name, 28.min(columns / 2), Align::Left);
    let room = columns.saturating_sub(width(&name) + 1);
    Line::from(vec![
        span(name, Style::new().fg(told.colour)),
        span(format!(" {}", cut(&text, room)), Style::new()),
    ])
}

fn with_unit(value: f64, metric: &Metric) -> String {
    let unit = if metric.is_counter { "/s" } else { "" };
    format!("{}{unit}", shown(value))
}

/// In at most seven columns where that is possible: `1,234`, `12.3`, `4.5M`.
fn shown(value: f64) -> String {
    let size = value.abs();
    if size >= 1e9 {
        format!("{:.1}G", value / 1e9)
    } else if size >= 1e6 {
        format!("{:.1}M", value / 1e6)
    } else if size >= 100.0 || value.fract() == 0.0 {
        let sign = if value < 0.0 { "-" } else { "" };
        format!("{sign}{}", count(size.round() as u64))
    } else {
        format!("{value:.1}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_short() {
        let all: Vec<String> = [0.0, 0.25, 12.34, 1234.0, 4_500_000.0, 7.2e9, -3.0]
            .into_iter()
            .map(shown)
            .collect();
        assert_eq!(all, ["0", "0.2", "12.3", "1,234", "4.5M", "7.2G", "-3"]);
    }

    #[test]
    fn an_axis_begins_at_zero_unless_all_lies_close_together() {
        let least = |known: &[f64]| Scale::of(known).least;
        assert_eq!((least(&[1.0, 9.0]), least(&[100.0, 101.0])), (0.0, 100.0));
        assert_eq!((least(&[5.0]), least(&[-1.0, 9.0])), (0.0, -1.0));
        assert_eq!(Scale::of(&[0.0]).row(0.0, 5), 0);
        assert_eq!(Scale::of(&[0.0, 10.0]).row(10.0, 5), 4);
    }
}
