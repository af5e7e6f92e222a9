//! Sessions and their ephemerals: dump, in text and in JSON.
//!
//! A leader (or standalone member) knows when its sessions expire, a learner only their
//! timeouts, and who is connected where is each member's own knowledge: a session view joins
//! the dumps and connections of all members.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::fields::{number, session_id};
use crate::ids::SessionId;

/// What one member knows of one session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionEntry {
    /// Its timeout, milliseconds: from learners.
    pub timeout_ms: Option<i64>,
    /// When it expires unless it is heard of, in the member's words: from leaders. In text a
    /// date, in JSON milliseconds of the member's own monotonic clock.
    pub expires: Option<String>,
    /// Its ephemeral znodes.
    pub ephemerals: Vec<String>,
}

/// All that a dump tells, by session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionDump {
    /// The sessions.
    pub sessions: BTreeMap<SessionId, SessionEntry>,
}

impl SessionDump {
    fn entry(&mut self, id: SessionId) -> &mut SessionEntry {
        self.sessions.entry(id).or_default()
    }
}

/// Which list of a dump's text a line is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Sessions,
    Ephemerals,
    Other,
}

/// dump's text.
#[must_use]
pub fn parse_dump(text: &str) -> SessionDump {
    let mut dump = SessionDump::default();
    let mut section = Section::Other;
    let mut expires: Option<String> = None;
    let mut owner: Option<SessionId> = None;
    for line in text.lines() {
        if let Some(begun) = section_of(line) {
            (section, expires, owner) = (begun, None, None);
            continue;
        }
        match section {
            Section::Sessions => {
                if let Some((_, date)) = line.split_once(" expire at ") {
                    expires = Some(date.trim_end_matches(':').to_owned());
                } else if let Some((id, timeout)) = session_line(line) {
                    let entry = dump.entry(id);
                    entry.timeout_ms = timeout;
                    entry.expires.clone_from(&expires);
                }
            }
            Section::Ephemerals => match line.strip_prefix('\t') {
                Some(path) => {
                    if let Some(owner) = owner {
                        dump.entry(owner).ephemerals.push(path.to_owned());
                    }
                }
                None => owner = session_id(line.trim_end_matches(':')),
            },
            Section::Other => {}
        }
    }
    dump
}

fn section_of(line: &str) -> Option<Section> {
    if line.starts_with("Session Sets")
        || line.starts_with("Global Sessions")
        || line.starts_with("Local Session")
    {
        Some(Section::Sessions)
    } else if line.starts_with("Sessions with Ephemerals") {
        Some(Section::Ephemerals)
    } else if line.starts_with("SessionTracker dump")
        || line.starts_with("ephemeral nodes dump")
        || line.starts_with("Connections ")
    {
        Some(Section::Other)
    } else {
        None
    }
}

/// `<TAB>0x...` of a leader, `0x...<TAB>30000ms` of a learner.
fn session_line(line: &str) -> Option<(SessionId, Option<i64>)> {
    let mut parts = line.split_whitespace();
    let id = session_id(parts.next()?.strip_prefix("0x")?)?;
    let timeout = parts.next().and_then(|t| number(t.strip_suffix("ms")?));
    Some((id, timeout))
}

/// The AdminServer's `dump`: ids in decimal.
#[must_use]
pub fn parse_dump_json(object: &Map<String, Value>) -> SessionDump {
    let mut dump = SessionDump::default();
    let map = |key: &str| {
        object
            .get(key)
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
    };
    for (expires, ids) in map("expiry_time_to_session_ids") {
        for id in ids
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_i64)
        {
            dump.entry(SessionId(id)).expires = Some(expires.clone());
        }
    }
    for (id, paths) in map("session_id_to_ephemeral_paths") {
        let Some(id) = number(id) else { continue };
        let paths = paths.as_array().into_iter().flatten();
        dump.entry(SessionId(id))
            .ephemerals
            .extend(paths.filter_map(|path| Some(path.as_str()?.to_owned())));
    }
    dump
}
