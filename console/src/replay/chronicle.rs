//! The events of a whole recording: what stands on the timelines of its runs, in their order.

use crate::{model::history::History, text::cut};

/// More are not listed.
const MAX_MARKS: usize = 100_000;
/// What is told of one, columns: more than a line has.
const LONGEST_TEXT: usize = 250;
/// A timeline forgets its oldest entries: it is looked at before that.
const LOOK_AFTER: usize = 500;

/// One event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// On the recording's axis.
    pub(super) at_ms: u64,
    /// Its number on its run's timeline.
    pub(super) number: usize,
    /// Its kind and its sentence.
    pub(super) text: String,
}

/// All that have been found so far, and where the run that is looked at begins among them.
#[derive(Debug, Default)]
pub(super) struct Chronicle {
    marks: Vec<Mark>,
    run: usize,
}

impl Chronicle {
    /// A part of a run was told: whether its timeline has much that is new.
    pub(super) fn is_due(&self, history: &History) -> bool {
        history.total() >= self.marks.len() - self.run + LOOK_AFTER
    }

    /// Takes in a run's timeline. What an entry says may change for a while: the newest counts.
    pub(super) fn note(&mut self, history: &History, zero_ms: u64) {
        for (number, entry) in history.numbered() {
            let at = self.run.saturating_add(number);
            if at >= MAX_MARKS {
                return;
            }
            let before_ms = at.checked_sub(1).and_then(|at| self.marks.get(at));
            let before_ms = before_ms.map_or(0, |before| before.at_ms);
            let mark = Mark {
                at_ms: zero_ms.saturating_add(entry.at.mono_ms).max(before_ms),
                number,
                text: cut(
                    &format!("{}: {}", entry.what.kind(), entry.what.sentence()),
                    LONGEST_TEXT,
                ),
            };
            match self.marks.get_mut(at) {
                Some(known) => *known = mark,
                None => self.marks.push(mark),
            }
        }
    }

    /// A run is over.
    pub(super) fn end_run(&mut self, history: &History, zero_ms: u64) {
        self.note(history, zero_ms);
        self.run = self.marks.len();
    }

    pub(super) fn into_marks(self) -> Vec<Mark> {
        self.marks
    }
}
