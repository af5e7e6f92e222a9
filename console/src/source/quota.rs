//! Quotas as they lie in the tree: which one holds for a znode, and what is missing to make
//! one.

use zoowarden_client::{ClientError, Connection};
use zoowarden_shared::{
    ErrorCode,
    quota::{LIMITS, QUOTA_ROOT, StatsTrack, limits_path, stats_path},
};

use crate::model::{tree::child, znode::quota::QuotaSeen};

/// Znodes below a quota's place that are looked at for quotas of their own.
const MAX_BELOW: usize = 1000;

/// The quota that holds for a znode: its own, or the one of a znode above it. Where there is
/// none this costs a question or two.
///
/// # Errors
/// What the server answered.
pub(super) async fn of(
    connection: &Connection,
    path: &str,
) -> Result<Option<QuotaSeen>, ClientError> {
    let mut on = String::new();
    for name in path.split('/').skip(1) {
        let Some(names) = listed(connection, &format!("{QUOTA_ROOT}{on}")).await? else {
            return Ok(None);
        };
        if !on.is_empty() && names.iter().any(|name| name == LIMITS) {
            return read(connection, on).await.map(Some);
        }
        if !names.iter().any(|known| known == name) {
            return Ok(None);
        }
        on = format!("{on}/{name}");
    }
    match listed(connection, &format!("{QUOTA_ROOT}{on}")).await? {
        Some(names) if names.iter().any(|name| name == LIMITS) => {
            read(connection, on).await.map(Some)
        }
        _ => Ok(None),
    }
}

async fn read(connection: &Connection, on: String) -> Result<QuotaSeen, ClientError> {
    let limits = connection.get_data(&limits_path(&on), false).await?.value;
    let used = match connection.get_data(&stats_path(&on), false).await {
        Ok(answer) => answer.value.data.unwrap_or_default(),
        Err(error) if error.code() == Some(ErrorCode::NoNode) => Default::default(),
        Err(error) => return Err(error),
    };
    Ok(QuotaSeen {
        on,
        limits: StatsTrack::parse(&limits.data.unwrap_or_default()),
        version: limits.stat.version,
        used: StatsTrack::parse(&used),
    })
}

/// The znodes that must be made before a znode can be given limits, from the top.
///
/// # Errors
/// Why it can have none: one above or below it has, or it has them already.
pub(super) async fn missing(connection: &Connection, path: &str) -> Result<Vec<String>, String> {
    let told = |error: ClientError| error.to_string();
    if let Some(seen) = of(connection, path).await.map_err(told)? {
        return Err(format!("{} has a quota already", seen.on));
    }
    let mut missing = Vec::new();
    let mut place = QUOTA_ROOT.to_owned();
    for name in path.split('/').skip(1) {
        place = child(&place, name);
        let is_there = missing.is_empty()
            && connection
                .exists(&place, false)
                .await
                .map_err(told)?
                .value
                .is_some();
        if !is_there {
            missing.push(place.clone());
        }
    }
    if missing.is_empty() {
        below(connection, &place).await?;
    }
    Ok(missing)
}

/// Fails where a znode below has a quota of its own: Apache's servers do not nest them.
async fn below(connection: &Connection, place: &str) -> Result<(), String> {
    let mut waiting = vec![place.to_owned()];
    let mut looked = 0;
    while let Some(place) = waiting.pop() {
        looked += 1;
        if looked > MAX_BELOW {
            return Err("too many quotas below it to look at".to_owned());
        }
        let names = listed(connection, &place).await;
        for name in names
            .map_err(|error| error.to_string())?
            .unwrap_or_default()
        {
            if name == LIMITS {
                let on = place.strip_prefix(QUOTA_ROOT).unwrap_or(&place);
                return Err(format!("{on} has a quota already"));
            }
            waiting.push(child(&place, &name));
        }
    }
    Ok(())
}

async fn listed(connection: &Connection, path: &str) -> Result<Option<Vec<String>>, ClientError> {
    match connection.get_children(path, false).await {
        Ok(answer) => Ok(Some(answer.value)),
        Err(error) if error.code() == Some(ErrorCode::NoNode) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Removes the empty znodes that a quota leaves behind, as far up as they are empty.
pub(super) async fn trim(connection: &Connection, path: &str) {
    let mut place = format!("{QUOTA_ROOT}{path}");
    // Whoever else uses one of them makes the removal fail, which ends it.
    while place.len() > QUOTA_ROOT.len() && connection.delete(&place, None).await.is_ok() {
        place.truncate(place.rfind('/').unwrap_or(0));
    }
}
