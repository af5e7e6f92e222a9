//! What lasts for a whole run, whichever cluster is open: the terminal, the one who tells, and
//! what closed clusters have to tell.

use std::io::stdout;

use anyhow::Context as _;
use tokio::sync::mpsc;

use crate::{
    model::alarm::notice::Notice,
    notify::{
        Limits, Notifier, REPORTS_QUEUE, Report, settings::NotifySettings,
        surroundings::Surroundings,
    },
    terminal::Screen,
};

/// Notices of closed clusters that may wait for the loop; each cluster's own flood is one.
const NOTICES_QUEUE: usize = 256;

/// The terminal and the channels, taken for one run.
#[derive(Debug)]
pub struct Stage {
    pub(crate) screen: Screen,
    pub(crate) notifier: Notifier,
    /// How telling went.
    pub(crate) reports: mpsc::Receiver<Report>,
    /// What closed clusters tell. Whoever draws tells it: the notifier writes to the terminal,
    /// between two frames.
    pub(crate) notices: mpsc::Receiver<Notice>,
    closed: mpsc::Sender<Notice>,
    parting: Vec<String>,
}

impl Stage {
    /// Takes the terminal over, with the mouse where that is wanted, and opens the channels;
    /// inside a tokio runtime.
    ///
    /// # Errors
    /// When the terminal cannot be taken over.
    pub fn open(notify: NotifySettings, mouse: bool) -> anyhow::Result<Self> {
        let screen = Screen::open(mouse).context("cannot take over the terminal")?;
        let (told, reports) = mpsc::channel(REPORTS_QUEUE);
        let (closed, notices) = mpsc::channel(NOTICES_QUEUE);
        let notifier = Notifier::start(
            notify,
            &Surroundings::of_process(),
            Limits::default(),
            Some(Box::new(stdout())),
            told,
        );
        Ok(Self {
            screen,
            notifier,
            reports,
            notices,
            closed,
            parting: Vec::new(),
        })
    }

    /// Where closed clusters send what they have to tell.
    pub(crate) fn closed(&self) -> mpsc::Sender<Notice> {
        self.closed.clone()
    }

    /// Says this once the terminal is the shell's again.
    pub(crate) fn part_with(&mut self, line: String) {
        self.parting.push(line);
    }

    /// Gives the terminal back, and says what is left to say.
    pub fn close(self) {
        drop(self.screen);
        for line in self.parting {
            println!("{line}");
        }
    }
}
