//! Does what a gate wants: polls afresh, runs the plan, writes down what was refused.

use std::{sync::Arc, time::Duration};

use tokio::{
    sync::{mpsc, watch},
    task::JoinHandle,
    time::timeout,
};
use tracing::warn;

use super::Context;
use crate::{
    action::{
        GateCommand, Orders, Outcome, Progress,
        poll::Before,
        run::{Halt, Runner},
    },
    detached::{
        follow::follow,
        launch::{Launched, Launcher, outlives_the_screen},
    },
    event::{Event, GateEvent},
};

/// How long leaving waits for the step that runs to end and be written down.
const LAST_STEP: Duration = Duration::from_secs(10);
/// Progress that may wait to be told.
const QUEUE: usize = 64;

/// What acts for the gates of one console.
#[derive(Debug)]
pub(super) struct Acting {
    runner: Arc<Runner>,
    /// Of the plan that runs: no further step.
    stop: watch::Sender<Halt>,
    running: Option<JoinHandle<()>>,
    /// What runs plans that go on without this console.
    launcher: Option<Launcher>,
    launched: Option<Launched>,
}

impl Acting {
    pub(super) fn new(runner: Runner, launcher: Option<Launcher>) -> Self {
        Self {
            runner: Arc::new(runner),
            stop: watch::channel(Halt::No).0,
            running: None,
            launcher,
            launched: None,
        }
    }

    fn goes_on_alone(&self, orders: &Orders) -> bool {
        let kind = orders.judgement.action.kind();
        self.launcher.is_some() && self.runner.permit.is_some() && outlives_the_screen(kind)
    }

    /// Has a process of its own run the plan, and tells the gate what its journal says.
    fn launch(&mut self, context: Context, gate: u64, orders: &Orders) {
        let launched = self
            .launcher
            .as_ref()
            .map(|launcher| launcher.launch(orders));
        let (progress, told) = mpsc::channel(QUEUE);
        tokio::spawn(tell(context, gate, told));
        match launched {
            Some(Ok(launched)) => {
                let journal = launched.journal.clone();
                let ended = launched.ended.clone();
                tokio::task::spawn_blocking(move || follow(journal, &ended, &progress));
                self.launched = Some(launched);
            }
            Some(Err(why)) => {
                let outcome = Outcome::Failed {
                    step: 0,
                    why,
                    resume: None,
                };
                tokio::spawn(async move {
                    // The gate may have been closed.
                    let _ = progress.send(Progress::Ended(outcome)).await;
                });
            }
            None => {}
        }
    }

    /// Ends what runs here before its next step, and waits a while for that. What goes on
    /// without this console is told.
    pub(super) async fn leave(self) -> Option<String> {
        self.stop.send_replace(Halt::Now);
        if let Some(running) = self.running
            && timeout(LAST_STEP, running).await.is_err()
        {
            warn!("left while a step ran: its end is not written down");
        }
        let goes_on = self.launched.filter(Launched::runs);
        goes_on.map(|launched| launched.goes_on())
    }

    /// Does it in the background, and tells the gate of this number.
    pub(super) fn perform(
        &mut self,
        context: &Context,
        gate: u64,
        command: GateCommand,
        before: Before,
    ) {
        let (runner, context) = (Arc::clone(&self.runner), context.clone());
        match command {
            GateCommand::Poll(action) => {
                tokio::spawn(async move {
                    let answer = runner.poll(&before, &action).await.map(Box::new);
                    let event = GateEvent::Polled(answer);
                    context.tell(Event::Gate { gate, event }).await;
                });
            }
            GateCommand::Run(orders) if self.goes_on_alone(&orders) => {
                self.launch(context, gate, &orders);
            }
            GateCommand::Run(orders) => {
                let (stop, stopped) = watch::channel(Halt::No);
                self.stop = stop;
                let (progress, told) = mpsc::channel(QUEUE);
                tokio::spawn(tell(context, gate, told));
                self.running = Some(tokio::spawn(async move {
                    runner.run(&orders, &before, progress, stopped).await;
                }));
            }
            GateCommand::Stop => {
                self.stop.send_replace(Halt::BeforeTheNext);
                if let Some(launched) = &self.launched {
                    launched.stop();
                }
            }
            GateCommand::Record(orders, end) => {
                tokio::task::spawn_blocking(move || {
                    if let Err(why) = runner.refuse(&orders, &end) {
                        warn!(why, "a refusal cannot be written down");
                    }
                });
            }
            GateCommand::Leave | GateCommand::Close => {}
        }
    }
}

async fn tell(context: Context, gate: u64, mut told: mpsc::Receiver<Progress>) {
    while let Some(progress) = told.recv().await {
        let event = GateEvent::Progress(progress);
        if !context.tell(Event::Gate { gate, event }).await {
            return;
        }
    }
}
