//! How a plan goes, as it is told while it runs: on standard error, and in the journal that a
//! console follows.

use anyhow::{Context as _, Result};

use super::{Args, open::Opened, show};
use crate::{
    action::{End, Gate, Judgement, Orders, Progress, Stage},
    detached::{
        announce::Announcer,
        entry::{Begun, Entry},
        journal::Journal,
    },
};

/// Who is told.
#[derive(Debug)]
pub(super) struct Telling {
    on_terminal: bool,
    journal: Option<Journal>,
    /// While a plan runs.
    announcer: Option<Announcer>,
}

impl Telling {
    /// Whom the command line names.
    ///
    /// # Errors
    /// Where the journal cannot be made.
    pub(super) fn begin(args: &Args) -> Result<Self> {
        let journal = args.journal.as_deref().map(|path| {
            Journal::begin(path).with_context(|| format!("cannot write {}", path.display()))
        });
        Ok(Self {
            on_terminal: !args.json,
            journal: journal.transpose()?,
            announcer: None,
        })
    }

    /// A plan begins.
    ///
    /// # Errors
    /// Where the journal cannot be written: what nobody could follow is not begun.
    pub(super) fn begun(&mut self, orders: &Orders, opened: &Opened) -> Result<()> {
        let reach = &opened.runner.executors.way.reach;
        let who = opened.runner.operator.at_host();
        self.announcer = Some(Announcer::begin(reach.admin.clone(), orders, &who));
        let Some(journal) = &mut self.journal else {
            return Ok(());
        };
        let principal = &opened.runner.operator.principal;
        let unix_ms = opened.clock.now().wall_ms;
        let begun = Begun::of(orders, &opened.means.cluster, principal, unix_ms);
        journal
            .write(&Entry::Begun(begun))
            .context("cannot write the journal")
    }

    /// It goes on.
    pub(super) fn progress(&mut self, judgement: &Judgement, news: &Progress) {
        if self.on_terminal {
            show::progress(judgement, news);
        }
        if let (Progress::Step(step), Some(announcer)) = (news, &self.announcer) {
            announcer.is_at(*step);
        }
        self.write(&Entry::from(news));
    }

    /// Nobody is to take it for one that goes on.
    pub(super) async fn leave(&mut self) {
        if let Some(announcer) = self.announcer.take() {
            announcer.leave().await;
        }
    }

    /// The gate has ended. How a plan ended was told as its progress.
    pub(super) fn ended(&mut self, gate: &Gate) {
        if !matches!(gate.stage, Stage::Ended(End::Ran(_))) {
            let why = show::sentence(gate);
            self.write(&Entry::NotBegun { why });
        }
    }

    fn write(&mut self, entry: &Entry) {
        // The plan goes on where its journal cannot, and the audit log has its end.
        if let Some(journal) = &mut self.journal
            && let Err(error) = journal.write(entry)
        {
            tracing::error!(%error, "the journal cannot be written");
        }
    }
}
