//! The one gate before every action: a state machine without I/O and without a clock.
//!
//! ```text
//!   Polling ──> Shown ──(all typed)──> Rechecking ──> Acting ──> Ended(Done, Failed, Unknown)
//!                 │                        │
//!                 └──> Ended(Refused)      └──> Ended(Aborted): what was shown has changed
//! ```
//!
//! What is shown does not expire while it is looked at: it is polled and judged again when the
//! operator has confirmed, and only what is judged then is acted on. The key that opened the
//! gate never confirms: an Enter that repeats finds nothing typed.

mod stage;
mod typed;

use std::collections::VecDeque;

use super::{
    facts::Facts, judge::judge, judgement::Judgement, means::Means, outcome::Progress, spec::Action,
};
use crate::{keymap::Key, model::clock::Now};
pub use stage::{End, GateCommand, Orders, Stage};
pub use typed::{Field, Typed};

/// Lines of output that are kept.
const KEPT_LINES: usize = 500;

/// A gate that is open.
#[derive(Clone, Debug, PartialEq)]
pub struct Gate {
    pub action: Action,
    pub stage: Stage,
    /// What the poll found; there from [`Stage::Shown`] on.
    pub facts: Option<Facts>,
    pub judgement: Option<Judgement>,
    pub typed: Typed,
    pub field: Field,
    /// Output of the steps, oldest first.
    pub lines: VecDeque<String>,
    opened_by: Option<Key>,
}

impl Gate {
    /// Opens it; the command is the first poll.
    #[must_use]
    pub fn open(action: Action, opened_by: Option<Key>) -> (Self, GateCommand) {
        let gate = Self {
            action: action.clone(),
            stage: Stage::Polling,
            facts: None,
            judgement: None,
            typed: Typed::default(),
            field: Field::default(),
            lines: VecDeque::new(),
            opened_by,
        };
        (gate, GateCommand::Poll(action))
    }

    /// Takes in a poll that has ended.
    pub fn polled(&mut self, answer: Result<Facts, String>, means: &Means) -> Option<GateCommand> {
        let is_recheck = match self.stage {
            Stage::Polling => false,
            Stage::Rechecking => true,
            // Cancelled meanwhile.
            _ => return None,
        };
        let facts = match answer {
            Ok(facts) => facts,
            Err(why) => return self.end(End::CouldNotLook { why }),
        };
        let judgement = judge(&self.action, &facts, means);
        let changed = self
            .facts
            .as_ref()
            .filter(|_| is_recheck)
            .and_then(|shown| facts.changed_since(shown));
        let has_new_soft = is_recheck && self.has_new_soft(&judgement);
        let refusal = judgement.why_not();
        self.facts = Some(facts);
        self.judgement = Some(judgement);
        if let Some(changed) = changed {
            return self.end(End::Aborted { changed });
        }
        if let Some(why) = refusal {
            return self.end(End::Refused { why });
        }
        if !is_recheck {
            self.stage = Stage::Shown;
            self.field = self.judgement.as_ref().map_or(Field::Confirm, Field::first);
            return None;
        }
        if has_new_soft {
            let changed = "a check that passed when it was shown does not pass now".to_owned();
            return self.end(End::Aborted { changed });
        }
        if let Some(wanted) = self.missing().pop() {
            let changed = format!("it wants something else to be typed now: {wanted}");
            return self.end(End::Aborted { changed });
        }
        self.stage = Stage::Acting {
            step: 0,
            waiting: None,
            stops: false,
        };
        self.orders()
            .map(|orders| GateCommand::Run(Box::new(orders)))
    }

    /// Takes in how the plan goes.
    pub fn progressed(&mut self, progress: Progress) {
        let Stage::Acting { step, waiting, .. } = &mut self.stage else {
            return;
        };
        match progress {
            Progress::Step(next) => {
                *step = next;
                *waiting = None;
            }
            Progress::Waiting(why) => *waiting = Some(why),
            Progress::Line(line) => {
                if self.lines.len() == KEPT_LINES {
                    self.lines.pop_front();
                }
                self.lines.push_back(line);
            }
            Progress::Ended(outcome) => self.stage = Stage::Ended(End::Ran(outcome)),
        }
    }

