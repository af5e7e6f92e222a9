//! The loop of the fleet's screen: keys, the looks' news, the clock.

use std::time::Duration;

use anyhow::Context as _;
use tokio::time::{MissedTickBehavior, interval};

use super::{
    Pool,
    board::{Board, Wish},
};
use crate::{
    app::terminal_event,
    event::Event,
    signals::Signals,
    source::Clock,
    stage::Stage,
    view::{Look, fleet::draw},
};

/// Ages are drawn anew this often.
const TICK: Duration = Duration::from_millis(500);

/// Shows the fleet until a cluster is opened, whose name it tells, or the operator leaves.
///
/// # Errors
/// When the terminal cannot be drawn on.
pub(crate) async fn run(
    board: &mut Board,
    pool: &Pool,
    clock: Clock,
    look: Look,
    stage: &mut Stage,
) -> anyhow::Result<Option<String>> {
    let mut signals = Signals::install().context("cannot install signal handlers")?;
    let size = stage.screen.terminal().size()?;
    board.window = (size.width, size.height);
    let mut tick = interval(TICK);
    tick.set_missed_tick_behavior(MissedTickBehavior::Skip);
    loop {
        board.now = clock.now();
        board.rows = pool.rows();
        stage
            .screen
            .terminal()
            .draw(|frame| draw(board, look, frame))
            .context("cannot draw on the terminal")?;
        let event = tokio::select! {
            biased;
            () = signals.any() => return Ok(None),
            key = stage.screen.key() => match key {
                Some(key) => terminal_event(key),
                // The terminal is gone.
                None => return Ok(None),
            },
            () = pool.news() => None,
            Some(notice) = stage.notices.recv() => {
                stage.notifier.tell(&notice);
                None
            }
            Some(report) = stage.reports.recv() => {
                board.told(&report);
                pool.told(&report);
                None
            }
            _ = tick.tick() => None,
        };
        let wish = match event {
            Some(Event::Key(key)) => board.key(key),
            Some(Event::Paste(text)) => {
                board.paste(&text);
                None
            }
            Some(Event::Resize(columns, rows)) => {
                board.window = (columns, rows);
                None
            }
            _ => None,
        };
        match wish {
            Some(Wish::Open(name)) => return Ok(Some(name)),
            Some(Wish::Quit) => return Ok(None),
            Some(Wish::Redraw) => stage.screen.wipe()?,
            None => {}
        }
    }
}
