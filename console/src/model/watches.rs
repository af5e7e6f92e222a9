//! The watches of all members, joined: which paths fan out widest, and who watches most.
//!
//! A watch is one session's on one path, at the one member that holds the session's
//! connection. One change of a path sends as many events as it has watches.

use std::collections::BTreeMap;

use zoowarden_shared::SessionId;

use super::{Model, sessions::SessionRow};

/// Which way screen 6 is sorted into rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WatchView {
    #[default]
    Paths,
    Sessions,
}

impl WatchView {
    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Paths => Self::Sessions,
            Self::Sessions => Self::Paths,
        }
    }

    /// As it is drawn.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Paths => "by path",
            Self::Sessions => "by session",
        }
    }
}

/// One path, or one session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WatchRow {
    /// The path, or the session's id.
    pub name: String,
    pub session: Option<SessionId>,
    /// Of a path, the events that one change sends; of a session, the paths it watches.
    pub watches: usize,
    /// The members that hold them, by address.
    pub members: Vec<String>,
}

/// The rows of a view, in the order of their names.
#[must_use]
pub fn rows(model: &Model, view: WatchView) -> Vec<WatchRow> {
    let mut rows: BTreeMap<(&str, SessionId), WatchRow> = BTreeMap::new();
    for (address, path, sessions) in listed(model) {
        for &session in sessions {
            let key = match view {
                WatchView::Paths => (path, SessionId::NONE),
                WatchView::Sessions => ("", session),
            };
            let row = rows.entry(key).or_insert_with(|| WatchRow {
                name: match view {
                    WatchView::Paths => path.to_owned(),
                    WatchView::Sessions => session.to_string(),
                },
                session: (view == WatchView::Sessions).then_some(session),
                ..WatchRow::default()
            });
            row.watches += 1;
            if row.members.last().is_none_or(|last| last != address) {
                row.members.push(address.to_owned());
            }
        }
    }
    rows.into_values().collect()
}

/// What is at the other end of a row's watches: of a path the sessions, of a session the
/// paths; each with the member that holds it.
#[must_use]
pub fn others(model: &Model, row: &WatchRow) -> Vec<(String, String)> {
    let mut others = Vec::new();
    for (address, path, sessions) in listed(model) {
        match row.session {
            Some(session) if sessions.contains(&session) => {
                others.push((path.to_owned(), address.to_owned()));
            }
            None if path == row.name => {
                let ids = sessions.iter().map(SessionId::to_string);
                others.extend(ids.map(|id| (id, address.to_owned())));
            }
            _ => {}
        }
    }
    others
}

/// What is known of a session from screen 5, where it was listed.
#[must_use]
pub fn session(model: &Model, id: SessionId) -> Option<&SessionRow> {
    model.sessions.rows.iter().find(|row| row.id == id)
}

/// Member, path and sessions of all that was listed.
fn listed(model: &Model) -> impl Iterator<Item = (&str, &str, &[SessionId])> {
    model.members.iter().flat_map(|member| {
        let address = member.address.as_str();
        let paths = model.survey.watches(address).map(|told| told.paths.iter());
        paths
            .into_iter()
            .flatten()
            .map(move |(path, sessions)| (address, path.as_str(), sessions.as_slice()))
    })
}
