//! The rows of each list in the order drawn: filtered, sorted, and where the selection is.

pub mod alarms;
pub mod links;
mod members;
pub mod metrics;
pub mod overview;
pub mod recover;
mod sentence;
mod sessions;
pub mod timeline;
pub mod watches;

use std::{borrow::Cow, cmp::Ordering, sync::Arc};

pub use members::{has_fault, members};
pub use sessions::sessions;

use crate::text::clean;

use super::{
    Model, concern,
    layout::{self, Content, Layout},
    tree::TreeRow,
    ui::{List, Screen},
};

/// The lines of the tree that are drawn.
#[must_use]
pub fn znodes(model: &Model) -> Arc<Vec<TreeRow>> {
    model.tree.lines(&model.ui.list_of(Screen::Znodes).filter)
}

/// The name by which a row is selected, for each row of the shown screen.
#[must_use]
pub fn names(model: &Model) -> Vec<String> {
    match model.ui.screen {
        Screen::Overview => overview::names(model),
        Screen::Members => members(model)
            .iter()
            .map(|row| row.address.clone())
            .collect(),
        Screen::Links => links::names(model),
        Screen::Timeline => timeline::names(model),
        Screen::Sessions => sessions(model)
            .iter()
            .map(|row| row.id.to_string())
            .collect(),
        Screen::Watches => watches::names(model),
        Screen::Znodes => znodes(model).iter().map(|row| row.path.clone()).collect(),
        Screen::Metrics => metrics::names(model),
        Screen::Alarms => alarms::names(model),
        Screen::Recover => recover::names(model),
    }
}

/// How many rows the shown screen's list has.
#[must_use]
pub fn count(model: &Model) -> usize {
    match model.ui.screen {
        Screen::Overview => model.members.len(),
        Screen::Members => members(model).len(),
        Screen::Sessions => sessions(model).len(),
        Screen::Znodes => znodes(model).len(),
        Screen::Links
        | Screen::Timeline
        | Screen::Watches
        | Screen::Metrics
        | Screen::Alarms
        | Screen::Recover => names(model).len(),
    }
}

/// Where the selected name is; where it was last, if it is gone.
#[must_use]
pub fn selected_index<T>(list: &List, rows: &[T], name: impl Fn(&T) -> &str) -> usize {
    list.selected
        .as_deref()
        .and_then(|selected| rows.iter().position(|row| name(row) == selected))
        .unwrap_or(list.last_index.min(rows.len().saturating_sub(1)))
}

/// The layout of the shown screen.
#[must_use]
pub fn layout(model: &Model) -> Layout {
    let content = Content {
        rows: count(model),
        verdict: verdict_lines(model).len(),
        is_demo: model.crowd.is_some(),
        is_drill: model.drill.is_some(),
        has_news: model.history.total() > 1,
    };
    layout::layout(model.ui.window, model.ui.screen, content)
}

/// The verdict's sentence as it is broken in this window: one line, or two.
#[must_use]
pub fn verdict_lines(model: &Model) -> Vec<String> {
    let columns = usize::from(model.ui.window.0).saturating_sub(VERDICT_INDENT + 1);
    sentence::lines(&clean(&watched(model)), columns)
}

/// The sentence, behind what wants a look although all is well otherwise.
#[must_use]
pub fn watched(model: &Model) -> Cow<'_, str> {
    match concern::concern(model) {
        Some(alarm) => Cow::Owned(concern::before(alarm, said(model))),
        None => Cow::Borrowed(said(model)),
    }
}

/// The sentence, without the word that stands before it anyway.
#[must_use]
pub fn said(model: &Model) -> &str {
    let sentence = model.verdict.sentence.as_str();
    let repeated = ["Cannot tell: ", "No quorum: "];
    repeated
        .iter()
        .find_map(|word| sentence.strip_prefix(word))
        .unwrap_or(sentence)
}

/// Where the sentence begins, behind mark and word.
pub const VERDICT_INDENT: usize = 15;

fn turned(by: Ordering, list: &List) -> Ordering {
    if list.descending { by.reverse() } else { by }
}
