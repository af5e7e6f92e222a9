//! Gathers what an incident bundle lacks: the ends of our members' logs, all asked at once, and
//! the recording written out up to now; then packs it, on a thread that may wait for the disk.

use std::{path::Path, time::Duration};

use tokio::task::JoinSet;

use super::{AdminPorts, Context, memory_file, survey};
use crate::{
    bundle::{Beside, Bundle, write},
    event::Event,
    record::Shelf,
};

/// For each log: an incident does not wait for a hung member.
const DEADLINE: Duration = Duration::from_secs(3);

/// Writes the bundle into the state directory, and tells where.
pub(super) async fn run(context: Context, admin: AdminPorts, bundle: Bundle, shelf: Option<Shelf>) {
    let mut asking = JoinSet::new();
    for (name, address) in bundle.logs.clone() {
        let (context, admin) = (context.clone(), admin.of(&address));
        asking.spawn(async move {
            let log = survey::log(&context, &address, admin, DEADLINE).await;
            (name, log)
        });
    }
    let mut logs = asking.join_all().await;
    logs.sort_by(|(a, _), (b, _)| a.cmp(b));
    let recording = match shelf {
        Some(shelf) => shelf.newest().await.map_err(|error| error.to_string()),
        None => Err("nothing is recorded".to_owned()),
    };
    let packing = tokio::task::spawn_blocking(move || {
        // Beside the memory: whatever its name, it is in the directory.
        let memory = memory_file("").ok_or("there is no home directory")?;
        let directory = memory.parent().unwrap_or(Path::new("."));
        write(directory, bundle, Beside { logs, recording })
    });
    let written = packing
        .await
        .unwrap_or_else(|_| Err("cannot be written".to_owned()));
    context.tell(Event::Bundled(written)).await;
}
