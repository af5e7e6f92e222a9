//! Sessions of the whole ensemble: a join, since `cons` tells only of one member and a
//! learner's `dump` tells no expiry.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use super::{clock::age, filter::Filter, memo::Memo, ui::List};
use zoowarden_shared::{
    SessionId,
    admin::{ClientConnection, SessionDump, WatchesByPath},
};

/// An answer that may be missing or old: the older one is kept beside the newer fault.
#[derive(Clone, Debug, PartialEq)]
pub struct Told<T> {
    pub value: Option<T>,
    /// Why the newest question got no answer.
    pub fault: Option<String>,
    /// When the value was told: a fault after it makes it no fresher. Without a value, when the
    /// newest question failed.
    pub at_mono_ms: u64,
}

/// One session, joined over the members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    pub id: SessionId,
    pub client: Option<String>,
    /// The member that holds its connection.
    pub member: Option<String>,
    pub timeout_ms: Option<i64>,
    /// How many ephemeral znodes it owns; `None` where no member tells.
    pub ephemerals: Option<usize>,
    /// What it watches; `None` where its member does not tell.
    pub watches: Option<usize>,
    pub last_op: Option<String>,
    pub queued: Option<i64>,
}

/// What all members told, and the join of it.
#[derive(Clone, Debug, Default)]
pub struct Sessions {
    /// The connections of each member, by its address.
    pub connections: BTreeMap<String, Told<Vec<ClientConnection>>>,
    /// Sessions and ephemerals of the whole ensemble, from the one member that was asked.
    pub dump: Option<Told<SessionDump>>,
    /// Of members whose watches were listed, how many paths each session watches there.
    listed: BTreeMap<String, HashMap<SessionId, usize>>,
    /// By id.
    pub rows: Vec<SessionRow>,
    /// Our own, which may be so new that no member has listed it.
    own: Option<SessionRow>,
    /// How often `rows` were put together anew.
    revision: u64,
    order: Memo<(u64, Filter, char, bool), Vec<usize>>,
    /// Members are being asked for them.
    pub is_shown: bool,
}

impl Sessions {
    /// Takes in one member's connections.
    pub fn connections_told(
        &mut self,
        address: String,
        at_mono_ms: u64,
        answer: Result<Vec<ClientConnection>, String>,
    ) {
        let old = self.connections.remove(&address);
        self.connections
            .insert(address, told(at_mono_ms, answer, old));
        self.join();
    }

    /// Takes in the dump of the one member that was asked.
    pub fn dump_told(&mut self, at_mono_ms: u64, answer: Result<SessionDump, String>) {
        let old = self.dump.take();
        self.dump = Some(told(at_mono_ms, answer, old));
        self.join();
    }

    /// Takes in a member's list of watches: the one word of an Apache member on whose they are.
    pub fn watches_listed(&mut self, address: String, watches: &WatchesByPath) {
        let mut counts: HashMap<SessionId, usize> = HashMap::new();
        for &session in watches.paths.values().flatten() {
            *counts.entry(session).or_default() += 1;
        }
        self.listed.insert(address, counts);
        self.join();
    }

    /// Takes in what we know of our own session ourselves.
    pub fn own_is(&mut self, own: Option<SessionRow>) {
        if self.own != own {
            self.own = own;
            self.join();
        }
    }

    /// Whether any member was asked for them so far. Until then at most our own is known.
    #[must_use]
    pub fn is_told(&self) -> bool {
        !self.connections.is_empty() || self.dump.is_some()
    }

    /// The rows that a list draws, in its order: as it was made for the same rows and the same
    /// list before, else made now.
    pub(super) fn order(&self, list: &List, make: impl FnOnce() -> Vec<usize>) -> Arc<Vec<usize>> {
        let way = (
            self.revision,
            list.filter.clone(),
            list.sort,
            list.descending,
        );
        self.order.of(way, make)
    }

