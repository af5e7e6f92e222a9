//! Why a connection ended, and the one line that the log has for it.

use std::{io, net::SocketAddr, time::Duration};

use zoowarden_peer::CloseReason;

use super::framer::UnreasonableLength;

/// Why a connection is over.
#[derive(Debug, thiserror::Error)]
pub(super) enum Fault {
    #[error("the client disconnected")]
    Disconnected,
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("{0}")]
    Length(#[from] UnreasonableLength),
    #[error("no whole handshake within {0:?}")]
    Silent(Duration),
    #[error("the client does not read: {0} bytes wait for it")]
    HopelessReader(usize),
    #[error("the client did not take its last answers")]
    NoLastWords,
    #[error("{}", describe(.0))]
    Ended(CloseReason),
    #[error("the member stops")]
    Stopped,
}

impl Fault {
    /// Writes the line that names the address and the fault: a warning where the client or an
    /// operator has something to mend, else for the curious only.
    pub(super) fn log(&self, remote: SocketAddr) {
        match self {
            Self::Length(_) | Self::Silent(_) | Self::HopelessReader(_) | Self::NoLastWords => {
                tracing::warn!(client = %remote, fault = %self, "closed a client connection");
            }
            Self::Ended(reason) if is_fault(reason) => {
                tracing::warn!(client = %remote, fault = %self, "closed a client connection");
            }
            Self::Io(fault) if fault.kind() != io::ErrorKind::ConnectionReset => {
                tracing::info!(client = %remote, fault = %self, "lost a client connection");
            }
            Self::Io(_) | Self::Disconnected | Self::Ended(_) | Self::Stopped => {
                tracing::debug!(client = %remote, reason = %self, "a client connection ended");
            }
        }
    }
}

fn is_fault(reason: &CloseReason) -> bool {
    match reason {
        CloseReason::SessionClosed
        | CloseReason::SessionExpired
        | CloseReason::SessionMoved
        | CloseReason::SessionRefused
        | CloseReason::Shed
        | CloseReason::NotServing => false,
        CloseReason::ClientAhead { .. }
        | CloseReason::TooManyConnections
        | CloseReason::Malformed(_)
        | CloseReason::AuthFailed(_) => true,
    }
}

fn describe(reason: &CloseReason) -> String {
    match reason {
        CloseReason::SessionClosed => "the client closed its session".into(),
        CloseReason::SessionExpired => "the session expired or was closed elsewhere".into(),
        CloseReason::SessionMoved => "the session moved to another connection".into(),
        CloseReason::SessionRefused => "the session is unknown or the password is wrong".into(),
        CloseReason::ClientAhead { seen } => format!(
            "the client has seen zxid {seen}, which this server does not have: it must try another"
        ),
        CloseReason::TooManyConnections => {
            "too many connections (maxClientCnxns or maxCnxns)".into()
        }
        CloseReason::Malformed(fault) => format!("malformed: {fault}"),
        CloseReason::AuthFailed(code) => format!("authentication failed: {code:?}"),
        CloseReason::Shed => "an operator sends clients to other members".into(),
        CloseReason::NotServing => "this member does not serve".into(),
    }
}
