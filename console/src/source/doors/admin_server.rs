//! The AdminServer's door: `configuration` to know whose it is, `server_stats` at every poll,
//! `monitor` at a full one.

use std::time::Instant;

use serde_json::{Map, Value};
use tracing::debug;
use zoowarden_client::{ClientError, http};
use zoowarden_shared::{
    Sid,
    admin::{
        AdminRefusal, MemberReport, Monitor, absorb_configuration, absorb_server_stats,
        admin_object,
    },
};

use super::{DEADLINE, Doors, Found, door::Door};
use crate::{
    model::{
        probe::{Outcome, Via},
        roster::split,
    },
    source::load::LoadMeter,
};

impl Doors {
    /// Looks for this member's AdminServer. Several members may share a host, so that it must
    /// name this member's client port before it is believed.
    pub(super) async fn try_admin(&mut self, load: &LoadMeter) -> Option<Sid> {
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
    pub(super) async fn poll_admin(
        &mut self,
        full: bool,
        load: &LoadMeter,
        found: &mut Found,
    ) -> bool {
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
}
