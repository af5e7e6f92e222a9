//! Keeps one child as the policy says: starts it, waits for its end, signals it, reports.
//!
//! One task owns the child. Orders come by [`Keeper::ask`], news go by a watch channel. When the
//! token is cancelled the child is asked to end, and is killed where it does not in time; when
//! the task is dropped, it is killed.

use std::{
    future::{Future, pending},
    io,
    process::ExitStatus,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    process::{Child, ChildStdin},
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
    time::{Instant, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    policy::{Decision, Down, End, Happening, Limits, Order, Policy},
    report::{EndRecord, Phase, Report},
};
use crate::exit;

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

struct Ask {
    command: Command,
    answer: oneshot::Sender<Result<String, String>>,
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

struct Kept<P> {
    program: P,
    settings: Settings,
    policy: Policy,
    began: Instant,
    child: Option<Running>,
    report: Report,
    tell: watch::Sender<Report>,
}

struct Running {
    child: Child,
    /// Waiting for a child would close it.
    _input: Option<ChildStdin>,
    pid: Option<Pid>,
    started: Instant,
    is_healthy: bool,
    /// Set once it was told to end.
    kill_at: Option<Instant>,
}

impl<P: Program> Kept<P> {
    fn new(program: P, mut settings: Settings, tell: watch::Sender<Report>) -> Self {
        let before = settings.before.take();
        let was_quarantined = before
            .as_ref()
            .is_some_and(|before| before.phase == Phase::Quarantined);
        Self {
            policy: match was_quarantined {
                true => Policy::quarantined(settings.limits),
                false => Policy::new(settings.limits),
            },
            report: Report {
                supervisor_pid: std::process::id(),
                ends: before.map(|before| before.ends).unwrap_or_default(),
                ..Report::default()
            },
            program,
            settings,
            began: Instant::now(),
            child: None,
            tell,
        }
    }

    async fn keep(mut self, mut asked: mpsc::Receiver<Ask>, shutdown: CancellationToken) {
        match self.policy.down() {
            Some(down) => self.decided(Decision::StayDown(down)),
            None => self.decided(Decision::Start),
        }
        loop {
            let next = self.next_time();
            tokio::select! {
                () = shutdown.cancelled() => break,
                ask = asked.recv() => match ask {
                    Some(Ask { command, answer }) => {
                        // Whoever asked may have gone away.
                        let _ = answer.send(self.obey(command));
                    }
                    None => break,
                },
                status = end_of(&mut self.child) => self.child_ended(status).await,
                () = wake_at(next) => self.time_passed(),
            }
        }
        self.end().await;
    }

    fn now_ms(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }

    fn happens(&mut self, happening: Happening) -> Decision {
        self.policy.handle(self.now_ms(), happening)
    }

    fn next_time(&self) -> Option<Instant> {
        let due = self.policy.due_ms();
        let due = due.map(|due_ms| self.began + Duration::from_millis(due_ms));
        let child = self.child.as_ref();
        let healthy = child.filter(|child| !child.is_healthy);
        let healthy_after = Duration::from_millis(self.settings.limits.healthy_after_ms);
        let healthy = healthy.map(|child| child.started + healthy_after);
        let kill_at = child.and_then(|child| child.kill_at);
        [due, healthy, kill_at].into_iter().flatten().min()
    }

    fn time_passed(&mut self) {
        let now = Instant::now();
        let healthy_after = Duration::from_millis(self.settings.limits.healthy_after_ms);
        let mut became_healthy = false;
        if let Some(child) = &mut self.child {
            became_healthy = !child.is_healthy && child.started + healthy_after <= now;
            child.is_healthy |= became_healthy;
            if child.kill_at.is_some_and(|at| at <= now) {
                child.kill_at = Some(now + self.settings.grace);
                tracing::warn!("the member does not end: killing it");
                child.signal(Signal::KILL);
            }
        }
        if became_healthy {
            let decision = self.happens(Happening::ChildHealthy);
            self.decided(decision);
        }
        let decision = self.happens(Happening::Due);
        self.report.restarts += u64::from(decision == Decision::Start);
        self.decided(decision);
    }

    fn obey(&mut self, command: Command) -> Result<String, String> {
        let signal = match command {
            Command::Order(order) => {
                let decision = self.happens(Happening::Order(order));
                if let Decision::Refuse(refusal) = decision {
                    return Err(refusal.to_string());
                }
                self.decided(decision);
                return Ok(self.report.sentence.clone());
            }
            Command::HoldDown => {
                let decision = self.happens(Happening::Order(Order::Stop));
                self.decided(decision);
                Signal::KILL
            }
            Command::Kill => Signal::KILL,
            Command::Pause => Signal::STOP,
            Command::Continue => Signal::CONT,
        };
        match &self.child {
            Some(child) => {
                child.signal(signal);
                Ok(self.report.sentence.clone())
            }
            None if command == Command::HoldDown => Ok(self.report.sentence.clone()),
            None => Err("it does not run".to_owned()),
        }
    }

    fn decided(&mut self, decision: Decision) {
        match decision {
            Decision::Nothing | Decision::Refuse(_) => {}
            Decision::Start => self.start(),
            Decision::StartAt { at_ms } => {
                let wait_ms = at_ms.saturating_sub(self.now_ms());
                self.report.until_ms = Some(unix_ms() + wait_ms);
                let seconds = wait_ms.div_ceil(1000);
                self.phase(
                    Phase::BackingOff,
                    format!("it ended: restarts in {seconds} s"),
                );
            }
            Decision::EndChild => {
                let kill_at = Instant::now() + self.settings.grace;
                if let Some(child) = &mut self.child {
                    child.tell_to_end(kill_at);
                }
                self.report.sentence = "it was told to end".to_owned();
                self.publish();
            }
            Decision::StayDown(down) => {
                let order = |order| self.settings.how_to_order.replace("{}", order);
                let (phase, sentence) = match down {
                    Down::Stopped => (
                        Phase::Stopped,
                        format!("it was stopped: {} starts it", order("start")),
                    ),
                    Down::Refused => (
                        Phase::Refused,
                        format!(
                            "it does not start before an operator has mended what its last words \
                             say; then: {}",
                            order("start")
                        ),
                    ),
                    Down::Quarantined => (
                        Phase::Quarantined,
                        format!(
                            "quarantined: it ended {} times within {} min and stays down. See its \
                             last words; to lift it: {}",
                            self.settings.limits.max_ends,
                            self.settings.limits.window_ms / 60_000,
                            order("release")
                        ),
                    ),
                };
                self.phase(phase, sentence);
            }
        }
    }

    fn start(&mut self) {
        match self.program.spawn() {
            Ok(mut child) => {
                let id = child.id();
                self.child = Some(Running {
                    _input: child.stdin.take(),
                    pid: id.and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)),
                    child,
                    started: Instant::now(),
                    is_healthy: false,
                    kill_at: None,
                });
                self.report.pid = id;
                self.report.starts += 1;
                let pid = id.unwrap_or_default();
                self.phase(Phase::Running, format!("it runs as process {pid}"));
            }
            Err(fault) => {
                self.report.add_end(EndRecord {
                    pid: 0,
                    at_ms: unix_ms(),
                    ran_ms: 0,
                    how: format!("it cannot be started: {fault}"),
                    ordered: false,
                    last_words: Vec::new(),
                });
                let decision = self.happens(Happening::ChildEnded(End::Crash));
                self.decided(decision);
            }
        }
    }

    async fn child_ended(&mut self, status: io::Result<ExitStatus>) {
        let Some(child) = self.child.take() else {
            return;
        };
        let (end, how) = match status {
            Ok(status) => (meaning(status), status.to_string()),
            Err(fault) => (End::Crash, fault.to_string()),
        };
        let end_record = EndRecord {
            pid: self.report.pid.unwrap_or_default(),
            at_ms: unix_ms(),
            ran_ms: child.started.elapsed().as_millis() as u64,
            how,
            ordered: child.kill_at.is_some(),
            last_words: self.program.last_words().await,
        };
        let (pid, how) = (end_record.pid, &end_record.how);
        match end_record.ordered {
            true => tracing::info!(pid, how, "the member ended, as told"),
            false => tracing::warn!(pid, how, "the member ended"),
        }
        self.report.add_end(end_record);
        let decision = self.happens(Happening::ChildEnded(end));
        self.decided(decision);
    }

    fn phase(&mut self, phase: Phase, sentence: String) {
        tracing::info!("{sentence}");
        if phase != Phase::BackingOff {
            self.report.until_ms = None;
        }
        self.report.phase = phase;
        self.report.since_ms = unix_ms();
        self.report.sentence = sentence;
        self.publish();
    }

    fn publish(&self) {
        self.tell.send_replace(self.report.clone());
    }

    /// Ends the child because the supervisor ends.
    async fn end(&mut self) {
        let Some(child) = &mut self.child else {
            return;
        };
        let grace = self.settings.grace;
        child.tell_to_end(Instant::now() + grace);
        let status = match timeout(grace, child.child.wait()).await {
            Ok(status) => status,
            Err(_) => {
                child.signal(Signal::KILL);
                child.child.wait().await
            }
        };
        // The policy is not asked any more: nothing is started again.
        self.policy = Policy::new(self.settings.limits);
        self.happens(Happening::Order(Order::Stop));
        self.child_ended(status).await;
    }
}

impl Running {
    fn tell_to_end(&mut self, kill_at: Instant) {
        self.kill_at = Some(kill_at);
        self.signal(Signal::TERM);
        // One that stands still would not hear of it.
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        if let Some(pid) = self.pid {
            // It is there or not waited for yet: the number is nobody else's.
            let _ = kill_process(pid, signal);
        }
    }
}

async fn end_of(child: &mut Option<Running>) -> io::Result<ExitStatus> {
    match child {
        Some(running) => running.child.wait().await,
        None => pending().await,
    }
}

async fn wake_at(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => pending().await,
    }
}

/// What an exit status means for the policy.
fn meaning(status: ExitStatus) -> End {
    match status.code() {
        Some(0) => End::Clean,
        Some(code) if exit::needs_operator(code) => End::NeedsOperator,
        _ => End::Crash,
    }
}

fn unix_ms() -> u64 {
    let time = SystemTime::now().duration_since(UNIX_EPOCH);
    time.unwrap_or_default().as_millis() as u64
}