    /// Takes in a key.
    pub fn key(&mut self, now: Now, key: Key) -> Option<GateCommand> {
        match (&mut self.stage, key) {
            (Stage::Ended(_), Key::Enter | Key::Esc | Key::Char('q')) => Some(GateCommand::Close),
            (Stage::Polling | Stage::Shown | Stage::Rechecking, Key::Esc) => {
                Some(GateCommand::Close)
            }
            (Stage::Holding { .. }, Key::Esc) => {
                self.typed.confirm.clear();
                self.stage = Stage::Shown;
                None
            }
            (Stage::Acting { .. }, Key::Esc) => Some(GateCommand::Leave),
            (Stage::Acting { stops, .. }, Key::Char('s') | Key::Ctrl('c')) => {
                *stops = true;
                Some(GateCommand::Stop)
            }
            (Stage::Shown, Key::Tab | Key::Down) => {
                self.field = self.field.next(self.judgement.as_ref());
                None
            }
            (Stage::Shown, Key::BackTab | Key::Up) => {
                self.field = self.field.before(self.judgement.as_ref());
                None
            }
            (Stage::Shown, Key::Backspace) => {
                self.typed.field_mut(self.field).pop();
                None
            }
            (Stage::Shown, Key::Enter) => {
                if self.field == Field::Confirm {
                    self.confirm(now)
                } else {
                    self.field = self.field.next_wanted(self.judgement.as_ref());
                    None
                }
            }
            (Stage::Shown, Key::Char(c)) => self.typed_char(now, c),
            _ => None,
        }
    }

    /// Takes in text that was pasted: text in a field, and never a confirmation by itself.
    pub fn paste(&mut self, text: &str) {
        if self.stage == Stage::Shown {
            for c in text.chars().filter(|c| !c.is_control()) {
                self.typed.push(self.field, c);
            }
        }
    }

    /// Time has passed: a delay may be over.
    pub fn tick(&mut self, now: Now) -> Option<GateCommand> {
        match self.stage {
            Stage::Holding { until_mono_ms } if now.mono_ms >= until_mono_ms => self.recheck(),
            _ => None,
        }
    }

    /// What must still be typed, in words; empty once it can be confirmed.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let judgement = self.judgement.iter();
        judgement
            .flat_map(|judgement| self.typed.missing(judgement))
            .collect()
    }

    /// Confirms what has been typed; nothing happens while something is missing.
    pub fn confirm(&mut self, now: Now) -> Option<GateCommand> {
        if self.stage != Stage::Shown || !self.missing().is_empty() {
            return None;
        }
        let delay_ms = self.judgement.as_ref()?.confirm.delay_ms;
        if delay_ms == 0 {
            return self.recheck();
        }
        self.stage = Stage::Holding {
            until_mono_ms: now.mono_ms + delay_ms,
        };
        None
    }

    /// Whether something has been sent and its outcome is still open.
    #[must_use]
    pub fn is_acting(&self) -> bool {
        matches!(self.stage, Stage::Acting { .. })
    }

    /// Whether the operator let it go on to its end.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        matches!(self.stage, Stage::Acting { stops: false, .. })
    }

    /// How far the plan is, while it runs.
    #[must_use]
    pub fn standing(&self) -> Option<String> {
        let Stage::Acting { step, waiting, .. } = &self.stage else {
            return None;
        };
        let plan = self.judgement.as_ref().map_or(&[][..], |one| &one.plan);
        let does = plan.get(*step).map_or("", |step| step.does.as_str());
        let now = waiting.as_deref().unwrap_or(does);
        Some(format!("step {} of {}: {now}", step + 1, plan.len()))
    }

    fn recheck(&mut self) -> Option<GateCommand> {
        self.stage = Stage::Rechecking;
        Some(GateCommand::Poll(self.action.clone()))
    }

    fn typed_char(&mut self, now: Now, c: char) -> Option<GateCommand> {
        self.typed.push(self.field, c);
        let confirm = &self.judgement.as_ref()?.confirm;
        // What names something wants its Enter, an id of one digit too; and the key that opened
        // the gate may repeat.
        let confirms_at_once = self.field == Field::Confirm
            && confirm.needs_no_enter()
            && self.opened_by != Some(Key::Char(c));
        confirms_at_once.then(|| self.confirm(now)).flatten()
    }

    /// A soft check that is open now and was not when the operator gave the reason.
    fn has_new_soft(&self, now: &Judgement) -> bool {
        let Some(shown) = &self.judgement else {
            return false;
        };
        now.open_soft()
            .any(|check| shown.open_soft().all(|other| other.name != check.name))
    }

    fn orders(&self) -> Option<Orders> {
        Some(Orders {
            judgement: self.judgement.clone()?,
            facts: self.facts.clone()?,
            typed: self.typed.clone(),
        })
    }

    fn end(&mut self, end: End) -> Option<GateCommand> {
        self.stage = Stage::Ended(end.clone());
        self.orders()
            .map(|orders| GateCommand::Record(Box::new(orders), end))
    }
}
