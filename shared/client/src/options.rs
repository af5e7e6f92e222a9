//! What a caller may choose about a connection, with the bounds that hold otherwise.

use std::time::Duration;

use zoowarden_shared::{SessionId, Zxid, password::PASSWORD_LEN, proto::DEFAULT_MAX_FRAME};

/// What it takes to take up a session: whoever knows both may do so, on any member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// The session's id.
    pub id: SessionId,
    /// Its password. Derivable from the id on every known server
    /// ([`zoowarden_shared::password::session_password`]).
    pub password: [u8; PASSWORD_LEN],
}

impl Credentials {
    /// Those of a session of which only the id is known.
    #[must_use]
    pub fn derived(id: SessionId) -> Self {
        Self {
            id,
            password: zoowarden_shared::password::session_password(id),
        }
    }
}

/// How to connect. `ConnectOptions::default()` opens a new session.
#[derive(Clone, Copy, Debug)]
pub struct ConnectOptions {
    /// The session timeout asked for, milliseconds; the server clamps it, by default to
    /// 2..=20 of its ticks.
    pub timeout_ms: i32,
    /// The session to take up; `None` opens a new one, which costs the ensemble a write.
    pub session: Option<Credentials>,
    /// The last transaction this client has seen: a member that is behind it hangs up.
    pub last_zxid_seen: Zxid,
    /// Whether a member in read-only mode will do.
    pub read_only: bool,
    /// For resolving the name, connecting and shaking hands together.
    pub connect_deadline: Duration,
    /// For each call, from the call to its answer.
    pub call_deadline: Duration,
    /// Requests that may wait for their replies at once; further calls wait for a place.
    pub max_outstanding: usize,
    /// The largest request body sent, bytes: a server hangs up on one above its
    /// `jute.maxbuffer`.
    pub max_request: usize,
    /// The largest reply taken, bytes. A server sends replies above its own
    /// `jute.maxbuffer` (`getChildren` of a wide znode).
    pub max_reply: usize,
    /// Watch events that may wait to be taken. One more ends the connection
    /// ([`crate::EndReason::EventsOverflow`]), so that none is ever lost in silence.
    pub max_events: usize,
}

impl Default for ConnectOptions {
    fn default() -> Self {
        Self {
            timeout_ms: 10_000,
            session: None,
            last_zxid_seen: Zxid::ZERO,
            read_only: false,
            connect_deadline: Duration::from_secs(3),
            call_deadline: Duration::from_secs(5),
            max_outstanding: 1024,
            // The bound itself is too long for Apache, and a header stands before the body.
            max_request: DEFAULT_MAX_FRAME - 16,
            max_reply: 64 << 20,
            max_events: 65_536,
        }
    }
}
