//! Commands that change something.
//!
//! ```text
//!   request ──> gates (`gates`) ──> audit: refused
//!                  └──> audit: begun ──> the order ──> audit: done, failed, unknown
//! ```
//!
//! They are POSTs with an `Authorization: digest USER:PASSWORD` whose bearer has every right on
//! `/`, as those of Apache 3.9 are. Ours also take the `epoch` that the operator was looking
//! at, and refuse where another has begun since: a stale screen must not change an ensemble.
//! A parameter `reason` goes to the audit log.
//!
//! - `gates`: who may, and whether the epoch is the one shown
//! - `orders`: who leads, who is connected, which sessions live
//! - `snapshot`, `restore`: the whole state, out and in
//! - `resync`: this member takes all it has from a leader anew
//! - `reserve`: a member without a quorum stands aside
//! - `refusal`: why not

mod gates;
mod orders;
mod refusal;
mod reserve;
mod restore;
mod resync;
mod snapshot;

use std::{collections::BTreeMap, time::Instant};

use serde_json::{Map, Value as Json};
use zoowarden_shared::{
    Epoch,
    audit::{Outcome, Record},
};

use super::{
    Admin,
    answer::{Answer, Request},
    audit::unix_ms,
    commands::Command,
};
pub(super) use refusal::Refusal;

use crate::quorum_loss::ReservationError;

impl Admin {
    /// Runs one of these commands.
    pub(super) async fn change(&self, command: Command, request: &Request) -> Answer {
        let name = command.primary_name();
        match self.audited(command, request).await {
            Ok(body) => {
                tracing::info!(command = name, ?body, "an operator's order is done");
                Answer::of(name, body)
            }
            Err(refusal) => {
                tracing::warn!(command = name, %refusal, "an operator's order is refused");
                Answer::error(refusal.status(), name, &refusal.to_string())
            }
        }
    }

    /// Carries out an order, with its lines in the audit log before and after.
    async fn audited(
        &self,
        command: Command,
        request: &Request,
    ) -> Result<Map<String, Json>, Refusal> {
        let mut attempt = self.begin(command.primary_name(), request).await?;
        let done = match command {
            Command::TransferLeadership => self.transfer_leadership(request).await,
            Command::CloseSession => self.close_session(request).await,
            Command::Reserve => self.reserve(request).await,
            Command::ForceQuorum | Command::ReleaseReservation => {
                Err(ReservationError::NotReserved.into())
            }
            Command::ShedConnections => self.shed_connections(request).await,
            Command::RestoreAbort => self.restore_abort(),
            Command::RestoreCommit => self.restore_commit(request, &attempt.record),
            _ => match self.may_resync(&mut attempt.record).await {
                Ok(()) => self.resync(&attempt.record),
                Err(refusal) => Err(refusal),
            },
        };
        // The member is started again, and tells the end then.
        let goes_on = matches!(command, Command::Resync | Command::RestoreCommit) && done.is_ok();
        if !goes_on {
            let said = done
                .as_ref()
                .map(|body| Json::Object(body.clone()).to_string());
            self.end(attempt, said).await;
        }
        done
    }

    /// Looks at the gates, and writes that an order is begun, or refused.
    async fn begin(&self, name: &str, request: &Request) -> Result<Attempt, Refusal> {
        let mut record = request.record(name);
        let began = Instant::now();
        let passed = match request.shown_epoch(name) {
            Ok(shown) => self.pass_gates(request, shown, &mut record).await,
            Err(refusal) => Err(refusal),
        };
        if let Err(refusal) = passed {
            record.outcome = Outcome::Refused;
            record.sentence = refusal.to_string();
            let is_known = record.gates.first().is_some_and(|who| who.passed);
            let written = match is_known {
                true => self.audit.write(record).await,
                false => self.audit.write_of_stranger(record).await,
            };
            if let Err(error) = written {
                tracing::error!(%error, "a refusal is not in the audit log");
            }
            return Err(refusal);
        }
        self.audit.write(record.clone()).await?;
        Ok(Attempt { record, began })
    }

    /// Writes how an order that was begun has ended, with what there is to say of it.
    async fn end(&self, attempt: Attempt, done: Result<String, &Refusal>) {
        let Attempt { mut record, began } = attempt;
        record.unix_ms = unix_ms();
        record.after = self.standing().await;
        record.duration_ms = Some(began.elapsed().as_millis() as u64);
        (record.outcome, record.sentence) = match done {
            Ok(said) => (Outcome::Done, said),
            Err(refusal) => (refusal.outcome(), refusal.to_string()),
        };
        if let Err(error) = self.audit.write(record).await {
            tracing::error!(%error, "the end of an order is not in the audit log");
        }
    }
}

/// An order that passed the gates and stands in the audit log as begun.
#[derive(Debug)]
struct Attempt {
    record: Record,
    began: Instant,
}

impl Request {
    pub(in crate::admin) fn parameter(&self, name: &str) -> Result<&str, Refusal> {
        let found = self.parameters.get(name);
        found
            .map(String::as_str)
            .ok_or_else(|| Refusal::BadRequest(format!("{name}: this parameter is missing")))
    }

    pub(in crate::admin) fn number<T: std::str::FromStr>(&self, name: &str) -> Result<T, Refusal> {
        let text = self.parameter(name)?;
        text.parse().map_err(|_| expected(name, "a number", text))
    }

    /// The epoch that the operator was looking at.
    fn epoch(&self) -> Result<Epoch, Refusal> {
        self.number("epoch")
    }

    /// The same, where this order has one or must have one. The other orders that must ask for it
    /// themselves.
    fn shown_epoch(&self, order: &str) -> Result<Option<Epoch>, Refusal> {
        match self.parameters.contains_key("epoch") || order == "resync" {
            true => self.epoch().map(Some),
            false => Ok(None),
        }
    }

    /// What the audit log says of it before it is carried out.
    pub(in crate::admin) fn record(&self, name: &str) -> Record {
        let mut arguments: BTreeMap<_, _> = self
            .parameters
            .iter()
            .filter(|(name, _)| *name != "reason")
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        if !self.body.is_empty() {
            let body = String::from_utf8_lossy(&self.body).into_owned();
            arguments.insert("body".into(), body);
        }
        Record {
            unix_ms: unix_ms(),
            principal: self.claimed_identity(),
            host: self.remote.to_string(),
            reason: self.parameters.get("reason").cloned(),
            what: name.to_owned(),
            arguments,
            command: format!("{} {}", self.method, self.path),
            gates: Vec::new(),
            before: None,
            after: None,
            outcome: Outcome::Begun,
            sentence: "about to be done".into(),
            duration_ms: None,
        }
    }

    /// Who sent it says he is; without the password.
    fn claimed_identity(&self) -> String {
        let claimed = self.authorization.as_deref().and_then(|header| {
            let (scheme, credentials) = header.split_once(' ')?;
            let (user, _) = credentials.split_once(':')?;
            Some(format!("{scheme}:{user}"))
        });
        claimed.unwrap_or_else(|| "nobody".into())
    }
}

fn expected(name: &str, what: &str, found: &str) -> Refusal {
    Refusal::BadRequest(format!("{name}: expected {what}, found {found:?}"))
}
