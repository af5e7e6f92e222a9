//! A text field, with its cursor always in sight.

use ratatui::text::{Line, Span};

use super::{span, theme};
use crate::{
    model::text_area::TextArea,
    text::{clean, width},
};

/// The lines of a field in a room of `columns` by `rows`, indented by `indent`. Without the
/// keys it has no cursor.
pub(super) fn lines(
    area: &TextArea,
    has_keys: bool,
    (columns, rows): (usize, usize),
) -> Vec<Line<'static>> {
    let (row, column) = area.cursor();
    let first = row.saturating_sub(rows.saturating_sub(1));
    let drawn = area.drawn().iter().enumerate().skip(first).take(rows);
    drawn
        .map(|(number, text)| {
            let cursor = (has_keys && number == row).then_some(column);
            line(text, cursor, columns)
        })
        .collect()
}

/// A line, from as far right as its cursor needs.
fn line(text: &str, cursor: Option<usize>, columns: usize) -> Line<'static> {
    let cells: Vec<String> = text.chars().map(cell).collect();
    let Some(cursor) = cursor else {
        return Line::from(cut(&cells, columns));
    };
    let mut first = 0;
    let mut used: usize = cells[..cursor.min(cells.len())]
        .iter()
        .map(|cell| width(cell))
        .sum();
    // The cursor itself takes a column.
    while used + 1 > columns && first < cursor {
        used -= width(&cells[first]);
        first += 1;
    }
    let before: String = cells[first..cursor.min(cells.len())].concat();
    let under = cells.get(cursor).cloned().unwrap_or_else(|| " ".to_owned());
    let room = columns.saturating_sub(used + width(&under));
    let after = cells
        .get(cursor + 1..)
        .map_or(String::new(), |rest| cut(rest, room));
    Line::from(vec![
        Span::raw(before),
        span(under, theme::SELECTED),
        Span::raw(after),
    ])
}

/// As many cells as fit, an ellipsis where some do not.
fn cut(cells: &[String], columns: usize) -> String {
    crate::text::cut(&cells.concat(), columns)
}

/// What a character is drawn as: a tab as wide as it is meant, the rest made safe.
fn cell(c: char) -> String {
    match c {
        '\t' => "    ".to_owned(),
        c => clean(c.encode_utf8(&mut [0; 4])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keymap::Key;

    fn shown(area: &TextArea, columns: usize, rows: usize) -> Vec<String> {
        lines(area, true, (columns, rows))
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn the_cursor_is_in_sight_on_long_lines_and_far_down() {
        let mut area = TextArea::line(&"x".repeat(50));
        assert_eq!(shown(&area, 10, 1), [format!("{} ", "x".repeat(9))]);
        area.key(Key::Home);
        assert_eq!(shown(&area, 10, 1), [format!("{}…", "x".repeat(9))]);
        let mut many = TextArea::lines("1\n2\n3\n4");
        many.key(Key::PageDown);
        assert_eq!(shown(&many, 10, 2), ["3", "4"]);
    }

    #[test]
    fn what_is_edited_cannot_steer_the_terminal() {
        assert_eq!(
            shown(&TextArea::lines("\x1b[2J\t."), 40, 1),
            ["\\x1b[2J    ."]
        );
    }
}
