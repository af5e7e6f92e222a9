//! The executors: the only code of the console that sends what changes an ensemble. Each takes
//! a [`Permit`], which a read-only console cannot make.
//!
//! ```text
//!   Executors::perform(Permit, Order) ──┬── hook       the operator's command for a member
//!                                       │   hooks      which command that is
//!                                       ├── process    a demo's child;  ended  what became of one
//!                                       ├── post       a member's AdminServer;  told  its answers
//!                                       ├── reconfig   the configuration, by compare-and-set
//!                                       ├── repair     waits for one that takes all anew
//!                                       ├── restore    the same snapshot on all, in two steps
//!                                       ├── quorum_loss   stand aside, and be a voter again
//!                                       ├── offline    the same for a stopped member's files
//!                                       ├── snapshot   the state as of now, to a member's disk
//!                                       └── session    close one; the probe write
//! ```

pub mod ended;
pub mod hook;
pub(crate) mod hook_settings;
pub mod hooks;
mod offline;
mod post;
pub mod process;
mod quorum_loss;
mod reconfig;
mod repair;
mod restore;
pub(in crate::action) mod session;
mod snapshot;
pub(in crate::action) mod told;

use std::time::Duration;

use tokio::sync::mpsc;

use super::{
    facts::{Facts, MemberFacts},
    outcome::Progress,
    plan::{HookKind, Order},
    poll::Way,
};
use crate::permit::Permit;
use ended::Ended;
use hooks::Hooks;
use process::Processes;

/// Why an order was not carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It certainly was not, or not as it should be.
    Failed(String),
    /// Nobody can tell: verify.
    Unknown(String),
}

/// Where a step's output goes, line by line.
#[derive(Clone, Debug)]
pub struct Lines(mpsc::Sender<Progress>);

impl Lines {
    /// Lines that are told as progress.
    #[must_use]
    pub fn new(progress: mpsc::Sender<Progress>) -> Self {
        Self(progress)
    }

    /// Lines that nobody reads.
    #[must_use]
    pub fn silent() -> Self {
        Self(mpsc::channel(1).0)
    }

    /// Tells one line, made safe to draw.
    pub async fn tell(&self, line: &str) {
        let line = Progress::Line(crate::text::clean(line));
        // Whoever reads may have left; the order goes on.
        let _ = self.0.send(line).await;
    }
}

/// All that orders are carried out with.
#[derive(Clone, Debug)]
pub struct Executors {
    pub way: Way,
    pub hooks: Hooks,
    /// Of a demo.
    pub processes: Option<Processes>,
}

/// What one order leaves to the next ones of its plan.
#[derive(Debug, Default)]
pub(super) struct Carried {
    /// The version that the last reconfig made.
    pub(super) config_version: Option<i64>,
    /// What the members have found in the snapshot of a restore.
    brought: Option<restore::Brought>,
}

impl Executors {
    /// What has become of a member's process, where it has ended for good since this moment.
    pub(super) async fn ended(&self, member: &MemberFacts, since_wall_ms: i64) -> Option<Ended> {
        if let Some(processes) = &self.processes {
            return processes.ended(&member.address).await;
        }
        let config = self.hooks.local.get(&member.sid?)?.clone();
        let looking = move || Ended::on_this_host(&config, since_wall_ms);
        tokio::task::spawn_blocking(looking).await.ok()?
    }

