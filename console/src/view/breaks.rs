//! The demo's numbered list of what can be broken, each line with what will be seen; in a drill
//! that of whom to call.

use ratatui::{Frame, layout::Rect, style::Style, text::Line};

use super::{heading, more, put, span, theme};
use crate::{
    model::{breaks::BreakMenu, ui::visible},
    text::{Align, cut, fit, wrap},
};

/// Columns of number and what is done, and of the role.
const WHAT: usize = 33;
const ROLE: usize = 9;

pub(super) fn draw(menu: &BreakMenu, frame: &mut Frame<'_>, area: Rect) {
    // The typed number and what it means stay on the screen.
    let room = usize::from(area.height).saturating_sub(6).max(1);
    let shown = visible(menu.offers.len(), menu.chosen_at().unwrap_or(0), room);
    let title = vec![
        span(menu.title, theme::STRONG),
        span(more(&shown, menu.offers.len()), theme::WARN),
        span("   a number, then Enter   Esc goes back", Style::new()),
    ];
    let mut lines = vec![heading(area.width, title)];
    let mut before: Option<&str> = None;
    let columns = usize::from(area.width);
    for at in shown {
        let (number, offer) = (at + 1, &menu.offers[at]);
        let is_chosen = menu.chosen_at() == Some(at);
        let style = if is_chosen {
            theme::SELECTED
        } else {
            Style::new()
        };
        let mark = if is_chosen { ">" } else { " " };
        // The role stands once for each member.
        let is_new = before.replace(&offer.address) != Some(offer.address.as_str());
        let role = if is_new { offer.role } else { "" };
        lines.push(Line::from(vec![
            span(format!(" {mark}{number:>2} "), theme::STRONG),
            span(fit(&offer.what, WHAT, Align::Left), style),
            span(fit(role, ROLE, Align::Left), theme::STRONG),
            span(
                cut(offer.seen, columns.saturating_sub(WHAT + ROLE + 5)),
                Style::new(),
            ),
        ]));
    }
    lines.push(Line::default());
    let said = match (menu.typed.as_str(), menu.chosen()) {
        ("", _) => String::new(),
        (_, Some(offer)) => format!("   Enter: {}", offer.what),
        (_, None) => format!("   1 to {} are there", menu.offers.len()),
    };
    lines.push(Line::from(vec![
        span("  number: ", theme::STRONG),
        span(menu.typed.clone(), Style::new()),
        span(" ", theme::SELECTED),
        span(said, Style::new()),
    ]));
    // Whole, where the list had to cut it.
    if let Some(offer) = menu.chosen() {
        let text = format!("what you will see: {}", offer.seen);
        let told = wrap(&text, columns.saturating_sub(2)).into_iter();
        lines.extend(told.map(|line| Line::from(span(format!("  {line}"), Style::new()))));
    }
    put(frame, area, lines);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::breaks::Breakage;

    #[test]
    fn whom_a_line_is_about_is_never_cut_off() {
        for breakage in [
            Breakage::Kill,
            Breakage::Stop,
            Breakage::GoOn,
            Breakage::HoldDown,
            Breakage::Start,
            Breakage::CutOff,
            Breakage::HealLinks,
            Breakage::DamageLog,
            Breakage::StartAnew,
            Breakage::FillDisk,
            Breakage::MakeRoom,
            Breakage::SlowDisk,
            Breakage::QuickenDisk,
        ] {
            let what = format!("{} member 9", breakage.name());
            assert!(what.len() <= WHAT, "{what}");
        }
    }
}
