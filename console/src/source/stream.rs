//! The event stream of a member of ours: its heartbeats, as they come.
//!
//! It is opened beside the polls, which go on once a second to measure the round trip and to
//! ask for what beats do not tell. Its end, or a second without a beat, is told at once and
//! makes the member's task poll at once; the polls alone are then what they are for Apache's.

use std::{sync::Arc, time::Duration};

use tokio::time::{Instant, sleep_until};
use tracing::debug;
use zoowarden_client::http_lines::HttpLines;
use zoowarden_shared::admin::{Heartbeat, STREAM_PATH};

use super::{Context, load::StreamCount};
use crate::{event::Event, model::pulse::QUIET_MS};

/// How long the first line of the answer may take.
const DEADLINE: Duration = Duration::from_secs(2);
/// Without a beat for so long it is no stream any more.
const QUIET: Duration = Duration::from_millis(QUIET_MS);
/// A refused stream (all places taken, an older version) is asked for again after this.
const TRY_AGAIN: Duration = Duration::from_secs(10);
/// One that ended, after this: whatever cuts it short must not make us hammer the member.
const REOPEN: Duration = Duration::from_secs(1);

/// The stream of one member, open or not.
#[derive(Debug)]
pub(super) struct Stream {
    context: Context,
    address: String,
    open: Option<Open>,
    not_before: Option<Instant>,
    /// Its end has not been told yet.
    owes_end: bool,
}

#[derive(Debug)]
struct Open {
    lines: HttpLines,
    last: Instant,
    _count: StreamCount,
}

impl Stream {
    pub(super) fn new(context: Context, address: String) -> Self {
        Self {
            context,
            address,
            open: None,
            not_before: None,
            owes_end: false,
        }
    }

    /// Opens it at this AdminServer unless it is open, or was refused a moment ago.
    pub(super) async fn open(&mut self, admin_address: &str) {
        let waits = self.not_before.is_some_and(|at| Instant::now() < at);
        if self.open.is_some() || waits {
            return;
        }
        self.context.load.request();
        let path = format!("/commands/{STREAM_PATH}");
        match HttpLines::open_by(&self.context.reach.admin, admin_address, &path, DEADLINE).await {
            Ok(lines) => {
                self.open = Some(Open {
                    lines,
                    last: Instant::now(),
                    _count: StreamCount::new(Arc::clone(&self.context.load)),
                });
            }
            Err(error) => {
                debug!(address = self.address, %error, "no stream");
                self.not_before = Some(Instant::now() + TRY_AGAIN);
            }
        }
    }

    /// Tells the beats as they come; returns when the stream has ended, and never while there
    /// is none. Cancel safe.
    pub(super) async fn tell_beats(&mut self) {
        if !self.owes_end {
            self.tell_until_end().await;
        }
        let address = self.address.clone();
        self.context.tell(Event::StreamEnded { address }).await;
        self.owes_end = false;
    }

    async fn tell_until_end(&mut self) {
        let Some(open) = &mut self.open else {
            return std::future::pending().await;
        };
        loop {
            let line = tokio::select! {
                biased;
                line = open.lines.next() => line,
                () = sleep_until(open.last + QUIET) => Ok(None),
            };
            let beat = line.ok().flatten().and_then(|line| Heartbeat::parse(&line));
            let Some(beat) = beat else { break };
            open.last = Instant::now();
            let event = Event::Heartbeat {
                address: self.address.clone(),
                at_mono_ms: self.context.clock.now().mono_ms,
                beat: Box::new(beat),
            };
            self.context.tell(event).await;
        }
        self.open = None;
        self.owes_end = true;
        self.not_before = Some(Instant::now() + REOPEN);
    }
}

#[cfg(test)]
#[path = "stream_tests.rs"]
mod tests;
