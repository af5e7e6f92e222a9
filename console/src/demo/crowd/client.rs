//! A client's life: connect to some member, work, and go on at another with the same session
//! when it is cut off.

use std::{sync::Arc, time::Duration};

use tracing::debug;
use zoowarden_client::{ClientError, ConnectOptions, Connection};

use super::{Visit, counts::Counts, dice::Dice};

pub(super) type Result<T> = std::result::Result<T, ClientError>;

const SESSION_TIMEOUT_MS: i32 = 10_000;
/// For a call: a member that hangs must not hold its clients for long.
const CALL_DEADLINE: Duration = Duration::from_secs(1);
/// The same for a connection, doubling with each round over all members that failed: on a busy
/// machine a new session may take longer than the first of these.
const CONNECT_MS: (u64, u64) = (200, 2000);
/// Between two rounds over all members, doubling: the first ones are quick, so that a fault
/// costs what the ensemble makes of it and not what its clients sleep.
const RETRY_MS: (u64, u64) = (10, 500);

/// What a client knows when it comes.
#[derive(Debug)]
pub(super) struct Home {
    /// All members; it begins with the one of `turn`.
    pub(super) addresses: Arc<[String]>,
    pub(super) turn: usize,
    /// Which of the crowd's things it is about.
    pub(super) name: &'static str,
    pub(super) dice: Dice,
    pub(super) counts: Arc<Counts>,
}

/// Lives until the task is ended.
pub(super) async fn live<W, F>(home: Home, work: W)
where
    W: Fn(Visit) -> F,
    F: Future<Output = Result<()>>,
{
    let Home {
        addresses,
        mut turn,
        name,
        dice,
        counts,
    } = home;
    let mut options = ConnectOptions {
        timeout_ms: SESSION_TIMEOUT_MS,
        connect_deadline: Duration::from_millis(CONNECT_MS.0),
        call_deadline: CALL_DEADLINE,
        ..ConnectOptions::default()
    };
    let mut failed: usize = 0;
    let mut pause_ms = RETRY_MS.0;
    loop {
        let address = &addresses[turn % addresses.len()];
        match Connection::connect(address, options).await {
            Ok((zk, events)) => {
                (failed, pause_ms) = (0, RETRY_MS.0);
                options.connect_deadline = Duration::from_millis(CONNECT_MS.0);
                options.session = Some(zk.session().credentials);
                let _connected = counts.connected();
                let visit = Visit {
                    zk: zk.clone(),
                    events,
                    name,
                    dice: dice.clone(),
                    counts: Arc::clone(&counts),
                };
                if let Err(fault) = work(visit).await {
                    debug!(name, %fault, "a client of the demo was cut off");
                    counts.cut_off();
                }
                options.last_zxid_seen = zk.last_zxid();
                turn += 1;
            }
            Err(ClientError::SessionRefused { session, .. }) => {
                options.session = None;
                counts.lost_its_session(session);
            }
            Err(fault) => {
                debug!(name, %fault, "a client of the demo cannot connect");
                counts.turned_away();
                turn += 1;
                failed += 1;
                if failed.is_multiple_of(addresses.len()) {
                    dice.pause(pause_ms).await;
                    pause_ms = (pause_ms * 2).min(RETRY_MS.1);
                    let longer = options.connect_deadline * 2;
                    options.connect_deadline = longer.min(Duration::from_millis(CONNECT_MS.1));
                }
            }
        }
    }
}
