//! A restore in its two steps: every member is brought the same file and says what it found in
//! it; only then is one after the other told to put it in the place of its history.

use std::time::{Duration, Instant};

use bytes::Bytes;
use serde_json::Value;
use tokio::time::sleep;
use zoowarden_shared::{Epoch, Zxid};

use super::{
    Carried, Fault, Lines,
    post::{NotDone, send, send_file},
    repair,
};
use crate::{
    action::{disk::parse_zxid, file::SnapshotFile, poll::Way},
    permit::Permit,
    text::clean,
};

const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// Of one question.
const ASK: Duration = Duration::from_secs(10);

/// What a member found in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Brought {
    zxid: String,
    digest: String,
}

/// Brings the file; all members must find the same in it.
pub(super) async fn bring(
    permit: Permit,
    way: &Way,
    (admin, command): (&str, &str),
    file: &SnapshotFile,
    carried: &mut Carried,
    lines: &Lines,
    deadline: Duration,
) -> Result<(), Fault> {
    let content = (file.open().map_err(Fault::Failed)?, file.len);
    let answer = match send_file(permit, way, admin, command, content, deadline).await {
        Ok(answer) => answer,
        // Nothing is in place before it is committed: what may have arrived is given up.
        Err(NotDone::Unknown(why)) => return Err(Fault::Failed(why)),
        Err(not_done) => return Err(not_done.into()),
    };
    let brought = Brought {
        zxid: text(&answer["zxid"]),
        digest: text(&answer["digest"]),
    };
    lines
        .tell(&format!("{}, digest {}", brought.zxid, brought.digest))
        .await;
    match &carried.brought {
        Some(others) if *others != brought => Err(Fault::Failed(format!(
            "the others found {}, digest {}: it is not the same file",
            others.zxid, others.digest
        ))),
        _ => {
            carried.brought = Some(brought);
            Ok(())
        }
    }
}

/// Has a member put in place what it was brought.
pub(super) async fn commit(
    permit: Permit,
    way: &Way,
    admin: &str,
    epoch: Epoch,
    carried: &Carried,
    lines: &Lines,
    deadline: Duration,
) -> Result<(), Fault> {
    let Some(brought) = &carried.brought else {
        return Err(Fault::Failed("nothing was brought".to_owned()));
    };
    let command = format!("restore_commit?epoch={epoch}&zxid={}", brought.zxid);
    lines.tell(&format!("POST {command}")).await;
    let began = Instant::now();
    let mut may_be_done = false;
    loop {
        let not_done = match send(permit, way, admin, &command, Bytes::new(), ASK).await {
            Ok(_) => return Ok(()),
            Err(not_done) => not_done,
        };
        match &not_done {
            // The last of them follows those that were restored by then, and takes their history.
            NotDone::Refused { error, .. } if error.contains("look again") => {
                lines.tell(&clean(error)).await;
                return Ok(());
            }
            // It was done when nobody could tell: nothing is left to be put in place.
            NotDone::Refused { error, .. }
                if may_be_done && error.contains("no snapshot was brought") =>
            {
                return Ok(());
            }
            NotDone::Refused { .. } | NotDone::NoWay(_) => return Err(not_done.into()),
            NotDone::Unknown(_) => may_be_done = true,
            NotDone::Unreached(_) => {}
        }
        if began.elapsed() >= deadline {
            return Err(Fault::Unknown(format!("{admin} does not answer")));
        }
        sleep(LOOK_AGAIN).await;
    }
}

/// Waits until all show the same digest at the same zxid, in a later epoch.
pub(super) async fn await_equal(
    way: &Way,
    admins: &[String],
    above: Epoch,
    lines: &Lines,
    deadline: Duration,
) -> Result<(), Fault> {
    let began = Instant::now();
    loop {
        let asking = admins.iter().map(|admin| repair::status(way, admin));
        let states = futures_util::future::join_all(asking).await;
        let shown: Vec<Option<(String, i64)>> = states
            .into_iter()
            .map(|status| status.and_then(|status| status.state()))
            .collect();
        if let Some(Some((zxid, digest))) = shown.first()
            && shown.iter().all(|other| other == &shown[0])
            && parse_zxid(zxid).is_some_and(|zxid: Zxid| zxid.epoch() > above)
        {
            let members = shown.len();
            let line = format!("all {members} have digest {digest:#x} at {zxid}");
            lines.tell(&line).await;
            return Ok(());
        }
        if began.elapsed() >= deadline {
            let shown: Vec<String> = shown
                .into_iter()
                .map(|state| {
                    state.map_or("nothing".to_owned(), |(zxid, digest)| {
                        format!("{zxid} {digest:#x}")
                    })
                })
                .collect();
            let why = format!(
                "not equal within {} s: {}",
                deadline.as_secs(),
                shown.join(", ")
            );
            return Err(Fault::Unknown(why));
        }
        sleep(LOOK_AGAIN).await;
    }
}

/// A field's text, without the quotes of JSON.
fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}
