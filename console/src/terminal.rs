//! The terminal: taken over at the start, given back at every end, a panic's too.

use std::{
    io::{self, BufWriter, IsTerminal, Stdout, Write as _, stdout},
    mem::ManuallyDrop,
    panic,
    sync::{
        Once,
        atomic::{AtomicBool, Ordering},
    },
};

use anyhow::Context as _;
use crossterm::{
    cursor::{MoveTo, Show},
    event::{
        DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
        Event as TerminalEvent,
    },
    execute,
    terminal::{
        Clear, ClearType, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
        enable_raw_mode,
    },
};
use ratatui::{
    Terminal,
    backend::{Backend as _, CrosstermBackend},
};

use crate::{clipboard, event::Command, keyboard::Keyboard};

/// The screen shows what we draw: what is wiped at the end is ours, and not the operator's.
static IS_TAKEN: AtomicBool = AtomicBool::new(false);

/// A frame is one write, or a few: of what trickles out, a terminal may show the half.
const FRAME_BYTES: usize = 256 << 10;

/// What frames go through.
pub type Drawn = CrosstermBackend<BufWriter<Stdout>>;

/// A terminal that is ours until it is dropped.
#[derive(Debug)]
pub struct Screen {
    /// Never dropped: where the terminal is gone it would say so on the standard error, which is
    /// gone too, and panic before the rest is put away.
    terminal: ManuallyDrop<Terminal<Drawn>>,
    keyboard: Keyboard,
    mouse: bool,
}

/// Whether there is a terminal to draw on.
#[must_use]
pub fn is_there() -> bool {
    stdout().is_terminal()
}

impl Screen {
    /// Takes the terminal over. Unless `mouse` is wanted it is left to the terminal, so that
    /// text can still be selected and copied; where it is taken, with Shift held.
    ///
    /// # Errors
    /// Whatever the terminal says.
    pub fn open(mouse: bool) -> io::Result<Self> {
        restore_on_panic();
        let frames = BufWriter::with_capacity(FRAME_BYTES, stdout());
        let opened = take(mouse).and_then(|()| Terminal::new(CrosstermBackend::new(frames)));
        match opened {
            Ok(terminal) => {
                let keyboard = Keyboard::new();
                keyboard.take();
                Ok(Self {
                    terminal: ManuallyDrop::new(terminal),
                    keyboard,
                    mouse,
                })
            }
            Err(error) => {
                // A failure must give back what was taken.
                restore();
                Err(error)
            }
        }
    }

    /// Gives the terminal to another program for a while, until [`Self::take_again`].
    pub fn lend(&mut self) {
        self.keyboard.lend();
        restore();
    }

    /// Takes the terminal over again, and draws every cell anew.
    ///
    /// # Errors
    /// Whatever the terminal says.
    pub fn take_again(&mut self) -> io::Result<()> {
        take(self.mouse)?;
        self.keyboard.take();
        self.terminal.hide_cursor()?;
        self.wipe()
    }

    /// The next key, or whatever else the terminal tells; `None` when it is gone. Cancel safe.
    pub async fn key(&mut self) -> Option<TerminalEvent> {
        self.keyboard.next().await?.ok()
    }

    /// Wipes the screen, so that the next frame draws every cell. [`Terminal::clear`] would ask
    /// the terminal where its cursor is, whose answer whoever reads the keys may take away.
    ///
    /// # Errors
    /// Whatever the terminal says.
    pub fn wipe(&mut self) -> io::Result<()> {
        self.terminal.backend_mut().clear()?;
        // What was drawn last is forgotten: the next frame is compared with an empty one.
        self.terminal.swap_buffers();
        Ok(())
    }

    /// Writes a sequence that draws nothing.
    ///
    /// # Errors
    /// Whatever the terminal says.
    pub fn write(&mut self, sequence: &str) -> io::Result<()> {
        let mut out = stdout();
        out.write_all(sequence.as_bytes())?;
        out.flush()
    }

    /// Does what a command asks of the terminal itself; tells whether it asks that.
    ///
    /// # Errors
    /// Whatever the terminal says.
    pub fn perform(&mut self, command: &Command) -> anyhow::Result<bool> {
        match command {
            Command::Copy(text) => self
                .write(&clipboard::sequence(text))
                .context("cannot write to the terminal")?,
            Command::Redraw => self.wipe().context("cannot clear the terminal")?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// The terminal, to draw on.
    pub fn terminal(&mut self) -> &mut Terminal<Drawn> {
        &mut self.terminal
    }
}

fn take(mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    execute!(stdout(), EnterAlternateScreen, EnableBracketedPaste)?;
    IS_TAKEN.store(true, Ordering::Relaxed);
    match mouse {
        true => execute!(stdout(), EnableMouseCapture),
        false => Ok(()),
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.keyboard.lend();
        restore();
    }
}

/// Gives the terminal back. What fails here fails because the terminal is gone.
fn restore() {
    let _ = disable_raw_mode();
    if IS_TAKEN.swap(false, Ordering::Relaxed) {
        // A terminal whose size has changed meanwhile may give some of it back as history.
        let _ = execute!(stdout(), MoveTo(0, 0), Clear(ClearType::All));
    }
    // The mouse goes back whether it was taken or not: a panic does not know.
    let _ = execute!(
        stdout(),
        DisableMouseCapture,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        Show
    );
}

/// A panic in any thread or task ends the console: it must not go on behind a screen that is
/// no longer true, and its message must be readable.
fn restore_on_panic() {
    // A test may take it over more than once.
    static HOOKED: Once = Once::new();
    HOOKED.call_once(|| {
        let before = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            restore();
            before(info);
            std::process::exit(101);
        }));
    });
}
