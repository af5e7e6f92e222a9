//! The one loop: it owns the peer, tells it what happened, and does what it asks.
//!
//! ```text
//!   net ──requests──> inbox ──batch──> Peer::handle ──effects──> connections (bytes)
//!   members ──votes──>  │                                  ├───> links (packets), votes
//!   disk ──events────>  │                                  └───> disk (appends, snapshots)
//!   admin ──questions──>┘
//! ```
//!
//! - `inbox`: queues and the waking; `message`: what waits there; `room` bounds it.
//! - `lending`: the driver's thread and others that take a turn in its stead; `seat`: where the
//!   driver is meanwhile; `load`: when that pays.
//! - `handle`: how admin asks.
//! - `feeding`: requests of clients that do not read their answers wait.
//! - `replication`: links between members, and votes.
//! - `events`: what an operator should find in the log.
//! - `clock`: one reading for each batch.
//!
//! The loop waits only in the inbox. All requests of one socket read are one message; all
//! answers of a batch to one client are one write; all transactions of a batch go to the disk
//! together, which flushes once for all that it finds. Under load it turns on a thread of its
//! own; a write that is alone is taken from turn to turn by the threads that have it.

mod clock;
mod events;
mod feeding;
mod handle;
mod inbox;
#[cfg(test)]
mod inbox_tests;
mod lending;
mod load;
mod message;
mod replication;
mod room;
mod seat;

use std::{sync::Arc, thread};

pub(crate) use clock::Clock;
use events::EventLog;
use feeding::Feed;
pub(crate) use handle::DriverHandle;
pub(crate) use inbox::{Inbox, Stopped};
use load::Load;
pub(crate) use message::{Batch, Control, NetMessage};
pub(crate) use replication::PeerPorts;
use replication::Replication;
use rustc_hash::FxHashMap;
use seat::Rest;
use zoowarden_peer::{
    ClientEvent, CloseReason, ConnId, DiskEvent, Effect, Effects, Event, Input, Now, Peer,
};
use zoowarden_zab as zab;

use crate::{disk::DiskHandle, net::LinkMessage};

/// Answers that are gathered before they are sent in the middle of a batch.
const GATHERED_BYTES: usize = 8 << 20;

/// Why the loop ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It was told to stop, and the disk has everything.
    Stopped,
    /// The log cannot be written: nothing more can be acknowledged (ZOOKEEPER-3701).
    LogFailed,
    /// An order has it stand aside ([`DriverHandle::withdraw`]).
    Withdrawn,
    /// A decided transaction cannot be read: the member cannot keep up with the others.
    UnreadableTxn,
}

/// The loop's state.
pub(crate) struct Driver {
    peer: Peer,
    clock: Clock,
    inbox: Arc<Inbox>,
    disk: DiskHandle,
    feeds: FxHashMap<ConnId, Feed>,
    /// `None` of a standalone server.
    replication: Option<Replication>,
    effects: Effects,
    event_log: EventLog,
    /// Bytes of answers among the effects, about.
    gathered_bytes: usize,
    ending: Option<Ended>,
    load: Load,
    /// What the next turn is for; empty at rest.
    batch: Batch,
    /// Between turns: one of them panicked.
    is_in_turn: bool,
}

impl Driver {
    pub(crate) fn new(
        peer: Peer,
        clock: Clock,
        inbox: Arc<Inbox>,
        disk: DiskHandle,
        ports: Option<PeerPorts>,
    ) -> Self {
        Self {
            peer,
            clock,
            inbox,
            disk,
            feeds: FxHashMap::default(),
            replication: ports.map(Replication::new),
            effects: Effects::new(),
            event_log: EventLog::default(),
            gathered_bytes: 0,
            ending: None,
            load: Load::new(),
            batch: Batch::default(),
            is_in_turn: false,
        }
    }

