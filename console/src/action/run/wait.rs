//! Waits until a step has brought about what it must: polls, and looks again.

use std::time::{Duration, Instant};

use tokio::time::sleep;

use super::{Halt, Run};
use crate::{
    action::{
        exec::Fault,
        outcome::Progress,
        plan::{Expectation, Order},
        spec::Who,
    },
    permit::Permit,
};

/// Between two looks at what a step must bring about.
const LOOK_AGAIN: Duration = Duration::from_millis(300);

impl Run<'_> {
    /// Until one is acknowledged: the leader may be another one by now, or not there yet.
    pub(super) async fn probe_write(
        &mut self,
        permit: Permit,
        deadline: Duration,
    ) -> Result<(), Fault> {
        let started = Instant::now();
        loop {
            let left = deadline.saturating_sub(started.elapsed());
            let written = match self.look().await {
                Ok(()) => self.order(permit, &Order::ProbeWrite, left).await,
                Err(why) => Err(Fault::Failed(why)),
            };
            if written.is_ok() || started.elapsed() + LOOK_AGAIN >= deadline {
                return written;
            }
            sleep(LOOK_AGAIN).await;
        }
    }

    pub(super) async fn wait_for(
        &mut self,
        expectation: &Expectation,
        deadline: Duration,
    ) -> Result<(), Fault> {
        let started = Instant::now();
        let mut told = String::new();
        loop {
            let missing = match self.look().await {
                Ok(()) => {
                    let shown = self.orders.facts.at.mono_ms;
                    let since_ms = self.facts.at.mono_ms.saturating_sub(shown);
                    match expectation.met(&self.facts, since_ms) {
                        Ok(()) => return Ok(()),
                        Err(missing) => missing,
                    }
                }
                Err(why) => why,
            };
            if let Expectation::Rejoined { member, .. } = expectation {
                self.still_runs(member).await?;
            }
            if *self.stop.borrow() == Halt::Now {
                let why = format!("the console was left before it was verified: {missing}");
                return Err(Fault::Unknown(why));
            }
            if started.elapsed() >= deadline {
                let within = deadline.as_secs();
                return Err(Fault::Failed(format!("not within {within} s: {missing}")));
            }
            if missing != told {
                self.tell(Progress::Waiting(missing.clone())).await;
                told = missing;
            }
            sleep(LOOK_AGAIN).await;
        }
    }

    /// One whose process has ended for good is not waited for until the deadline.
    async fn still_runs(&self, who: &Who) -> Result<(), Fault> {
        let Some(member) = self.facts.member(who) else {
            return Ok(());
        };
        let since = self.orders.facts.at.wall_ms;
        let ended = self.runner.executors.ended(member, since).await;
        let Some(ended) = ended.filter(|_| !member.is_alive()) else {
            return Ok(());
        };
        for line in &ended.last_words {
            self.lines.tell(line).await;
        }
        let sentence = &ended.sentence;
        Err(Fault::Failed(format!("{}: {sentence}", member.name)))
    }
}
