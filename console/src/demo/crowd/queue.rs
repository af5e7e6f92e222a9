//! A queue of tasks: producers append numbered znodes, consumers take the lowest.

use zoowarden_shared::proto::CreateMode;

use super::{ROOT, Visit, client::Result, lost_a_race};

const PRODUCE_EVERY_MS: u64 = 65;
const WORK_MS: u64 = 40;
const IDLE_MS: u64 = 60;
/// Producers pause while so many tasks wait, so that nothing grows without consumers.
const MAX_WAITING: usize = 200;

pub(super) async fn produce(visit: Visit) -> Result<()> {
    let Visit { name, dice, .. } = &visit;
    let directory = format!("{ROOT}/queues/{name}");
    visit.ensure(&directory).await?;
    loop {
        let waiting = visit.list(&directory).await?.len();
        if waiting < MAX_WAITING {
            let task = format!("{{\"resize_image\":{}}}", dice.below(1_000_000));
            let prefix = format!("{directory}/task-");
            visit
                .create(&prefix, &task, CreateMode::PersistentSequential)
                .await?;
        }
        dice.pause(PRODUCE_EVERY_MS).await;
    }
}

pub(super) async fn consume(visit: Visit) -> Result<()> {
    let Visit { name, dice, .. } = &visit;
    let directory = format!("{ROOT}/queues/{name}");
    visit.ensure(&directory).await?;
    loop {
        let first = visit.list(&directory).await?.into_iter().min();
        let Some(first) = first else {
            dice.pause(IDLE_MS).await;
            continue;
        };
        let path = format!("{directory}/{first}");
        // Whoever deletes it has it.
        match visit.delete(&path).await {
            Ok(()) => dice.pause(WORK_MS).await,
            Err(e) if lost_a_race(&e) => {}
            Err(e) => return Err(e),
        }
    }
}
