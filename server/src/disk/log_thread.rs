//! The thread that writes the log: it takes all that is queued, makes it durable with one
//! sync, says so, and takes what was queued meanwhile.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError},
    time::{Duration, Instant},
};

use zoowarden_peer::DiskEvent;

use super::{
    command::LogCommand, handle::EventSink, log_worker::LogWorker, txn_log::MAX_COMMIT_BYTES,
};

/// How far the mark of what is durable may lag behind.
const MARK_INTERVAL: Duration = Duration::from_secs(1);

/// Runs until the senders of commands are gone. Everything sent before that is written.
pub(super) fn run(mut worker: LogWorker, commands: &Receiver<LogCommand>, sink: &EventSink) {
    let mut events = Vec::new();
    let send = |events: &mut Vec<DiskEvent>| events.drain(..).for_each(|event| sink(event));
    let mut marked = Instant::now();
    loop {
        let first = if worker.is_mark_behind() {
            commands.recv_timeout(MARK_INTERVAL)
        } else {
            commands.recv().map_err(RecvTimeoutError::from)
        };
        let mut next = match first {
            Ok(first) => Some(first),
            Err(RecvTimeoutError::Timeout) => {
                worker.settle_mark();
                marked = Instant::now();
                continue;
            }
            Err(RecvTimeoutError::Disconnected) => return worker.settle_mark(),
        };
        while let Some(command) = next {
            worker.perform(command, &mut events);
            send(&mut events);
            // Up to a size at which those who wait for the first deserve an answer.
            next = if worker.pending_bytes() < MAX_COMMIT_BYTES {
                commands.try_recv().ok()
            } else {
                None
            };
        }
        worker.commit(&mut events);
        send(&mut events);
        if marked.elapsed() >= MARK_INTERVAL {
            worker.raise_mark();
            marked = Instant::now();
        }
        if worker.has_failed() {
            // Nothing may follow on disk what is not there. Commands are taken and dropped.
            while commands.recv().is_ok() {}
            return;
        }
    }
}
