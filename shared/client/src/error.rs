//! What can go wrong, told so that an operator knows what to do about it.

use std::{io, sync::Arc, time::Duration};

use zoowarden_shared::{
    ErrorCode, SessionId, Zxid,
    jute::JuteError,
    proto::{FrameError, OpCode},
};

/// Why a call, or a connection, failed.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ClientError {
    /// The name does not resolve, or nobody listens there.
    #[error("cannot connect to {addr}: {source}")]
    Connect {
        /// The address asked for.
        addr: String,
        /// What the system said.
        source: Arc<io::Error>,
    },
    /// TLS did not come about, or broke.
    #[error("{addr}: TLS: {reason}")]
    Tls {
        /// The address.
        addr: String,
        /// Why, and what to change.
        reason: String,
    },
    /// The command that leads to the member did not run, or ended.
    #[error("{addr}: via: {reason}")]
    Proxy {
        /// The address.
        addr: String,
        /// Its last words, or how it ended.
        reason: String,
    },
    /// The member does not take us for whom we say we are.
    #[error("{addr}: {reason}")]
    Auth {
        /// The address.
        addr: String,
        /// Why.
        reason: String,
    },
    /// The server took the connection and hung up before it answered the handshake. Apache
    /// does so for four reasons that it tells only to its own log.
    #[error(
        "{addr} hung up during the handshake: it does not serve (no quorum, or still starting), \
         has not seen transaction {seen} yet, takes no more connections, or is no ZooKeeper"
    )]
    HandshakeRefused {
        /// The address.
        addr: String,
        /// The transaction that the client said it had seen.
        seen: Zxid,
    },
    /// The session to take up is not there any more, or the password is wrong.
    #[error("{addr} does not know session {session}: it has expired, or the password is wrong")]
    SessionRefused {
        /// The address.
        addr: String,
        /// The session asked for.
        session: SessionId,
    },
    /// The server answered the request with an error.
    #[error("{op}: {code}", op = op.name())]
    Server {
        /// What was asked.
        op: OpCode,
        /// The server's answer.
        code: ErrorCode,
        /// The transaction up to which the server had answered; of a failed write, its own.
        zxid: Zxid,
    },
    /// No answer within the deadline. A write may or may not have happened.
    #[error("no answer to {what} within {deadline:?}")]
    Deadline {
        /// What was waited for.
        what: &'static str,
        /// How long.
        deadline: Duration,
    },
    /// The member's host took the connection, and its process said nothing.
    #[error("{addr} takes the connection and does not answer within {deadline:?}")]
    Mute {
        /// The address.
        addr: String,
        /// How long was waited, for all of it together.
        deadline: Duration,
    },
    /// The connection has ended. A write that was under way may or may not have happened.
    #[error("the connection has ended: {0}")]
    Ended(EndReason),
    /// The request is larger than [`crate::ConnectOptions::max_request`].
    #[error("{op} of {size} bytes is above the bound of {max}", op = op.name())]
    RequestTooLarge {
        /// What was to be asked.
        op: OpCode,
        /// Its body, bytes.
        size: usize,
        /// The bound, bytes.
        max: usize,
    },
    /// The answer is larger than the bound.
    #[error("the answer of {addr} is above the bound of {max} bytes")]
    AnswerTooLarge {
        /// Who sent it.
        addr: String,
        /// The bound, bytes.
        max: usize,
    },
    /// The reply's body is none of its kind.
    #[error("malformed reply to {op}: {source}", op = op.name())]
    BadReply {
        /// What was asked.
        op: OpCode,
        /// What is wrong with the reply.
        source: JuteError,
    },
    /// A fault of the socket while a one-shot question was under way.
    #[error("{addr}: {source}")]
    Io {
        /// Who was asked.
        addr: String,
        /// What the system said.
        source: Arc<io::Error>,
    },
    /// The AdminServer's answer is no HTTP.
    #[error("{addr} does not answer in HTTP: {detail}")]
    Http {
        /// Who was asked.
        addr: String,
        /// What the HTTP library said.
        detail: String,
    },
}

impl ClientError {
    /// The server's error code, where a server answered with one.
    #[must_use]
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Server { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// Whether the connection can be of no further use.
    #[must_use]
    pub fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Connect { .. }
                | Self::Tls { .. }
                | Self::Proxy { .. }
                | Self::Auth { .. }
                | Self::HandshakeRefused { .. }
                | Self::SessionRefused { .. }
                | Self::Ended(_)
        )
    }
}

/// Why an established connection ended.
#[derive(Clone, Debug, thiserror::Error)]
pub enum EndReason {
    /// Its owner closed or detached it.
    #[error("closed by this client")]
    ByClient,
    /// The server hung up: it stopped serving, the session expired or moved elsewhere.
    #[error("the server hung up")]
    ByServer,
    /// A fault of the socket.
    #[error("{0}")]
    Io(Arc<io::Error>),
    /// Nothing was heard for two thirds of the session timeout, pings unanswered.
    #[error("the server was silent for {0:?}")]
    Silent(Duration),
    /// A length that cannot be, or above [`crate::ConnectOptions::max_reply`].
    #[error("{0}")]
    BadFrame(#[from] FrameError),
    /// Bytes that are no reply header.
    #[error("malformed reply header: {0}")]
    BadHeader(#[from] JuteError),
    /// A reply to something else than the oldest request.
    #[error("a reply with xid {got} where {expected:?} was due")]
    OutOfOrder {
        /// The reply's.
        got: i32,
        /// The oldest outstanding request's.
        expected: Option<i32>,
    },
    /// Its owner left more than [`crate::ConnectOptions::max_events`] watch events untaken.
    #[error("watch events were not taken in time")]
    EventsOverflow,
}
