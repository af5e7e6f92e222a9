//! How a plan goes, told while it runs and at its end.

use super::spec::Action;

/// Told while a plan runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// This step of the plan begins, from 0.
    Step(usize),
    /// A line of what the step says, already cleaned.
    Line(String),
    /// The step waits, and for what: verifying.
    Waiting(String),
    Ended(Outcome),
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// All steps, each verified.
    Done { took_ms: u64 },
    /// A step failed, and that is certain.
    Failed {
        step: usize,
        why: String,
        /// What goes on behind what was done, where that can be said.
        resume: Option<Action>,
    },
    /// A step may or may not have worked: verify.
    Unknown {
        step: usize,
        why: String,
        resume: Option<Action>,
    },
    /// The operator stopped it before this step.
    Stopped { step: usize, resume: Option<Action> },
}

impl Outcome {
    /// In one word, for the audit.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Done { .. } => "done",
            Self::Failed { .. } => "failed",
            Self::Unknown { .. } => "unknown",
            Self::Stopped { .. } => "stopped",
        }
    }

    /// What was wrong, where something was.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Failed { why, .. } | Self::Unknown { why, .. } => Some(why),
            Self::Done { .. } | Self::Stopped { .. } => None,
        }
    }

    /// What goes on behind what was done.
    #[must_use]
    pub fn resume(&self) -> Option<&Action> {
        match self {
            Self::Done { .. } => None,
            Self::Failed { resume, .. }
            | Self::Unknown { resume, .. }
            | Self::Stopped { resume, .. } => resume.as_ref(),
        }
    }

    /// In a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::Done { took_ms } => {
                format!(
                    "done and verified in {}",
                    crate::model::clock::age(*took_ms)
                )
            }
            Self::Failed { step, why, .. } => format!("failed at step {}: {why}", step + 1),
            Self::Unknown { step, why, .. } => {
                format!("unknown at step {}: verify. {why}", step + 1)
            }
            Self::Stopped { step, .. } => format!("stopped before step {}", step + 1),
        }
    }
}
