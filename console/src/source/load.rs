//! What the console itself costs, counted where it is spent.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use super::Context;
use crate::{event::Event, model::Load};

const REPORT_EVERY: Duration = Duration::from_secs(5);

/// Counters that all sources share.
#[derive(Debug, Default)]
pub(super) struct LoadMeter {
    requests: AtomicU64,
    watches: AtomicUsize,
    streams: AtomicUsize,
}

impl LoadMeter {
    /// One request of any kind was sent to a member.
    pub(super) fn request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    #[cfg(test)]
    pub(super) fn requests_so_far(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// How many watches our session has now.
    pub(super) fn watches(&self, now: usize) {
        self.watches.store(now, Ordering::Relaxed);
    }
}

/// One open stream, counted for as long as this lives.
#[derive(Debug)]
pub(super) struct StreamCount(Arc<LoadMeter>);

impl StreamCount {
    pub(super) fn new(load: Arc<LoadMeter>) -> Self {
        load.streams.fetch_add(1, Ordering::Relaxed);
        Self(load)
    }
}

impl Drop for StreamCount {
    fn drop(&mut self) {
        self.0.streams.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Tells the rate every [`REPORT_EVERY`].
pub(super) async fn report(context: Context) {
    let mut before = 0;
    loop {
        tokio::time::sleep(REPORT_EVERY).await;
        let requests = context.load.requests.load(Ordering::Relaxed);
        let load = Load {
            requests_per_s: Some((requests - before) as f64 / REPORT_EVERY.as_secs_f64()),
            watches: context.load.watches.load(Ordering::Relaxed),
            streams: context.load.streams.load(Ordering::Relaxed),
        };
        before = requests;
        if !context.tell(Event::Load(load)).await {
            return;
        }
    }
}
