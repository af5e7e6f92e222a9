//! The doors on the client port: the four-letter words `srvr`, `mntr` and `conf`.

use std::{
    io::ErrorKind,
    time::{Duration, Instant},
};

use zoowarden_client::{ClientError, fourletter, speaks_tls};
use zoowarden_shared::{
    admin::{MemberReport, Monitor, Refusal, absorb_conf, absorb_srvr, word_refusal},
    config::DynamicConfig,
};

use super::{
    DEADLINE, Doors, Found,
    door::{Door, TRY_AGAIN},
};
use crate::{
    model::probe::{Fault, Outcome, Via},
    reach::{Reach, SPEAKS_TLS},
    source::load::LoadMeter,
};

/// How long a port may take to answer the beginning of TLS.
const TLS_DEADLINE: Duration = Duration::from_secs(1);

impl Doors {
    /// Polls the client port: `srvr`, and the others where they are due.
    pub(super) async fn poll_words(
        &mut self,
        full: bool,
        deadline: Duration,
        load: &LoadMeter,
        found: &mut Found,
    ) {
        let started = Instant::now();
        match ask_within(&self.reach, &self.address, "srvr", deadline, load).await {
            Ok(Ok(text)) => {
                self.srvr = Door::Open;
                found.round_trip = Some(started.elapsed());
                self.ask_conf(load, found).await;
                let mut via = Via::Srvr;
                if full || matches!(self.mntr, Door::Untried) {
                    self.ask_mntr(load, found).await;
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
                self.ask_mntr(load, found).await;
                if matches!(self.mntr, Door::Open) {
                    let facts = Box::new(self.full.clone());
                    found.outcome = Outcome::Serving {
                        facts,
                        via: Via::Mntr,
                    };
                }
            }
            Ok(Err(Refusal::Empty)) => {
                found.outcome = Outcome::Silent(self.tls_or(Fault::HungUp).await);
            }
            Err(error) => {
                let fault = match fault(&error) {
                    fault @ (Fault::HungUp | Fault::Timeout | Fault::Hangs) => {
                        self.tls_or(fault).await
                    }
                    other => other,
                };
                found.outcome = Outcome::Silent(fault);
            }
        }
    }

    /// It took our connection and has not answered yet: perhaps since it speaks TLS and we do
    /// not. Apache's secure port waits in silence for the rest of what it takes for TLS.
    ///
    /// Looked into only of a member that has never answered, and once in a while: it costs
    /// the member a connection, and us time.
    async fn tls_or(&mut self, fault: Fault) -> Fault {
        let has_answered = !matches!(self.srvr, Door::Untried) || matches!(self.admin, Door::Open);
        let may_be = self.reach.client.tls().is_none() && !has_answered;
        if may_be && !matches!(self.tls, Door::Open) && self.tls.is_worth_trying(TRY_AGAIN) {
            let client = &self.reach.client;
            self.tls = if speaks_tls(client, &self.address, TLS_DEADLINE).await {
                Door::Open
            } else {
                Door::Shut(Instant::now())
            };
        }
        if may_be && matches!(self.tls, Door::Open) {
            Fault::Other(SPEAKS_TLS.to_owned())
        } else {
            fault
        }
    }

    async fn ask_mntr(&mut self, load: &LoadMeter, found: &mut Found) {
        if !self.mntr.is_worth_trying(TRY_AGAIN) {
            return;
        }
        match ask(&self.reach, &self.address, "mntr", load).await {
            Ok(Ok(text)) => {
                self.mntr = Door::Open;
                self.full = MemberReport::default();
                let monitor = Monitor::from_text(&text);
                monitor.absorb_into(&mut self.full);
                found.metrics = Some(Box::new(monitor));
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
        match ask(&self.reach, &self.address, "conf", load).await {
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
}

/// Asks one four-letter word.
pub(in crate::source) async fn ask(
    reach: &Reach,
    address: &str,
    word: &str,
    load: &LoadMeter,
) -> Result<Result<String, Refusal>, ClientError> {
    ask_within(reach, address, word, DEADLINE, load).await
}

async fn ask_within(
    reach: &Reach,
    address: &str,
    word: &str,
    deadline: Duration,
    load: &LoadMeter,
) -> Result<Result<String, Refusal>, ClientError> {
    load.request();
    let text = fourletter::ask_by(&reach.client, address, word, deadline).await?;
    Ok(match word_refusal(word, &text) {
        Some(refusal) => Err(refusal),
        None => Ok(text),
    })
}

/// Why there was no answer, in the model's words.
pub(crate) fn fault(error: &ClientError) -> Fault {
    match error {
        ClientError::Deadline { .. } => Fault::Timeout,
        ClientError::Mute { .. } => Fault::Hangs,
        ClientError::Connect { source, .. } | ClientError::Io { source, .. } => {
            match source.kind() {
                ErrorKind::ConnectionRefused => Fault::Refused,
                ErrorKind::TimedOut => Fault::Timeout,
                ErrorKind::ConnectionReset | ErrorKind::BrokenPipe => Fault::HungUp,
                _ => unnamed(&source.to_string()),
            }
        }
        // Without the address, which the reader sees anyway.
        ClientError::Tls { reason, .. } => Fault::Other(format!("TLS: {reason}")),
        ClientError::Proxy { reason, .. } => Fault::Other(format!("via: {reason}")),
        other => Fault::Other(other.to_string()),
    }
}

/// A fault that the system has no kind for: a name that does not resolve, as the standard library
/// words it, or another.
fn unnamed(said: &str) -> Fault {
    let is_of_name = said.contains("failed to lookup address");
    if is_of_name && !said.contains("Temporary failure") {
        Fault::NoSuchHost
    } else {
        Fault::Other(said.to_owned())
    }
}
