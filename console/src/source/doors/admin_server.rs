//! The AdminServer's door: `configuration` to know whose it is, `server_stats` at every poll,
//! `monitor` at a full one; the date of an answer is its clock.

use std::time::{Duration, Instant, SystemTime};

use serde_json::{Map, Value};
use tracing::debug;
use zoowarden_client::{ClientError, http};
use zoowarden_shared::{
    Sid,
    admin::{
        AdminRefusal, MemberReport, Monitor, absorb_conf, absorb_configuration,
        absorb_server_stats, admin_object,
    },
};

use super::{DEADLINE, Doors, Found, ask, door::Door};
use crate::{
    model::{
        member_clock::ahead_ms,
        probe::{Outcome, Via},
        roster::split,
    },
    reach::Reach,
    source::load::LoadMeter,
};

impl Doors {
    /// Looks for this member's AdminServer. Several members may share a host, so that it must
    /// name this member's client port before it is believed.
    pub(super) async fn try_admin(&mut self, load: &LoadMeter) -> Option<Sid> {
        load.request();
        self.admin = Door::Shut(Instant::now());
        self.admin_is_another = false;
        let configuration = self.get("configuration").await.ok()?.ok()?;
        let mut report = MemberReport::default();
        absorb_configuration(&mut report, &configuration);
        if !is_own(&self.reach, &self.address, &report, load).await {
            debug!(
                address = self.address,
                "the AdminServer on its host is another member's"
            );
            self.admin_is_another = true;
            return None;
        }
        self.admin = Door::Open;
        report.sid
    }

    async fn get(
        &self,
        command: &str,
    ) -> Result<Result<Map<String, Value>, AdminRefusal>, ClientError> {
        Ok(self.get_dated(command).await?.0)
    }

    /// The answer, and what its clock said then.
    async fn get_dated(
        &self,
        command: &str,
    ) -> Result<(Result<Map<String, Value>, AdminRefusal>, Option<SystemTime>), ClientError> {
        let path = format!("/commands/{command}");
        let answer = http::get_by(&self.reach.admin, &self.admin_address, &path, DEADLINE).await?;
        Ok((admin_object(answer.status, &answer.body), answer.at))
    }

    /// Polls the AdminServer; false where it failed and the words must tell.
    pub(super) async fn poll_admin(
        &mut self,
        full: bool,
        load: &LoadMeter,
        found: &mut Found,
    ) -> bool {
        load.request();
        let started = Instant::now();
        match self.get_dated("server_stats").await {
            Ok((Ok(stats), date)) => {
                let took = started.elapsed();
                found.round_trip = Some(took);
                if full {
                    found.clock_ahead_ms = date.map(|date| ahead(date, took));
                    load.request();
                    self.full = MemberReport::default();
                    if let Ok(Ok(monitor)) = self.get("monitor").await {
                        let monitor = Monitor::from_json(&monitor);
                        monitor.absorb_into(&mut self.full);
                        found.metrics = Some(Box::new(monitor));
                    }
                }
                let report = self.under_full(|report| absorb_server_stats(report, &stats));
                found.outcome = Outcome::Serving {
                    facts: Box::new(report),
                    via: Via::AdminServer,
                };
                true
            }
            Ok((Err(AdminRefusal::NotServing), _)) => {
                found.round_trip = Some(started.elapsed());
                found.outcome = Outcome::NotServing;
                true
            }
            Ok((Err(_), _)) | Err(_) => {
                self.admin = Door::Shut(Instant::now());
                false
            }
        }
    }
}

/// How far a clock that said this in an answer of just now is ahead of ours, ms.
fn ahead(date: SystemTime, took: Duration) -> i64 {
    let unix_ms = |time: SystemTime| {
        let since = time.duration_since(SystemTime::UNIX_EPOCH);
        since.map_or(0, |since| {
            i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
        })
    };
    let took_ms = i64::try_from(took.as_millis()).unwrap_or(i64::MAX);
    ahead_ms(unix_ms(date), unix_ms(SystemTime::now()), took_ms)
}

/// Whether the AdminServer whose `configuration` says this is that of the member at `address`:
/// it names the same client port. One that is reached by TLS has two ports, and names the
/// other: then `conf`, which names both, tells whether they are one member's.
pub(in crate::source) async fn is_own(
    reach: &Reach,
    address: &str,
    configuration: &MemberReport,
    load: &LoadMeter,
) -> bool {
    let port = split(address).1;
    if configuration.client_port == port {
        return true;
    }
    if reach.client.tls().is_none() {
        return false;
    }
    let Ok(Ok(text)) = ask(reach, address, "conf", load).await else {
        return false;
    };
    let mut conf = MemberReport::default();
    absorb_conf(&mut conf, &text);
    let secure_port = text
        .lines()
        .find_map(|line| line.strip_prefix("secureClientPort="))
        .and_then(|port| port.trim().parse().ok());
    secure_port == port && conf.sid == configuration.sid
}