    /// Carries out one order.
    ///
    /// # Errors
    /// [`Fault`].
    pub(super) async fn perform(
        &self,
        permit: Permit,
        order: &Order,
        facts: &Facts,
        carried: &mut Carried,
        lines: &Lines,
        deadline: Duration,
    ) -> Result<(), Fault> {
        match order {
            Order::Hook { hook, member } => {
                let member = facts.member(member);
                let member = member.ok_or_else(|| Fault::Failed("no such member".to_owned()))?;
                let hook = self.hooks.get(*hook, member.sid);
                let hook = hook.ok_or_else(|| Fault::Failed("no such hook".to_owned()))?;
                hook.run(permit, member, None, lines, deadline).await
            }
            Order::Process { order, address } => {
                let processes = self.processes.as_ref();
                let processes =
                    processes.ok_or_else(|| Fault::Failed("no such process".to_owned()))?;
                processes.perform(permit, *order, address, lines).await
            }
            Order::Post {
                admin,
                command,
                body,
            } => post::perform(permit, &self.way, admin, command, body, lines, deadline).await,
            Order::AwaitRepair { admin, leader } => {
                repair::follow(&self.way, admin, leader.as_deref(), lines, deadline).await
            }
            Order::Reconfig {
                joining,
                leaving,
                version,
            } => {
                let change = reconfig::Change {
                    joining: joining.clone(),
                    leaving: leaving.clone(),
                    version: version.or(carried.config_version).unwrap_or_default(),
                };
                let made = reconfig::perform(permit, &self.way, facts, change, deadline).await?;
                lines.tell(&format!("configuration {made:#x}")).await;
                carried.config_version = Some(made);
                Ok(())
            }
            Order::CloseSession { session } => {
                session::close(permit, &self.way, facts, *session, deadline).await
            }
            Order::ProbeWrite => {
                session::probe_write(permit, &self.way, facts, lines, deadline).await
            }
            Order::Reserve {
                admin,
                command,
                zxid,
                current_epoch,
            } => {
                let shown = (*zxid, *current_epoch);
                let order = (admin.as_str(), command.as_str());
                quorum_loss::reserve(permit, &self.way, order, shown, lines, deadline).await
            }
            Order::Force {
                admin,
                command,
                epoch,
                body,
                ..
            } => {
                let order = (admin.as_str(), command.as_str());
                quorum_loss::force(permit, &self.way, order, (*epoch, body), lines, deadline).await
            }
            Order::ForceStopped {
                member,
                epoch,
                zxid,
                members,
            } => {
                let order = offline::order(*member, *epoch, *zxid, members);
                let way = (HookKind::Force, *member);
                offline::run(
                    permit,
                    &self.hooks,
                    facts,
                    way,
                    Some(order),
                    lines,
                    deadline,
                )
                .await
            }
            Order::SetAside { member } => {
                let way = (HookKind::SetAside, *member);
                offline::run(permit, &self.hooks, facts, way, None, lines, deadline).await
            }
            Order::Bring {
                admin,
                command,
                file,
            } => {
                let order = (admin.as_str(), command.as_str());
                restore::bring(permit, &self.way, order, file, carried, lines, deadline).await
            }
            Order::CommitRestore { admin, epoch } => {
                restore::commit(permit, &self.way, admin, *epoch, carried, lines, deadline).await
            }
            Order::AwaitEqual { admins, above } => {
                restore::await_equal(&self.way, admins, *above, lines, deadline).await
            }
            Order::Snapshot { admin } => {
                snapshot::take(permit, &self.way, admin, lines, deadline).await
            }
            Order::CompareDigest { member } => {
                let admin = |member: &MemberFacts| {
                    let admin = member.admin_with("resync_status")?;
                    Some(admin.address.clone())
                };
                let own = facts.sid(*member).and_then(admin);
                match own.zip(facts.leader().and_then(admin)) {
                    Some((own, leader)) => repair::compare(&self.way, &own, &leader, lines).await,
                    None => {
                        let line = "not both tell their digest: it is not compared";
                        lines.tell(line).await;
                        Ok(())
                    }
                }
            }
            Order::Advise { lines: advice } => {
                for line in advice {
                    lines.tell(line).await;
                }
                Ok(())
            }
            // The runner's own.
            Order::Expect(_)
            | Order::Watch { .. }
            | Order::WatchExpiries { .. }
            | Order::ByHand => Ok(()),
        }
    }
}
