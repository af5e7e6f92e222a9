//! `GET /commands/zoowarden/audit`: the newest lines of this member's audit log, and whether its
//! chain is whole. What stands in them is no secret: they never hold one.

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde_json::json;
use zoowarden_audit::tail;
use zoowarden_shared::admin::AUDIT_PATH;

use crate::admin::{Admin, answer::fields_of};

/// Lines that are told.
const MOST: usize = 100;

/// Reads the whole log: one reader at a time.
pub(in crate::admin) async fn get(State(admin): State<Arc<Admin>>) -> Response {
    let Ok(_place) = admin.disk_looks.try_acquire() else {
        return refused(
            StatusCode::CONFLICT,
            "somebody looks already: wait for that",
        );
    };
    let path = admin.audit.path().to_owned();
    match tokio::task::spawn_blocking(move || tail(&path, MOST)).await {
        Ok(Ok(tail)) => {
            let mut fields = fields_of(json!(tail));
            fields.insert("command".to_owned(), AUDIT_PATH.into());
            fields.insert("error".to_owned(), serde_json::Value::Null);
            Json(fields).into_response()
        }
        Ok(Err(fault)) => refused(StatusCode::INTERNAL_SERVER_ERROR, &fault.to_string()),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn refused(status: StatusCode, why: &str) -> Response {
    let body = json!({ "command": AUDIT_PATH, "error": why });
    (status, Json(body)).into_response()
}
