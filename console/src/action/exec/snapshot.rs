//! Has a member of ours write a snapshot of its state as of now.

use std::time::Duration;

use super::{
    Fault, Lines,
    post::{NotDone, ask_as, tell},
};
use crate::{action::poll::Way, permit::Permit};

/// What Apache 3.9 and ours answer who asks again too soon (`admin.rateLimiterIntervalInMS`).
const TOO_OFTEN: u16 = 429;

/// Takes one. That there is one of a moment ago is as good: the log has what came since.
pub(super) async fn take(
    permit: Permit,
    way: &Way,
    admin: &str,
    lines: &Lines,
    deadline: Duration,
) -> Result<(), Fault> {
    match ask_as(permit, way, admin, "snapshot?streaming=false", deadline).await {
        Ok(answer) => {
            tell(&answer, lines).await;
            Ok(())
        }
        Err(NotDone::Refused {
            status: TOO_OFTEN,
            error,
        }) => {
            lines.tell(&format!("none is taken: {error}")).await;
            Ok(())
        }
        Err(not_done) => Err(not_done.into()),
    }
}
