//! The one who tells: which channel gets which notice, and the queues in front of them.

use std::{
    collections::HashSet,
    fmt,
    io::{self, Write},
    time::Duration,
};

use tokio::sync::mpsc;

use super::{
    command, desktop,
    reports::{Job, Report, Reports},
    settings::{NotifySettings, Threshold},
    surroundings::Surroundings,
    terminal::Terminal,
    webhook,
};
use crate::model::alarm::notice::{Channel, Notice, Occasion, Urgency};

/// Notices that may wait for one channel; more are dropped, and reported.
pub(super) const QUEUE: usize = 64;
/// Alarms whose beginning is remembered, so that their end follows it.
const MAX_BEGUN: usize = 4096;

/// How long channels may take.
#[derive(Clone, Debug)]
pub struct Limits {
    /// For the desktop's answer.
    pub desktop_answer: Duration,
    /// For the operator's command; it is killed then.
    pub command: Duration,
    /// For one answer of the webhook.
    pub webhook_answer: Duration,
    /// Between its tries; there is one try more.
    pub webhook_backoffs: Vec<Duration>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            desktop_answer: Duration::from_secs(2),
            command: Duration::from_secs(10),
            webhook_answer: Duration::from_secs(5),
            webhook_backoffs: vec![Duration::from_secs(1), Duration::from_secs(4)],
        }
    }
}

/// Tells notices by every channel that is open; ends with the runtime.
pub struct Notifier {
    terminal: Option<Terminal>,
    written: Gate,
    bell: Gate,
    queues: Vec<Queue>,
    reports: Reports,
}

impl fmt::Debug for Notifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let open: Vec<Channel> = self.queues.iter().map(|queue| queue.channel).collect();
        f.debug_struct("Notifier")
            .field("queues", &open)
            .finish_non_exhaustive()
    }
}

impl Notifier {
    /// Starts the channels that are asked for, inside a tokio runtime. `terminal` is what the
    /// escape sequences and the bell are written to, from within [`Self::tell`] alone; `None`
    /// where there is none. How telling went comes to `reports`.
    #[must_use]
    pub fn start(
        settings: NotifySettings,
        surroundings: &Surroundings,
        limits: Limits,
        terminal: Option<Box<dyn Write + Send>>,
        reports: mpsc::Sender<Report>,
    ) -> Self {
        let reports = Reports::to(reports);
        let usual = |is_used| {
            if is_used {
                Threshold::From(Urgency::Low)
            } else {
                Threshold::Off
            }
        };
        let desktop = settings.desktop.unwrap_or(usual(surroundings.has_desktop));
        let written = settings
            .terminal
            .unwrap_or(usual(!surroundings.has_desktop));
        let mut queues = Vec::new();
        if let Threshold::From(_) = desktop {
            queues.push(Queue::start(Channel::Desktop, desktop, |jobs| {
                desktop::run(jobs, limits.desktop_answer, reports.clone())
            }));
        }
        if let Some(settings) = settings.command {
            let from = Threshold::From(settings.from);
            queues.push(Queue::start(Channel::Command, from, |jobs| {
                command::run(jobs, settings.argv, limits.command, reports.clone())
            }));
        }
        if let Some(settings) = settings.webhook {
            let from = Threshold::From(settings.from);
            queues.push(Queue::start(Channel::Webhook, from, |jobs| {
                webhook::run(jobs, settings, limits, reports.clone())
            }));
        }
        let terminal = terminal.map(|writer| Terminal::new(writer, settings.osc, surroundings));
        if let (Some(terminal), Threshold::From(_)) = (&terminal, written) {
            terminal.ask_tmux(&reports, None);
        }
        Self {
            terminal,
            written: Gate::new(written),
            bell: Gate::new(settings.bell),
            queues,
            reports,
        }
    }

    /// Tells a notice; never waits. A notice of [`Occasion::Test`] goes to every open channel.
    pub fn tell(&mut self, notice: &Notice) {
        let job = Job::of(notice);
        for queue in &mut self.queues {
            if queue.gate.passes(notice) && queue.jobs.try_send(job.clone()).is_err() {
                let why = format!("dropped: {QUEUE} notices wait already, or it has ended");
                self.reports.went(queue.channel, &job, Err(why));
            }
        }
        let Some(terminal) = &mut self.terminal else {
            return;
        };
        if self.written.passes(notice) {
            terminal.notify(&job, &self.reports);
        }
        if notice.occasion != Occasion::Ended && self.bell.passes(notice) {
            let rung = terminal.ring().map_err(said);
            self.reports.went(Channel::Bell, &job, rung);
        }
    }
}

/// What the system says, as a reason.
#[expect(clippy::needless_pass_by_value, reason = "it is given to map_err")]
pub(super) fn said(error: io::Error) -> String {
    error.to_string()
}

/// A channel with a task of its own.
struct Queue {
    channel: Channel,
    gate: Gate,
    jobs: mpsc::Sender<Job>,
}

impl Queue {
    fn start<F>(
        channel: Channel,
        threshold: Threshold,
        run: impl FnOnce(mpsc::Receiver<Job>) -> F,
    ) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (jobs, waiting) = mpsc::channel(QUEUE);
        tokio::spawn(run(waiting));
        Self {
            channel,
            gate: Gate::new(threshold),
            jobs,
        }
    }
}

/// Which notices a channel gets.
struct Gate {
    threshold: Threshold,
    /// Cluster and alarm of what was told by it and has not ended.
    begun: HashSet<(String, String)>,
}

impl Gate {
    fn new(threshold: Threshold) -> Self {
        Self {
            threshold,
            begun: HashSet::new(),
        }
    }

    /// Whoever was told of a beginning is told of its end, which is never urgent.
    fn passes(&mut self, notice: &Notice) -> bool {
        let Threshold::From(from) = self.threshold else {
            return false;
        };
        let is_urgent = notice.urgency >= from;
        let about = || (notice.cluster.clone(), notice.alarm.clone());
        match notice.occasion {
            Occasion::Test => true,
            Occasion::Ended => self.begun.remove(&about()) || is_urgent,
            Occasion::Began | Occasion::Reminder | Occasion::Flood => {
                if is_urgent && !notice.alarm.is_empty() && self.begun.len() < MAX_BEGUN {
                    self.begun.insert(about());
                }
                is_urgent
            }
        }
    }
}
