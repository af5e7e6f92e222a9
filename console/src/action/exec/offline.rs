//! What is done to the files of a stopped member: by our own commands where they are on this
//! host, by the operator's hooks elsewhere.

use std::time::Duration;

use serde_json::json;
use zoowarden_shared::{Epoch, Sid, Zxid};

use super::{Fault, Lines, hooks::Hooks};
use crate::{
    action::{facts::Facts, plan::HookKind},
    permit::Permit,
};

/// What `zoowarden-server --force-quorum-by -` reads. It names its member, so that a hook that
/// leads to the wrong host changes nothing there.
pub(super) fn order(member: Sid, epoch: Epoch, zxid: Zxid, members: &str) -> String {
    json!({
        "sid": member.0,
        "members": members,
        "epoch": epoch,
        "zxid": zxid.to_string(),
    })
    .to_string()
}

/// Runs it for a member.
pub(super) async fn run(
    permit: Permit,
    hooks: &Hooks,
    facts: &Facts,
    (kind, sid): (HookKind, Sid),
    input: Option<String>,
    lines: &Lines,
    deadline: Duration,
) -> Result<(), Fault> {
    let failed = |why: &str| Fault::Failed(why.to_owned());
    let member = facts.sid(sid).ok_or_else(|| failed("no such member"))?;
    let hook = hooks.get(kind, Some(sid));
    let hook = hook.ok_or_else(|| failed("no such hook"))?;
    hook.run(permit, member, input, lines, deadline).await
}
