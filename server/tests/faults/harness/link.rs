//! One direction between two members as a relay passes it on: in order; at once, late, or not
//! before it is let through again. Nothing is lost, as TCP loses nothing while it tries.

use std::{
    io::{self, Read, Write},
    net::{Shutdown, TcpStream},
    sync::{Arc, Condvar, Mutex, MutexGuard, mpsc},
    thread,
    time::{Duration, Instant},
};

/// What is under way on one connection at most, in reads: a sender waits then, as on any link
/// whose window is full.
const UNDER_WAY: usize = 1024;

/// The state of one direction, which all of its connections share.
#[derive(Debug)]
pub(super) struct Link {
    /// From a byte's arrival at the relay to its departure.
    delay: Duration,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    Held,
    /// Nothing will pass any more: the network is gone.
    Over,
}

impl Link {
    /// An open one.
    pub(super) fn new(delay: Duration) -> Arc<Self> {
        Arc::new(Self {
            delay,
            state: Mutex::new(State::Open),
            changed: Condvar::new(),
        })
    }

    /// Holds back what comes, and what is under way, from now on.
    pub(super) fn hold(&self) {
        self.set(State::Held);
    }

    /// Lets it through again, what was held first.
    pub(super) fn release(&self) {
        self.set(State::Open);
    }

    /// Has all who wait give up.
    pub(super) fn end(&self) {
        self.set(State::Over);
    }

    fn set(&self, state: State) {
        *self.state() = state;
        self.changed.notify_all();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics with it")
    }

    /// Waits until something that came at this time may go on; `false` where it never may.
    pub(super) fn wait_for_passage(&self, came_at: Instant) -> bool {
        thread::sleep((came_at + self.delay).saturating_duration_since(Instant::now()));
        let is_held = |state: &mut State| *state == State::Held;
        let state = self.changed.wait_while(self.state(), is_held);
        *state.expect("nobody panics with it") == State::Open
    }
}

/// Passes on, until both sides have ended, what a member says to another by `there`, and what
/// that one answers by `back`.
pub(super) fn join(
    member: TcpStream,
    other: TcpStream,
    there: &Link,
    back: Arc<Link>,
) -> io::Result<()> {
    for stream in [&member, &other] {
        stream.set_nodelay(true)?;
    }
    let (answering, answered) = (other.try_clone()?, member.try_clone()?);
    thread::spawn(move || pass(answering, answered, &back));
    pass(member, other, there);
    Ok(())
}

/// Everything that comes from one side goes to the other; its end too.
fn pass(mut from: TcpStream, mut to: TcpStream, link: &Link) {
    let (sender, under_way) = mpsc::sync_channel::<(Instant, Vec<u8>)>(UNDER_WAY);
    thread::scope(|scope| {
        scope.spawn(move || {
            for (came_at, bytes) in under_way {
                let is_end = bytes.is_empty();
                if !link.wait_for_passage(came_at) || is_end || to.write_all(&bytes).is_err() {
                    break;
                }
            }
            let _ = to.shutdown(Shutdown::Both);
        });
        let mut buffer = vec![0; 64 << 10];
        loop {
            // A connection that breaks ends no sooner than one that is closed.
            let count = from.read(&mut buffer).unwrap_or(0);
            let sent = sender.send((Instant::now(), buffer[..count].to_vec()));
            if sent.is_err() || count == 0 {
                break;
            }
        }
        drop(sender);
    });
    let _ = from.shutdown(Shutdown::Both);
}
