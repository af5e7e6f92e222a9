//! The cells of the chart: which mark stands where, and how the axis goes.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::{
    super::{span, theme},
    chart::{AXIS, Told},
    value::with_unit,
};
use crate::{
    model::{
        metrics::{Metric, Point},
        rates::mean,
    },
    text::{Align, fit},
};

/// From where to where the axis goes.
#[derive(Clone, Copy)]
pub(super) struct Scale {
    least: f64,
    most: f64,
}

impl Scale {
    /// From 0, unless all values lie so close together that nothing could be seen.
    pub(super) fn of(known: &[f64]) -> Self {
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

/// The cells of a chart.
pub(super) struct Grid {
    pub(super) scale: Scale,
    pub(super) now_ms: u64,
    /// Milliseconds of a column.
    pub(super) each_ms: u64,
    pub(super) columns: usize,
    pub(super) rows: usize,
}

impl Grid {
    pub(super) fn lines(&self, told: &[Told<'_>], metric: &Metric) -> Vec<Line<'static>> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_axis_begins_at_zero_unless_all_lies_close_together() {
        let least = |known: &[f64]| Scale::of(known).least;
        assert_eq!((least(&[1.0, 9.0]), least(&[100.0, 101.0])), (0.0, 100.0));
        assert_eq!((least(&[5.0]), least(&[-1.0, 9.0])), (0.0, -1.0));
        assert_eq!(Scale::of(&[0.0]).row(0.0, 5), 0);
        assert_eq!(Scale::of(&[0.0, 10.0]).row(10.0, 5), 4);
    }
}
