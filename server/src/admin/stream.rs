//! The heartbeats of this member: one line every [`HEARTBEAT_MS`] to each who listens, in one
//! HTTP answer that ends with the member.
//!
//! One task makes every beat, with one question to the driver for all listeners together, and
//! none at all while nobody listens. A listener that falls behind is let go rather than waited
//! for: beats that come late say nothing of now.

use std::{
    convert::Infallible,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use axum::{
    body::Body,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::stream::poll_fn;
use tokio::{
    sync::{Notify, mpsc},
    time::{MissedTickBehavior, interval},
};
use tokio_util::sync::CancellationToken;
use zoowarden_peer::view::ReplicationView;
use zoowarden_shared::admin::{HEARTBEAT_MS, Heartbeat};

use super::{Admin, ensemble};
use crate::driver::Stopped;

/// Who may listen at the same time.
const MAX_STREAMS: usize = 16;

/// Beats that may wait for a listener, beside what the system's buffers hold.
const MAX_WAITING: usize = 20;

/// Those who listen.
#[derive(Debug, Default)]
pub(super) struct Streams {
    state: Mutex<Listeners>,
    /// The first listener has come.
    came: Notify,
}

#[derive(Debug, Default)]
struct Listeners {
    open: Vec<mpsc::Sender<Bytes>>,
    has_ended: bool,
}

/// Why nobody more may listen.
#[derive(Debug, PartialEq, Eq)]
enum Refused {
    Full,
    Ended,
}

impl Streams {
    fn lock(&self) -> MutexGuard<'_, Listeners> {
        // Nothing panics while it holds the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn join(&self) -> Result<mpsc::Receiver<Bytes>, Refused> {
        let mut state = self.lock();
        if state.has_ended {
            return Err(Refused::Ended);
        }
        state.open.retain(|listener| !listener.is_closed());
        if state.open.len() >= MAX_STREAMS {
            return Err(Refused::Full);
        }
        let (sender, receiver) = mpsc::channel(MAX_WAITING);
        state.open.push(sender);
        self.came.notify_one();
        Ok(receiver)
    }

    /// Sends a beat to all, and lets go those who have left or fallen behind.
    fn send(&self, line: &Bytes) {
        let mut state = self.lock();
        state
            .open
            .retain(|listener| listener.try_send(line.clone()).is_ok());
    }

    fn is_empty(&self) -> bool {
        self.lock().open.is_empty()
    }

    fn end(&self) {
        let mut state = self.lock();
        state.has_ended = true;
        state.open.clear();
    }
}

/// Makes the beats until the member stops; then all streams end.
pub(crate) async fn beat(admin: Arc<Admin>, closing: CancellationToken) {
    tokio::select! {
        () = closing.cancelled() => {}
        Stopped = make_beats(&admin) => {}
    }
    admin.streams.end();
}

async fn make_beats(admin: &Admin) -> Stopped {
    // Seeded by the system at random.
    let boot = format!("{:016x}", RandomState::new().hash_one(0));
    let mut seq = 0;
    let mut due = interval(Duration::from_millis(HEARTBEAT_MS));
    due.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        while admin.streams.is_empty() {
            admin.streams.came.notified().await;
        }
        due.tick().await;
        seq += 1;
        match admin.heartbeat(seq, &boot).await {
            Ok(beat) => admin.streams.send(&Bytes::from(beat.to_line())),
            Err(stopped) => return stopped,
        }
    }
}

impl Admin {
    async fn heartbeat(&self, seq: u64, boot: &str) -> Result<Heartbeat, Stopped> {
        let (server, ensemble) = self
            .driver
            .ask(|peer, now| {
                let view = peer.replication_view(now);
                let beat = |view: ReplicationView| {
                    (view.status.epoch, ensemble::beat(&view, &peer.metrics()))
                };
                (peer.server_view(now), view.map(beat))
            })
            .await?;
        let (epoch, ensemble) = ensemble.unzip();
        let syncs = self.disk.sync_times();
        let micros = |took: Duration| took.as_micros() as u64;
        Ok(Heartbeat {
            seq,
            boot: boot.to_owned(),
            interval_ms: HEARTBEAT_MS,
            serving: server.serving,
            role: server.mode.to_owned(),
            zxid: server.zxid.0,
            epoch: epoch.map(i64::from),
            connections: server.alive_connections as i64,
            outstanding: server.outstanding_requests as i64,
            znodes: server.node_count as i64,
            watches: server.watch_count as i64,
            uptime_ms: server.uptime_ms as i64,
            fsync_last_us: syncs.last.map(micros),
            fsync_p99_us: (syncs.count > 0).then(|| micros(syncs.p99)),
            ensemble,
        })
    }
}

/// Answers with the stream.
pub(super) async fn open(State(admin): State<Arc<Admin>>) -> Response {
    match admin.streams.join() {
        Ok(mut beats) => {
            let lines = poll_fn(move |context| {
                let next = beats.poll_recv(context);
                next.map(|line| line.map(Ok::<_, Infallible>))
            });
            let kind = [
                (header::CONTENT_TYPE, "application/x-ndjson"),
                (header::CACHE_CONTROL, "no-store"),
            ];
            (kind, Body::from_stream(lines)).into_response()
        }
        Err(refused) => {
            let why = match refused {
                Refused::Full => format!("{MAX_STREAMS} streams are open, which is the most\n"),
                Refused::Ended => "this member stops\n".to_owned(),
            };
            (StatusCode::SERVICE_UNAVAILABLE, why).into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_does_not_read_is_let_go_and_frees_his_place() {
        let streams = Streams::default();
        let mut reads = streams.join().unwrap();
        let idle: Vec<_> = (1..MAX_STREAMS).map(|_| streams.join().unwrap()).collect();
        assert_eq!(streams.join().unwrap_err(), Refused::Full);
        for _ in 0..=MAX_WAITING {
            streams.send(&Bytes::from_static(b"beat\n"));
            assert!(reads.try_recv().is_ok());
        }
        assert_eq!(streams.lock().open.len(), 1, "the one that reads");
        assert!(streams.join().is_ok());
        drop(idle);
    }

    #[test]
    fn nobody_joins_after_the_end_and_all_who_listen_are_told() {
        let streams = Streams::default();
        let mut listener = streams.join().unwrap();
        streams.end();
        assert_eq!(
            listener.try_recv(),
            Err(mpsc::error::TryRecvError::Disconnected)
        );
        assert_eq!(streams.join().unwrap_err(), Refused::Ended);
    }

    #[test]
    fn who_left_makes_room() {
        let streams = Streams::default();
        let listeners: Vec<_> = (0..MAX_STREAMS).map(|_| streams.join().unwrap()).collect();
        drop(listeners);
        assert!(streams.join().is_ok());
    }
}
