//! A table that gives up its least important columns when the window is narrow.

use ratatui::{
    style::Style,
    text::{Line, Span},
};

use super::theme;
use crate::text::{Align, fit};

/// One column.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    pub title: &'static str,
    pub width: usize,
    pub align: Align,
    /// The least important are dropped first; 0 never.
    pub drop: u8,
    /// Takes the room that is left over, up to this width.
    pub grows_to: usize,
}

/// A column of fixed width.
pub(super) const fn column(title: &'static str, width: usize, align: Align, drop: u8) -> Column {
    Column {
        title,
        width,
        align,
        drop,
        grows_to: width,
    }
}

/// One cell's text and style.
pub(super) type Cell = (String, Style);

/// Which columns are drawn in this many columns of the screen, and how wide each is.
pub(super) fn widths(columns: &[Column], room: usize) -> Vec<Option<usize>> {
    let mut shown: Vec<Option<usize>> = columns.iter().map(|c| Some(c.width)).collect();
    let used = |shown: &[Option<usize>]| -> usize {
        shown
            .iter()
            .flatten()
            .map(|width| width + 1)
            .sum::<usize>()
            .saturating_sub(1)
    };
    while used(&shown) > room {
        let least = (0..columns.len())
            .filter(|&i| shown[i].is_some() && columns[i].drop > 0)
            .max_by_key(|&i| columns[i].drop);
        match least {
            Some(index) => shown[index] = None,
            None => break,
        }
    }
    for (index, column) in columns.iter().enumerate() {
        let spare = room.saturating_sub(used(&shown));
        if let Some(width) = &mut shown[index] {
            *width = (*width + spare).min(column.grows_to).max(*width);
        }
    }
    shown
}

/// The header line.
pub(super) fn header(columns: &[Column], widths: &[Option<usize>]) -> Line<'static> {
    let cells = columns
        .iter()
        .map(|column| (column.title.to_owned(), theme::QUIET))
        .collect();
    row(columns, widths, cells)
}

/// One row; `cells` as many as columns.
pub(super) fn row(columns: &[Column], widths: &[Option<usize>], cells: Vec<Cell>) -> Line<'static> {
    let mut spans: Vec<Span<'static>> = Vec::with_capacity(2 * cells.len());
    for ((column, width), (text, style)) in columns.iter().zip(widths).zip(cells) {
        let Some(width) = width else { continue };
        if !spans.is_empty() {
            spans.push(Span::raw(" "));
        }
        spans.push(Span::styled(fit(&text, *width, column.align), style));
    }
    Line::from(spans)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn narrow_windows_drop_the_least_important_columns() {
        let columns = [
            column("a", 5, Align::Left, 0),
            Column {
                grows_to: 20,
                ..column("b", 5, Align::Left, 1)
            },
            column("c", 5, Align::Left, 2),
        ];
        assert_eq!(widths(&columns, 17), [Some(5), Some(5), Some(5)]);
        assert_eq!(widths(&columns, 16), [Some(5), Some(10), None]);
        assert_eq!(widths(&columns, 4), [Some(5), None, None]);
        assert_eq!(widths(&columns, 100), [Some(5), Some(20), Some(5)]);
    }
}
