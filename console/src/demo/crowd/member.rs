//! A client's life: connect, work, and come back with the same session when it is cut off.

use std::{sync::Arc, time::Duration};

use tracing::debug;
use zoowarden_client::{ClientError, ConnectOptions, Connection};

use super::{Visit, dice::Dice};

pub(super) type Result<T> = std::result::Result<T, ClientError>;

const SESSION_TIMEOUT_MS: i32 = 10_000;
/// Between two attempts to come back.
const RETRY_MS: u64 = 500;

/// Lives until the task is ended.
pub(super) async fn live<W, F>(addr: Arc<str>, name: &'static str, dice: Dice, work: W)
where
    W: Fn(Visit) -> F,
    F: Future<Output = Result<()>>,
{
    let mut options = ConnectOptions {
        timeout_ms: SESSION_TIMEOUT_MS,
        call_deadline: Duration::from_secs(5),
        ..ConnectOptions::default()
    };
    loop {
        match Connection::connect(&addr, options).await {
            Ok((zk, events)) => {
                options.session = Some(zk.session().credentials);
                let visit = Visit {
                    zk: zk.clone(),
                    events,
                    name,
                    dice: dice.clone(),
                };
                if let Err(fault) = work(visit).await {
                    debug!(name, %fault, "a client of the demo was cut off");
                }
            }
            Err(ClientError::SessionRefused { .. }) => options.session = None,
            Err(fault) => debug!(name, %fault, "a client of the demo cannot connect"),
        }
        dice.pause(RETRY_MS).await;
    }
}
