//! The last pass over a drawn screen where the operator hides addresses: every cell of one is
//! covered.

use ratatui::buffer::Buffer;

use crate::model::privacy::{COVER, Privacy};

/// Covers all addresses in the buffer.
pub(super) fn over(buffer: &mut Buffer, privacy: &Privacy) {
    let columns = usize::from(buffer.area.width).max(1);
    for cells in buffer.content.chunks_mut(columns) {
        // A cell behind a wide glyph is empty and has no letter of its own.
        let letters: String = cells.iter().map(ratatui::buffer::Cell::symbol).collect();
        let hidden = privacy.hide(&letters);
        if hidden == letters {
            continue;
        }
        let mut rest = hidden.as_str();
        for cell in cells {
            let own = cell.symbol().chars().count();
            let end = rest
                .char_indices()
                .nth(own)
                .map_or(rest.len(), |(end, _)| end);
            let (new, after) = rest.split_at(end);
            rest = after;
            if new.contains(COVER) && new != cell.symbol() {
                cell.set_char(COVER);
            }
        }
    }
}
