//! Orders that a running member carries out at once: who leads, who is connected, which
//! sessions live.

use std::time::Duration;

use serde_json::{Map, Value as Json, json};
use tokio::time::{Instant, sleep};
use zoowarden_shared::{SessionId, Sid};

use super::{expected, refusal::Refusal};
use crate::admin::{
    Admin,
    answer::{Request, fields_of},
};

/// How long a new leader may take to be seen from here.
pub(super) const HANDOVER_LIMIT: Duration = Duration::from_secs(5);
/// How often it is looked for.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

impl Admin {
    /// `to`: the sid of the next leader; `epoch`.
    pub(super) async fn transfer_leadership(
        &self,
        request: &Request,
    ) -> Result<Map<String, Json>, Refusal> {
        let (heir, shown) = (Sid(request.number("to")?), request.epoch()?);
        let began = Instant::now();
        self.ordered(request, Some(shown), move |peer, now, out| {
            peer.hand_over(now, heir, out)
        })
        .await??;
        loop {
            let status = self
                .driver
                .ask(|peer, now| peer.replication_view(now).map(|view| view.status))
                .await?
                .ok_or(Refusal::Stopped)?;
            let is_over = status.serving && status.heir.is_none();
            match status.leader {
                Some(leader) if is_over && leader == heir => {
                    return Ok(fields_of(json!({
                        "leader": heir.0,
                        "epoch": status.epoch,
                        "took_ms": began.elapsed().as_millis() as u64,
                    })));
                }
                Some(_) if is_over && status.epoch == shown => {
                    return Err(Refusal::NotCaughtUp { heir });
                }
                Some(leader) if is_over => return Err(Refusal::AnotherLeads { leader, heir }),
                _ if began.elapsed() > HANDOVER_LIMIT => return Err(Refusal::NoLeader),
                _ => sleep(LOOK_AGAIN).await,
            }
        }
    }

    /// `id`: the session's, as `0x...` or a decimal number; `epoch`.
    pub(super) async fn close_session(
        &self,
        request: &Request,
    ) -> Result<Map<String, Json>, Refusal> {
        let text = request.parameter("id")?;
        let id = match text.strip_prefix("0x") {
            // Ids are negative where the sid's first bit is set: sixteen digits are one.
            Some(hex) => u64::from_str_radix(hex, 16).map(|id| id as i64),
            None => text.parse(),
        };
        let id = id.map_err(|_| expected("id", "0x and hexadecimal digits", text))?;
        let (session, shown) = (SessionId(id), request.epoch()?);
        let was_there = self
            .ordered(request, Some(shown), move |peer, now, out| {
                peer.close_session(now, session, out)
            })
            .await?;
        if was_there {
            Ok(fields_of(json!({ "session": session.to_string() })))
        } else {
            Err(Refusal::NoSession(session))
        }
    }

    /// Apache's, with its body `{"percentage": N}`.
    pub(super) async fn shed_connections(
        &self,
        request: &Request,
    ) -> Result<Map<String, Json>, Refusal> {
        let body: Json = serde_json::from_slice(&request.body)
            .map_err(|error| Refusal::BadRequest(format!("Invalid JSON: {error}")))?;
        let Some(percentage) = body.get("percentage") else {
            let error = "Missing required field: percentage".to_owned();
            return Err(Refusal::BadRequest(error));
        };
        let percentage = percentage.as_u64().filter(|percentage| *percentage <= 100);
        let Some(percentage) = percentage.and_then(|percentage| u32::try_from(percentage).ok())
        else {
            let error = "Percentage must be between 0 and 100".to_owned();
            return Err(Refusal::BadRequest(error));
        };
        let shed = self
            .ordered(request, None, move |peer, _, out| {
                peer.shed_connections(percentage, out)
            })
            .await?;
        Ok(fields_of(json!({
            "connections_shed": shed,
            "percentage_requested": percentage,
        })))
    }
}
