//! The doors of one member: which of them are open, and what each tells.
//!
//! The AdminServer is the best one (it tells most and logs nothing), `mntr` the next, `srvr`
//! alone the least. Zxids come from `server_stats` or `srvr` only, so that one of those is
//! asked at every poll and the fuller ones at every [`FULL_EVERY`]th.

use std::time::{Duration, Instant};

use serde_json::{Map, Value};
use tokio::time::timeout;
use tracing::debug;
use zoowarden_client::{ClientError, fourletter, http};
use zoowarden_shared::{
    Sid,
    admin::{
        AdminRefusal, MemberReport, Monitor, Refusal, absorb_conf, absorb_configuration,
        absorb_server_stats, absorb_srvr, admin_object, whitelist_line, word_refusal,
    },
    config::DynamicConfig,
};

use super::load::LoadMeter;
use crate::model::{
    probe::{Closed, Fault, Outcome, Via},
    roster::split,
};

/// How long one question may take.
const DEADLINE: Duration = Duration::from_secs(2);
/// The same for a member whose heartbeats have just stopped.
const DEADLINE_IN_DOUBT: Duration = Duration::from_secs(1);
/// `mntr` and `monitor` are asked at every so manieth poll.
const FULL_EVERY: u64 = 5;
/// A shut door is tried again after this: each try may cost the member a log line.
const TRY_AGAIN: Duration = Duration::from_secs(300);
/// The same for the AdminServer, whose absence costs nobody anything.
const TRY_ADMIN_AGAIN: Duration = Duration::from_secs(30);

/// On which port of each member's host the AdminServer is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AdminPort(pub(super) u16);

impl Default for AdminPort {
    fn default() -> Self {
        Self(8080)
    }
}

#[derive(Clone, Copy, Debug)]
enum Door {
    Untried,
    Open,
    Shut(Instant),
}

impl Door {
    fn is_worth_trying(self, again: Duration) -> bool {
        match self {
            Self::Untried | Self::Open => true,
            Self::Shut(since) => since.elapsed() >= again,
        }
    }
}

/// What a poll found out beside the facts.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) outcome: Outcome,
    /// Of the question that tells the zxid.
    pub(super) round_trip: Option<Duration>,
    pub(super) closed: Vec<Closed>,
    /// The member's id, the first time it tells.
    pub(super) sid: Option<Sid>,
    /// The ensemble's configuration, where `conf` tells it.
    pub(super) config: Option<DynamicConfig>,
}

/// The doors of one member.
#[derive(Debug)]
pub(super) struct Doors {
    address: String,
    admin_address: String,
    admin: Door,
    srvr: Door,
    mntr: Door,
    conf: Door,
    polls: u64,
    /// The last full answer, under the newest zxid: dropped when the role changes.
    full: MemberReport,
}

impl Doors {
    pub(super) fn new(address: &str, admin: AdminPort) -> Self {
        let (host, _) = split(address);
        let host = if host.contains(':') {
            format!("[{host}]")
        } else {
            host.to_owned()
        };
        Self {
            address: address.to_owned(),
            admin_address: format!("{host}:{}", admin.0),
            admin: Door::Untried,
            srvr: Door::Untried,
            mntr: Door::Untried,
            conf: Door::Untried,
            polls: 0,
            full: MemberReport::default(),
        }
    }

    /// One poll, by the best door that is open.
    pub(super) async fn poll(&mut self, load: &LoadMeter) -> Found {
        let mut found = Found {
            outcome: Outcome::Shut,
            round_trip: None,
            closed: Vec::new(),
            sid: None,
            config: None,
        };
        let full = self.polls.is_multiple_of(FULL_EVERY);
        self.polls += 1;
        if !matches!(self.admin, Door::Open) && self.admin.is_worth_trying(TRY_ADMIN_AGAIN) {
            found.sid = self.try_admin(load).await;
        }
        let asked_admin =
            matches!(self.admin, Door::Open) && self.poll_admin(full, load, &mut found).await;
        if !asked_admin {
            self.poll_words(full, load, &mut found).await;
        }
        if !matches!(found.outcome, Outcome::Serving { .. }) {
            // What it was before it stopped serving says nothing of what it will be.
            self.full = MemberReport::default();
            self.polls = 0;
        }
        found.closed = self.closed();
        found
    }

