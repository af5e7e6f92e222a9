//! The end of what a child wrote: bounded, whatever it writes.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Lines that are quoted.
const LINES: usize = 5;
/// Bytes that are kept.
const BYTES: usize = 4096;

/// The last bytes of a stream.
#[derive(Debug, Default)]
pub(super) struct Tail(Mutex<VecDeque<u8>>);

impl Tail {
    pub(super) fn push(&self, bytes: &[u8]) {
        let mut kept = self.lock();
        kept.extend(&bytes[bytes.len().saturating_sub(BYTES)..]);
        let excess = kept.len().saturating_sub(BYTES);
        kept.drain(..excess);
    }

    /// Forgets all: another child begins.
    pub(super) fn clear(&self) {
        self.lock().clear();
    }

    pub(super) fn lines(&self) -> Vec<String> {
        let bytes: Vec<u8> = self.lock().iter().copied().collect();
        last_lines(&bytes)
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The last few lines of a log's end; bytes that are not UTF-8 are shown as such.
#[must_use]
pub fn last_lines(end_of_log: &[u8]) -> Vec<String> {
    let end = &end_of_log[end_of_log.len().saturating_sub(BYTES)..];
    let text = String::from_utf8_lossy(end);
    let lines: Vec<&str> = text.lines().collect();
    let lines = &lines[lines.len().saturating_sub(LINES)..];
    lines.iter().map(|line| (*line).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_lines_are_few_however_much_was_written() {
        let tail = Tail::default();
        assert!(tail.lines().is_empty());
        for n in 0..10_000 {
            tail.push(format!("line {n}\n").as_bytes());
        }
        let expected: Vec<_> = (9995..10_000).map(|n| format!("line {n}")).collect();
        assert_eq!(tail.lines(), expected);
        tail.push(&vec![b'x'; 1 << 20]);
        assert_eq!(tail.lines(), ["x".repeat(BYTES)]);
        tail.clear();
        assert!(tail.lines().is_empty());
    }
}
