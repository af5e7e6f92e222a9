//! What a journal says, line by line.

use serde::{Deserialize, Serialize};

use crate::{
    action::{Action, Orders, Outcome, Progress},
    text::clean,
};

/// A line of a journal.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub enum Entry {
    /// The first line.
    Begun(Begun),
    /// This step begins, from 0.
    Step { step: usize },
    /// What a step printed.
    Line { line: String },
    /// What the step waits for.
    Waiting { why: String },
    /// The last line of a plan that has run.
    Ended {
        outcome: Word,
        /// Where it did not come to its end: in this step, or before it.
        step: Option<usize>,
        why: Option<String>,
        took_ms: Option<u64>,
        /// The words of the action that goes on behind it.
        resume: Option<Vec<String>>,
    },
    /// The last line of a plan of which nothing was sent.
    NotBegun { why: String },
}

/// Who runs what.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub struct Begun {
    pub cluster: String,
    /// As `zoowarden act` takes it.
    pub action: Vec<String>,
    /// What each step does.
    pub steps: Vec<String>,
    /// `os:ann`.
    pub principal: String,
    pub ticket: String,
    pub pid: u32,
    pub unix_ms: i64,
}

/// How a plan ended.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    Done,
    Failed,
    Unknown,
    Stopped,
}

impl Begun {
    /// The first line of a plan that this process begins.
    #[must_use]
    pub fn of(orders: &Orders, cluster: &str, principal: &str, unix_ms: i64) -> Self {
        let judgement = &orders.judgement;
        Self {
            cluster: cluster.to_owned(),
            action: judgement.action.command_line(),
            steps: judgement
                .plan
                .iter()
                .map(|step| step.does.clone())
                .collect(),
            principal: principal.to_owned(),
            ticket: orders.typed.ticket.trim().to_owned(),
            pid: std::process::id(),
            unix_ms,
        }
    }

    /// The action; `None` where another version of this program has more of them.
    #[must_use]
    pub fn action(&self) -> Option<Action> {
        Action::parse(&self.action).ok()
    }

    /// The action as an operator says it.
    #[must_use]
    pub fn says(&self) -> String {
        let action = self.action();
        clean(&action.map_or_else(|| self.action.join(" "), |action| action.to_string()))
    }
}

impl From<&Progress> for Entry {
    fn from(progress: &Progress) -> Self {
        match progress {
            Progress::Step(step) => Self::Step { step: *step },
            Progress::Line(line) => Self::Line { line: line.clone() },
            Progress::Waiting(why) => Self::Waiting { why: why.clone() },
            Progress::Ended(outcome) => Self::ended(outcome),
        }
    }
}

impl Entry {
    fn ended(outcome: &Outcome) -> Self {
        let (word, step, took_ms) = match outcome {
            Outcome::Done { took_ms } => (Word::Done, None, Some(*took_ms)),
            Outcome::Failed { step, .. } => (Word::Failed, Some(*step), None),
            Outcome::Unknown { step, .. } => (Word::Unknown, Some(*step), None),
            Outcome::Stopped { step, .. } => (Word::Stopped, Some(*step), None),
        };
        Self::Ended {
            outcome: word,
            step,
            why: outcome.why().map(str::to_owned),
            took_ms,
            resume: outcome.resume().map(Action::command_line),
        }
    }

    /// What a gate is told of it; nothing of the first line, which it knows. Another process
    /// wrote it: its texts are cleaned.
    #[must_use]
    pub fn progress(self) -> Option<Progress> {
        let progress = match self {
            Self::Begun(_) => return None,
            Self::Step { step } => Progress::Step(step),
            Self::Line { line } => Progress::Line(clean(&line)),
            Self::Waiting { why } => Progress::Waiting(clean(&why)),
            Self::NotBegun { why } => Progress::Ended(Outcome::Failed {
                step: 0,
                why: clean(&why),
                resume: None,
            }),
            Self::Ended {
                outcome,
                step,
                why,
                took_ms,
                resume,
            } => {
                let step = step.unwrap_or_default();
                let why = clean(&why.unwrap_or_default());
                let resume = resume.and_then(|words| Action::parse(&words).ok());
                Progress::Ended(match outcome {
                    Word::Done => Outcome::Done {
                        took_ms: took_ms.unwrap_or_default(),
                    },
                    Word::Failed => Outcome::Failed { step, why, resume },
                    Word::Unknown => Outcome::Unknown { step, why, resume },
                    Word::Stopped => Outcome::Stopped { step, resume },
                })
            }
        };
        Some(progress)
    }

    /// Whether nothing follows it.
    #[must_use]
    pub fn is_last(&self) -> bool {
        matches!(self, Self::Ended { .. } | Self::NotBegun { .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_comes_back_as_it_went() {
        let resume = Action::parse(&["rolling-restart".into(), "after".into(), "1".into()]);
        let outcomes = [
            Outcome::Done { took_ms: 12 },
            Outcome::Stopped {
                step: 2,
                resume: Some(resume.unwrap()),
            },
            Outcome::Unknown {
                step: 1,
                why: "the hook was ended".into(),
                resume: None,
            },
        ];
        let told = [
            Progress::Step(3),
            Progress::Line("stopped".into()),
            Progress::Waiting("zk2 follows".into()),
        ];
        for progress in told.into_iter().chain(outcomes.map(Progress::Ended)) {
            let line = serde_json::to_string(&Entry::from(&progress)).unwrap();
            let entry: Entry = serde_json::from_str(&line).unwrap();
            assert_eq!(entry.progress(), Some(progress), "{line}");
        }
    }

    #[test]
    fn what_another_process_wrote_is_cleaned() {
        let entry = Entry::Line {
            line: "\u{1b}]0;owned\u{7}".into(),
        };
        let Some(Progress::Line(line)) = entry.progress() else {
            panic!("a line");
        };
        assert!(!line.contains('\u{1b}'), "{line}");
    }
}
