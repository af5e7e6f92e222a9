//! Bars made of eighths: the two charts of the overview, and sparklines.
//!
//! The span grows with what has been seen, to 15 minutes: a demo of one minute fills its chart.
//! A time of which nothing is known is a gap, not a zero.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use super::unseen::why_no_leader;
use crate::{
    model::{
        Model,
        clock::age,
        rates::{KEPT_S, Series, greatest, mean},
    },
    text::{Align, clean, count, fit, wrap},
    view::{header::ms, heading, put, slice, span, theme},
};

/// From the least to the greatest.
const EIGHTHS: [&str; 9] = [" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
/// Bars of eighths that lie.
const LYING: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
/// Columns of an axis with its labels.
const AXIS: usize = 8;
/// Seconds of a column: the least of these with which all that was seen fits.
const EACH_S: [u64; 9] = [1, 2, 3, 5, 8, 10, 15, 20, 30];

/// A bar of so many eighths of a column.
pub(super) fn bar(eighths: usize) -> String {
    "█".repeat(eighths / 8) + LYING[eighths % 8]
}

/// One line, a column a value, as high as the greatest.
pub(super) fn spark(values: &[Option<f64>]) -> String {
    let most = most(values);
    values
        .iter()
        .map(|value| match value {
            // Known, and be it nothing: the lowest mark, which a gap is not.
            Some(value) => EIGHTHS[(((value / most) * 7.0).round() as usize + 1).min(8)],
            None => " ",
        })
        .collect()
}

fn most(values: &[Option<f64>]) -> f64 {
    let most = values.iter().flatten().copied().fold(0.0, f64::max);
    if most > 0.0 { most } else { 1.0 }
}

/// Writes on the left, the leader's fsyncs on the right.
pub(super) fn draw(model: &Model, frame: &mut Frame<'_>, area: Rect) {
    let now_s = model.now.mono_ms / 1000;
    let seen_s = model.rates.seen_s(now_s).min(KEPT_S);
    let half = area.width / 2;
    let columns = usize::from(half).saturating_sub(AXIS + 2);
    let each_s = EACH_S
        .into_iter()
        .find(|each_s| each_s * columns as u64 >= seen_s)
        .unwrap_or(EACH_S[EACH_S.len() - 1]);
    let shown = age((each_s * columns as u64).min(KEPT_S) * 1000);
    let left = Rect {
        width: half,
        ..area
    };
    let right = Rect {
        x: area.x + half,
        width: area.width - half,
        ..area
    };
    let leader = model.leader();
    let whose = leader.and_then(|leader| leader.sid);
    let title = format!("writes/s, {shown}");
    let scale = |value: f64| count(value.round() as u64);
    let writes = Chart {
        title,
        series: Some(&model.rates.writes),
        fold: mean,
        scale: &scale,
        empty: "no leader has told its zxid twice yet".to_owned(),
    };
    writes.draw((now_s, each_s, columns), frame, left);
    let whose = whose.map_or(String::new(), |sid| format!(" of leader {sid}"));
    let scale = |value: f64| ms(value.round() as u64);
    let fsyncs = Chart {
        title: format!("slowest fsync ms{whose}, {shown}"),
        series: leader.and_then(|leader| model.rates.fsync_us.get(&leader.address)),
        fold: greatest,
        scale: &scale,
        empty: match leader {
            Some(_) => "not told: single fsyncs are told by members of ours".to_owned(),
            None => why_no_leader(model),
        },
    };
    fsyncs.draw((now_s, each_s, columns), frame, right);
}

struct Chart<'a> {
    title: String,
    series: Option<&'a Series>,
    fold: fn(&[f64]) -> f64,
    scale: &'a dyn Fn(f64) -> String,
    /// What is said where there is nothing to draw.
    empty: String,
}

impl Chart<'_> {
    fn draw(&self, (now_s, each_s, columns): (u64, u64, usize), frame: &mut Frame<'_>, area: Rect) {
        let rows = usize::from(area.height).saturating_sub(1);
        let title = heading(area.width, vec![span(self.title.clone(), theme::STRONG)]);
        let values = self.series.map_or_else(Vec::new, |series| {
            series.columns(now_s, each_s, columns, self.fold)
        });
        let mut lines = vec![title];
        if values.iter().all(Option::is_none) {
            let told = wrap(
                &clean(&self.empty),
                usize::from(area.width).saturating_sub(4),
            );
            let told = told.into_iter().take(rows);
            lines.extend(told.map(|line| Line::from(span(format!("  {line}"), theme::QUIET))));
            put(frame, slice(area, 0, rows + 1), lines);
            return;
        }
        let most = most(&values);
        for row in 0..rows {
            let label = match row {
                0 if values.iter().flatten().any(|value| *value > 0.0) => (self.scale)(most),
                _ if row + 1 == rows => "0".to_owned(),
                _ => String::new(),
            };
            lines.push(Line::from(vec![
                span(fit(&label, AXIS - 2, Align::Right), Style::new()),
                span(" ┤", theme::QUIET),
                Span::styled(bars(&values, most, rows, rows - 1 - row), theme::GOOD),
            ]));
        }
        put(frame, area, lines);
    }
}

/// One line of a chart of `rows` lines, `level` counted from below.
fn bars(values: &[Option<f64>], most: f64, rows: usize, level: usize) -> String {
    values
        .iter()
        .map(|value| {
            let Some(value) = value else { return " " };
            let eighths = ((value / most) * (rows * 8) as f64).round() as usize;
            // A known nothing is drawn as the lowest line.
            let eighths = eighths.max(1);
            EIGHTHS[eighths.saturating_sub(level * 8).min(8)]
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_blank_and_a_zero_is_not() {
        assert_eq!(spark(&[Some(0.0), None, Some(7.0)]), "▁ █");
        assert_eq!(bars(&[Some(0.0), None, Some(8.0)], 8.0, 2, 0), "▁ █");
        assert_eq!(bars(&[Some(0.0), None, Some(6.0)], 8.0, 2, 1), "  ▄");
        assert_eq!((bar(12), bar(0)), ("█▌".to_owned(), String::new()));
    }
}
