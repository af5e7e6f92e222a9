//! The loop of a replay: keys, time and the screen; no sources.

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use tokio::time::{MissedTickBehavior, interval};

use super::{Args, Player};
use crate::{
    app::terminal_event,
    event::{Command, Event},
    keymap::bound::Keys,
    open,
    record::Recording,
    settings,
    signals::Signals,
    terminal::{self, Screen},
    view::draw,
};

/// Between two looks at the clock.
const FRAME: Duration = Duration::from_millis(33);
/// Moments that are told between two looks at the keyboard.
const PORTION: usize = 200;

/// Opens the console on a recording, until it is left.
///
/// # Errors
/// When there is no recording, or console.toml or the terminal is not as it must be.
pub async fn run(args: Args) -> anyhow::Result<ExitCode> {
    if !terminal::is_there() {
        return Ok(open::no_terminal());
    }
    let settings = settings::load(args.config)?;
    let recording = Recording::open(&args.file)?;
    for note in recording.notes() {
        eprintln!("zoowarden: {}", crate::text::clean(note));
    }
    let mut player = Player::new(recording, settings.alarms);
    player.model.runbooks = settings.runbooks;
    player.model.keys = Keys::new(&settings.keys, false).in_a_replay(&settings.keys);
    let look = open::look(&args.look, settings.ui);
    let mut signals = Signals::install().context("cannot install signal handlers")?;
    let mut screen = Screen::open(false).context("cannot take over the terminal")?;
    let size = screen.terminal().size()?;
    player.take(Event::Resize(size.width, size.height));
    let mut frame = interval(FRAME);
    frame.set_missed_tick_behavior(MissedTickBehavior::Skip);
    let mut before = Instant::now();
    loop {
        let key = tokio::select! {
            biased;
            () = signals.any() => break,
            key = screen.key() => match key {
                Some(key) => terminal_event(key),
                None => break,
            },
            _ = frame.tick() => {
                player.pass(before.elapsed());
                before = Instant::now();
                if player.model.is_dirty || player.model.has_new_beats {
                    screen
                        .terminal()
                        .draw(|frame| draw(&player.model, look, frame))
                        .context("cannot draw on the terminal")?;
                    player.model.is_dirty = false;
                    player.model.has_new_beats = false;
                }
                None
            }
            () = std::future::ready(()), if player.is_busy() => None,
        };
        if let Some(event) = key
            && perform(player.take(event), &mut screen)?
        {
            break;
        }
        player.advance(PORTION);
    }
    Ok(ExitCode::SUCCESS)
}

/// What the terminal is to do; tells whether the operator leaves.
fn perform(commands: Vec<Command>, screen: &mut Screen) -> anyhow::Result<bool> {
    for command in commands {
        if command == Command::Quit {
            return Ok(true);
        }
        // The rest is for sources, of which there are none.
        screen.perform(&command)?;
    }
    Ok(false)
}
