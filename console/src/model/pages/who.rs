//! `w`: whose a znode is, or what a session holds: session, client, member, and all that would
//! vanish with the session.
//!
//! The owner of an ephemeral stands in its stat; where its client is, in the connections of
//! all members; what else it owns, in the dump. What nobody tells is said, never guessed.

use zoowarden_shared::{SessionId, stat::EphemeralOwner};

use super::Sheet;
use crate::{
    model::{
        Model,
        clock::{age, date_and_time},
        naming::called,
        tree,
        ui::Whose,
        watches::{self, WatchView},
        znode::holding::counted,
    },
    text::{count, many},
};

/// Paths that are listed of one session.
const MAX_PATHS: usize = 500;
/// Sessions that are listed of one family.
const MAX_SESSIONS: usize = 50;

/// The page.
pub(super) fn sheet(model: &Model, whose: &Whose) -> Sheet {
    match whose {
        Whose::Session(id) => {
            let mut sheet = Sheet::new(format!("who: session {id}"));
            session(model, *id, None, &mut sheet);
            untold(model, &mut sheet);
            sheet
        }
        Whose::Znode(path) => {
            let mut sheet = Sheet::new(format!("who: {path}"));
            znode(model, path, &mut sheet);
            untold(model, &mut sheet);
            sheet
        }
    }
}

fn znode(model: &Model, path: &str, sheet: &mut Sheet) {
    let stat = model.tree.nodes.get(path).and_then(|node| node.stat.value);
    let Some(stat) = stat else {
        sheet.warn(model.awaited("not read yet, or gone"));
        return;
    };
    match EphemeralOwner::from_raw(stat.ephemeral_owner, true) {
        EphemeralOwner::Session(id) => {
            let since = date_and_time(stat.ctime);
            sheet.plain(format!(
                "ephemeral, since {since}: it goes when its session goes"
            ));
            sheet.plain("");
            session(model, SessionId(id), Some(path), sheet);
            return;
        }
        EphemeralOwner::Persistent => {
            sheet.plain(
                "persistent, container or TTL: no session's; who created it is not recorded",
            );
        }
        EphemeralOwner::Container => {
            sheet.plain("container: the server removes it once its children are gone");
        }
        EphemeralOwner::Ttl { ttl_ms } => sheet.plain(format!(
            "TTL: the server removes it {} ms after its last change",
            count(u64::try_from(ttl_ms).unwrap_or(0))
        )),
    }
    sheet.plain("");
    held_below(model, path, sheet);
}

/// The sessions with ephemerals below a znode: the holders of its locks, the members of its
/// group. In the order of the names, in which recipes queue.
fn held_below(model: &Model, path: &str, sheet: &mut Sheet) {
    let Some(dump) = dump(model) else { return };
    let below = tree::child(path, "");
    let mut held: Vec<(&str, SessionId)> = dump
        .sessions
        .iter()
        .flat_map(|(id, entry)| entry.ephemerals.iter().map(|path| (path.as_str(), *id)))
        .filter(|(path, _)| path.starts_with(&below))
        .collect();
    if held.is_empty() {
        sheet.plain("no session has an ephemeral below it");
        return;
    }
    // Recipes queue by the number at the end, whatever stands before it.
    held.sort_by_key(|(path, _)| (tree::parent(path).to_owned(), number(path), *path));
    sheet.strong(format!("below it: {}", counted(held.len(), "ephemeral")));
    for (path, id) in held.iter().take(MAX_SESSIONS) {
        sheet.plain(format!("  {}", &path[below.len()..]));
        sheet.plain(format!("      {}", where_it_is(model, *id)));
    }
    if held.len() > MAX_SESSIONS {
        sheet.quiet(format!("  and {} more", held.len() - MAX_SESSIONS));
    }
}

/// The number that a sequential znode has at the end of its name.
fn number(path: &str) -> Option<u64> {
    let digits = path.len() - path.bytes().rev().take_while(u8::is_ascii_digit).count();
    path[digits..].parse().ok()
}

