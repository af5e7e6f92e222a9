//! `GET /commands/zoowarden/snapshots`: which snapshots and logs lie in this member's data
//! directories, for an operator who looks for one to keep or to restore. Whether it serves or not.

use std::{
    path::Path,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde_json::json;
use zoowarden_shared::admin::{SNAPSHOTS_PATH, SnapshotFacts, SnapshotList};

use super::{Admin, answer::fields_of};
use crate::disk::{DataDirs, Disk, DiskError, RealDisk, SnapshotFile, free_space, is_finished};

/// Of more the newest are told: each is opened to see whether it is finished.
const MOST: usize = 100;

/// Lists the directories; one look at a time.
pub(super) async fn get(State(admin): State<Arc<Admin>>) -> Response {
    let Ok(_place) = admin.disk_looks.try_acquire() else {
        return refused(
            StatusCode::CONFLICT,
            "somebody looks already: wait for that",
        );
    };
    let config = &admin.facts.configured.config;
    let dirs = DataDirs::new(&config.data_dir, Some(&config.data_log_dir));
    let listing = tokio::task::spawn_blocking(move || list(&RealDisk, &dirs));
    match listing.await {
        Ok(Ok(list)) => answer(&list),
        Ok(Err(fault)) => refused(StatusCode::INTERNAL_SERVER_ERROR, &fault.to_string()),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn answer(list: &SnapshotList) -> Response {
    let mut fields = fields_of(json!(list));
    fields.insert("command".to_owned(), SNAPSHOTS_PATH.into());
    fields.insert("error".to_owned(), serde_json::Value::Null);
    Json(fields).into_response()
}

fn refused(status: StatusCode, why: &str) -> Response {
    let body = json!({ "command": SNAPSHOTS_PATH, "error": why });
    (status, Json(body)).into_response()
}

fn list(disk: &dyn Disk, dirs: &DataDirs) -> Result<SnapshotList, DiskError> {
    let files = dirs.snapshot_files(disk)?;
    let logs = dirs.log_files(disk)?;
    let left_out = files.len().saturating_sub(MOST);
    let newest = files.iter().take(MOST);
    Ok(SnapshotList {
        snapshots: newest.map(|file| facts(disk, file)).collect(),
        left_out,
        logs: logs.len(),
        log_bytes: logs.iter().map(|log| log.len).sum(),
        free_bytes: free(dirs.snapshots()),
    })
}

fn facts(disk: &dyn Disk, file: &SnapshotFile) -> SnapshotFacts {
    let name = file.path.file_name().unwrap_or_default();
    let unix_ms = |at: SystemTime| {
        let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    };
    SnapshotFacts {
        name: name.to_string_lossy().into_owned(),
        zxid: file.name.zxid.0,
        bytes: file.len,
        modified_unix_ms: file.modified.map(unix_ms),
        // One that is purged meanwhile is told as unfinished for once.
        finished: is_finished(disk, file).unwrap_or(false),
    }
}

fn free(dir: &Path) -> Option<u64> {
    free_space(dir).ok()
}
