//! The operator's terminal: notified by escape sequences, rung by the bell.
//!
//! What is written moves no cursor and draws no cell, and is written from the loop that draws,
//! between two frames. `Ok` means written: a terminal does not tell whether it showed anything.

use std::{
    fmt,
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

use super::{
    notifier::said,
    osc::{Osc, sequence, through_tmux},
    reports::{Job, Reports},
    surroundings::Surroundings,
    tmux,
};
use crate::model::alarm::notice::{Channel, Occasion};

/// Where the terminal did not say who it is: each is ignored by those that do not know it.
const USUAL: [Osc; 2] = [Osc::Growl9, Osc::Notify777];

/// The terminal, and what is around it.
pub(super) struct Terminal {
    writer: Box<dyn Write + Send>,
    kinds: Vec<Osc>,
    in_tmux: bool,
    pane: Option<String>,
    /// What tmux said last.
    passage: Arc<Mutex<Result<(), String>>>,
}

impl fmt::Debug for Terminal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Terminal")
            .field("kinds", &self.kinds)
            .finish_non_exhaustive()
    }
}

impl Terminal {
    /// `configured` goes before what the surroundings tell.
    pub(super) fn new(
        writer: Box<dyn Write + Send>,
        configured: Vec<Osc>,
        surroundings: &Surroundings,
    ) -> Self {
        let kinds = [
            configured,
            surroundings.terminal_takes.clone(),
            USUAL.to_vec(),
        ];
        Self {
            writer,
            kinds: kinds
                .into_iter()
                .find(|kinds| !kinds.is_empty())
                .unwrap_or_default(),
            in_tmux: surroundings.in_tmux,
            pane: surroundings.tmux_pane.clone(),
            passage: Arc::new(Mutex::new(Ok(()))),
        }
    }

    /// Writes a notice and reports it.
    pub(super) fn notify(&mut self, job: &Job, reports: &Reports) {
        let mut bytes = String::new();
        for kind in &self.kinds {
            let sequence = sequence(*kind, &job.wording);
            bytes += &if self.in_tmux {
                through_tmux(&sequence)
            } else {
                sequence
            };
        }
        if let Err(error) = self.write(bytes.as_bytes()) {
            reports.went(Channel::Terminal, job, Err(said(error)));
        } else if job.occasion == Occasion::Test && self.pane.is_some() {
            // tmux may have been told better since.
            self.ask_tmux(reports, Some(job.clone()));
        } else {
            let passage = self.passage.lock().unwrap_or_else(PoisonError::into_inner);
            reports.went(Channel::Terminal, job, passage.clone());
        }
    }

    /// Rings. tmux hands a bell on by itself.
    pub(super) fn ring(&mut self) -> io::Result<()> {
        self.write(b"\x07")
    }

    /// Asks the tmux around us, if it can be asked, whether it lets sequences through; the
    /// answer is how `job` went, and how all later ones will.
    pub(super) fn ask_tmux(&self, reports: &Reports, job: Option<Job>) {
        let Some(pane) = self.pane.clone() else {
            return;
        };
        let (passage, reports) = (Arc::clone(&self.passage), reports.clone());
        tokio::spawn(async move {
            let answer = tmux::lets_through(&pane).await;
            passage
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone_from(&answer);
            match (job, answer) {
                (Some(job), answer) => reports.went(Channel::Terminal, &job, answer),
                (None, Err(why)) => reports.will_fail(Channel::Terminal, why),
                (None, Ok(())) => {}
            }
        });
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.writer.write_all(bytes)?;
        self.writer.flush()
    }
}
