//! The sessions in the order drawn.

use super::turned;
use crate::model::{Model, sessions::SessionRow, ui::Screen};

/// The sessions that are drawn: those that members list, and our own, of which we know.
#[must_use]
pub fn sessions(model: &Model) -> Vec<SessionRow> {
    let list = model.ui.list_of(Screen::Sessions);
    let listed = &model.sessions.rows;
    let ours = model
        .session
        .row()
        .filter(|own| listed.iter().all(|row| row.id != own.id));
    let mut rows: Vec<SessionRow> = listed
        .iter()
        .cloned()
        .chain(ours)
        .filter(|row| list.filter.is_empty() || list.filter.passes(&session_text(row)))
        .collect();
    rows.sort_by(|a, b| {
        let by = match list.sort {
            'a' => a.client.cmp(&b.client),
            'm' => a.member.cmp(&b.member),
            't' => b.timeout_ms.cmp(&a.timeout_ms),
            'e' => b.ephemerals.cmp(&a.ephemerals),
            'q' => b.queued.cmp(&a.queued),
            _ => a.id.cmp(&b.id),
        };
        turned(by, list)
    });
    rows
}

fn session_text(row: &SessionRow) -> String {
    let part = |text: &Option<String>| text.clone().unwrap_or_default();
    format!(
        "{} {} {} {}",
        row.id,
        part(&row.client),
        part(&row.member),
        part(&row.last_op)
    )
}
