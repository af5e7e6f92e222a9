//! A changing command of a member's AdminServer: a POST with our digest identity.

use std::time::Duration;

use serde_json::Value;
use zoowarden_client::{ClientError, http};

use super::{Fault, Lines};
use crate::{action::poll::Way, permit::Permit};

/// POSTs a command. The server checks it again, against the epoch that stands in it.
pub(super) async fn perform(
    _permit: Permit,
    way: &Way,
    admin: &str,
    command: &str,
    body: &str,
    lines: &Lines,
    deadline: Duration,
) -> Result<(), Fault> {
    let Some(digest) = &way.reach.client.identity().digest else {
        let why = "there are no digest credentials".to_owned();
        return Err(Fault::Failed(why));
    };
    let authorization = format!("digest {}", digest.reveal());
    let path = format!("/commands/{command}");
    let body = body.to_owned().into();
    let posting = http::post_by(
        &way.reach.admin,
        admin,
        &path,
        &authorization,
        body,
        deadline,
    );
    let answer = match posting.await {
        Ok(answer) => answer,
        Err(fault @ ClientError::Connect { .. }) => return Err(Fault::Failed(fault.to_string())),
        Err(fault) => return Err(Fault::Unknown(fault.to_string())),
    };
    let json: Value = serde_json::from_str(&answer.body).unwrap_or_default();
    if let Some(error) = json.get("error").and_then(Value::as_str) {
        return Err(Fault::Failed(format!("{}: {error}", answer.status)));
    }
    if answer.status != 200 {
        return Err(Fault::Failed(format!("{admin} answers {}", answer.status)));
    }
    if let Value::Object(fields) = &json {
        let hidden = ["command", "error"];
        for (name, value) in fields
            .iter()
            .filter(|(name, _)| !hidden.contains(&name.as_str()))
        {
            lines.tell(&format!("{name} {value}")).await;
        }
    }
    Ok(())
}
