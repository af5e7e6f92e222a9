//! Watches as members tell them: wchs and `watch_summary` in numbers, wchp and
//! `watches_by_path` path by path.
//!
//! Of the listings only the one by path is read: what each session watches follows from it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::fields::number;
use crate::SessionId;

/// What wchs tells of one member: cheap, it walks nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchSummary {
    /// Client connections that watch anything.
    pub connections: u64,
    /// Paths that are watched.
    pub paths: u64,
    /// Watches: one for each connection and path.
    pub watches: u64,
}

/// Who watches which path, of one member.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WatchesByPath {
    /// The sessions that watch each path.
    pub paths: BTreeMap<String, Vec<SessionId>>,
    /// Watches beyond the bound, of which only the number is kept.
    pub dropped: usize,
}

/// Watches of one member that are kept: what is beyond is counted.
pub const MAX_WATCHES: usize = 200_000;

impl WatchesByPath {
    fn keep(&mut self, kept: &mut usize, path: &str, session: SessionId) {
        if *kept == MAX_WATCHES {
            self.dropped += 1;
            return;
        }
        *kept += 1;
        match self.paths.get_mut(path) {
            Some(sessions) => sessions.push(session),
            None => {
                self.paths.insert(path.to_owned(), vec![session]);
            }
        }
    }
}

/// wchs: `3 connections watching 5 paths`, `Total watches:7`. `None` for any other text.
#[must_use]
pub fn parse_wchs(text: &str) -> Option<WatchSummary> {
    let mut summary = WatchSummary::default();
    let mut is_told = false;
    for line in text.lines() {
        if let Some(total) = line.strip_prefix("Total watches:") {
            summary.watches = number(total)?;
            is_told = true;
        } else if let Some((connections, rest)) = line.split_once(" connections watching ") {
            summary.connections = number(connections)?;
            summary.paths = number(rest.strip_suffix(" paths")?)?;
        }
    }
    is_told.then_some(summary)
}

/// `watch_summary` of the AdminServer.
#[must_use]
pub fn parse_watch_summary_json(object: &Map<String, Value>) -> Option<WatchSummary> {
    let count = |key: &str| object.get(key)?.as_u64();
    Some(WatchSummary {
        connections: count("num_connections")?,
        paths: count("num_paths")?,
        watches: count("num_total_watches")?,
    })
}

/// wchp: a path, and below it each session on a line that begins with a tab.
#[must_use]
pub fn parse_wchp(text: &str) -> WatchesByPath {
    let mut watches = WatchesByPath::default();
    let mut kept = 0;
    let mut path = "";
    for line in text.lines() {
        match line.strip_prefix('\t') {
            Some(session) => {
                let digits = session.trim().trim_start_matches("0x");
                if let Ok(id) = u64::from_str_radix(digits, 16)
                    && !path.is_empty()
                {
                    watches.keep(&mut kept, path, SessionId(id as i64));
                }
            }
            None if line.starts_with('/') => path = line,
            None => path = "",
        }
    }
    watches
}

/// `watches_by_path` of the AdminServer.
#[must_use]
pub fn parse_watches_by_path_json(object: &Map<String, Value>) -> WatchesByPath {
    let mut watches = WatchesByPath::default();
    let mut kept = 0;
    let Some(Value::Object(paths)) = object.get("path_to_session_ids") else {
        return watches;
    };
    for (path, sessions) in paths {
        for id in sessions.as_array().into_iter().flatten() {
            if let Some(id) = id.as_i64() {
                watches.keep(&mut kept, path, SessionId(id));
            }
        }
    }
    watches
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_summary_is_read_from_both_doors() {
        let expected = WatchSummary {
            connections: 3,
            paths: 5,
            watches: 7,
        };
        let text = "3 connections watching 5 paths\nTotal watches:7\n";
        assert_eq!(parse_wchs(text), Some(expected));
        let json = json!({ "num_connections": 3, "num_paths": 5, "num_total_watches": 7 });
        assert_eq!(
            json.as_object().and_then(parse_watch_summary_json),
            Some(expected)
        );
        assert_eq!(parse_wchs("wchs is not executed"), None);
    }

    #[test]
    fn watches_by_path_are_the_same_from_both_doors() {
        let text = "/a\n\t0x100000000000001\n\t0x2\n/b c\n\t0x2\n\n";
        let by_text = parse_wchp(text);
        let json = json!({ "path_to_session_ids":
            { "/a": [0x0100_0000_0000_0001_i64, 2], "/b c": [2] } });
        assert_eq!(
            json.as_object().map(parse_watches_by_path_json),
            Some(by_text.clone())
        );
        assert_eq!(by_text.paths["/b c"], [SessionId(2)]);
        assert_eq!(
            parse_wchp("\t0x1\nnonsense\n\t0x2\n"),
            WatchesByPath::default()
        );
    }

    #[test]
    fn what_is_beyond_the_bound_is_counted() {
        let mut text = String::from("/a\n");
        for id in 0..MAX_WATCHES + 3 {
            text.push_str(&format!("\t0x{id:x}\n"));
        }
        let watches = parse_wchp(&text);
        assert_eq!(
            (watches.paths["/a"].len(), watches.dropped),
            (MAX_WATCHES, 3)
        );
    }
}
