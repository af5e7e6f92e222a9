//! The thread that writes, and the queue in front of it: whoever tells it of an event never
//! waits for a disk.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Write as _},
    path::PathBuf,
    sync::mpsc::{
        self as queue, Receiver, RecvTimeoutError, SyncSender, TryRecvError, TrySendError,
        sync_channel,
    },
    thread::{self, Thread},
    time::Duration,
};

use tokio::sync::{mpsc, oneshot};

use super::{
    format::{MAX_LINE_BYTES, chunk, write_origin},
    origin::Origin,
    ring::{Ring, segments},
    seen::{Moment, Seen},
};
use crate::{
    event::Event,
    model::{
        Model,
        clock::Now,
        happening::{What, YOU},
    },
};

/// Moments that may wait for the disk; more are left out.
const QUEUE: usize = 4096;
/// What a crash may cost.
const CHUNK_MS: u64 = 2000;
const CHUNK_BYTES: usize = 1 << 20;
/// A segment is closed after so long: the incident bundle takes whole ones.
const SEGMENT_MS: u64 = 15 * 60_000;
/// Moments are gathered for so long before the thread looks at them: each heartbeat would wake it
/// otherwise, at more cost than to write it.
const GATHERING: Duration = Duration::from_millis(250);
/// Names of [`Seen::lasting`] that are kept: some for each member.
const MAX_LASTING: usize = 1000;
/// How long leaving may wait for the last write.
const FINISHING: Duration = Duration::from_millis(500);

enum Order {
    Keep(Box<Moment>),
    /// Writes out all that waits, and tells when it is done.
    Flush(oneshot::Sender<()>),
}

/// What events are told to. Without a ring, and after a fault, it keeps nothing.
#[derive(Debug, Default)]
pub struct Recorder {
    orders: Option<SyncSender<Order>>,
    /// Unparked, it looks at once.
    thread: Option<Thread>,
    /// Ends with the thread.
    ended: Option<Receiver<()>>,
    shelf: Option<PathBuf>,
    is_lossy: bool,
    /// Entries of the timeline that were looked at.
    noted: usize,
}

impl std::fmt::Debug for Order {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Keep(_) => "Keep",
            Self::Flush(_) => "Flush",
        })
    }
}

impl Recorder {
    /// Begins to record into a ring, on a thread of its own. That it cannot, or no longer, is
    /// told once to `events`.
    #[must_use]
    pub fn start(ring: Ring, origin: Origin, events: mpsc::Sender<Event>) -> Self {
        let (orders, waiting) = sync_channel(QUEUE);
        let (ends, ended) = queue::channel();
        let shelf = ring.directory.clone();
        let run = move || {
            // Dropped with the thread.
            let _ends: queue::Sender<()> = ends;
            if let Err(error) = record(&ring, origin, &waiting, &events) {
                let why = format!("not recording: {}: {error}", ring.directory.display());
                tracing::warn!("{why}");
                // A full queue is read soon, or the console is being left.
                let _ = events.blocking_send(Event::NotRecording(why));
            }
        };
        let thread = thread::Builder::new().name("recorder".to_owned());
        match thread.spawn(run) {
            Ok(running) => Self {
                orders: Some(orders),
                thread: Some(running.thread().clone()),
                ended: Some(ended),
                shelf: Some(shelf),
                is_lossy: false,
                noted: 0,
            },
            Err(error) => {
                tracing::warn!(%error, "not recording: no thread");
                Self::default()
            }
        }
    }

    /// Keeps what is to be kept of an event; never waits.
    pub fn see(&mut self, now: Now, event: &Event) {
        if let Some(seen) = Seen::of(event) {
            self.keep(now, seen);
        }
    }

    /// Keeps what operators did, once the model was told of it: the keys and answers that it came
    /// from are not kept. Who reads it elsewhere is told who `you` was.
    pub fn see_deeds(&mut self, model: &Model) {
        let new = model.history.since(self.noted);
        self.noted = model.history.total();
        for happening in new {
            let What::Operator { who, what } = &happening.what else {
                continue;
            };
            let me = model.others.me.as_ref().filter(|_| who == YOU);
            let seen = Seen::Operated {
                operator: me.map_or(who, |(_, me)| me).clone(),
                what: what.clone(),
            };
            self.keep(happening.at, seen);
        }
    }

    fn keep(&mut self, now: Now, seen: Seen) {
        let Some(orders) = &self.orders else { return };
        let moment = Box::new(Moment {
            mono_ms: now.mono_ms,
            wall_ms: now.wall_ms,
            seen,
        });
        match orders.try_send(Order::Keep(moment)) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => {
                if !std::mem::replace(&mut self.is_lossy, true) {
                    tracing::warn!("the disk is too slow for the recording: parts are missing");
                }
            }
            // It has told why.
            Err(TrySendError::Disconnected(_)) => self.orders = None,
        }
    }

    /// From which the newest part can be taken; `None` where nothing is recorded.
    #[must_use]
    pub fn shelf(&self) -> Option<Shelf> {
        Some(Shelf {
            orders: self.orders.clone()?,
            thread: self.thread.clone()?,
            directory: self.shelf.clone()?,
        })
    }

    /// Writes out what waits, for a moment at most. Every [`Shelf`] must be gone.
    pub fn finish(mut self) {
        self.orders = None;
        if let Some(thread) = &self.thread {
            thread.unpark();
        }
        if let Some(ended) = self.ended.take()
            && ended.recv_timeout(FINISHING) == Err(RecvTimeoutError::Timeout)
        {
            tracing::warn!("left before the recording was written out");
        }
    }
}

