//! The watched paths, or those who watch, in the order drawn.

use super::turned;
use crate::model::{
    Model,
    ui::Screen,
    watches::{self, WatchRow},
};

/// The rows that are listed.
#[must_use]
pub fn listed(model: &Model) -> Vec<WatchRow> {
    let list = model.ui.list_of(Screen::Watches);
    let mut rows = watches::rows(model, model.ui.watch_view);
    rows.retain(|row| list.filter.is_empty() || list.filter.passes(&text(row)));
    rows.sort_by(|a, b| {
        let by = match list.sort {
            'n' => std::cmp::Ordering::Equal,
            'm' => b.members.len().cmp(&a.members.len()),
            _ => b.watches.cmp(&a.watches),
        };
        turned(by.then_with(|| a.name.cmp(&b.name)), list)
    });
    rows
}

/// The name by which each row is selected.
#[must_use]
pub fn names(model: &Model) -> Vec<String> {
    listed(model).into_iter().map(|row| row.name).collect()
}

/// The selected row.
#[must_use]
pub fn selected(model: &Model) -> Option<WatchRow> {
    let rows = listed(model);
    let list = model.ui.list_of(Screen::Watches);
    let at = super::selected_index(list, &rows, |row| row.name.as_str());
    rows.into_iter().nth(at)
}

fn text(row: &WatchRow) -> String {
    format!("{} {}", row.name, row.members.join(" "))
}
