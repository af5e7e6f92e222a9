//! Carries a plan out, step by step: each step that takes a member away is preceded by a fresh
//! poll, each is verified, and the first failure halts. The screen and `zoowarden act` both
//! come here.

mod steady;
mod wait;

use std::{
    borrow::Cow,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::sync::{mpsc, watch};

use super::{
    exec::{
        Carried, Executors, Fault, Lines,
        session::{self, Proof},
    },
    facts::Facts,
    file::SnapshotFile,
    gate::{End, Orders},
    outcome::{Outcome, Progress},
    plan::{Order, Step},
    poll::{Before, disks, poll},
    recorder::{self, Operator, Recorder},
    spec::{Action, Who},
    turn::{self, Turn, Turns},
};
use crate::permit::Permit;

/// For one step that is taken back.
const TAKE_BACK: Duration = Duration::from_secs(10);

/// Whether a plan is to go on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Halt {
    #[default]
    No,
    /// The step that runs is let end, and verified.
    BeforeTheNext,
    /// The console is left: what only waits ends too, and is written down as not verified.
    Now,
}

/// All that acting on one cluster needs.
#[derive(Clone, Debug)]
pub struct Runner {
    pub cluster: String,
    pub executors: Executors,
    pub recorder: Arc<dyn Recorder>,
    pub operator: Operator,
    /// None in a read-only console.
    pub permit: Option<Permit>,
    /// One action at a time.
    pub turns: Turns,
}

impl Runner {
    /// Polls all members for an action.
    ///
    /// # Errors
    /// In words, when nobody could be asked.
    pub async fn poll(&self, before: &Before, action: &Action) -> Result<Facts, String> {
        let way = &self.executors.way;
        let mut before = Cow::Borrowed(before);
        if *action == Action::QuorumLoss && before.known.config.is_empty() {
            let hooks = &self.executors.hooks;
            disks::learn_members(way, hooks, &mut before.to_mut().known).await;
        }
        let mut facts = poll(way, &before, action).await?;
        match action {
            Action::QuorumLoss if facts.leader().is_none() => {
                let hooks = &self.executors.hooks;
                facts.disks = Some(disks::survey(way, hooks, &before, &facts).await);
            }
            Action::Restore { file } => facts.file = Some(SnapshotFile::look(file)),
            _ => {}
        }
        if action.kind().takes_a_turn() {
            facts.acting = match self.turns.taken(&addresses(&facts)) {
                Ok(Some(here)) => Some(here),
                Ok(None) => turn::elsewhere(way, &facts, &self.operator.host).await,
                Err(why) => Some(why),
            };
        }
        Ok(facts)
    }

    /// Held while the plan goes on, where it must be.
    fn turn(&self, orders: &Orders) -> Result<Option<Turn>, String> {
        let action = &orders.judgement.action;
        if !action.kind().takes_a_turn() {
            return Ok(None);
        }
        let wall_ms = self.executors.way.clock.now().wall_ms;
        let told = turn::told(&self.operator, &action.to_string(), wall_ms);
        let turn = self.turns.take(&addresses(&orders.facts), &told);
        turn.map(Some)
            .map_err(|other| format!("another action goes on: {other}"))
    }

    /// Whether writes are acknowledged, by one that changes nothing; a console that may not act
    /// sends none.
    pub async fn prove_writes(&self, facts: &Facts) -> Proof {
        let Some(permit) = self.permit else {
            return Proof::NotTried("nothing is sent here".to_owned());
        };
        let deadline = Duration::from_millis(facts.deadline_ms);
        session::prove(permit, &self.executors.way, facts, deadline).await
    }

    /// Writes down that nothing was begun.
    ///
    /// # Errors
    /// Why it is not written down.
    pub fn refuse(&self, orders: &Orders, end: &End) -> Result<(), String> {
        let record = recorder::refused(orders, &self.operator, &self.cluster, end);
        self.recorder.record(&record)
    }

    /// Runs the plan, and tells how it goes; `stop` ends it before its next step.
    pub async fn run(
        &self,
        orders: &Orders,
        before: &Before,
        progress: mpsc::Sender<Progress>,
        stop: watch::Receiver<Halt>,
    ) -> Outcome {
        let started = Instant::now();
        let mut run = Run {
            runner: self,
            orders,
            before,
            lines: Lines::new(progress.clone()),
            progress,
            stop,
            facts: orders.facts.clone(),
            carried: Carried::default(),
            finished: Vec::new(),
            undo: Vec::new(),
        };
        let begun = recorder::begun(orders, &self.operator, &self.cluster);
        let turn = self.turn(orders);
        let mut outcome = match (self.permit, &turn, self.recorder.record(&begun)) {
            (None, _, _) => run.failed(0, "this console is read-only".to_owned()),
            (_, Err(why), _) => run.failed(0, why.clone()),
            (_, _, Err(why)) => run.failed(0, format!("it cannot be written down: {why}")),
            (Some(permit), Ok(_), Ok(())) => {
                let outcome = run.steps(permit).await;
                if !matches!(outcome, Outcome::Done { .. }) {
                    run.take_back(permit).await;
                }
                outcome
            }
        };
        let took_ms = started.elapsed().as_millis() as u64;
        if let Outcome::Done { took_ms: took } = &mut outcome {
            *took = took_ms;
        }
        let action = &orders.judgement.action;
        let after = self.poll(before, action).await.ok();
        let ended = recorder::ended(
            orders,
            &self.operator,
            &self.cluster,
            &outcome,
            after.as_ref(),
            took_ms,
        );
        if let Err(why) = self.recorder.record(&ended) {
            run.lines
                .tell(&format!("its end cannot be written down: {why}"))
                .await;
        }
        run.tell(Progress::Ended(outcome.clone())).await;
        outcome
    }
}

