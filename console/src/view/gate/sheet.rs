//! Labelled lines in so many columns: `will do   1 start 4   2 ...`, broken under their text.

use ratatui::{style::Style, text::Line};

use super::{super::theme, span};
use crate::text::{Align, clean, fit, width, wrap};

/// Columns of the label.
pub(in crate::view) const LABEL: usize = 10;

/// Lines that are being put together.
#[derive(Debug)]
pub(in crate::view) struct Sheet {
    pub(in crate::view) columns: usize,
    pub(in crate::view) lines: Vec<Line<'static>>,
}

impl Sheet {
    pub(in crate::view) fn new(columns: usize) -> Self {
        Self {
            columns,
            lines: Vec::new(),
        }
    }

    /// A text with its label, broken where it is too long.
    pub(in crate::view) fn labelled(&mut self, label: &str, text: &str, style: Style) {
        let room = self.columns.saturating_sub(LABEL).max(1);
        self.under_label(label, wrap(&clean(text), room), style);
    }

    /// Items side by side, three blanks between them; one is broken only where it is alone.
    pub(in crate::view) fn items(&mut self, label: &str, items: &[String]) {
        let room = self.columns.saturating_sub(LABEL).max(1);
        let mut texts: Vec<String> = Vec::new();
        for item in items.iter().map(|item| clean(item)) {
            match texts.last_mut() {
                Some(last) if width(last) + width(&item) + 3 <= room => {
                    last.push_str("   ");
                    last.push_str(&item);
                }
                _ => texts.extend(wrap(&item, room)),
            }
        }
        self.under_label(label, texts, Style::new());
    }

    /// A blank line.
    pub(in crate::view) fn blank(&mut self) {
        self.lines.push(Line::default());
    }

    fn under_label(&mut self, label: &str, texts: Vec<String>, style: Style) {
        for (number, text) in texts.into_iter().enumerate() {
            let label = if number == 0 { label } else { "" };
            self.lines.push(Line::from(vec![
                span(fit(label, LABEL, Align::Left), theme::QUIET),
                span(text, style),
            ]));
        }
    }
}
