//! Commands that change something: who leads, who is connected, which sessions live.
//!
//! They are POSTs with an `Authorization: digest USER:PASSWORD` whose bearer has every right on
//! `/`, as those of Apache 3.9 are. Ours also take the `epoch` that the operator was looking
//! at, and refuse where another has begun since: a stale screen must not change an ensemble.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::{Map, Value as Json, json};
use tokio::time::{Instant, sleep};
use zoowarden_peer::{Denied, Effects, Now, Peer};
use zoowarden_shared::{Epoch, SessionId, Sid};
use zoowarden_zab::HandoverRefusal;

use super::{
    Admin,
    answer::{Answer, Request, fields_of},
    commands::Command,
    text,
};
use crate::driver::Stopped;

/// How long a new leader may take to be seen from here.
const HANDOVER_LIMIT: Duration = Duration::from_secs(5);
/// How often it is looked for.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("This command is a POST")]
    NoPost,
    #[error("Auth info is missing for the command")]
    NoCredentials,
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("{0}")]
    BadRequest(String),
    #[error("epoch {now} is in force, not {shown}: look again")]
    StaleEpoch { now: Epoch, shown: Epoch },
    #[error(transparent)]
    Handover(#[from] HandoverRefusal),
    #[error("server {heir} did not catch up in time: this server leads on, nothing has changed")]
    NotCaughtUp { heir: Sid },
    #[error("server {leader} was elected instead of {heir}")]
    AnotherLeads { leader: Sid, heir: Sid },
    #[error("no leader is seen from here after {} s", HANDOVER_LIMIT.as_secs())]
    NoLeader,
    #[error("there is no session {0}")]
    NoSession(SessionId),
    #[error("{}", text::NOT_SERVING)]
    Stopped,
}

impl From<Stopped> for Refusal {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::NoPost => StatusCode::METHOD_NOT_ALLOWED,
            Self::NoCredentials | Self::Denied(Denied::NotAuthenticated) => {
                StatusCode::UNAUTHORIZED
            }
            Self::Denied(Denied::NotAuthorized) => StatusCode::FORBIDDEN,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::StaleEpoch { .. } | Self::Handover(_) => StatusCode::CONFLICT,
            Self::NoSession(_) => StatusCode::NOT_FOUND,
            Self::NotCaughtUp { .. } | Self::AnotherLeads { .. } | Self::NoLeader => {
                StatusCode::INTERNAL_SERVER_ERROR
            }
            // As Apache's commands answer then.
            Self::Stopped => StatusCode::OK,
        }
    }
}

impl Admin {
    /// Runs one of these commands.
    pub(super) async fn change(&self, command: Command, request: &Request) -> Answer {
        let name = command.primary_name();
        let done = match command {
            Command::TransferLeadership => self.transfer_leadership(request).await,
            Command::CloseSession => self.close_session(request).await,
            _ => self.shed_connections(request).await,
        };
        match done {
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

    /// Has the peer do it, between two inputs, if who asks may and the epoch is the one shown.
    async fn ordered<T: Send + 'static>(
        &self,
        request: &Request,
        shown: Option<Epoch>,
        order: impl FnOnce(&mut Peer, Now, &mut Effects) -> T + Send + 'static,
    ) -> Result<T, Refusal> {
        if !request.is_post {
            return Err(Refusal::NoPost);
        }
        let header = request
            .authorization
            .clone()
            .ok_or(Refusal::NoCredentials)?;
        let done = self.driver.order(move |peer, now, out| {
            peer.authorize(&header)?;
            match shown {
                Some(shown) if shown != peer.epoch() => Err(Refusal::StaleEpoch {
                    now: peer.epoch(),
                    shown,
                }),
                _ => Ok(order(peer, now, out)),
            }
        });
        done.await?
    }

    /// `to`: the sid of the next leader; `epoch`.
    async fn transfer_leadership(&self, request: &Request) -> Result<Map<String, Json>, Refusal> {
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
    async fn close_session(&self, request: &Request) -> Result<Map<String, Json>, Refusal> {
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
    async fn shed_connections(&self, request: &Request) -> Result<Map<String, Json>, Refusal> {
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

impl Request {
    fn parameter(&self, name: &str) -> Result<&str, Refusal> {
        let found = self.parameters.get(name);
        found
            .map(String::as_str)
            .ok_or_else(|| Refusal::BadRequest(format!("{name}: this parameter is missing")))
    }

    fn number<T: std::str::FromStr>(&self, name: &str) -> Result<T, Refusal> {
        let text = self.parameter(name)?;
        text.parse().map_err(|_| expected(name, "a number", text))
    }

    /// The epoch that the operator was looking at.
    fn epoch(&self) -> Result<Epoch, Refusal> {
        self.number("epoch")
    }
}

fn expected(name: &str, what: &str, found: &str) -> Refusal {
    Refusal::BadRequest(format!("{name}: expected {what}, found {found:?}"))
}