    /// The next poll is a full one: something has happened, and what the member said before,
    /// such as how many followers are in sync, may be old.
    pub(super) fn ask_fully(&mut self) {
        self.polls = 0;
    }

    /// One short question to a member whose heartbeats have stopped: on its client port, since
    /// that is what counts, and since another answer of its AdminServer may be as late.
    pub(super) async fn poll_in_doubt(&mut self, load: &LoadMeter) -> Found {
        let mut found = Found {
            outcome: Outcome::Shut,
            round_trip: None,
            closed: Vec::new(),
            sid: None,
            config: None,
        };
        let asking = self.poll_words(false, load, &mut found);
        if timeout(DEADLINE_IN_DOUBT, asking).await.is_err() {
            found.outcome = Outcome::Silent(Fault::Timeout);
            found.round_trip = None;
        }
        if !matches!(found.outcome, Outcome::Serving { .. }) {
            self.full = MemberReport::default();
            self.polls = 0;
        }
        found
    }

    /// Where its AdminServer is, if it is open and the member is one of ours: those have a
    /// stream of heartbeats. Apache's are not asked for what they cannot have.
    pub(super) fn stream_address(&self, found: &Found) -> Option<&str> {
        let Outcome::Serving { facts, via } = &found.outcome else {
            return None;
        };
        let version = facts.version.as_deref().unwrap_or_default();
        let is_ours = *via == Via::AdminServer && version.contains("-zoowarden-");
        is_ours.then_some(self.admin_address.as_str())
    }

    /// Looks for this member's AdminServer. Several members may share a host, so that it must
    /// name this member's client port before it is believed.
    async fn try_admin(&mut self, load: &LoadMeter) -> Option<Sid> {
        load.request();
        self.admin = Door::Shut(Instant::now());
        let configuration = self.get("configuration").await.ok()?.ok()?;
        let mut report = MemberReport::default();
        absorb_configuration(&mut report, &configuration);
        if report.client_port != split(&self.address).1 {
            debug!(
                address = self.address,
                "the AdminServer on its host is another member's"
            );
            return None;
        }
        self.admin = Door::Open;
        report.sid
    }

    async fn get(
        &self,
        command: &str,
    ) -> Result<Result<Map<String, Value>, AdminRefusal>, ClientError> {
        let path = format!("/commands/{command}");
        let answer = http::get(&self.admin_address, &path, DEADLINE).await?;
        Ok(admin_object(answer.status, &answer.body))
    }

    /// Polls the AdminServer; false where it failed and the words must tell.
    async fn poll_admin(&mut self, full: bool, load: &LoadMeter, found: &mut Found) -> bool {
        load.request();
        let started = Instant::now();
        match self.get("server_stats").await {
            Ok(Ok(stats)) => {
                found.round_trip = Some(started.elapsed());
                if full {
                    load.request();
                    self.full = MemberReport::default();
                    if let Ok(Ok(monitor)) = self.get("monitor").await {
                        Monitor::from_json(&monitor).absorb_into(&mut self.full);
                    }
                }
                let report = self.under_full(|report| absorb_server_stats(report, &stats));
                found.outcome = Outcome::Serving {
                    facts: Box::new(report),
                    via: Via::AdminServer,
                };
                true
            }
            Ok(Err(AdminRefusal::NotServing)) => {
                found.round_trip = Some(started.elapsed());
                found.outcome = Outcome::NotServing;
                true
            }
            Ok(Err(_)) | Err(_) => {
                self.admin = Door::Shut(Instant::now());
                false
            }
        }
    }