fn addresses(facts: &Facts) -> Vec<String> {
    let members = facts.members.iter();
    members.map(|member| member.address.clone()).collect()
}

/// A plan under way.
struct Run<'a> {
    runner: &'a Runner,
    orders: &'a Orders,
    before: &'a Before,
    lines: Lines,
    progress: mpsc::Sender<Progress>,
    stop: watch::Receiver<Halt>,
    /// The newest poll.
    facts: Facts,
    carried: Carried,
    /// Members whose part of the plan is behind us.
    finished: Vec<Who>,
    /// What takes back the steps so far, the last one last; empty behind a step that seals.
    undo: Vec<Order>,
}

impl Run<'_> {
    async fn steps(&mut self, permit: Permit) -> Outcome {
        for (index, step) in self.orders.judgement.plan.iter().enumerate() {
            if *self.stop.borrow() != Halt::No {
                return Outcome::Stopped {
                    step: index,
                    resume: self.resume(),
                };
            }
            self.tell(Progress::Step(index)).await;
            // One that fails may have been done in part.
            self.undo.extend(step.undo.clone());
            let done = match self.may_begin(index, step).await {
                Ok(()) => self.perform(permit, step).await,
                Err(why) => Err(Fault::Failed(why)),
            };
            match done {
                Ok(()) => {
                    self.finished.extend(step.finishes.clone());
                    if step.seals {
                        self.undo.clear();
                    }
                }
                Err(Fault::Failed(why)) => return self.failed(index, why),
                Err(Fault::Unknown(why)) => {
                    return Outcome::Unknown {
                        step: index,
                        why,
                        resume: self.resume(),
                    };
                }
            }
        }
        // Whoever runs it knows how long it took.
        Outcome::Done { took_ms: 0 }
    }

    /// Takes back what was done for a plan that has ended before a step that seals it.
    async fn take_back(&mut self, permit: Permit) {
        while let Some(order) = self.undo.pop() {
            self.lines.tell("taking a step back").await;
            let done = self.order(permit, &order, TAKE_BACK).await;
            if let Err(Fault::Failed(why) | Fault::Unknown(why)) = done {
                self.lines.tell(&format!("not taken back: {why}")).await;
            }
        }
    }

    /// Before a member is taken away: a quorum must be there without it now, unless that has
    /// yielded to the operator's reason. What was polled for the gate a moment ago will do for
    /// the first step.
    async fn may_begin(&mut self, index: usize, step: &Step) -> Result<(), String> {
        let Some(who) = &step.quorum_without else {
            return Ok(());
        };
        if index == 0 || self.orders.judgement.quorum_yields() {
            return Ok(());
        }
        self.look().await?;
        let quorum = self.facts.quorum_without(std::slice::from_ref(who));
        let votes = self.facts.member(who).is_some_and(|member| member.votes);
        if votes && quorum.margin().is_none() {
            return Err(format!("halted: it would leave {quorum}"));
        }
        Ok(())
    }

    async fn perform(&mut self, permit: Permit, step: &Step) -> Result<(), Fault> {
        let deadline = Duration::from_millis(step.deadline_ms);
        match &step.order {
            Order::Expect(expectation) => self.wait_for(expectation, deadline).await,
            Order::ProbeWrite => self.probe_write(permit, deadline).await,
            Order::Watch {
                member,
                for_ms,
                undo,
            } => self.watch(permit, *member, *for_ms, undo).await,
            Order::WatchExpiries { had, more, for_ms } => {
                self.watch_expiries(*had, *more, *for_ms).await
            }
            order => self.order(permit, order, deadline).await,
        }
    }

    async fn order(
        &mut self,
        permit: Permit,
        order: &Order,
        deadline: Duration,
    ) -> Result<(), Fault> {
        let executors = &self.runner.executors;
        executors
            .perform(
                permit,
                order,
                &self.facts,
                &mut self.carried,
                &self.lines,
                deadline,
            )
            .await
    }

    async fn look(&mut self) -> Result<(), String> {
        let action = &self.orders.judgement.action;
        let way = &self.runner.executors.way;
        self.facts = poll(way, self.before, action).await?;
        Ok(())
    }

    fn failed(&self, step: usize, why: String) -> Outcome {
        Outcome::Failed {
            step,
            why,
            resume: self.resume(),
        }
    }

    /// Only a rolling restart can be taken up in the middle.
    fn resume(&self) -> Option<Action> {
        match &self.orders.judgement.action {
            Action::RollingRestart { done } if !self.finished.is_empty() => {
                let done = done.iter().chain(&self.finished).cloned().collect();
                Some(Action::RollingRestart { done })
            }
            _ => None,
        }
    }

    async fn tell(&self, progress: Progress) {
        // Whoever reads may have left; the plan goes on.
        let _ = self.progress.send(progress).await;
    }
}