    /// Ephemerals of a session; `None` where no member tells.
    #[must_use]
    pub fn ephemerals_of(&self, id: SessionId) -> Option<&[String]> {
        let entry = self.dump.as_ref()?.value.as_ref()?.sessions.get(&id);
        Some(entry.map_or(&[], |entry| entry.ephemerals.as_slice()))
    }

    fn join(&mut self) {
        let mut rows = std::mem::take(&mut self.rows);
        rows.clear();
        self.join_into(&mut rows);
        rows.sort_unstable_by_key(|row| row.id);
        self.rows = rows;
        self.revision += 1;
    }

    fn join_into(&self, rows: &mut Vec<SessionRow>) {
        let mut places: HashMap<SessionId, usize> = HashMap::new();
        let blank = |id| SessionRow {
            id,
            client: None,
            member: None,
            timeout_ms: None,
            ephemerals: self.ephemerals_of(id).map(<[String]>::len),
            watches: None,
            last_op: None,
            queued: None,
        };
        let dumped = self
            .dump
            .iter()
            .flat_map(|told| &told.value)
            .flat_map(|dump| &dump.sessions);
        for (&id, entry) in dumped {
            places.insert(id, rows.len());
            rows.push(SessionRow {
                timeout_ms: entry.timeout_ms,
                ..blank(id)
            });
        }
        // Oldest answer first: a session that moved stands where it was seen last.
        let mut told: Vec<_> = self.connections.iter().collect();
        told.sort_by_key(|(_, told)| told.at_mono_ms);
        for (address, told) in told {
            for connection in told.value.iter().flatten() {
                let Some(id) = connection.session else {
                    continue;
                };
                let place = *places.entry(id).or_insert(rows.len());
                if place == rows.len() {
                    rows.push(blank(id));
                }
                let row = &mut rows[place];
                row.client = Some(connection.remote.clone());
                row.member = Some(address.clone());
                row.timeout_ms = connection.timeout_ms.or(row.timeout_ms);
                row.last_op.clone_from(&connection.last_op);
                row.queued = connection.queued;
                let told = connection.watches.and_then(|n| usize::try_from(n).ok());
                let listed = || Some(self.listed.get(address)?.get(&id).copied().unwrap_or(0));
                row.watches = told.or_else(listed);
            }
        }
        if let Some(own) = &self.own
            && !places.contains_key(&own.id)
        {
            rows.push(own.clone());
        }
    }
}

/// A failed answer leaves the old value with the time at which that was told, and says how old
/// what is shown is: it must never pass for what somebody told just now.
fn told<T>(at_mono_ms: u64, answer: Result<T, String>, old: Option<Told<T>>) -> Told<T> {
    let fault = match answer {
        Ok(value) => {
            return Told {
                value: Some(value),
                fault: None,
                at_mono_ms,
            };
        }
        Err(fault) => fault,
    };
    match old {
        Some(old) if old.value.is_some() => Told {
            fault: Some(format!(
                "stale, told {} ago: {fault}",
                age(at_mono_ms.saturating_sub(old.at_mono_ms))
            )),
            ..old
        },
        _ => Told {
            value: None,
            fault: Some(fault),
            at_mono_ms,
        },
    }
}

#[cfg(test)]
mod tests {
    use zoowarden_shared::admin::parse_dump;

    use super::*;

    fn connections(id: i64) -> Result<Vec<ClientConnection>, String> {
        Ok(vec![ClientConnection {
            remote: format!("c:{id}"),
            session: Some(SessionId(id)),
            timeout_ms: Some(30_000),
            ..ClientConnection::default()
        }])
    }

    #[test]
    fn sessions_of_all_members_are_one_table() {
        let mut sessions = Sessions::default();
        sessions.connections_told("a:2181".into(), 0, connections(1));
        sessions.connections_told("b:2181".into(), 0, connections(2));
        sessions.dump_told(
            5,
            Ok(parse_dump("Sessions with Ephemerals (1):\n0x1:\n\t/lock\n")),
        );
        let shown: Vec<_> = sessions
            .rows
            .iter()
            .map(|row| {
                (
                    row.id.0,
                    row.member.as_deref().unwrap_or("-"),
                    row.ephemerals,
                )
            })
            .collect();
        assert_eq!(shown, [(1, "a:2181", Some(1)), (2, "b:2181", Some(0))]);
    }

