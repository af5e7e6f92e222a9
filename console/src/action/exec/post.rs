//! A changing command of a member's AdminServer: a POST with our digest identity.

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;
use zoowarden_client::{
    ClientError,
    http::{self, HttpAnswer},
};

use super::{Fault, Lines, told::told};
use crate::{action::poll::Way, permit::Permit, source::Clock};

/// Why a command was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NotDone {
    /// Nobody listens there: nothing was sent.
    Unreached(String),
    /// The member says no.
    Refused { status: u16, error: String },
    /// It cannot be sent at all from here.
    NoWay(String),
    /// It was sent, and nobody can tell.
    Unknown(String),
}

impl From<NotDone> for Fault {
    fn from(not_done: NotDone) -> Self {
        match not_done {
            NotDone::Unreached(why) | NotDone::NoWay(why) => Self::Failed(why),
            NotDone::Refused { status, error } => Self::Failed(format!("{status}: {error}")),
            NotDone::Unknown(why) => Self::Unknown(why),
        }
    }
}

/// POSTs a command and tells its answer. The server checks it again, against the epoch that
/// stands in it.
pub(super) async fn perform(
    permit: Permit,
    way: &Way,
    admin: &str,
    command: &str,
    body: &str,
    lines: &Lines,
    deadline: Duration,
) -> Result<(), Fault> {
    let body = body.to_owned().into();
    let answer = send(permit, way, admin, command, body, deadline).await?;
    tell(&answer, lines).await;
    Ok(())
}

/// POSTs a command; its answer.
pub(super) async fn send(
    _permit: Permit,
    way: &Way,
    admin: &str,
    command: &str,
    body: Bytes,
    deadline: Duration,
) -> Result<Value, NotDone> {
    let authorization = authorization(way)?;
    let path = format!("/commands/{command}");
    let connector = &way.reach.admin;
    let posting = http::post_by(connector, admin, &path, &authorization, body, deadline);
    read(admin, posting.await)
}

/// The same with a file as its body, which is never in memory as a whole.
pub(super) async fn send_file(
    _permit: Permit,
    way: &Way,
    admin: &str,
    command: &str,
    content: (std::fs::File, u64),
    deadline: Duration,
) -> Result<Value, NotDone> {
    let authorization = authorization(way)?;
    let path = format!("/commands/{command}");
    let connector = &way.reach.admin;
    let posting = http::post_file_by(connector, admin, &path, &authorization, content, deadline);
    read(admin, posting.await)
}

/// A command that is a GET and wants our identity all the same.
pub(super) async fn ask_as(
    _permit: Permit,
    way: &Way,
    admin: &str,
    command: &str,
    deadline: Duration,
) -> Result<Value, NotDone> {
    let authorization = authorization(way)?;
    let path = format!("/commands/{command}");
    let asking = http::get_as_by(&way.reach.admin, admin, &path, &authorization, deadline);
    read(admin, asking.await)
}

/// What the answer to a command means.
fn read(admin: &str, answer: Result<HttpAnswer, ClientError>) -> Result<Value, NotDone> {
    let answer = match answer {
        Ok(answer) => answer,
        Err(fault @ ClientError::Connect { .. }) => {
            return Err(NotDone::Unreached(fault.to_string()));
        }
        Err(fault) => return Err(NotDone::Unknown(fault.to_string())),
    };
    let json: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    let error = json.get("error").and_then(Value::as_str);
    match (error, answer.status) {
        (None, 200) => Ok(json),
        (error, status) => Err(NotDone::Refused {
            status,
            error: error.map_or_else(|| format!("{admin} does not say why"), str::to_owned),
        }),
    }
}

fn authorization(way: &Way) -> Result<String, NotDone> {
    match &way.reach.client.identity().digest {
        Some(digest) => Ok(format!("digest {}", digest.reveal())),
        None => Err(NotDone::NoWay("there are no digest credentials".to_owned())),
    }
}

/// Tells the fields of an answer, line by line.
pub(super) async fn tell(answer: &Value, lines: &Lines) {
    let Value::Object(fields) = answer else {
        return;
    };
    let hidden = ["command", "error"];
    let now = Clock::start().now();
    for (name, value) in fields
        .iter()
        .filter(|(name, _)| !hidden.contains(&name.as_str()))
    {
        lines.tell(&told(name, value, now.wall_ms)).await;
    }
}
