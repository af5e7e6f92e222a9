//! The chosen metric of all members in one chart, and a line on each.

use ratatui::{
    Frame,
    layout::Rect,
    style::{Color, Style},
    text::Line,
};

use super::{
    super::{heading, put, span, theme},
    grid::{Grid, Scale},
    value::with_unit,
};
use crate::{
    model::{
        Model,
        clock::age,
        member::Member,
        metrics::{KEPT, MOST_MEMBERS, Metric, Point},
        naming::label,
        rows,
    },
    text::{Align, clean, cut, fit, width},
};

/// Columns of the axis with its labels.
pub(super) const AXIS: usize = 9;
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

/// The chosen metric of all members, and a line on each.
pub(in crate::view) fn chart(model: &Model, frame: &mut Frame<'_>, area: Rect) {
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
pub(super) struct Told<'a> {
    member: &'a Member,
    pub(super) mark: char,
    pub(super) colour: Color,
    pub(super) points: Vec<Point>,
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

/// `1 zk1:2181    now 12.3   least 0   most 40`
fn legend_line(model: &Model, told: &Told<'_>, metric: &Metric, columns: usize) -> Line<'static> {
    let name = format!(" {}  {}", told.mark, clean(&label(model, told.member)));
    let values = || told.points.iter().map(|(_, value)| *value);
    let text = match told.points.last() {
        None => "not told".to_owned(),
        Some((at, newest)) => {
            let when = match told.member.is_stale(model.now) {
                true => format!("{} ago", age(model.now.mono_ms.saturating_sub(*at))),
                false => "now".to_owned(),
            };
            let least = values().fold(f64::MAX, f64::min);
            let most = values().fold(f64::MIN, f64::max);
            format!(
                "{when} {}   least {}   most {}",
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
