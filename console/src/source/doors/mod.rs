//! The doors of one member: which of them are open, and what each tells.
//!
//! The AdminServer is the best one (it tells most and logs nothing), `mntr` the next, `srvr`
//! alone the least. Zxids come from `server_stats` or `srvr` only, so that one of those is
//! asked at every poll and the fuller ones at every [`FULL_EVERY`]th.
//!
//! ```text
//!   Doors ──┬── admin_server   HTTP, where it is this member's
//!           ├── words          srvr, mntr, conf on the client port
//!           ├── door           open, shut, and when a shut one is tried again
//!           └── closed         the lines of zoo.cfg that open what is shut
//! ```

mod admin_server;
mod closed;
mod door;
mod found;
#[cfg(test)]
mod tests;
mod words;

use std::time::Duration;

use tokio::time::timeout;
use zoowarden_shared::admin::MemberReport;

use super::{AdminPorts, load::LoadMeter};
use crate::model::probe::{Fault, Outcome, Via};
use crate::reach::Reach;
pub(super) use admin_server::is_own;
use door::{Door, TRY_ADMIN_AGAIN};
pub(super) use found::Found;
pub(super) use words::ask;
pub(crate) use words::fault;

/// How long one question may take.
const DEADLINE: Duration = Duration::from_secs(2);
/// The same for a member whose heartbeats have just stopped.
const DEADLINE_IN_DOUBT: Duration = Duration::from_secs(1);
/// And of it for `srvr` alone: whether the connection was taken is told before all is over.
const SRVR_IN_DOUBT: Duration = Duration::from_millis(900);
/// `mntr` and `monitor` are asked at every so manieth poll.
const FULL_EVERY: u64 = 5;

/// On which port of each member's host the AdminServer is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AdminPort(pub(super) u16);

impl Default for AdminPort {
    fn default() -> Self {
        Self(8080)
    }
}

/// The doors of one member.
#[derive(Debug)]
pub(super) struct Doors {
    reach: Reach,
    address: String,
    ports: AdminPorts,
    /// Where its AdminServer was looked for last.
    admin_address: String,
    admin: Door,
    /// Another member's AdminServer answers there.
    admin_is_another: bool,
    srvr: Door,
    mntr: Door,
    conf: Door,
    /// Whether the client port speaks TLS, though we do not.
    tls: Door,
    /// It refused our last connection: what answers next is another process.
    is_gone: bool,
    /// When it last served, it was one of ours with its AdminServer open.
    is_ours: bool,
    polls: u64,
    /// The last full answer, under the newest zxid: dropped when the role changes.
    full: MemberReport,
}

impl Doors {
    pub(super) fn new(address: &str, ports: AdminPorts, reach: Reach) -> Self {
        Self {
            reach,
            address: address.to_owned(),
            admin_address: ports.address_of(address),
            ports,
            admin: Door::Untried,
            admin_is_another: false,
            srvr: Door::Untried,
            mntr: Door::Untried,
            conf: Door::Untried,
            tls: Door::Untried,
            is_gone: false,
            is_ours: false,
            polls: 0,
            full: MemberReport::default(),
        }
    }

    /// One poll, by the best door that is open.
    pub(super) async fn poll(&mut self, load: &LoadMeter) -> Found {
        let mut found = Found::nothing();
        let full = self.polls.is_multiple_of(FULL_EVERY);
        self.polls += 1;
        if !matches!(self.admin, Door::Open) && self.admin.is_worth_trying(TRY_ADMIN_AGAIN) {
            found.sid = self.try_admin(load).await;
        }
        let asked_admin =
            matches!(self.admin, Door::Open) && self.poll_admin(full, load, &mut found).await;
        if !asked_admin {
            self.poll_words(full, DEADLINE, load, &mut found).await;
            self.look_where_it_says(&found);
        }
        self.forget_unless_serving(&found);
        self.try_anew_after_a_start(&found);
        found.closed = self.closed();
        found
    }

    /// A member of ours that listens elsewhere than we looked has just said where: the next poll
    /// tries there.
    fn look_where_it_says(&mut self, found: &Found) {
        if let Some(monitor) = &found.metrics {
            self.ports.hear(&self.address, monitor);
        }
        let at = self.ports.address_of(&self.address);
        if at != self.admin_address {
            self.admin_address = at;
            self.admin = Door::Untried;
            self.ask_fully();
        }
    }

    /// The next poll is a full one: something has happened, and what the member said before,
    /// such as how many followers are in sync, may be old.
    pub(super) fn ask_fully(&mut self) {
        self.polls = 0;
    }

    /// One short question to a member whose heartbeats have stopped: on its client port, since
    /// that is what counts, and since another answer of its AdminServer may be as late.
    pub(super) async fn poll_in_doubt(&mut self, load: &LoadMeter) -> Found {
        let mut found = Found::nothing();
        let asking = self.poll_words(false, SRVR_IN_DOUBT, load, &mut found);
        if timeout(DEADLINE_IN_DOUBT, asking).await.is_err() {
            found.outcome = Outcome::Silent(Fault::Timeout);
            found.round_trip = None;
        }
        self.forget_unless_serving(&found);
        found
    }

    /// Where its AdminServer is, if it is open and the member is one of ours: those have a
    /// stream of heartbeats. Apache's are not asked for what they cannot have.
    /// Nor does one of ours stop to be that while it does not serve: whether it has a vote to
    /// give, it tells by its beats alone.
    pub(super) fn stream_address(&mut self, found: &Found) -> Option<&str> {
        match &found.outcome {
            Outcome::Serving { facts, via } => {
                let version = facts.version.as_deref().unwrap_or_default();
                self.is_ours = *via == Via::AdminServer && version.contains("-zoowarden-");
            }
            Outcome::NotServing => {}
            _ => return None,
        }
        self.is_ours.then_some(self.admin_address.as_str())
    }

    /// A process that was started anew may have other doors open: another whitelist, another
    /// program (an Apache member replaced by one of ours), an AdminServer that took longer to
    /// listen than the client port.
    fn try_anew_after_a_start(&mut self, found: &Found) {
        match &found.outcome {
            Outcome::Silent(Fault::Refused) => self.is_gone = true,
            Outcome::Serving { .. } if self.is_gone => {
                self.is_gone = false;
                for door in [&mut self.admin, &mut self.mntr, &mut self.conf] {
                    if matches!(door, Door::Shut(_)) {
                        *door = Door::Untried;
                    }
                }
            }
            _ => {}
        }
    }

    /// What it was before it stopped serving says nothing of what it will be.
    fn forget_unless_serving(&mut self, found: &Found) {
        if !matches!(found.outcome, Outcome::Serving { .. }) {
            self.full = MemberReport::default();
            self.polls = 0;
        }
    }

    /// The newest short answer over the last full one.
    fn under_full(&mut self, absorb: impl Fn(&mut MemberReport)) -> MemberReport {
        let mut report = self.full.clone();
        absorb(&mut report);
        if self.full.role.is_some() && self.full.role != report.role {
            self.full = MemberReport::default();
            report = MemberReport::default();
            absorb(&mut report);
        }
        report
    }
}
