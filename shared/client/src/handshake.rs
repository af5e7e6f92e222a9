//! Shaking hands on a session over an open stream.

use std::io;

use bytes::BytesMut;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use zoowarden_shared::{
    SessionId,
    jute::Jute,
    password::PASSWORD_LEN,
    proto::{ConnectRequest, ConnectResponse, Frames, put_frame},
};

use crate::{
    connector::{Stream, known_fault},
    error::{ClientError, EndReason},
    options::{ConnectOptions, Credentials},
};

/// A server's answer is 37 bytes; whatever announces more than this is no ZooKeeper.
const MAX_ANSWER: usize = 1024;

/// The session as the server granted it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Session {
    /// What it takes to take it up elsewhere.
    pub credentials: Credentials,
    /// The timeout granted, milliseconds.
    pub timeout_ms: i32,
    /// Whether the member is in read-only mode.
    pub read_only: bool,
}

/// Shakes hands; the bytes that came after the answer, if any, stay in `received`.
pub(crate) async fn shake_hands(
    stream: &mut Stream,
    addr: &str,
    options: &ConnectOptions,
    received: &mut BytesMut,
) -> Result<Session, ClientError> {
    let refused = |fault: io::Error| {
        known_fault(addr, &fault).unwrap_or_else(|| ClientError::HandshakeRefused {
            addr: addr.to_owned(),
            seen: options.last_zxid_seen,
        })
    };
    let mut request = BytesMut::new();
    put_frame(&mut request, |out| ask(options).encode(out));
    stream.write_all(&request).await.map_err(refused)?;
    stream.flush().await.map_err(refused)?;
    let answer = loop {
        let frame = Frames::new(received, MAX_ANSWER)
            .next_frame()
            .map_err(|e| ClientError::Ended(EndReason::BadFrame(e)))?;
        if let Some(frame) = frame {
            break frame;
        }
        if stream.read_buf(received).await.map_err(refused)? == 0 {
            return Err(refused(io::ErrorKind::UnexpectedEof.into()));
        }
    };
    let answer = ConnectResponse::from_bytes(answer)
        .map_err(|e| ClientError::Ended(EndReason::BadHeader(e)))?;
    grant(&answer).ok_or_else(|| ClientError::SessionRefused {
        addr: addr.to_owned(),
        session: options.session.map_or(SessionId::NONE, |s| s.id),
    })
}

fn ask(options: &ConnectOptions) -> ConnectRequest {
    let (session_id, password) = match options.session {
        Some(Credentials { id, password }) => (id, password),
        None => (SessionId::NONE, [0; PASSWORD_LEN]),
    };
    ConnectRequest {
        protocol_version: 0,
        last_zxid_seen: options.last_zxid_seen,
        timeout_ms: options.timeout_ms,
        session_id,
        password: Some(password.to_vec().into()),
        read_only: Some(options.read_only),
    }
}

/// The session granted; `None` where it was refused (timeout and id are 0 then).
fn grant(answer: &ConnectResponse) -> Option<Session> {
    if answer.timeout_ms <= 0 {
        return None;
    }
    Some(Session {
        credentials: Credentials {
            id: answer.session_id,
            password: answer.password.as_deref()?.try_into().ok()?,
        },
        timeout_ms: answer.timeout_ms,
        read_only: answer.read_only.unwrap_or(false),
    })
}
