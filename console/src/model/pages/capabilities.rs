//! `:capabilities`: for each member what can be read and changed there, and the configuration
//! line that would open what is shut.

use super::Sheet;
use crate::model::{
    Model,
    links::knock::is_ours,
    member::{Member, State},
    naming::{called, who},
    probe::Via,
    session::Link,
};

/// The page.
pub(super) fn sheet(model: &Model) -> Sheet {
    let mut sheet = Sheet::new("what can be read and changed, member by member");
    sheet.strong("our own session");
    match &model.session.link {
        Link::Connected { address, read_only } => {
            let who = called(model, address);
            sheet.plain(format!(
                "  ✓ open at {who}: the tree, watches, /zookeeper/config"
            ));
            if *read_only {
                sheet.warn("  read-only: the member is cut from its quorum");
            }
        }
        Link::Connecting => sheet.warn("  connecting"),
        Link::Lost { why } => sheet.warn(format!("  lost: {why}")),
    }
    for member in &model.members {
        sheet.plain("");
        one(model, member, &mut sheet);
    }
    sheet
}

fn one(model: &Model, member: &Member, sheet: &mut Sheet) {
    let version = member.facts.version.as_deref().unwrap_or("version ?");
    sheet.strong(format!("{}   {version}", who(model, member)));
    let state = member.state(model.now);
    match (&state, member.via) {
        (State::Unaddressed, _) => {
            let why = member.why_unaddressed();
            sheet.warn(format!("  ✕ cannot be asked: {why}"));
            return;
        }
        (State::Silent(fault), via) => {
            let before = match via {
                Some(_) => "; as it was when it last answered:",
                None => "",
            };
            sheet.warn(format!("  ✕ silent now: {}{before}", fault.shown()));
        }
        (_, None) => sheet.warn("  ? it has told nothing yet"),
        (_, Some(_)) => {}
    }
    if let Some(via) = member.via {
        for (is_open, what) in reads(via, member) {
            let mark = if is_open { "✓" } else { "✕" };
            sheet.plain(format!("  {mark} {what}"));
        }
    }
    for closed in &member.closed {
        sheet.warn(format!("  opens more: {}", closed.line));
        sheet.quiet(format!("    {}", closed.what));
    }
    changes(model, member, sheet);
}

/// What can be read, by the doors that were found open.
fn reads(via: Via, member: &Member) -> [(bool, &'static str); 5] {
    let ours = is_ours(member);
    [
        (
            true,
            "role, zxid, connections, latency since its start (srvr)",
        ),
        (
            via != Via::Srvr,
            "all metrics, Zab phase, file descriptors, fsync (mntr or monitor)",
        ),
        (
            via == Via::AdminServer,
            "by the AdminServer: no line in its log for each poll",
        ),
        (
            member.pulse.is_some(),
            "its own heartbeats, ten a second (members of ours)",
        ),
        (
            ours && via == Via::AdminServer,
            "the end of its log (members of ours)",
        ),
    ]
}

/// What can be changed, and by what.
fn changes(model: &Model, member: &Member, sheet: &mut Sheet) {
    if !is_ours(member) {
        sheet.quiet(
            "  changes: Apache has no command for leadership or sessions; start and restart need \
             the operator's hook",
        );
    } else if member.via == Some(Via::AdminServer) {
        sheet.plain("  changes: by its admin API, to a digest identity with all rights on /");
    } else {
        sheet.warn("  changes: its admin API is not reached");
    }
    if model.cluster.pids.contains_key(&member.address) {
        sheet.plain("  changes: its process, as this console has started it");
    }
    if !model.hooks.is_empty() {
        let names: Vec<&str> = model.hooks.keys().map(String::as_str).collect();
        sheet.plain(format!("  hooks, read-only: {}", names.join(", ")));
    }
}