fn session(model: &Model, id: SessionId, asked_of: Option<&str>, sheet: &mut Sheet) {
    sheet.strong(format!("session {id}"));
    let row = watches::session(model, id);
    let is_ours = model.session.id == Some(id);
    if is_ours {
        sheet.plain("  it is this console's own");
    }
    let told = |value: Option<&String>| value.map_or("not told", String::as_str).to_owned();
    sheet.plain(format!(
        "  client   {}",
        told(row.and_then(|row| row.client.as_ref()))
    ));
    let member = row.and_then(|row| row.member.as_ref());
    let member = member.map(|address| called(model, address));
    sheet.plain(format!("  member   {}", told(member.as_ref())));
    if let Some(ms) = row.and_then(|row| row.timeout_ms) {
        let ms = u64::try_from(ms).unwrap_or(0);
        sheet.plain(format!(
            "  timeout  {}: it goes so long after its client's last word",
            age(ms)
        ));
    }
    if let Some(op) = row.and_then(|row| row.last_op.as_ref()) {
        sheet.plain(format!("  last op  {op}"));
    }
    sheet.plain("");
    let others: Option<Vec<&String>> = model.sessions.ephemerals_of(id).map(|paths| {
        paths
            .iter()
            .filter(|path| Some(path.as_str()) != asked_of)
            .collect()
    });
    let too = if asked_of.is_some() { " too" } else { "" };
    match others {
        None => sheet.warn(format!("what vanishes with it{too}: not told")),
        Some(paths) if paths.is_empty() => {
            sheet.strong(format!(
                "no {}ephemeral vanishes with it",
                if asked_of.is_some() { "other " } else { "" }
            ));
        }
        Some(paths) => {
            sheet.strong(format!(
                "vanishes with it{too}: {}",
                counted(paths.len(), "ephemeral")
            ));
            for path in paths.iter().take(MAX_PATHS) {
                sheet.plain(format!("  {path}"));
            }
            if paths.len() > MAX_PATHS {
                sheet.quiet(format!("  and {} more", paths.len() - MAX_PATHS));
            }
        }
    }
    sheet.plain("");
    let watched = watches::rows(model, WatchView::Sessions)
        .into_iter()
        .find(|row| row.session == Some(id));
    // Where they were not listed, its member may have counted them.
    let number = row.and_then(|row| row.watches);
    match (watched, number) {
        (Some(row), _) => sheet.plain(format!(
            "its watches go with it: on {}",
            counted(row.watches, "path")
        )),
        (None, Some(number)) => sheet.plain(format!(
            "its watches go with it: {}",
            many(number as u64, "watch", "watches")
        )),
        (None, None) => sheet.quiet(format!(
            "its watches go with it; how many: {}",
            model.awaited("screen 6 asks for them")
        )),
    }
}

/// `0x1..  10.1.8.3:40011  at 2 zk2`.
fn where_it_is(model: &Model, id: SessionId) -> String {
    let row = watches::session(model, id);
    let part = |value: Option<&String>| value.map_or("?", String::as_str).to_owned();
    let member = row.and_then(|row| row.member.as_ref());
    format!(
        "{id}   client {}   member {}",
        part(row.and_then(|row| row.client.as_ref())),
        part(member)
    )
}

fn dump(model: &Model) -> Option<&zoowarden_shared::admin::SessionDump> {
    model.sessions.dump.as_ref()?.value.as_ref()
}

/// What is missing from the picture, and what would open it.
fn untold(model: &Model, sheet: &mut Sheet) {
    let sessions = &model.sessions;
    if !sessions.is_told() {
        sheet.plain("");
        sheet.quiet(model.awaited("asking the members for their sessions"));
        return;
    }
    let connections = sessions.connections.iter().filter_map(|(address, told)| {
        let fault = told.fault.as_ref()?;
        Some(format!("{address}: {fault}"))
    });
    let dump = sessions
        .dump
        .iter()
        .filter_map(|told| told.fault.as_ref())
        .map(|fault| format!("who owns what: {fault}"));
    let gaps: Vec<String> = connections.chain(dump).collect();
    if !gaps.is_empty() {
        sheet.plain("");
        sheet.warn("not told:");
        for gap in gaps {
            sheet.warn(format!("  {gap}"));
        }
    }
}
