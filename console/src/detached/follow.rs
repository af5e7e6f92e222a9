//! Reads a journal while it grows; on a thread of its own, since files block.

use std::{fs::File, io::Read as _, path::PathBuf, thread::sleep, time::Duration};

use tokio::sync::{mpsc, watch};

use super::entry::Entry;
use crate::action::{Outcome, Progress};

/// How often a journal that has not grown is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// A line that is longer is no journal's, bytes.
const LONGEST_LINE: usize = 1 << 20;

/// Tells what the journal says until its last entry; where the process ends without one, that
/// it is unknown how the plan ended.
pub(crate) fn follow(
    journal: PathBuf,
    ended: &watch::Receiver<bool>,
    told: &mpsc::Sender<Progress>,
) {
    let mut step = 0;
    let mut lines = Lines::new(journal);
    // Whoever listened may leave; the plan goes on.
    while !told.is_closed() {
        // Before reading: what it wrote before it ended is read after that.
        let has_ended = *ended.borrow();
        for entry in lines.read() {
            let is_last = entry.is_last();
            if let Entry::Step { step: next } = entry {
                step = next;
            }
            if let Some(progress) = entry.progress()
                && told.blocking_send(progress).is_err()
            {
                return;
            }
            if is_last {
                return;
            }
        }
        if has_ended {
            let outcome = lost(step, lines.has_begun());
            // Whoever listened may have left.
            let _ = told.blocking_send(Progress::Ended(outcome));
            return;
        }
        sleep(LOOK_AGAIN);
    }
}

fn lost(step: usize, has_begun: bool) -> Outcome {
    if has_begun {
        return Outcome::Unknown {
            step,
            why: "the process that ran the plan is gone".to_owned(),
            resume: None,
        };
    }
    Outcome::Failed {
        step,
        why: "the process that was to run the plan ended before it began: nothing was sent"
            .to_owned(),
        resume: None,
    }
}

/// The entries of a file that grows.
struct Lines {
    path: PathBuf,
    file: Option<File>,
    /// The beginning of a line whose end is not there yet.
    rest: Vec<u8>,
    has_begun: bool,
}

impl Lines {
    fn new(path: PathBuf) -> Self {
        Self {
            path,
            file: None,
            rest: Vec::new(),
            has_begun: false,
        }
    }

    /// Whether anything of it was there.
    fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// The entries that are there now and were not before.
    fn read(&mut self) -> Vec<Entry> {
        if self.file.is_none() {
            self.file = File::open(&self.path).ok();
        }
        let Some(file) = &mut self.file else {
            return Vec::new();
        };
        let mut chunk = [0; 16 * 1024];
        let mut entries = Vec::new();
        while let Ok(read @ 1..) = file.read(&mut chunk) {
            self.rest.extend_from_slice(&chunk[..read]);
            while let Some(end) = self.rest.iter().position(|&byte| byte == b'\n') {
                let line: Vec<u8> = self.rest.drain(..=end).collect();
                entries.extend(serde_json::from_slice::<Entry>(&line).ok());
            }
            if self.rest.len() > LONGEST_LINE {
                self.rest.clear();
            }
        }
        self.has_begun |= !entries.is_empty();
        entries
    }
}

#[cfg(test)]
mod tests {
    use super::{super::journal::Journal, *};

    fn heard(mut told: mpsc::Receiver<Progress>) -> Vec<Progress> {
        std::iter::from_fn(|| told.blocking_recv()).collect()
    }

    #[test]
    fn a_process_that_dies_leaves_it_unknown() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("plan.jsonl");
        let mut journal = Journal::begin(&path).unwrap();
        journal.write(&Entry::Step { step: 2 }).unwrap();
        drop(journal);
        let (sender, told) = mpsc::channel(8);
        follow(path, &watch::channel(true).1, &sender);
        drop(sender);
        let heard = heard(told);
        let [
            Progress::Step(2),
            Progress::Ended(Outcome::Unknown { step: 2, .. }),
        ] = &heard[..]
        else {
            panic!("{heard:?}");
        };
    }

    #[test]
    fn a_process_that_never_began_has_sent_nothing() {
        let home = tempfile::tempdir().unwrap();
        let (sender, told) = mpsc::channel(8);
        let journal = home.path().join("none.jsonl");
        follow(journal, &watch::channel(true).1, &sender);
        drop(sender);
        let heard = heard(told);
        assert!(
            matches!(&heard[..], [Progress::Ended(Outcome::Failed { why, .. })]
                if why.contains("nothing was sent")),
            "{heard:?}"
        );
    }
}
