//! Tries the members' quorum and election ports from here: connects, and closes at once.
//!
//! Only those that the model names, which are members of ours: Apache's log a warning for each
//! such connection. Only while the Links screen is open, every 10 s.

use std::time::Duration;

use tokio::{
    net::TcpStream,
    sync::watch,
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

use super::Context;
use crate::{
    event::Event,
    model::links::knock::{Door, EVERY_MS, Knock},
};

/// A port that is not open by then is not reached.
const DEADLINE: Duration = Duration::from_secs(2);

/// Tries them until the console leaves.
pub(super) async fn run(context: Context, mut doors: watch::Receiver<Vec<Door>>) {
    loop {
        let wanted = doors.borrow_and_update().clone();
        // Through a command it would be measured from elsewhere.
        let is_idle = wanted.is_empty() || context.reach.client.proxy().is_some();
        let mut knocking = JoinSet::new();
        for door in wanted.into_iter().filter(|_| !is_idle) {
            knocking.spawn(knock(context.clone(), door));
        }
        while knocking.join_next().await.is_some() {}
        let gap = async {
            if is_idle {
                std::future::pending::<()>().await;
            }
            sleep(Duration::from_millis(EVERY_MS)).await;
        };
        tokio::select! {
            () = gap => {}
            changed = doors.changed() => if changed.is_err() {
                return;
            },
        }
    }
}

async fn knock(context: Context, door: Door) {
    let began = Instant::now();
    let result = match timeout(DEADLINE, TcpStream::connect(&door.at)).await {
        // Neither takes centuries.
        Ok(Ok(_)) => Ok(began.elapsed().as_micros() as u64),
        Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
            Err("refused".to_owned())
        }
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("no answer".to_owned()),
    };
    let knock = Knock {
        door,
        at_mono_ms: context.clock.now().mono_ms,
        result,
    };
    context.tell(Event::Knocked(knock)).await;
}
