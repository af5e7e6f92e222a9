//! The session that an action is about: which client has it where, and what vanishes with it.

use std::time::Duration;

use zoowarden_shared::{
    SessionId,
    admin::{parse_cons, parse_dump, whitelist_line},
};

use super::{Way, ask::word};
use crate::{
    action::facts::{Facts, SessionFacts},
    text::clean,
};

/// Ephemerals that are listed; the rest is counted in the last line.
const MOST_PATHS: usize = 1000;

/// Joins what all members say of it.
pub(super) async fn look_up(
    way: &Way,
    facts: &Facts,
    id: SessionId,
    is_ours: bool,
    deadline: Duration,
) -> SessionFacts {
    let mut client = None;
    for member in facts.members.iter().filter(|member| member.serves()) {
        if let Ok(Ok(text)) = word(way, &member.address, "cons", deadline).await {
            let connections = parse_cons(&text);
            let found = connections.into_iter().find(|one| one.session == Some(id));
            if let Some(found) = found {
                client = Some((clean(&found.remote), member.name.clone()));
            }
        }
    }
    // A leader's dump has every session of the ensemble.
    let dump = match facts.leader() {
        Some(leader) => word(way, &leader.address, "dump", deadline).await.ok(),
        None => None,
    };
    let dump = dump.and_then(Result::ok).map(|text| parse_dump(&text));
    let entry = dump.as_ref().and_then(|dump| dump.sessions.get(&id));
    let ephemerals = match (&dump, entry) {
        (Some(_), Some(entry)) => {
            let paths = entry.ephemerals.iter().take(MOST_PATHS);
            Ok(paths.map(|path| clean(path)).collect())
        }
        (Some(_), None) => Ok(Vec::new()),
        (None, _) => Err(format!("{} opens it", whitelist_line(&["dump"]))),
    };
    let lives = match (&dump, &client) {
        (_, Some(_)) => Some(true),
        (Some(_), None) => Some(entry.is_some()),
        // It may live without a connection.
        (None, None) => None,
    };
    SessionFacts {
        id,
        is_ours,
        lives,
        client,
        ephemerals,
    }
}
