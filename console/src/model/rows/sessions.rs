//! The sessions in the order drawn.
//!
//! There may be tens of thousands: what they are filtered by is put together and their order is
//! made only where a member has told them anew, or the list is looked at in another way.

use super::turned;
use crate::model::{
    Model,
    filter::Filter,
    sessions::SessionRow,
    ui::{List, Screen},
};

/// The sessions that are drawn: those that members list, and our own, of which we know.
#[must_use]
pub fn sessions(model: &Model) -> Vec<&SessionRow> {
    let list = model.ui.list_of(Screen::Sessions);
    let all = &model.sessions.rows;
    let order = model.sessions.order(list, || in_order(all, list));
    order.iter().filter_map(|&at| all.get(at)).collect()
}

/// Where among the rows the drawn ones are.
fn in_order(all: &[SessionRow], list: &List) -> Vec<usize> {
    let mut order: Vec<usize> = (0..all.len())
        .filter(|&at| list.filter.is_empty() || passes(&list.filter, &all[at]))
        .collect();
    order.sort_by(|&a, &b| {
        let (a, b) = (&all[a], &all[b]);
        let by = match list.sort {
            'a' => a.client.cmp(&b.client),
            'm' => a.member.cmp(&b.member),
            't' => b.timeout_ms.cmp(&a.timeout_ms),
            'e' => b.ephemerals.cmp(&a.ephemerals),
            'w' => b.watches.cmp(&a.watches),
            'q' => b.queued.cmp(&a.queued),
            _ => a.id.cmp(&b.id),
        };
        turned(by, list)
    });
    order
}

fn passes(filter: &Filter, row: &SessionRow) -> bool {
    let part = |text: &Option<String>| text.clone().unwrap_or_default();
    filter.passes(&format!(
        "{} {} {} {}",
        row.id,
        part(&row.client),
        part(&row.member),
        part(&row.last_op)
    ))
}
