//! The last lines of this process's log, for `log_tail` of the AdminServer: an operator who is
//! woken at night has no shell on every host.
//!
//! Bounded, in memory, and fed by one layer of the subscriber: [`MOST_LINES`] lines of at most
//! [`MOST_BYTES`] bytes are at most 400 KB.

use std::{
    collections::VecDeque,
    io,
    sync::{LazyLock, Mutex, PoisonError},
};

use tracing_subscriber::fmt::MakeWriter;

/// Lines that are kept.
const MOST_LINES: usize = 200;
/// Of each, what is kept.
const MOST_BYTES: usize = 2048;

/// One a process, as its log is.
static RECENT: LazyLock<RecentLog> = LazyLock::new(RecentLog::default);

/// The lines, the oldest first.
#[derive(Debug, Default)]
pub(crate) struct RecentLog {
    lines: Mutex<VecDeque<String>>,
}

impl RecentLog {
    /// This process's.
    pub(crate) fn of_process() -> &'static Self {
        &RECENT
    }

    /// What has been logged last.
    pub(crate) fn lines(&self) -> Vec<String> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().cloned().collect()
    }

    fn push(&self, bytes: &[u8]) {
        let kept = &bytes[..bytes.len().min(MOST_BYTES)];
        let line = String::from_utf8_lossy(kept).trim_end().to_owned();
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == MOST_LINES {
            lines.pop_front();
        }
        lines.push_back(line);
    }
}

/// Writes into the log's memory: the subscriber writes each event at once.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Writer(&'static RecentLog);

impl io::Write for Writer {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.push(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for &'static RecentLog {
    type Writer = Writer;

    fn make_writer(&'a self) -> Writer {
        Writer(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_kept_and_no_more() {
        let log = RecentLog::default();
        for number in 0..=MOST_LINES {
            log.push(format!("line {number}\n").as_bytes());
        }
        log.push(&vec![b'x'; 2 * MOST_BYTES]);
        let lines = log.lines();
        assert_eq!((lines.len(), lines[0].as_str()), (MOST_LINES, "line 2"));
        assert_eq!(lines[MOST_LINES - 1].len(), MOST_BYTES);
    }
}
