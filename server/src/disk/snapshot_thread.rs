//! The thread of [`SnapshotWorker`], which also sees to it that old files go in time.

use std::{
    sync::mpsc::{Receiver, RecvTimeoutError, Sender},
    time::{Duration, Instant},
};

use super::{
    command::{LogCommand, SnapshotCommand},
    handle::{Autopurge, EventSink},
    snapshot_worker::SnapshotWorker,
};

/// The thread's state.
pub(super) struct SnapshotThread {
    worker: SnapshotWorker,
    /// A leader's snapshot that is whole goes to the log's thread.
    log: Sender<LogCommand>,
    autopurge: Option<Autopurge>,
    next_purge: Instant,
    sink: EventSink,
}

impl SnapshotThread {
    pub(super) fn new(
        worker: SnapshotWorker,
        log: Sender<LogCommand>,
        autopurge: Option<Autopurge>,
        sink: EventSink,
    ) -> Self {
        Self {
            worker,
            log,
            autopurge,
            // As `DatadirCleanupManager`: at once, and then at every interval.
            next_purge: Instant::now(),
            sink,
        }
    }

    /// Runs until the sender of commands is gone.
    pub(super) fn run(mut self, commands: &Receiver<SnapshotCommand>) {
        loop {
            let patience = self.purge_when_due();
            let command = match patience {
                None => commands.recv().map_err(RecvTimeoutError::from),
                Some(patience) => commands.recv_timeout(patience),
            };
            match command {
                Ok(command) => self.perform(command),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return self.worker.give_up(),
            }
        }
    }

    fn perform(&mut self, command: SnapshotCommand) {
        let mut events = Vec::new();
        if let Some(sealed) = self.worker.perform(command, &mut events) {
            // The log's thread ends only after this one, but for a panic.
            let _ = self.log.send(LogCommand::Install(sealed));
        }
        events.drain(..).for_each(|event| (self.sink)(event));
    }

    /// Purges if it is time, and returns how long it is until the next time.
    fn purge_when_due(&mut self) -> Option<Duration> {
        let autopurge = self.autopurge?;
        let now = Instant::now();
        if self.next_purge <= now {
            self.next_purge = now + autopurge.interval;
            self.worker.purge(autopurge.retain);
        }
        Some(self.next_purge.saturating_duration_since(now))
    }
}
