//! `GET /commands/zoowarden/disk`: what is on the disk of a member without a leader, for an
//! operator who looks for the best of those that are left ([`crate::quorum_loss`]).

use std::sync::Arc;

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};

use super::{Admin, answer::fields_of};
use crate::{configure::Configured, quorum_loss::DiskFacts};

/// Its path below the commands' URL.
pub(super) const DISK_PATH: &str = "zoowarden/disk";

/// Reads all logs behind the newest snapshot: not while the member serves, and once at a time.
pub(super) async fn get(State(admin): State<Arc<Admin>>) -> Response {
    if admin.is_serving().await {
        return refused("it serves: ask it, not its disk");
    }
    match admin.disk_looks.try_acquire() {
        Ok(_place) => answer(admin.facts.configured.clone()).await,
        Err(_) => refused("somebody looks already: wait for that"),
    }
}

/// The facts of the directory of this member.
pub(super) async fn answer(configured: Configured) -> Response {
    let look = move || DiskFacts::of(&configured.config.data_dir, Some(&configured));
    let facts = tokio::task::spawn_blocking(look).await;
    let facts = facts
        .ok()
        .and_then(|facts| serde_json::to_value(facts).ok());
    match facts {
        Some(facts) => {
            let mut fields = fields_of(facts);
            fields.insert("command".to_owned(), DISK_PATH.into());
            fields.insert("error".to_owned(), Value::Null);
            Json(Value::Object(fields)).into_response()
        }
        None => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn refused(why: &str) -> Response {
    let body = json!({ "command": DISK_PATH, "error": why });
    (StatusCode::CONFLICT, Json(body)).into_response()
}
