//! Why an order was not carried out, and what HTTP says then.

use std::time::Duration;

use axum::http::{Method, StatusCode};
use zoowarden_audit::AuditError;
use zoowarden_peer::Denied;
use zoowarden_shared::{Epoch, SessionId, Sid, audit::Outcome};
use zoowarden_zab::HandoverRefusal;

use super::orders::HANDOVER_LIMIT;
use crate::{
    admin::text,
    driver::Stopped,
    quorum_loss::{ForceError, HeldError, ReservationError},
};

/// Why a change was not made.
#[derive(Debug, thiserror::Error)]
pub(in crate::admin) enum Refusal {
    #[error("This command is a {0}")]
    WrongMethod(Method),
    #[error("Auth info is missing for the command")]
    NoCredentials,
    #[error(transparent)]
    Denied(#[from] Denied),
    #[error("{0}")]
    BadRequest(String),
    #[error("epoch {now} is in force, not {shown}: look again")]
    StaleEpoch { now: Epoch, shown: Epoch },
    #[error(transparent)]
    Handover(#[from] HandoverRefusal),
    #[error("server {heir} did not catch up in time: this server leads on, nothing has changed")]
    NotCaughtUp { heir: Sid },
    #[error("server {leader} was elected instead of {heir}")]
    AnotherLeads { leader: Sid, heir: Sid },
    #[error("no leader is seen from here after {} s", HANDOVER_LIMIT.as_secs())]
    NoLeader,
    #[error("there is no session {0}")]
    NoSession(SessionId),
    /// Something that must hold does not.
    #[error("{0}")]
    Unfit(String),
    #[error("{0}")]
    Failed(String),
    #[error("{0}")]
    SwitchedOff(&'static str),
    #[error("asked too often: once in {} s", .interval.as_secs_f32())]
    TooOften { interval: Duration },
    #[error("a standalone server has no quorum to lose")]
    Standalone,
    #[error("this member has a leader, or is about to: there is a quorum as far as it can see")]
    HasQuorum,
    #[error("this member cannot vouch for its data: choose another, or restore this one")]
    NoData,
    #[error(transparent)]
    Reservation(#[from] ReservationError),
    #[error(transparent)]
    Force(#[from] ForceError),
    #[error(transparent)]
    NoAudit(#[from] AuditError),
    #[error("{}", text::NOT_SERVING)]
    Stopped,
}

impl From<HeldError> for Refusal {
    fn from(error: HeldError) -> Self {
        match error {
            HeldError::Reservation(error) => error.into(),
            HeldError::Force(error) => error.into(),
        }
    }
}

impl From<Stopped> for Refusal {
    fn from(_: Stopped) -> Self {
        Self::Stopped
    }
}

impl Refusal {
    pub(in crate::admin) fn status(&self) -> StatusCode {
        match self {
            Self::WrongMethod(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::NoCredentials | Self::Denied(Denied::NotAuthenticated) => {
                StatusCode::UNAUTHORIZED
            }
            Self::Denied(Denied::NotAuthorized) => StatusCode::FORBIDDEN,
            Self::BadRequest(_) => StatusCode::BAD_REQUEST,
            Self::Reservation(ReservationError::BadToken | ReservationError::BadTtl) => {
                StatusCode::BAD_REQUEST
            }
            Self::StaleEpoch { .. }
            | Self::Handover(_)
            | Self::Unfit(_)
            | Self::Standalone
            | Self::HasQuorum
            | Self::NoData
            | Self::Reservation(_)
            | Self::Force(_) => StatusCode::CONFLICT,
            // As Apache's snapshot and restore answer.
            Self::SwitchedOff(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::TooOften { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::NoSession(_) => StatusCode::NOT_FOUND,
            Self::NotCaughtUp { .. }
            | Self::AnotherLeads { .. }
            | Self::NoLeader
            | Self::Failed(_)
            | Self::NoAudit(_) => StatusCode::INTERNAL_SERVER_ERROR,
            // As Apache's commands answer then.
            Self::Stopped => StatusCode::OK,
        }
    }

    /// How the audit log calls the end of an order that was begun.
    pub(in crate::admin) fn outcome(&self) -> Outcome {
        match self {
            Self::NotCaughtUp { .. } | Self::AnotherLeads { .. } | Self::Failed(_) => {
                Outcome::Failed
            }
            Self::NoLeader | Self::Stopped => Outcome::Unknown,
            _ => Outcome::Refused,
        }
    }

    /// Whether whoever asked did not prove who he is.
    pub(in crate::admin) fn is_of_stranger(&self) -> bool {
        matches!(
            self,
            Self::WrongMethod(_) | Self::NoCredentials | Self::Denied(_)
        )
    }
}