    /// Runs on a thread of its own until told to stop.
    ///
    /// # Errors
    /// The system's, when it gives no thread.
    pub(crate) fn spawn(self) -> std::io::Result<thread::JoinHandle<Ended>> {
        thread::Builder::new()
            .name("driver".into())
            .spawn(move || self.run())
    }

    fn run(self) -> Ended {
        let inbox = Arc::clone(&self.inbox);
        let mut driver = Box::new(self);
        loop {
            driver = inbox.rest(driver);
            if driver.is_in_turn {
                // Whoever borrowed it panicked in the middle of a turn, and has said why.
                std::panic::resume_unwind(Box::new("the driver's turn panicked"));
            }
            if driver.ending.is_none() {
                driver.turn();
            }
            if let Some(ended) = driver.ending {
                driver.finish(ended);
                return ended;
            }
        }
    }

    /// Deals with what it was given, on any thread.
    fn turn(&mut self) {
        self.is_in_turn = true;
        let mut batch = std::mem::take(&mut self.batch);
        let now = self.clock.now();
        for vote in batch.votes.drain(..) {
            let input = Input::Replication(vote);
            self.peer.handle(now, input, &mut self.effects);
        }
        for message in batch.links.drain(..) {
            self.hear_link(now, message);
        }
        for message in batch.net.drain(..) {
            self.hear_client(now, message);
        }
        for control in batch.control.drain(..) {
            self.hear_control(now, control);
        }
        if self.inbox.is_withdrawn() {
            self.ending.get_or_insert(Ended::Withdrawn);
        } else if self.peer.deadline().is_some_and(|at| at <= now.mono_us) {
            self.peer.handle(now, Input::Tick, &mut self.effects);
        }
        self.perform();
        let requests = self.peer.requests_in_process();
        self.load.see(now, self.peer.applied_zxid(), requests);
        self.batch = batch;
        self.is_in_turn = false;
    }

    /// How long it may rest now, unless something comes.
    fn rest(&self) -> Rest {
        if self.ending.is_some() || self.is_in_turn {
            // It ends, or the turn panicked: that is its own thread's to see.
            return Rest {
                is_called: true,
                ..Rest::default()
            };
        }
        let until = self.peer.deadline().and_then(|at| self.clock.instant(at));
        Rest {
            until,
            may_lend: self.load.is_calm(),
            is_called: false,
        }
    }

    fn hear_client(&mut self, now: Now, message: NetMessage) {
        match message {
            NetMessage::Opened(connection) => {
                let conn = connection.id();
                let remote = connection.remote();
                self.feeds.insert(conn, Feed::new(connection));
                self.tell(now, conn, ClientEvent::Opened { remote });
            }
            NetMessage::Frames(conn, frames) => {
                if let Some(feed) = self.feeds.get_mut(&conn) {
                    feed.push(now, frames, &mut self.peer, &mut self.effects);
                    self.perform_if_much(conn);
                }
            }
            NetMessage::Drained(conn) => {
                if let Some(feed) = self.feeds.get_mut(&conn) {
                    feed.resume(now, &mut self.peer, &mut self.effects);
                    self.perform_if_much(conn);
                }
            }
            NetMessage::Closed(conn) => {
                self.feeds.remove(&conn);
                self.tell(now, conn, ClientEvent::Closed);
            }
        }
    }

    fn hear_link(&mut self, now: Now, message: LinkMessage) {
        if let LinkMessage::Drained(link) = message {
            self.peer
                .handle(now, Input::Drained(link), &mut self.effects);
        } else if let Some(replication) = &mut self.replication {
            replication.hear(message, |link, event| {
                let input = replication::input(link, event);
                self.peer.handle(now, input, &mut self.effects);
            });
        }
    }

    fn tell(&mut self, now: Now, conn: ConnId, event: ClientEvent) {
        let input = Input::Client(conn, event);
        self.peer.handle(now, input, &mut self.effects);
    }

