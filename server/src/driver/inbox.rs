//! Where everything that the driver must hear of waits for it.
//!
//! Two queues, so that they never share a bound: what comes from the network is bounded in
//! bytes, and a connection whose requests find no room is not read; what the disk and the
//! operators say is never refused. One lock, held for moments only, and the driver is woken
//! only when it sleeps: under load a message costs no system call.

use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::sync::Semaphore;
use zoowarden_peer::{ConnId, DiskEvent, Now, Peer};

use crate::net::Connection;

/// Bytes of requests that wait for the driver, all connections together.
const NETWORK_BYTES: usize = 4 << 20;

/// One unit of the bound. A message takes at least one, however small it is.
const BYTES_PER_PERMIT: usize = 256;

const PERMITS: usize = NETWORK_BYTES / BYTES_PER_PERMIT;

/// Messages from the network that one wake takes, so that the disk is heard in between.
const MESSAGES_PER_BATCH: usize = 256;

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

/// A question to the peer, run on the driver's thread.
pub(crate) type Query = Box<dyn FnOnce(&mut Peer, Now) + Send>;

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
    pub(crate) net: Vec<NetMessage>,
    pub(crate) control: Vec<Control>,
}

/// The driver is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the member has stopped")]
pub(crate) struct Stopped;

/// The two queues.
pub(crate) struct Inbox {
    queues: Mutex<Queues>,
    wake: Condvar,
    room: Semaphore,
}

#[derive(Default)]
struct Queues {
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
            room: Semaphore::new(PERMITS),
        }
    }

    /// Queues what a client did, once there is room.
    ///
    /// # Errors
    /// [`Stopped`] when nobody will read it.
    pub(crate) async fn send_net(&self, message: NetMessage) -> Result<(), Stopped> {
        let room = self.room.acquire_many(permits(&message));
        room.await.map_err(|_| Stopped)?.forget();
        self.push(|queues| queues.net.push_back(message))
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
        if queues.net.is_empty() && queues.control.is_empty() {
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
        std::mem::swap(&mut batch.control, &mut queues.control);
        let count = queues.net.len().min(MESSAGES_PER_BATCH);
        batch.net.extend(queues.net.drain(..count));
        drop(queues);
        let freed: u32 = batch.net.iter().map(permits).sum();
        if freed > 0 {
            self.room.add_permits(freed as usize);
        }
    }

    /// Refuses everything from now on and drops what waits.
    pub(crate) fn close(&self) {
        let mut queues = self.lock();
        queues.closed = true;
        let dropped = (
            std::mem::take(&mut queues.net),
            std::mem::take(&mut queues.control),
        );
        drop(queues);
        drop(dropped);
        self.room.close();
    }

    fn lock(&self) -> MutexGuard<'_, Queues> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What a message takes of the bound. A frame larger than the whole bound takes all of it.
fn permits(message: &NetMessage) -> u32 {
    match message {
        NetMessage::Frames(_, bytes) => {
            bytes.len().div_ceil(BYTES_PER_PERMIT).clamp(1, PERMITS) as u32
        }
        NetMessage::Opened(_) | NetMessage::Drained(_) | NetMessage::Closed(_) => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(bytes: usize) -> NetMessage {
        NetMessage::Frames(ConnId(1), vec![0; bytes].into())
    }

    #[tokio::test]
    async fn a_full_network_queue_makes_senders_wait_but_never_the_disk() {
        let inbox = Inbox::new();
        inbox.send_net(frames(NETWORK_BYTES)).await.unwrap();
        let waiting = inbox.send_net(frames(1));
        tokio::pin!(waiting);
        assert!(poll_once(&mut waiting).await.is_none(), "no room is left");
        inbox.send_control(Control::Stop).unwrap();

        let mut batch = Batch::default();
        inbox.take(&mut batch, None);
        assert_eq!((batch.net.len(), batch.control.len()), (1, 1));
        assert_eq!(poll_once(&mut waiting).await, Some(Ok(())));
    }

    #[tokio::test]
    async fn a_frame_larger_than_the_bound_still_passes() {
        let inbox = Inbox::new();
        inbox.send_net(frames(NETWORK_BYTES * 2)).await.unwrap();
        let mut batch = Batch::default();
        inbox.take(&mut batch, None);
        assert_eq!(batch.net.len(), 1);
        inbox.send_net(frames(NETWORK_BYTES)).await.unwrap();
    }

    #[tokio::test]
    async fn one_wake_takes_a_bounded_number_of_messages_in_order() {
        let inbox = Inbox::new();
        for id in 0..300 {
            inbox
                .send_net(NetMessage::Closed(ConnId(id)))
                .await
                .unwrap();
        }
        let mut batch = Batch::default();
        inbox.take(&mut batch, None);
        assert_eq!(batch.net.len(), MESSAGES_PER_BATCH);
        batch.net.clear();
        inbox.take(&mut batch, None);
        let first = batch.net.first();
        assert!(matches!(first, Some(NetMessage::Closed(ConnId(256)))));
    }

    #[test]
    fn taking_gives_up_after_the_time_it_was_given() {
        let inbox = Inbox::new();
        let mut batch = Batch::default();
        inbox.take(&mut batch, Some(Duration::from_millis(1)));
        assert!(batch.net.is_empty() && batch.control.is_empty());
    }

    #[tokio::test]
    async fn nothing_is_taken_after_the_close() {
        let inbox = Inbox::new();
        inbox.close();
        assert_eq!(inbox.send_net(frames(1)).await, Err(Stopped));
        assert_eq!(inbox.send_control(Control::Stop), Err(Stopped));
    }

    /// Polls once: the result, if it is there already.
    async fn poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        std::future::poll_fn(|context| {
            use std::{pin::Pin, task::Poll};
            match Pin::new(&mut *future).poll(context) {
                Poll::Ready(output) => Poll::Ready(Some(output)),
                Poll::Pending => Poll::Ready(None),
            }
        })
        .await
    }
}
