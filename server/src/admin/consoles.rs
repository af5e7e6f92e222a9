//! `/commands/zoowarden/consoles`: the consoles that are on this member, by their own word, so
//! that two operators see each other before both repair the same thing.
//!
//! A console tells of itself every few seconds and is forgotten soon after it stops. Nothing is
//! proven, nothing is kept, and nothing here decides anything.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use bytes::Bytes;
use serde_json::json;
use zoowarden_shared::{
    admin::{CONSOLE_EXPIRES_MS, CONSOLES_PATH, Consoles, MAX_CONSOLES, MAX_WHO, Presence},
    audit::clean,
};

use super::{Admin, answer::fields_of};

/// What a console tells of itself is not longer, bytes.
pub(super) const MAX_BODY: usize = 1024;
/// The name of an action whose gate is open, bytes.
const MAX_GATE: usize = 64;

/// Those who told of themselves lately.
#[derive(Debug, Default)]
pub(super) struct Present(Mutex<Vec<(Instant, Presence)>>);

impl Present {
    /// Those who are there, in the order in which they came.
    fn now(&self, now: Instant) -> Vec<Presence> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|(at, _)| now.duration_since(*at) < Duration::from_millis(CONSOLE_EXPIRES_MS));
        known.iter().map(|(_, presence)| presence.clone()).collect()
    }

    /// Notes one, and tells all; one too many is not noted.
    fn tell(&self, presence: Presence, now: Instant) -> Vec<Presence> {
        self.now(now);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if presence.leaves {
            known.retain(|(_, one)| one.id != presence.id);
            return known.iter().map(|(_, presence)| presence.clone()).collect();
        }
        let has_room = known.len() < MAX_CONSOLES;
        match known.iter_mut().find(|(_, one)| one.id == presence.id) {
            Some(one) => *one = (now, presence),
            None if has_room => known.push((now, presence)),
            None => {}
        }
        known.iter().map(|(_, presence)| presence.clone()).collect()
    }
}

/// Who is there.
pub(super) async fn get(State(admin): State<Arc<Admin>>) -> Response {
    answer(admin.consoles.now(Instant::now()))
}

/// The same, from one of them.
pub(super) async fn post(State(admin): State<Arc<Admin>>, body: Bytes) -> Response {
    let Ok(told) = serde_json::from_slice::<Presence>(&body) else {
        let body = json!({
            "command": CONSOLES_PATH,
            "error": "expected {\"id\": N, \"who\": \"user@host\", \"for_ms\": N, \"gate\": null}",
        });
        return (StatusCode::BAD_REQUEST, Json(body)).into_response();
    };
    let presence = Presence {
        who: clean(&told.who, MAX_WHO),
        gate: told.gate.map(|gate| clean(&gate, MAX_GATE)),
        ..told
    };
    answer(admin.consoles.tell(presence, Instant::now()))
}

fn answer(consoles: Vec<Presence>) -> Response {
    let mut fields = fields_of(json!(Consoles { consoles }));
    fields.insert("command".to_owned(), CONSOLES_PATH.into());
    fields.insert("error".to_owned(), serde_json::Value::Null);
    Json(fields).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn console(id: u64) -> Presence {
        Presence {
            id,
            who: format!("op-{id}@desk"),
            for_ms: 0,
            gate: None,
            acts: false,
            leaves: false,
        }
    }

    #[test]
    fn who_stops_telling_is_forgotten_and_who_tells_again_is_one() {
        let present = Present::default();
        let now = Instant::now();
        present.tell(console(1), now);
        let later = now + Duration::from_millis(CONSOLE_EXPIRES_MS - 1);
        assert_eq!(present.tell(console(2), later).len(), 2);
        assert_eq!(present.tell(console(2), later).len(), 2);
        let after = now + Duration::from_millis(CONSOLE_EXPIRES_MS);
        assert_eq!(present.now(after), [console(2)]);
        let leaving = Presence {
            leaves: true,
            ..console(2)
        };
        assert_eq!(present.tell(leaving, after), []);
        assert_eq!(present.now(after), []);
    }

    #[test]
    fn a_flood_takes_no_more_than_its_room() {
        let present = Present::default();
        let now = Instant::now();
        for id in 0..1000 {
            present.tell(console(id), now);
        }
        assert_eq!(present.now(now).len(), MAX_CONSOLES);
    }
}
