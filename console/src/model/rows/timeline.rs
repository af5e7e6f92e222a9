//! What happened, in the order drawn: the newest first.

use crate::model::{Model, happening::Happening, ui::Screen};

/// The entries that are listed, each with its number since the start.
#[must_use]
pub fn listed(model: &Model) -> Vec<(usize, &Happening)> {
    let filter = &model.ui.list_of(Screen::Timeline).filter;
    model
        .history
        .numbered()
        .rev()
        .filter(|(_, entry)| {
            filter.is_empty()
                || filter.passes(&format!("{} {}", entry.what.kind(), entry.what.sentence()))
        })
        .collect()
}

/// The name by which each row is selected.
#[must_use]
pub fn names(model: &Model) -> Vec<String> {
    listed(model)
        .iter()
        .map(|(number, _)| number.to_string())
        .collect()
}
