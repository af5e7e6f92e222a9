//! The handshake that opens or takes up a session.

use crate::{
    ids::{SessionId, Zxid},
    jute::{Buffer, Jute, JuteError, Reader, Writer},
    stat::optional_bool,
};

/// A client's first frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectRequest {
    /// Always 0.
    pub protocol_version: i32,
    /// The last zxid the client has seen; a server that is behind it refuses the client.
    pub last_zxid_seen: Zxid,
    /// The session timeout the client asks for, milliseconds.
    pub timeout_ms: i32,
    /// The session to take up, or [`SessionId::NONE`] for a new one.
    pub session_id: SessionId,
    /// The session's password, 16 bytes.
    pub password: Buffer,
    /// Whether a read-only server will do. `None`: a client older than 3.4, which does not say.
    pub read_only: Option<bool>,
}

impl Jute for ConnectRequest {
    fn encode(&self, out: &mut Writer) {
        self.protocol_version.encode(out);
        self.last_zxid_seen.encode(out);
        self.timeout_ms.encode(out);
        self.session_id.encode(out);
        self.password.encode(out);
        if let Some(read_only) = self.read_only {
            read_only.encode(out);
        }
    }

    fn decode(input: &mut Reader) -> Result<Self, JuteError> {
        Ok(Self {
            protocol_version: Jute::decode(input)?,
            last_zxid_seen: Jute::decode(input)?,
            timeout_ms: Jute::decode(input)?,
            session_id: Jute::decode(input)?,
            password: Jute::decode(input)?,
            read_only: optional_bool(input)?,
        })
    }
}

/// The server's first frame. A session that is not there (expired, or a wrong password) is
/// answered with timeout 0 and session id 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConnectResponse {
    /// Always 0.
    pub protocol_version: i32,
    /// The timeout granted, milliseconds; not above 0 when the session was refused.
    pub timeout_ms: i32,
    /// The session, 0 when it was refused.
    pub session_id: SessionId,
    /// Its password.
    pub password: Buffer,
    /// Whether this server is read-only. Sent only to clients that said theirs.
    pub read_only: Option<bool>,
}

impl Jute for ConnectResponse {
    fn encode(&self, out: &mut Writer) {
        self.protocol_version.encode(out);
        self.timeout_ms.encode(out);
        self.session_id.encode(out);
        self.password.encode(out);
        if let Some(read_only) = self.read_only {
            read_only.encode(out);
        }
    }

    fn decode(input: &mut Reader) -> Result<Self, JuteError> {
        Ok(Self {
            protocol_version: Jute::decode(input)?,
            timeout_ms: Jute::decode(input)?,
            session_id: Jute::decode(input)?,
            password: Jute::decode(input)?,
            read_only: optional_bool(input)?,
        })
    }
}
