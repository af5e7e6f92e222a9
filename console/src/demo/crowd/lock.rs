//! A contender for a lock, by ZooKeeper's recipe: the lowest number holds it, and each other
//! watches the one before it, so that a release wakes one client and not all.

use std::time::Duration;

use zoowarden_shared::proto::CreateMode;

use super::{ROOT, Visit, client::Result};

const HOLD_MS: u64 = 150;
const REST_MS: u64 = 100;
/// A watch that fired while nobody looked must not stop a client for good.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

pub(super) async fn run(mut visit: Visit) -> Result<()> {
    let directory = format!("{ROOT}/locks/{}", visit.name);
    visit.ensure(&directory).await?;
    // Numbers that this session still holds would keep everybody waiting.
    visit.forget(&directory).await?;
    loop {
        let prefix = format!("{directory}/contender-");
        let mine = visit
            .create(&prefix, "", CreateMode::EphemeralSequential)
            .await?;
        while let Some(before) = the_one_before(&visit, &directory, &mine).await? {
            if visit.zk.exists(&before, true).await?.value.is_some() {
                // Whatever comes, or nothing in time: look again.
                let _ = tokio::time::timeout(LOOK_AGAIN, visit.events.next()).await;
            }
        }
        visit.dice.pause(HOLD_MS).await;
        visit.delete(&mine).await?;
        visit.dice.pause(REST_MS).await;
    }
}

/// The contender with the next lower number, `None` for whoever has the lock.
async fn the_one_before(visit: &Visit, directory: &str, mine: &str) -> Result<Option<String>> {
    let names = visit.list(directory).await?;
    let paths = names.into_iter().map(|name| format!("{directory}/{name}"));
    Ok(paths.filter(|path| path.as_str() < mine).max())
}
