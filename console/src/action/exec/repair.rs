//! Waits for a member of ours that takes everything anew: its AdminServer tells how far it is.
//! In the end it and its leader must show the same digest of the tree at the same zxid.

use std::time::{Duration, Instant};

use serde::Deserialize;
use tokio::time::sleep;
use zoowarden_client::http;

use super::{Fault, Lines};
use crate::action::poll::Way;

/// Of one question.
const ASK: Duration = Duration::from_secs(2);
/// Between two.
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// For how long two members are asked until they happen to show the same zxid: under writes
/// they seldom do.
const COMPARE: Duration = Duration::from_secs(5);

/// What `resync_status` tells.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Status {
    stage: Option<String>,
    received_bytes: Option<u64>,
    zxid: Option<String>,
    digest: Option<i64>,
}

impl Status {
    /// The tree's digest, and after which transaction it is that.
    pub(super) fn state(self) -> Option<(String, i64)> {
        self.zxid.zip(self.digest)
    }
}

/// Waits until the member at this AdminServer is done, then compares it with its leader's.
///
/// # Errors
/// [`Fault::Failed`] where the digests differ, [`Fault::Unknown`] where it does not end in time.
pub(super) async fn follow(
    way: &Way,
    admin: &str,
    leader: Option<&str>,
    lines: &Lines,
    deadline: Duration,
) -> Result<(), Fault> {
    let began = Instant::now();
    let mut told = 0;
    loop {
        // It is started again meanwhile: no answer is no end.
        let status = status(way, admin).await.unwrap_or_default();
        if status.stage.as_deref() == Some("done") {
            break;
        }
        if let Some(bytes) = status.received_bytes.filter(|bytes| *bytes > told) {
            told = bytes;
            lines.tell(&format!("received {bytes} bytes")).await;
        }
        if began.elapsed() >= deadline {
            let stage = status.stage.unwrap_or_else(|| "not told".to_owned());
            let why = format!("not done within {} s: {stage}", deadline.as_secs());
            return Err(Fault::Unknown(why));
        }
        sleep(LOOK_AGAIN).await;
    }
    match leader {
        Some(leader) => compare(way, admin, leader, lines).await,
        None => {
            let line = "its leader's AdminServer is not reached: the digests are not compared";
            lines.tell(line).await;
            Ok(())
        }
    }
}

/// Two members that show the same zxid must show the same digest.
pub(super) async fn compare(
    way: &Way,
    admin: &str,
    leader: &str,
    lines: &Lines,
) -> Result<(), Fault> {
    let began = Instant::now();
    while began.elapsed() < COMPARE {
        let (own, leaders) = tokio::join!(status(way, admin), status(way, leader));
        if let (Some(own), Some(leaders)) = (own, leaders)
            && own.zxid.is_some()
            && own.zxid == leaders.zxid
        {
            let zxid = own.zxid.unwrap_or_default();
            if own.digest != leaders.digest {
                let why = format!("its digest at {zxid} is not its leader's");
                return Err(Fault::Failed(why));
            }
            lines
                .tell(&format!("same digest as its leader at {zxid}"))
                .await;
            return Ok(());
        }
        sleep(LOOK_AGAIN / 4).await;
    }
    let line = "under writes the two never showed the same zxid: the digests are not compared; \
                it checks the digest of every transaction itself";
    lines.tell(line).await;
    Ok(())
}

/// What it tells of its repair and its tree; `None` where it does not answer.
pub(super) async fn status(way: &Way, admin: &str) -> Option<Status> {
    let path = "/commands/resync_status";
    let answer = http::get_by(&way.reach.admin, admin, path, ASK)
        .await
        .ok()?;
    serde_json::from_str(&answer.body).ok()
}
