//! `GET /commands/zoowarden/supervisor`: what the supervisor beside this member has done: how
//! often it started it, how the member ended, whether it is quarantined.

use std::{io, path::Path, sync::Arc};

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde_json::json;
use zoowarden_shared::admin::{MemberEnd, SUPERVISOR_PATH, Supervised, Supervision};

use super::{Admin, answer::fields_of};
use crate::supervise::Report;

/// Reads the supervisor's state file.
pub(super) async fn get(State(admin): State<Arc<Admin>>) -> Response {
    let data_dir = admin.facts.configured.config.data_dir.clone();
    match tokio::task::spawn_blocking(move || supervised(&data_dir)).await {
        Ok(Ok(supervised)) => {
            let mut fields = fields_of(json!(supervised));
            fields.insert("command".to_owned(), SUPERVISOR_PATH.into());
            fields.insert("error".to_owned(), serde_json::Value::Null);
            Json(fields).into_response()
        }
        Ok(Err(fault)) => {
            let body = json!({ "command": SUPERVISOR_PATH, "error": fault.to_string() });
            (StatusCode::INTERNAL_SERVER_ERROR, Json(body)).into_response()
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn supervised(data_dir: &Path) -> io::Result<Supervised> {
    let Some(report) = Report::read(data_dir)? else {
        return Ok(Supervised::default());
    };
    // The words of its phases are those of the state file.
    let phase = json!(report.phase);
    let end = |end: crate::supervise::EndRecord| MemberEnd {
        at_ms: end.at_ms,
        how: end.how,
        ordered: end.ordered,
    };
    Ok(Supervised {
        report: Some(Supervision {
            phase: phase.as_str().unwrap_or_default().to_owned(),
            sentence: report.sentence,
            starts: report.starts,
            ended: report.ended,
            ends: report.ends.into_iter().map(end).collect(),
        }),
    })
}
