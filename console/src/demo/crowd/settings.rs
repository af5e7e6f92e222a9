//! Settings that one client writes and others read, told of each change by a watch.

use std::time::Duration;

use zoowarden_shared::{ErrorCode, proto::CreateMode};

use super::{ROOT, Visit, client::Result};

const NAMES: [&str; 5] = [
    "cache-size-mb",
    "feature-new-checkout",
    "log-level",
    "max-connections",
    "request-timeout-ms",
];
const WRITE_EVERY_MS: u64 = 100;
/// A watch that fired while nobody looked must not stop a reader for good.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

fn directory() -> String {
    format!("{ROOT}/settings")
}

pub(super) async fn write(visit: Visit) -> Result<()> {
    let dice = &visit.dice;
    visit.ensure(&directory()).await?;
    loop {
        let name = NAMES[dice.below(NAMES.len() as u64) as usize];
        let path = format!("{}/{name}", directory());
        let value = dice.below(1000).to_string();
        match visit.set(&path, &value, None).await {
            Ok(()) => {}
            Err(e) if e.code() == Some(ErrorCode::NoNode) => {
                visit.create(&path, &value, CreateMode::Persistent).await?;
            }
            Err(e) => return Err(e),
        }
        dice.pause(WRITE_EVERY_MS).await;
    }
}

pub(super) async fn read(mut visit: Visit) -> Result<()> {
    let name = NAMES[visit.dice.below(NAMES.len() as u64) as usize];
    let path = format!("{}/{name}", directory());
    loop {
        match visit.get(&path, true).await {
            Ok(_) => {
                // Whatever comes, or nothing in time: read again.
                let _ = tokio::time::timeout(LOOK_AGAIN, visit.events.next()).await;
            }
            Err(e) if e.code() == Some(ErrorCode::NoNode) => visit.dice.pause(500).await,
            Err(e) => return Err(e),
        }
    }
}
