//! Where everything that the driver must hear of waits for it.
//!
//! Queues that never share a bound. What comes from clients is bounded in bytes, and so is,
//! apart from it, what comes from the quorum port: a connection whose bytes find no room is
//! not read. Of votes each member has so many, the latest; what the disk and the operators say
//! is never refused. One lock, held for moments only.
//!
//! Under load a message costs no system call. While the driver rests and writes come one at a
//! time, who brings a step of one takes the turn then and there, on a thread that is awake
//! already: to wake another takes longer than most turns, and a write takes up to eight turns
//! in an ensemble. Whatever may take long is left to the driver's own thread.

use std::{
    collections::VecDeque,
    sync::{
        Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use zoowarden_shared::Sid;
use zoowarden_zab as zab;

use super::{
    Driver,
    lending::Borrowed,
    message::{Batch, Control, NetMessage, Turn},
    room::Room,
    seat::Seat,
};
use crate::net::LinkMessage;

/// Bytes of requests that wait for the driver, all connections together.
pub(super) const NETWORK_BYTES: usize = 4 << 20;

/// Bytes of the quorum port that wait for the driver, all links together.
pub(super) const LINK_BYTES: usize = 8 << 20;

/// Messages from clients that one wake takes, so that the disk is heard in between.
pub(super) const MESSAGES_PER_BATCH: usize = 256;

/// Messages from links that one wake takes; each is up to one read of a socket.
const LINK_MESSAGES_PER_BATCH: usize = 32;

/// Votes of one member that wait for the driver: more, and the oldest goes.
pub(super) const VOTES_PER_SID: usize = 64;

/// The driver is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the member has stopped")]
pub(crate) struct Stopped;

/// All queues.
pub(crate) struct Inbox {
    queues: Mutex<Queues>,
    pub(super) wake: Condvar,
    net_room: Room,
    link_room: Room,
    /// The driver is to end before it takes anything more.
    is_withdrawn: AtomicBool,
}

#[derive(Default)]
pub(super) struct Queues {
    votes: VecDeque<zab::Input>,
    links: VecDeque<LinkMessage>,
    net: VecDeque<NetMessage>,
    control: Vec<Control>,
    /// Where the driver rests; its own thread waits for [`Inbox::wake`] then.
    pub(super) seat: Seat<Box<Driver>>,
    closed: bool,
}

impl Inbox {
    pub(crate) fn new() -> Self {
        Self {
            queues: Mutex::default(),
            wake: Condvar::new(),
            net_room: Room::new(NETWORK_BYTES),
            link_room: Room::new(LINK_BYTES),
            is_withdrawn: AtomicBool::new(false),
        }
    }

    /// Queues what a client did, once there is room.
    ///
    /// # Errors
    /// [`Stopped`] when nobody will read it.
    pub(crate) async fn send_net(&self, message: NetMessage) -> Result<(), Stopped> {
        self.net_room.take(net_bytes(&message)).await?;
        self.push(Turn::of_net(&message), |queues| {
            queues.net.push_back(message);
        })
    }

    /// Queues what a link of the quorum port did, once there is room.
    ///
    /// # Errors
    /// [`Stopped`] when nobody will read it.
    pub(crate) async fn send_link(&self, message: LinkMessage) -> Result<(), Stopped> {
        self.link_room.take(message.bytes()).await?;
        self.push(Turn::of_link(&message), |queues| {
            queues.links.push_back(message);
        })
    }

    /// Queues what came on the election port. Never waits: where a member has too many votes
    /// here, its oldest is forgotten.
    ///
    /// # Errors
    /// [`Stopped`] when nobody will read it.
    pub(crate) fn send_vote(&self, input: zab::Input) -> Result<(), Stopped> {
        self.push(Turn::There, |queues| queues.push_vote(input))
    }

    /// Queues what must be heard. Never waits.
    ///
    /// # Errors
    /// [`Stopped`] when nobody will read it.
    pub(crate) fn send_control(&self, control: Control) -> Result<(), Stopped> {
        self.push(Turn::of_control(&control), |queues| {
            queues.control.push(control);
        })
    }

    fn push(&self, turn: Turn, add: impl FnOnce(&mut Queues)) -> Result<(), Stopped> {
        let mut queues = self.lock();
        if queues.closed {
            return Err(Stopped);
        }
        add(&mut queues);
        let lent = match turn {
            Turn::Here => queues.seat.lend(),
            Turn::There => None,
        };
        if let Some(driver) = lent {
            Borrowed::new(self, self.hand_out(queues, driver)).turn();
        } else {
            let wakes = queues.seat.call();
            drop(queues);
            self.wake_if(wakes);
        }
        Ok(())
    }

    /// Gives the driver what waits, for one turn.
    pub(super) fn hand_out(
        &self,
        mut queues: MutexGuard<'_, Queues>,
        mut driver: Box<Driver>,
    ) -> Box<Driver> {
        queues.fill(&mut driver.batch);
        drop(queues);
        self.free_room(&driver.batch);
        driver
    }

    pub(super) fn wake_if(&self, wakes: bool) {
        if wakes {
            self.wake.notify_one();
        }
    }

    /// Fills the empty `batch` with what waits.
    pub(crate) fn take(&self, batch: &mut Batch) {
        self.lock().fill(batch);
        self.free_room(batch);
    }

    fn free_room(&self, batch: &Batch) {
        self.net_room.free(batch.net.iter().map(net_bytes));
        self.link_room
            .free(batch.links.iter().map(LinkMessage::bytes));
    }

    /// Has the driver end before it takes anything more. For orders, which run on its thread:
    /// what they found is what the member ends with.
    pub(super) fn withdraw(&self) {
        self.is_withdrawn.store(true, Ordering::Release);
    }

    pub(super) fn is_withdrawn(&self) -> bool {
        self.is_withdrawn.load(Ordering::Acquire)
    }

    /// Refuses everything from now on and drops what waits.
    pub(crate) fn close(&self) {
        let mut queues = self.lock();
        let closed = Queues {
            closed: true,
            ..Queues::default()
        };
        let dropped = std::mem::replace(&mut *queues, closed);
        drop(queues);
        drop(dropped);
        self.net_room.close();
        self.link_room.close();
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Queues> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queues {
    pub(super) fn is_empty(&self) -> bool {
        self.votes.is_empty()
            && self.links.is_empty()
            && self.net.is_empty()
            && self.control.is_empty()
    }

    fn fill(&mut self, batch: &mut Batch) {
        std::mem::swap(&mut batch.votes, &mut self.votes);
        std::mem::swap(&mut batch.control, &mut self.control);
        let count = self.net.len().min(MESSAGES_PER_BATCH);
        batch.net.extend(self.net.drain(..count));
        let count = self.links.len().min(LINK_MESSAGES_PER_BATCH);
        batch.links.extend(self.links.drain(..count));
    }

    fn push_vote(&mut self, input: zab::Input) {
        if let zab::Input::Vote { from, .. } = input {
            let mut of_sid = (self.votes.iter().enumerate())
                .filter(|(_, queued)| is_vote_of(queued, from))
                .map(|(index, _)| index);
            let oldest = of_sid.next();
            if 1 + of_sid.count() >= VOTES_PER_SID
                && let Some(oldest) = oldest
            {
                self.votes.remove(oldest);
            }
        }
        self.votes.push_back(input);
    }
}

fn is_vote_of(input: &zab::Input, sid: Sid) -> bool {
    matches!(input, zab::Input::Vote { from, .. } if *from == sid)
}

fn net_bytes(message: &NetMessage) -> usize {
    match message {
        NetMessage::Frames(_, bytes) => bytes.len(),
        NetMessage::Opened(_) | NetMessage::Drained(_) | NetMessage::Closed(_) => 0,
    }
}