    fn hear_control(&mut self, now: Now, control: Control) {
        match control {
            Control::Disk(event) => {
                if matches!(event, DiskEvent::LogFailed) {
                    self.ending = Some(Ended::LogFailed);
                }
                self.peer.handle(now, Input::Disk(event), &mut self.effects);
            }
            Control::Query(query) => query(&mut self.peer, now, &mut self.effects),
            Control::Stop => self.ending = Some(Ended::Stopped),
        }
    }

    /// A batch of requests for large znodes must not pile up all its answers before the first
    /// one is sent.
    fn perform_if_much(&mut self, answered: ConnId) {
        self.gathered_bytes += self.effects.to_client(answered).len();
        if self.gathered_bytes > GATHERED_BYTES {
            self.perform();
        }
    }

    /// Does what the peer asked for since the last time. The disk comes first, which takes
    /// longest, then the other members, who have disks too; then the clients.
    fn perform(&mut self) {
        self.gathered_bytes = 0;
        let mut appends = Vec::new();
        let mut closings = Vec::new();
        for effect in self.effects.take() {
            let connection = |conn| self.feeds.get(&conn).map(Feed::connection);
            let for_disk = match effect {
                Effect::Append { zxid, txn } => {
                    self.load.append(zxid);
                    appends.push((zxid, txn));
                    continue;
                }
                Effect::CloseClient(conn, reason) => {
                    closings.push((conn, reason));
                    continue;
                }
                Effect::PauseReading(conn) => {
                    if let Some(connection) = connection(conn) {
                        connection.pause_reading(true);
                    }
                    continue;
                }
                Effect::ResumeReading(conn) => {
                    if let Some(connection) = connection(conn) {
                        connection.pause_reading(false);
                    }
                    continue;
                }
                Effect::Event(event) => {
                    if matches!(event, Event::UnreadableTxn { .. }) {
                        self.ending.get_or_insert(Ended::UnreadableTxn);
                    }
                    self.event_log.note(self.clock.now(), &event);
                    continue;
                }
                Effect::SendRaw(link, bytes) => {
                    if let Some(replication) = &mut self.replication {
                        replication.send_raw(link, bytes);
                    }
                    continue;
                }
                Effect::Replication(zab::Effect::Append { zxid, txn }) => {
                    self.load.append(zxid);
                    appends.push((zxid, txn));
                    continue;
                }
                Effect::Replication(effect) => match &mut self.replication {
                    Some(replication) => match replication.perform(effect) {
                        Some(for_disk) => Effect::Replication(for_disk),
                        None => continue,
                    },
                    None => continue,
                },
                Effect::RollLog
                | Effect::SnapshotBegin { .. }
                | Effect::SnapshotSlice(_)
                | Effect::SnapshotEnd { .. } => effect,
            };
            // What was appended before must be in the file that is closed, cut or read.
            self.disk.append(std::mem::take(&mut appends));
            self.disk.perform(for_disk);
        }
        if !appends.is_empty() {
            self.disk.append(appends);
        }
        if let Some(replication) = &mut self.replication {
            replication.flush();
        }
        for (conn, bytes) in self.effects.take_to_clients() {
            if let Some(feed) = self.feeds.get(&conn)
                && !bytes.is_empty()
            {
                feed.connection().send(bytes);
            }
        }
        for (conn, reason) in closings {
            if let Some(feed) = self.feeds.get(&conn) {
                feed.connection().close(reason);
            }
        }
    }

    /// Has the disk write what it was given, answers those who waited for that, and lets the
    /// clients go.
    fn finish(&mut self, ended: Ended) {
        self.disk.close();
        let mut left = Batch::default();
        self.inbox.take(&mut left);
        let now = self.clock.now();
        for control in std::mem::take(&mut self.batch.control)
            .into_iter()
            .chain(left.control)
        {
            self.hear_control(now, control);
        }
        self.perform();
        self.inbox.close();
        if let Some(replication) = &mut self.replication {
            replication.close();
        }
        for feed in self.feeds.values() {
            feed.connection().close(CloseReason::NotServing);
        }
        tracing::debug!(?ended, "the driver ends");
    }
}
