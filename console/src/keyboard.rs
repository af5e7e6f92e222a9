//! The operator's keys, read by one thread for as long as the terminal is ours. Whoever the
//! terminal is lent to is its only reader: of two, each would take keys away from the other.

use std::{
    io,
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
    time::Duration,
};

use crossterm::event::{self, Event};
use tokio::sync::mpsc;

/// Keys that may wait for the loop; what is pasted is one.
const QUEUE: usize = 256;

/// Between two looks at whether the terminal is wanted elsewhere: a key ends the wait at once.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// A reader that does not rest by then waits for our loop, and no more for the terminal.
const RESTS_BY: Duration = Duration::from_secs(2);

/// The keyboard, read from the first [`Self::take`] on until it is dropped.
#[derive(Debug)]
pub struct Keyboard {
    keys: mpsc::Receiver<io::Result<Event>>,
    turn: Arc<Turn>,
}

/// Whose turn it is to read.
#[derive(Debug)]
struct Turn {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Reads,
    /// It is to leave off.
    Wanted,
    /// It does not touch the terminal.
    Rests,
    /// It has ended: the terminal is gone, or nobody listens.
    Gone,
}

impl Keyboard {
    /// Nothing is read yet.
    #[must_use]
    pub fn new() -> Self {
        let (tell, keys) = mpsc::channel(QUEUE);
        let turn = Arc::new(Turn {
            state: Mutex::new(State::Rests),
            changed: Condvar::new(),
        });
        let own = Arc::clone(&turn);
        thread::spawn(move || read(&own, &tell));
        Self { keys, turn }
    }

    /// The next one; `None` when the terminal is gone. Cancel safe.
    pub async fn next(&mut self) -> Option<io::Result<Event>> {
        self.keys.recv().await
    }

    /// Reads from now on.
    pub fn take(&self) {
        let mut state = self.turn.lock();
        if *state != State::Gone {
            *state = State::Reads;
            self.turn.changed.notify_all();
        }
    }

    /// Leaves the keys to others until [`Self::take`]: when this returns nobody here reads.
    pub fn lend(&self) {
        let mut state = self.turn.lock();
        if *state == State::Reads {
            *state = State::Wanted;
        }
        let is_reading = |state: &mut State| *state == State::Wanted;
        let changed = &self.turn.changed;
        drop(changed.wait_timeout_while(state, RESTS_BY, is_reading));
    }
}

impl Default for Keyboard {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Keyboard {
    fn drop(&mut self) {
        self.keys.close();
        self.lend();
    }
}

impl Turn {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until it is ours to read; tells others that we do not, meanwhile.
    fn wait(&self) {
        let mut state = self.lock();
        while *state != State::Reads {
            *state = State::Rests;
            self.changed.notify_all();
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn read(turn: &Turn, tell: &mpsc::Sender<io::Result<Event>>) {
    loop {
        turn.wait();
        let read = match event::poll(LOOK_EVERY) {
            Ok(false) => continue,
            Ok(true) => event::read(),
            Err(fault) => Err(fault),
        };
        let is_over = read.is_err();
        if tell.blocking_send(read).is_err() || is_over {
            *turn.lock() = State::Gone;
            turn.changed.notify_all();
            return;
        }
    }
}