    async fn poll_words(&mut self, full: bool, load: &LoadMeter, found: &mut Found) {
        let started = Instant::now();
        match ask(&self.address, "srvr", load).await {
            Ok(Ok(text)) => {
                self.srvr = Door::Open;
                found.round_trip = Some(started.elapsed());
                self.ask_conf(load, found).await;
                let mut via = Via::Srvr;
                if full || matches!(self.mntr, Door::Untried) {
                    self.ask_mntr(load).await;
                }
                if matches!(self.mntr, Door::Open) {
                    via = Via::Mntr;
                }
                let report = self.under_full(|report| absorb_srvr(report, &text));
                found.outcome = if report.role.is_none() && report.zxid.is_none() {
                    Outcome::Silent(Fault::Garbled(text.chars().take(80).collect()))
                } else {
                    Outcome::Serving {
                        facts: Box::new(report),
                        via,
                    }
                };
            }
            Ok(Err(Refusal::NotServing)) => {
                found.round_trip = Some(started.elapsed());
                found.outcome = Outcome::NotServing;
            }
            Ok(Err(Refusal::NotWhitelisted { .. })) => {
                found.round_trip = Some(started.elapsed());
                self.srvr = Door::Shut(started);
                self.ask_mntr(load).await;
                if matches!(self.mntr, Door::Open) {
                    let facts = Box::new(self.full.clone());
                    found.outcome = Outcome::Serving {
                        facts,
                        via: Via::Mntr,
                    };
                }
            }
            Ok(Err(Refusal::Empty)) => found.outcome = Outcome::Silent(Fault::HungUp),
            Err(error) => found.outcome = Outcome::Silent(fault(&error)),
        }
    }

    async fn ask_mntr(&mut self, load: &LoadMeter) {
        if !self.mntr.is_worth_trying(TRY_AGAIN) {
            return;
        }
        match ask(&self.address, "mntr", load).await {
            Ok(Ok(text)) => {
                self.mntr = Door::Open;
                self.full = MemberReport::default();
                Monitor::from_text(&text).absorb_into(&mut self.full);
            }
            Ok(Err(Refusal::NotWhitelisted { .. })) => self.mntr = Door::Shut(Instant::now()),
            // Not serving, or no answer: says nothing of the door.
            Ok(Err(_)) | Err(_) => {}
        }
    }

    /// Its id and the configuration, once, and again when it could not tell.
    async fn ask_conf(&mut self, load: &LoadMeter, found: &mut Found) {
        if matches!(self.conf, Door::Open) || !self.conf.is_worth_trying(TRY_AGAIN) {
            return;
        }
        match ask(&self.address, "conf", load).await {
            Ok(Ok(text)) => {
                self.conf = Door::Open;
                let mut report = MemberReport::default();
                absorb_conf(&mut report, &text);
                found.sid = report.sid;
                found.config = report
                    .membership
                    .map(|text| DynamicConfig::parse_lenient(&text))
                    .filter(|config| !config.is_empty());
            }
            Ok(Err(Refusal::NotWhitelisted { .. })) => self.conf = Door::Shut(Instant::now()),
            Ok(Err(_)) | Err(_) => {}
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

    /// What is shut, and the line that opens it.
    fn closed(&self) -> Vec<Closed> {
        let mut closed = Vec::new();
        if matches!(self.admin, Door::Open) {
            return closed;
        }
        let shut = |door: Door| matches!(door, Door::Shut(_));
        if shut(self.mntr) || shut(self.conf) || shut(self.srvr) {
            closed.push(Closed {
                what: "Zab phase, watches, file descriptors, fsync (mntr); its id and members \
                       (conf); sessions (cons, dump)"
                    .to_owned(),
                line: whitelist_line(&["mntr", "conf", "cons", "dump"]),
            });
        }
        if shut(self.admin) {
            closed.push(Closed {
                what: format!(
                    "all of that, and no line in its log for each of our polls; it must answer \
                     at {}",
                    self.admin_address
                ),
                line: "admin.enableServer=true".to_owned(),
            });
        }
        closed
    }
}

/// Asks one four-letter word.
pub(super) async fn ask(
    address: &str,
    word: &str,
    load: &LoadMeter,
) -> Result<Result<String, Refusal>, ClientError> {
    load.request();
    let text = fourletter::ask(address, word, DEADLINE).await?;
    Ok(match word_refusal(word, &text) {
        Some(refusal) => Err(refusal),
        None => Ok(text),
    })
}

/// Why there was no answer, in the model's words.
fn fault(error: &ClientError) -> Fault {
    use std::io::ErrorKind;
    match error {
        ClientError::Deadline { .. } => Fault::Timeout,
        ClientError::Connect { source, .. } | ClientError::Io { source, .. } => {
            match source.kind() {
                ErrorKind::ConnectionRefused => Fault::Refused,
                ErrorKind::TimedOut => Fault::Timeout,
                ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => Fault::HungUp,
                _ => Fault::Other(source.to_string()),
            }
        }
        other => Fault::Other(other.to_string()),
    }
}

#[cfg(test)]
#[path = "doors_tests.rs"]
mod tests;
