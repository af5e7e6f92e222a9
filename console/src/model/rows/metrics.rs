//! The metrics that any member tells, in the order drawn.

use super::turned;
use crate::model::{Model, metrics::Metric, ui::Screen};

/// The metrics that are listed.
#[must_use]
pub fn listed(model: &Model) -> Vec<Metric> {
    let list = model.ui.list_of(Screen::Metrics);
    let mut metrics = model.metrics.list();
    metrics.retain(|metric| list.filter.is_empty() || list.filter.passes(&metric.name));
    metrics.sort_by(|a, b| {
        let by = match list.sort {
            's' => b.spread.total_cmp(&a.spread),
            _ => std::cmp::Ordering::Equal,
        };
        turned(by.then_with(|| a.name.cmp(&b.name)), list)
    });
    metrics
}

/// The name by which each row is selected.
#[must_use]
pub fn names(model: &Model) -> Vec<String> {
    listed(model)
        .into_iter()
        .map(|metric| metric.name)
        .collect()
}

/// The selected metric.
#[must_use]
pub fn selected(model: &Model) -> Option<Metric> {
    let metrics = listed(model);
    let list = model.ui.list_of(Screen::Metrics);
    let at = super::selected_index(list, &metrics, |metric| metric.name.as_str());
    metrics.into_iter().nth(at)
}
