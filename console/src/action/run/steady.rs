//! Looks after what was done, for a while: what goes wrong only then is told with the way back.

use std::time::{Duration, Instant};

use tokio::time::sleep;
use zoowarden_shared::Sid;

use super::{Halt, Run, TAKE_BACK};
use crate::{
    action::{exec::Fault, outcome::Progress, plan::Order},
    permit::Permit,
    text::many,
};

/// Between two looks.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
/// What passes within this is no failure: an election, a slow answer.
const PASSES: Duration = Duration::from_secs(5);

impl Run<'_> {
    /// A new voter must stay in step, and writes be acknowledged, for so long.
    pub(super) async fn watch(
        &mut self,
        permit: Permit,
        member: Sid,
        for_ms: u64,
        undo: &str,
    ) -> Result<(), Fault> {
        let began = Instant::now();
        let mut wrong_since: Option<Instant> = None;
        loop {
            match self.is_steady(permit, member).await {
                Ok(()) => wrong_since = None,
                Err(why) => {
                    let since = *wrong_since.get_or_insert_with(Instant::now);
                    if since.elapsed() >= PASSES {
                        return Err(Fault::Failed(format!("{why}; {undo}")));
                    }
                    self.tell(Progress::Waiting(why)).await;
                }
            }
            let is_over = began.elapsed() >= Duration::from_millis(for_ms);
            if wrong_since.is_none() && is_over {
                return Ok(());
            }
            if *self.stop.borrow() != Halt::No {
                let seconds = began.elapsed().as_secs();
                let line = format!("watched for {seconds} s only; {undo}");
                self.lines.tell(&line).await;
                return Ok(());
            }
            sleep(LOOK_AGAIN).await;
        }
    }

    /// Clients that were sent away must find another member before their sessions expire.
    pub(super) async fn watch_expiries(
        &mut self,
        had: u64,
        more: u64,
        for_ms: u64,
    ) -> Result<(), Fault> {
        let began = Instant::now();
        let mut told = 0;
        loop {
            // A poll that fails tells nothing; the next one may.
            let looked = self.look().await;
            let leader = self.facts.leader().filter(|_| looked.is_ok());
            let expired = leader.and_then(|leader| leader.expired);
            let grown = expired.map_or(told, |now| now.saturating_sub(had));
            if expired.is_some_and(|now| now < had) {
                let why = "another leader counts the sessions that expire: look at Sessions";
                return Err(Fault::Unknown(why.to_owned()));
            }
            if grown > more {
                let sessions = many(grown, "session has", "sessions have");
                let why = format!("{sessions} expired since: see Sessions before the next step");
                return Err(Fault::Unknown(why));
            }
            if grown > told {
                told = grown;
                let sessions = many(grown, "session has", "sessions have");
                self.lines.tell(&format!("{sessions} expired since")).await;
            }
            if began.elapsed() >= Duration::from_millis(for_ms) {
                return Ok(());
            }
            if *self.stop.borrow() != Halt::No {
                let seconds = began.elapsed().as_secs();
                let line = format!("looked after for {seconds} s only");
                self.lines.tell(&line).await;
                return Ok(());
            }
            sleep(LOOK_AGAIN).await;
        }
    }

    async fn is_steady(&mut self, permit: Permit, member: Sid) -> Result<(), String> {
        self.look().await?;
        let found = self.facts.sid(member);
        let found = found.ok_or_else(|| format!("{member} is no member any more"))?;
        if !found.is_synced() {
            return Err(format!("{member} is not in sync: it {}", found.answered()));
        }
        let silent = super::Lines::silent();
        let facts = self.facts.clone();
        let executors = &self.runner.executors;
        let written = executors
            .perform(
                permit,
                &Order::ProbeWrite,
                &facts,
                &mut self.carried,
                &silent,
                TAKE_BACK,
            )
            .await;
        written.map_err(|fault| match fault {
            Fault::Failed(why) | Fault::Unknown(why) => why,
        })
    }
}
