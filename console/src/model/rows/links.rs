//! The links that somebody measures, in the order drawn. Those that nobody measures are in the
//! matrix alone.

use super::turned;
use crate::model::{
    Model,
    links::{Link, MeasuredBy, links},
    ui::Screen,
};

/// The links that are listed.
#[must_use]
pub fn listed(model: &Model) -> Vec<Link> {
    let list = model.ui.list_of(Screen::Links);
    let mut rows: Vec<Link> = links(model)
        .into_iter()
        .filter(|link| link.measured_by != MeasuredBy::NotYet)
        .filter(|link| list.filter.is_empty() || list.filter.passes(&text(link)))
        .collect();
    // A stable sort: within the same, the members' own order.
    rows.sort_by(|a, b| {
        let by = match list.sort {
            'o' => place(model, &a.to).cmp(&place(model, &b.to)),
            's' => a.state.cmp(&b.state),
            'r' => b.rtt_us.cmp(&a.rtt_us),
            'h' => b.heard_ms_ago.cmp(&a.heard_ms_ago),
            _ => std::cmp::Ordering::Equal,
        };
        turned(by, list)
    });
    rows
}

/// The name by which each row is selected.
#[must_use]
pub fn names(model: &Model) -> Vec<String> {
    listed(model).iter().map(Link::key).collect()
}

fn place(model: &Model, address: &str) -> Option<usize> {
    model
        .members
        .iter()
        .position(|member| member.address == address)
}

fn text(link: &Link) -> String {
    format!(
        "{} {} {} {}",
        link.key(),
        link.state.word(),
        link.measured_by.shown(),
        link.why
    )
}