    #[test]
    fn watches_are_the_members_own_number_else_those_of_its_list() {
        let mut sessions = Sessions::default();
        sessions.connections_told("a:2181".into(), 0, connections(1));
        let watches = |sessions: &Sessions| sessions.rows[0].watches;
        assert_eq!(watches(&sessions), None);
        let mut list = WatchesByPath::default();
        for path in ["/a", "/b"] {
            list.paths.insert(path.to_owned(), vec![SessionId(1)]);
        }
        sessions.watches_listed("b:2181".into(), &list);
        assert_eq!(watches(&sessions), None, "of the member that holds it");
        sessions.watches_listed("a:2181".into(), &list);
        assert_eq!(watches(&sessions), Some(2));
        sessions.watches_listed("a:2181".into(), &WatchesByPath::default());
        assert_eq!(watches(&sessions), Some(0));
        let told = connections(1).map(|mut all| {
            all[0].watches = Some(7);
            all
        });
        sessions.connections_told("a:2181".into(), 1, told);
        assert_eq!(watches(&sessions), Some(7));
    }

    #[test]
    fn a_session_that_moved_is_shown_where_it_was_seen_last() {
        let mut sessions = Sessions::default();
        sessions.connections_told("b:2181".into(), 10, connections(1));
        sessions.connections_told("a:2181".into(), 5, connections(1));
        assert_eq!(sessions.rows.len(), 1);
        assert_eq!(sessions.rows[0].member.as_deref(), Some("b:2181"));
    }

    #[test]
    fn what_is_shut_or_silent_is_neither_invented_nor_lost() {
        let mut sessions = Sessions::default();
        sessions.connections_told("a:2181".into(), 0, connections(1));
        assert_eq!(sessions.rows[0].ephemerals, None);
        sessions.connections_told("a:2181".into(), 10, Err("no answer".into()));
        assert_eq!(
            sessions.rows.len(),
            1,
            "the old picture stays, with its fault"
        );
        assert_eq!(
            sessions.connections["a:2181"].fault.as_deref(),
            Some("stale, told 0.0 s ago: no answer")
        );
    }

    #[test]
    fn a_silent_member_s_old_list_does_not_win_over_what_another_told_since() {
        const MINUTE_MS: u64 = 60_000;
        let mut sessions = Sessions::default();
        sessions.connections_told("frozen:2181".into(), 0, connections(1));
        // Its client has gone to another member, which the frozen one cannot know.
        sessions.connections_told("well:2181".into(), 14 * MINUTE_MS - 10, connections(1));
        let silent = Err("no answer".to_owned());
        sessions.connections_told("frozen:2181".into(), 14 * MINUTE_MS, silent);
        assert_eq!(sessions.rows[0].member.as_deref(), Some("well:2181"));
        let frozen = &sessions.connections["frozen:2181"];
        assert_eq!(frozen.at_mono_ms, 0, "as old as what was told");
        let fault = frozen.fault.as_deref().unwrap();
        assert!(fault.contains("stale, told 14 m"), "{fault}");
    }

    #[test]
    fn a_dump_that_fails_stays_as_old_as_it_is() {
        let mut sessions = Sessions::default();
        sessions.dump_told(5, Err("closed".into()));
        let dump = sessions.dump.as_ref().unwrap();
        assert_eq!(
            (dump.at_mono_ms, dump.fault.as_deref()),
            (5, Some("closed"))
        );
        sessions.dump_told(10, Ok(parse_dump("Sessions with Ephemerals (0):\n")));
        sessions.dump_told(90, Err("no answer".into()));
        assert_eq!(sessions.dump.as_ref().map(|told| told.at_mono_ms), Some(10));
    }
}
