//! A replay's bar: how it goes, where it is between the recording's beginning and its end.

use ratatui::{style::Style, text::Line};

use super::{span, theme};
use crate::{
    model::{
        Model,
        clock::{age, date_and_time, time_of_day},
        replay::Replay,
    },
    text::width,
};

/// Below this the bar tells nothing.
const LEAST: usize = 10;

/// ` ▸ x1  14:02:11 ━━━━━━━━━●────────── 14:17:40   4 m 31 s of 15 m 29 s`; `None` without a
/// replay.
pub(super) fn bar(model: &Model, columns: usize) -> Option<Line<'static>> {
    let replay = model.replay.as_ref()?;
    let state = match (replay.looked_percent, replay.is_behind, replay.is_playing) {
        (Some(percent), ..) => format!(" … looking for events {percent} % "),
        (None, true, _) => " … going there ".to_owned(),
        (None, false, true) => format!(" ▸ x{} ", replay.speed),
        (None, false, false) => format!(" paused x{} ", replay.speed),
    };
    let (first, last) = (time(replay, replay.first_ms), time(replay, replay.last_ms));
    let passed = replay.at_ms.saturating_sub(replay.first_ms);
    let whole = replay.last_ms.saturating_sub(replay.first_ms);
    let damaged = match replay.damaged {
        0 => String::new(),
        n => format!("   {n} parts damaged"),
    };
    let place = format!("   {} of {}{damaged} ", age(passed), age(whole));
    let used = width(&state) + width(&first) + width(&last) + width(&place) + 2;
    let room = columns.saturating_sub(used);
    let mut spans = vec![span(state, theme::STRONG), span(first, theme::QUIET)];
    if room >= LEAST {
        let at = usize::try_from(passed.saturating_mul(room as u64 - 1) / whole.max(1));
        let at = at.unwrap_or(0).min(room - 1);
        spans.push(span(format!(" {}", "━".repeat(at)), theme::GOOD));
        spans.push(span("●", theme::STRONG));
        spans.push(span(
            format!("{} ", "─".repeat(room - 1 - at)),
            theme::QUIET,
        ));
    } else {
        spans.push(span(" to ", theme::QUIET));
    }
    spans.push(span(last, theme::QUIET));
    spans.push(span(place, Style::new()));
    Some(Line::from(spans))
}

/// With its day where the recording is longer than one.
fn time(replay: &Replay, at_ms: u64) -> String {
    const DAY_MS: u64 = 86_400_000;
    let wall_ms = i64::try_from(at_ms).unwrap_or(i64::MAX);
    match replay.last_ms - replay.first_ms.min(replay.last_ms) {
        0..DAY_MS => time_of_day(wall_ms),
        _ => date_and_time(wall_ms),
    }
}
