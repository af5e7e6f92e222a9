//! Threads that drive lanes: each waits for its sockets, takes their replies, refills them.

use std::{
    collections::BTreeMap,
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use hdrhistogram::Histogram;
use mio::{Events, Interest, Poll, Token};

use super::lane::{Lane, Work};

/// Latencies are kept in nanoseconds between these, to three digits.
const MIN_LATENCY_NS: u64 = 1_000;
const MAX_LATENCY_NS: u64 = 600_000_000_000;
/// How often a thread looks up when nothing happens.
const IDLE: Duration = Duration::from_millis(50);
/// How long outstanding requests may take once no more are made.
const DRAIN: Duration = Duration::from_secs(30);

/// When the load ends.
#[derive(Clone, Copy, Debug)]
pub(super) enum Until {
    /// When every lane's keys are used; all of it counts.
    KeysAreUsed,
    /// After this time, of which the warm-up does not count.
    Elapsed {
        /// Not counted.
        warmup: Duration,
        /// Counted.
        measured: Duration,
    },
}

/// What others may see and do while the load runs.
#[derive(Debug)]
pub(super) struct Progress {
    /// Replies so far, warm-up included.
    pub(super) replies: AtomicU64,
    /// Set by others to end early.
    stop: Arc<AtomicBool>,
}

impl Progress {
    pub(super) fn new(stop: Arc<AtomicBool>) -> Self {
        Self {
            replies: AtomicU64::new(0),
            stop,
        }
    }
}

/// What was measured.
#[derive(Clone, Debug)]
pub(super) struct Measured {
    /// Latencies of successful operations, nanoseconds.
    pub(super) latencies: Histogram<u64>,
    /// Failed operations by error code.
    pub(super) errors: BTreeMap<i32, u64>,
    /// The time that it counts.
    pub(super) elapsed: Duration,
}

impl Measured {
    fn new() -> anyhow::Result<Self> {
        Ok(Self {
            latencies: Histogram::new_with_bounds(MIN_LATENCY_NS, MAX_LATENCY_NS, 3)?,
            errors: BTreeMap::new(),
            elapsed: Duration::ZERO,
        })
    }

    fn add(&mut self, other: &Self) -> anyhow::Result<()> {
        self.latencies.add(&other.latencies)?;
        for (code, count) in &other.errors {
            *self.errors.entry(*code).or_default() += count;
        }
        self.elapsed = self.elapsed.max(other.elapsed);
        Ok(())
    }
}

/// Runs `work` on `lanes`, one [`Work`] each, on `threads` threads, until it is done.
///
/// # Errors
/// A lane whose server hung up or sent what is no reply; outstanding requests that were not
/// answered within 30 s of the end.
pub(super) fn drive(
    lanes: &mut [Lane],
    work: &mut [Work],
    threads: usize,
    until: Until,
    progress: &Progress,
) -> anyhow::Result<Measured> {
    let share = lanes.len().div_ceil(threads.max(1)).max(1);
    let start = Instant::now();
    thread::scope(|scope| {
        let shares = lanes.chunks_mut(share).zip(work.chunks_mut(share));
        let running: Vec<_> = shares
            .map(|(lanes, work)| {
                scope.spawn(move || drive_share(lanes, work, start, until, progress))
            })
            .collect();
        let mut all = Measured::new()?;
        for thread in running {
            let measured = thread
                .join()
                .map_err(|_| anyhow::anyhow!("a load thread panicked"))??;
            all.add(&measured)?;
        }
        Ok(all)
    })
}

/// The limits of what counts.
#[derive(Clone, Copy, Debug)]
struct Span {
    from: Instant,
    to: Option<Instant>,
}

impl Span {
    fn new(start: Instant, until: Until) -> Self {
        match until {
            Until::KeysAreUsed => Self {
                from: start,
                to: None,
            },
            Until::Elapsed { warmup, measured } => Self {
                from: start + warmup,
                to: Some(start + warmup + measured),
            },
        }
    }

    fn counts(&self, now: Instant) -> bool {
        now >= self.from && !self.is_over(now)
    }

    fn is_over(&self, now: Instant) -> bool {
        self.to.is_some_and(|to| now >= to)
    }
}

fn drive_share(
    lanes: &mut [Lane],
    work: &mut [Work],
    start: Instant,
    until: Until,
    progress: &Progress,
) -> anyhow::Result<Measured> {
    let mut poll = Poll::new()?;
    for (index, lane) in lanes.iter_mut().enumerate() {
        lane.restart();
        // Edges, not levels: every event is followed by reading and writing all there is.
        let interest = Interest::READABLE | Interest::WRITABLE;
        poll.registry()
            .register(lane.wire.socket(), Token(index), interest)?;
    }
    let span = Span::new(start, until);
    let result = serve(&mut poll, lanes, work, span, progress);
    for lane in lanes.iter_mut() {
        poll.registry().deregister(lane.wire.socket())?;
    }
    result
}

fn serve(
    poll: &mut Poll,
    lanes: &mut [Lane],
    work: &mut [Work],
    span: Span,
    progress: &Progress,
) -> anyhow::Result<Measured> {
    let mut measured = Measured::new()?;
    let mut events = Events::with_capacity(lanes.len().clamp(16, 1024));
    let scratch_size = lanes.iter().map(Lane::max_frame).max().unwrap_or(0);
    let mut scratch = vec![0; scratch_size * 2 + (256 << 10)];
    let mut now = Instant::now();
    let mut drained_by = None;
    for (lane, work) in lanes.iter_mut().zip(work.iter_mut()) {
        lane.fill(work, now, false).context("the server hung up")?;
    }
    loop {
        let stopping = span.is_over(now) || progress.stop.load(Ordering::Relaxed);
        if lanes.iter().all(|lane| lane.is_done(stopping)) {
            break;
        }
        if stopping && now >= *drained_by.get_or_insert(now + DRAIN) {
            anyhow::bail!("requests were not answered within {DRAIN:?} of the end");
        }
        match poll.poll(&mut events, Some(IDLE)) {
            Err(e) if e.kind() != io::ErrorKind::Interrupted => return Err(e.into()),
            _ => {}
        }
        now = Instant::now();
        let mut replies = 0;
        for event in &events {
            let index = event.token().0;
            let (lane, work) = (&mut lanes[index], &mut work[index]);
            if event.is_readable() {
                lane.read(&mut scratch, |sent, err| {
                    replies += 1;
                    if !span.counts(now) {
                        return;
                    }
                    if err == 0 {
                        let latency = now.saturating_duration_since(sent).as_nanos() as u64;
                        measured.latencies.saturating_record(latency);
                    } else {
                        *measured.errors.entry(err).or_default() += 1;
                    }
                })
                .context("a session was lost")?;
            }
            now = Instant::now();
            lane.fill(work, now, stopping)
                .context("a session was lost")?;
        }
        progress.replies.fetch_add(replies, Ordering::Relaxed);
    }
    let end = span.to.map_or(now, |to| to.min(now));
    measured.elapsed = end.saturating_duration_since(span.from);
    Ok(measured)
}

#[cfg(test)]
#[path = "engine_tests.rs"]
mod tests;
