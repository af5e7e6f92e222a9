//! The AdminServer of a member that stands aside ([`crate::quorum_loss`]): what an operator
//! without a quorum needs, and nothing else.

use std::{sync::Arc, time::Instant};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::Method,
    response::{IntoResponse as _, Response},
    routing::get,
};
use bytes::Bytes;
use serde_json::{Map, Value, json};
use zoowarden_shared::audit::Outcome;

use super::{
    answer::{Answer, Request, fields_of},
    audit::{Audit, unix_ms},
    change::Refusal,
    commands::Command,
    disk_facts::{self, DISK_PATH},
    text::NOT_SERVING,
};
use crate::quorum_loss::{Held, NewQuorum, parse_zxid};

struct Reserved {
    held: Arc<Held>,
    audit: Audit,
}

/// What a reserved member serves under its commands' URL.
pub(crate) fn reserved_router(held: Arc<Held>) -> Router {
    let config = &held.configured().config;
    let url = config.admin.command_url.trim_end_matches('/').to_owned();
    let audit = Audit::new(&config.data_dir, config.admin.audit_syslog.clone());
    let state = Arc::new(Reserved { held, audit });
    Router::new()
        .route(&format!("{url}/{DISK_PATH}"), get(disk))
        .route(&format!("{url}/{{command}}"), get(run).post(run))
        .with_state(state)
}

async fn disk(State(reserved): State<Arc<Reserved>>) -> Response {
    disk_facts::answer(reserved.held.configured().clone()).await
}

async fn run(
    State(reserved): State<Arc<Reserved>>,
    Path(name): Path<String>,
    mut request: Request,
    body: Bytes,
) -> Response {
    request.body = body;
    let answer = match Command::named(&name) {
        Some(command @ (Command::Reserve | Command::ReleaseReservation | Command::ForceQuorum)) => {
            reserved.change(command, &request).await
        }
        _ => {
            let mut body = Map::new();
            let until_ms = reserved.held.until_ms();
            body.insert("error".to_owned(), NOT_SERVING.into());
            body.insert("reserved_until_ms".to_owned(), until_ms.into());
            Answer::of(&name, body)
        }
    };
    (answer.status, Json(answer.body)).into_response()
}

impl Reserved {
    /// Carries out an order, with its lines in the audit log before and after.
    async fn change(&self, command: Command, request: &Request) -> Answer {
        let name = command.primary_name();
        let began = Instant::now();
        let mut record = request.record(name);
        let done = match self.authorize(request) {
            Ok(()) => match self.audit.write(record.clone()).await {
                Ok(()) => self.obey(command, request),
                Err(error) => Err(error.into()),
            },
            Err(refusal) => Err(refusal),
        };
        record.unix_ms = unix_ms();
        record.duration_ms = Some(began.elapsed().as_millis() as u64);
        (record.outcome, record.sentence) = match &done {
            Ok(body) => (Outcome::Done, Value::Object(body.clone()).to_string()),
            Err(refusal) => (Outcome::Refused, refusal.to_string()),
        };
        let is_of_stranger = done.as_ref().is_err_and(Refusal::is_of_stranger);
        let written = match is_of_stranger {
            true => self.audit.write_of_stranger(record).await,
            false => self.audit.write(record).await,
        };
        if let Err(error) = written {
            tracing::error!(%error, "the end of an order is not in the audit log");
        }
        match done {
            Ok(body) => Answer::of(name, body),
            Err(refusal) => {
                tracing::warn!(command = name, %refusal, "an operator's order is refused");
                Answer::error(refusal.status(), name, &refusal.to_string())
            }
        }
    }

    fn authorize(&self, request: &Request) -> Result<(), Refusal> {
        if request.method != Method::POST {
            return Err(Refusal::WrongMethod(Method::POST));
        }
        let header = request.authorization.as_deref();
        Ok(self.held.authorize(header.ok_or(Refusal::NoCredentials)?)?)
    }

    /// All take the `token` of the reservation.
    fn obey(&self, command: Command, request: &Request) -> Result<Map<String, Value>, Refusal> {
        let token = request.parameter("token")?;
        match command {
            Command::ForceQuorum => {
                let new = new_quorum(request)?;
                self.held.force(token, &new)?;
                Ok(fields_of(
                    json!({ "epoch": new.epoch, "zxid": new.zxid.to_string() }),
                ))
            }
            Command::ReleaseReservation => {
                self.held.lift(token)?;
                Ok(Map::new())
            }
            _ => {
                self.held.renew(token, request.number("ttl")?)?;
                let own = self.held.own();
                Ok(fields_of(json!({
                    "zxid": own.last_zxid.to_string(),
                    "current_epoch": own.current_epoch,
                    "accepted_epoch": own.accepted_epoch,
                    "until_ms": self.held.until_ms(),
                })))
            }
        }
    }
}

/// `epoch` and `zxid` as parameters; the members' lines are the body.
fn new_quorum(request: &Request) -> Result<NewQuorum, Refusal> {
    let zxid = request.parameter("zxid")?;
    let bad = || Refusal::BadRequest("zxid: expected 0x and hexadecimal digits".to_owned());
    let members = String::from_utf8(request.body.to_vec());
    let bad_members = |_| Refusal::BadRequest("the body: expected lines server.N=...".to_owned());
    Ok(NewQuorum {
        members: members.map_err(bad_members)?,
        epoch: request.number("epoch")?,
        zxid: parse_zxid(zxid).ok_or_else(bad)?,
    })
}
