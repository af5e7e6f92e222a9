//! The task that owns a child: starts it, waits for its end, signals it, reports.
//!
//! When the token is cancelled the child is asked to end, and is killed where it does not in
//! time; when the task is dropped, it is killed.

use std::{future::pending, io, process::ExitStatus, time::Duration};

use rustix::process::Signal;
use tokio::{
    sync::{mpsc, watch},
    time::{Instant, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    keeper::{Ask, Command, Program, Settings},
    news::{News, unix_ms},
    policy::{Decision, End, Happening, Order, Policy},
    report::{EndRecord, Phase, Report},
    running::{Running, meaning},
};

/// The child, what is decided about it, and what is told of it.
pub(super) struct Kept<P> {
    program: P,
    settings: Settings,
    policy: Policy,
    began: Instant,
    child: Option<Running>,
    news: News,
}

impl<P: Program> Kept<P> {
    /// Keeps nothing yet.
    pub(super) fn new(program: P, mut settings: Settings, tell: watch::Sender<Report>) -> Self {
        let before = settings.before.take();
        let was_quarantined = before
            .as_ref()
            .is_some_and(|before| before.phase == Phase::Quarantined);
        Self {
            policy: match was_quarantined {
                true => Policy::quarantined(settings.limits),
                false => Policy::new(settings.limits),
            },
            news: News::new(before, tell),
            program,
            settings,
            began: Instant::now(),
            child: None,
        }
    }

    /// Keeps the child until it is told to stop, or nobody can ask for anything any more.
    pub(super) async fn keep(
        mut self,
        mut asked: mpsc::Receiver<Ask>,
        shutdown: CancellationToken,
    ) {
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
        if decision == Decision::Start {
            self.news.restarts();
        }
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
                return Ok(self.news.sentence());
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
                Ok(self.news.sentence())
            }
            None if command == Command::HoldDown => Ok(self.news.sentence()),
            None => Err("it does not run".to_owned()),
        }
    }

    fn decided(&mut self, decision: Decision) {
        match decision {
            Decision::Nothing | Decision::Refuse(_) => {}
            Decision::Start => self.start(),
            Decision::StartAt { at_ms } => {
                let wait_ms = at_ms.saturating_sub(self.now_ms());
                self.news.waits(wait_ms);
            }
            Decision::EndChild => {
                let kill_at = Instant::now() + self.settings.grace;
                if let Some(child) = &mut self.child {
                    child.tell_to_end(kill_at);
                }
                self.news.is_to_end();
            }
            Decision::StayDown(down) => {
                self.news.stays_down(down, &self.settings);
            }
        }
    }

    fn start(&mut self) {
        match self.program.spawn() {
            Ok(child) => {
                let id = child.id();
                self.child = Some(Running::new(child));
                self.news.runs(id);
            }
            Err(fault) => {
                self.news.cannot_start(&fault);
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
            pid: self.news.pid(),
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
        self.news.ended(end_record);
        let decision = self.happens(Happening::ChildEnded(end));
        self.decided(decision);
    }

    /// Ends the child because the supervisor ends.
    async fn end(&mut self) {
        let Some(child) = &mut self.child else {
            return;
        };
        let grace = self.settings.grace;
        child.tell_to_end(Instant::now() + grace);
        let status = match timeout(grace, child.wait()).await {
            Ok(status) => status,
            Err(_) => {
                child.signal(Signal::KILL);
                child.wait().await
            }
        };
        // The policy is not asked any more: nothing is started again.
        self.policy = Policy::new(self.settings.limits);
        self.happens(Happening::Order(Order::Stop));
        self.child_ended(status).await;
    }
}

async fn end_of(child: &mut Option<Running>) -> io::Result<ExitStatus> {
    match child {
        Some(running) => running.wait().await,
        None => pending().await,
    }
}

async fn wake_at(at: Option<Instant>) {
    match at {
        Some(at) => sleep_until(at).await,
        None => pending().await,
    }
}
