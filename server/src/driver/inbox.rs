//! Where everything that the driver must hear of waits for it.
//!
//! Queues that never share a bound. What comes from clients is bounded in bytes, and so is,
//! apart from it, what comes from the quorum port: a connection whose bytes find no room is
//! not read. Of votes each member has so many, the latest; what the disk and the operators say
//! is never refused. One lock, held for moments only, and the driver is woken only when it
//! sleeps: under load a message costs no system call.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use zoowarden_peer::{ConnId, DiskEvent, Effects, Now, Peer};
use zoowarden_shared::Sid;
use zoowarden_zab as zab;

use super::room::Room;
use crate::net::{Connection, LinkMessage};

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

/// What a client connection did.
#[derive(Debug)]
pub(crate) enum NetMessage {
    Opened(Arc<Connection>),
    /// Whole frames, each with its length prefix.
    Frames(ConnId, bytes::Bytes),
    /// The client has read what was sent to it: it is no slow reader any more.
    Drained(ConnId),
    Closed(ConnId),
}

/// A question or an order to the peer, run on the driver's thread.
pub(crate) type Query = Box<dyn FnOnce(&mut Peer, Now, &mut Effects) + Send>;

/// What is never refused.
pub(crate) enum Control {
    Disk(DiskEvent),
    Query(Query),
    /// Take nothing more from clients; end when the disk has all that was appended.
    Stop,
}

/// What one wake found.
#[derive(Default)]
pub(crate) struct Batch {
    /// Of the election port.
    pub(crate) votes: VecDeque<zab::Input>,
    pub(crate) links: Vec<LinkMessage>,
    pub(crate) net: Vec<NetMessage>,
    pub(crate) control: Vec<Control>,
}

/// The driver is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the member has stopped")]
pub(crate) struct Stopped;

/// All queues.
pub(crate) struct Inbox {
    queues: Mutex<Queues>,
    wake: Condvar,
    net_room: Room,
    link_room: Room,
    /// The driver is to end before it takes anything more.
    is_withdrawn: AtomicBool,
}

#[derive(Default)]
struct Queues {
    votes: VecDeque<zab::Input>,
    links: VecDeque<LinkMessage>,
    net: VecDeque<NetMessage>,
    control: Vec<Control>,
    /// The driver waits for [`Inbox::wake`].
    asleep: bool,
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
        self.push(|queues| queues.net.push_back(message))
    }

    /// Queues what a link of the quorum port did, once there is room.
    ///
    /// # Errors
    /// [`Stopped`] when nobody will read it.
    pub(crate) async fn send_link(&self, message: LinkMessage) -> Result<(), Stopped> {
        self.link_room.take(message.bytes()).await?;
        self.push(|queues| queues.links.push_back(message))
    }

    /// Queues what came on the election port. Never waits: where a member has too many votes
    /// here, its oldest is forgotten.
    ///
    /// # Errors
    /// [`Stopped`] when nobody will read it.
    pub(crate) fn send_vote(&self, input: zab::Input) -> Result<(), Stopped> {
        self.push(|queues| queues.push_vote(input))
    }

    /// Queues what must be heard. Never waits.
    ///
    /// # Errors
    /// [`Stopped`] when nobody will read it.
    pub(crate) fn send_control(&self, control: Control) -> Result<(), Stopped> {
        self.push(|queues| queues.control.push(control))
    }

    fn push(&self, add: impl FnOnce(&mut Queues)) -> Result<(), Stopped> {
        let mut queues = self.lock();
        if queues.closed {
            return Err(Stopped);
        }
        add(&mut queues);
        let asleep = std::mem::take(&mut queues.asleep);
        drop(queues);
        if asleep {
            self.wake.notify_one();
        }
        Ok(())
    }

    /// Fills the empty `batch` with what waits; if nothing does, sleeps until something
    /// arrives or this time has passed.
    pub(crate) fn take(&self, batch: &mut Batch, patience: Option<Duration>) {
        let mut queues = self.lock();
        if queues.is_empty() {
            queues.asleep = true;
            queues = match patience {
                Some(patience) => {
                    self.wake
                        .wait_timeout_while(queues, patience, |queues| queues.asleep)
                        .unwrap_or_else(PoisonError::into_inner)
                        .0
                }
                None => self
                    .wake
                    .wait_while(queues, |queues| queues.asleep)
                    .unwrap_or_else(PoisonError::into_inner),
            };
            queues.asleep = false;
        }
        std::mem::swap(&mut batch.votes, &mut queues.votes);
        std::mem::swap(&mut batch.control, &mut queues.control);
        let count = queues.net.len().min(MESSAGES_PER_BATCH);
        batch.net.extend(queues.net.drain(..count));
        let count = queues.links.len().min(LINK_MESSAGES_PER_BATCH);
        batch.links.extend(queues.links.drain(..count));
        drop(queues);
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

    fn lock(&self) -> MutexGuard<'_, Queues> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queues {
    fn is_empty(&self) -> bool {
        self.votes.is_empty()
            && self.links.is_empty()
            && self.net.is_empty()
            && self.control.is_empty()
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
