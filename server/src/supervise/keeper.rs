//! Keeps one child as the policy says: what is kept, how, and the way to the task that does it
//! (`kept`). Orders come by [`Keeper::ask`], news go by a watch channel.

use std::{future::Future, io, time::Duration};

use tokio::{
    process::Child,
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use super::{
    kept::Kept,
    policy::{Limits, Order},
    report::Report,
};

/// Orders that wait for the keeper.
const QUEUE: usize = 16;

/// What is kept running.
pub trait Program: Send + 'static {
    /// Starts a child. A piped standard input is held open until the child has ended.
    ///
    /// # Errors
    /// The system's.
    fn spawn(&mut self) -> io::Result<Child>;

    /// The last lines that the child wrote that has just ended, the newest last.
    fn last_words(&mut self) -> impl Future<Output = Vec<String>> + Send;
}

/// How a child is kept.
#[derive(Clone, Debug)]
pub struct Settings {
    /// When it is started again.
    pub limits: Limits,
    /// How long it may take to end once it was told to; then it is killed.
    pub grace: Duration,
    /// How an operator gives an order, for the report's sentences; `{}` stands for the order.
    pub how_to_order: String,
    /// What the supervisor before this one left.
    pub before: Option<Report>,
}

/// What a keeper can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// What the policy decides about.
    Order(Order),
    /// SIGKILL: a crash like any other.
    Kill,
    /// SIGKILL, and it stays down until it is started.
    HoldDown,
    /// SIGSTOP: its sockets stay, and nothing moves.
    Pause,
    /// SIGCONT.
    Continue,
}

/// A command on its way to the task.
pub(super) struct Ask {
    pub(super) command: Command,
    pub(super) answer: oneshot::Sender<Result<String, String>>,
}

/// A way to the task that keeps a child. The child ends when the last of these is dropped.
#[derive(Clone, Debug)]
pub struct Keeper {
    asks: mpsc::Sender<Ask>,
    reports: watch::Receiver<Report>,
}

impl Keeper {
    /// Starts the child, unless it was quarantined before, and keeps it until `shutdown`; the
    /// task ends once the child has.
    pub fn start(
        program: impl Program,
        settings: Settings,
        shutdown: CancellationToken,
    ) -> (Self, JoinHandle<()>) {
        let (asks, asked) = mpsc::channel(QUEUE);
        let (tell, reports) = watch::channel(Report::default());
        let task = tokio::spawn(Kept::new(program, settings, tell).keep(asked, shutdown));
        (Self { asks, reports }, task)
    }

    /// Gives an order; what became of it, in words.
    ///
    /// # Errors
    /// Why nothing was done.
    pub async fn ask(&self, command: Command) -> Result<String, String> {
        let gone = || "the supervisor ends".to_owned();
        let (answer, answered) = oneshot::channel();
        let asked = self.asks.send(Ask { command, answer }).await;
        asked.map_err(|_| gone())?;
        answered.await.map_err(|_| gone())?
    }

    /// The state of things, and its changes.
    #[must_use]
    pub fn reports(&self) -> watch::Receiver<Report> {
        self.reports.clone()
    }
}