/// The newest part of a recording that goes on.
#[derive(Clone, Debug)]
pub struct Shelf {
    orders: SyncSender<Order>,
    thread: Thread,
    directory: PathBuf,
}

impl Shelf {
    /// The segments with the last quarter of an hour, oldest first, written out up to now.
    ///
    /// # Errors
    /// Why there are none.
    pub async fn newest(&self) -> io::Result<Vec<PathBuf>> {
        let (done, written) = oneshot::channel();
        self.orders
            .try_send(Order::Flush(done))
            .map_err(|_| io::Error::other("it has ended"))?;
        self.thread.unpark();
        written
            .await
            .map_err(|_| io::Error::other("it has ended"))?;
        let mut newest = segments(&self.directory)?;
        // The current one may have begun a moment ago; none is longer than a quarter of an hour.
        let kept = newest.split_off(newest.len().saturating_sub(2));
        Ok(kept.into_iter().map(|segment| segment.path).collect())
    }
}

fn record(
    ring: &Ring,
    origin: Origin,
    orders: &Receiver<Order>,
    events: &mpsc::Sender<Event>,
) -> io::Result<()> {
    let _lock = ring.lock()?;
    let mut writer = Writer {
        ring,
        events,
        number: ring.next(origin.run_wall_ms)?,
        origin,
        segment: None,
        lines: Vec::new(),
        first_ms: 0,
        last_ms: 0,
        lasting: BTreeMap::new(),
    };
    loop {
        match orders.try_recv() {
            Ok(Order::Keep(moment)) => writer.keep(*moment)?,
            Ok(Order::Flush(done)) => {
                writer.flush()?;
                // Whoever asked may have gone.
                let _ = done.send(());
            }
            Err(TryRecvError::Empty) => thread::park_timeout(GATHERING),
            Err(TryRecvError::Disconnected) => return writer.flush(),
        }
    }
}

/// The segment that is written.
struct Open {
    file: File,
    bytes: u64,
    began_ms: u64,
}

struct Writer<'a> {
    ring: &'a Ring,
    events: &'a mpsc::Sender<Event>,
    origin: Origin,
    number: u32,
    segment: Option<Open>,
    /// Of the chunk to come.
    lines: Vec<u8>,
    first_ms: u64,
    last_ms: u64,
    lasting: BTreeMap<String, Seen>,
}

impl Writer<'_> {
    fn keep(&mut self, moment: Moment) -> io::Result<()> {
        let mono_ms = moment.mono_ms;
        if !self.lines.is_empty() && mono_ms.saturating_sub(self.first_ms) >= CHUNK_MS {
            self.flush()?;
        }
        let is_due = self.segment.as_ref().is_none_or(|open| {
            open.bytes >= self.ring.segment_bytes() || mono_ms >= open.began_ms + SEGMENT_MS
        });
        if is_due {
            self.begin(&moment)?;
        }
        self.put(&moment)?;
        if let Some(name) = moment.seen.lasting()
            && (self.lasting.len() < MAX_LASTING || self.lasting.contains_key(&name))
        {
            self.lasting.insert(name, moment.seen);
        }
        Ok(())
    }

    /// Begins the next segment, at this moment.
    fn begin(&mut self, moment: &Moment) -> io::Result<()> {
        self.flush()?;
        let (_, mut file) = self.ring.begin(self.origin.run_wall_ms, self.number)?;
        self.number = self.number.wrapping_add(1);
        let since_wall_ms = self.ring.since_wall_ms(self.origin.run_wall_ms)?;
        // A full queue is told with the next segment.
        let _ = self.events.try_send(Event::Recording { since_wall_ms });
        let bytes = write_origin(&mut file, &self.origin)?;
        self.segment = Some(Open {
            file,
            bytes,
            began_ms: moment.mono_ms,
        });
        let lasting: Vec<Seen> = self.lasting.values().cloned().collect();
        for seen in lasting {
            self.put(&Moment {
                seen,
                ..Moment::tick(moment.at())
            })?;
        }
        Ok(())
    }

    fn put(&mut self, moment: &Moment) -> io::Result<()> {
        let before = self.lines.len();
        serde_json::to_writer(&mut self.lines, moment)?;
        let bytes = self.lines.len() - before;
        if bytes > MAX_LINE_BYTES {
            tracing::warn!(bytes, "too long to be recorded");
            self.lines.truncate(before);
            return Ok(());
        }
        self.lines.push(b'\n');
        if before == 0 {
            self.first_ms = moment.mono_ms;
        }
        self.last_ms = moment.mono_ms.max(self.first_ms);
        if self.lines.len() >= CHUNK_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    /// Writes the lines that wait, as a chunk.
    fn flush(&mut self) -> io::Result<()> {
        let Some(open) = &mut self.segment else {
            return Ok(());
        };
        if self.lines.is_empty() {
            return Ok(());
        }
        let chunk = chunk(&self.lines, self.first_ms, self.last_ms)?;
        self.lines.clear();
        // A listing of ten thousand connections needs megabytes, and is rare.
        self.lines.shrink_to(CHUNK_BYTES);
        open.file.write_all(&chunk)?;
        open.bytes += chunk.len() as u64;
        Ok(())
    }
}
