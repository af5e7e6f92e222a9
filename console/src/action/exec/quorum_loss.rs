//! What the quorum-loss wizard has members of ours do: stand aside, and go on as voters of a
//! new ensemble.

use std::time::{Duration, Instant};

use tokio::time::sleep;
use zoowarden_shared::{Epoch, Zxid};

use super::{
    Fault, Lines,
    post::{NotDone, send, tell},
};
use crate::{
    action::{
        disk::parse_zxid,
        poll::{Way, disks},
    },
    permit::Permit,
};

/// A member that stands aside starts again for that: its AdminServer is away for a moment.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// Of one question.
const ASK: Duration = Duration::from_secs(10);

/// Has a member stand aside; it must have what was shown.
pub(super) async fn reserve(
    permit: Permit,
    way: &Way,
    (admin, command): (&str, &str),
    (zxid, current_epoch): (Zxid, Epoch),
    lines: &Lines,
    deadline: Duration,
) -> Result<(), Fault> {
    let answer = send(permit, way, admin, command, Default::default(), deadline).await?;
    tell(&answer, lines).await;
    let found = answer["zxid"].as_str().and_then(parse_zxid);
    let epoch = answer["current_epoch"].as_i64();
    if found == Some(zxid) && epoch == Some(current_epoch.into()) {
        return Ok(());
    }
    Err(Fault::Failed(format!(
        "it has {} of epoch {} now, not {zxid} of {current_epoch}: look again",
        answer["zxid"], answer["current_epoch"]
    )))
}

/// Makes a member that stands aside a voter; waits until it does.
pub(super) async fn force(
    permit: Permit,
    way: &Way,
    (admin, command): (&str, &str),
    (epoch, members): (Epoch, &str),
    lines: &Lines,
    deadline: Duration,
) -> Result<(), Fault> {
    let began = Instant::now();
    let mut may_be_done = false;
    loop {
        let body = members.to_owned().into();
        let not_done = match send(permit, way, admin, command, body, ASK).await {
            Ok(answer) => {
                tell(&answer, lines).await;
                return Ok(());
            }
            Err(not_done) => not_done,
        };
        // What it promises it keeps on disk before anything else.
        if may_be_done
            && disks::ask(way, admin)
                .await
                .is_ok_and(|disk| disk.accepted_epoch >= epoch)
        {
            return Ok(());
        }
        may_be_done |= matches!(not_done, NotDone::Unknown(_));
        if !is_on_its_way(&not_done) || began.elapsed() >= deadline {
            return Err(not_done.into());
        }
        sleep(LOOK_AGAIN).await;
    }
}

/// Whether a member that was told to stand aside has just not done so yet.
fn is_on_its_way(not_done: &NotDone) -> bool {
    match not_done {
        // Or a connection of the moment in which it started again. To be told twice does no harm.
        NotDone::Unreached(_) | NotDone::Unknown(_) => true,
        NotDone::Refused { error, .. } => error.contains("not reserved"),
        NotDone::NoWay(_) => false,
    }
}
