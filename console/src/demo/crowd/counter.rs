//! A counter that several clients raise: read, then write if nobody else has.

use zoowarden_shared::{ErrorCode, proto::CreateMode};

use super::{ROOT, Visit, client::Result, lost_a_race};

const RAISE_EVERY_MS: u64 = 100;

pub(super) async fn run(visit: Visit) -> Result<()> {
    let directory = format!("{ROOT}/counters");
    visit.ensure(&directory).await?;
    let path = format!("{directory}/page-views");
    loop {
        match raise(&visit, &path).await {
            Ok(()) => {}
            Err(e) if e.code() == Some(ErrorCode::NoNode) => {
                match visit.create(&path, "0", CreateMode::Persistent).await {
                    Ok(_) => {}
                    Err(e) if lost_a_race(&e) => {}
                    Err(e) => return Err(e),
                }
            }
            // Another was quicker: the next turn comes.
            Err(e) if lost_a_race(&e) => {}
            Err(e) => return Err(e),
        }
        visit.dice.pause(RAISE_EVERY_MS).await;
    }
}

async fn raise(visit: &Visit, path: &str) -> Result<()> {
    let read = visit.get(path, false).await?;
    let data = read.data.unwrap_or_default();
    let count: u64 = String::from_utf8_lossy(&data).parse().unwrap_or(0);
    let raised = count.saturating_add(1).to_string();
    visit.set(path, &raised, Some(read.stat.version)).await
}
