//! What one poll of a member found out.

use std::time::Duration;

use zoowarden_shared::{Sid, admin::Monitor, config::DynamicConfig};

use crate::model::probe::{Closed, Outcome};

/// What a poll found out beside the facts.
#[derive(Debug)]
pub(in crate::source) struct Found {
    pub(in crate::source) outcome: Outcome,
    /// Of the question that tells the zxid.
    pub(in crate::source) round_trip: Option<Duration>,
    pub(in crate::source) closed: Vec<Closed>,
    /// The member's id, the first time it tells.
    pub(in crate::source) sid: Option<Sid>,
    /// The ensemble's configuration, where `conf` tells it.
    pub(in crate::source) config: Option<DynamicConfig>,
    /// All its numbers, from a full poll.
    pub(in crate::source) metrics: Option<Box<Monitor>>,
    /// How far its clock is ahead of ours, from a full poll of its AdminServer.
    pub(in crate::source) clock_ahead_ms: Option<i64>,
}

impl Found {
    /// Before anything was asked.
    pub(super) fn nothing() -> Self {
        Self {
            outcome: Outcome::Shut,
            round_trip: None,
            closed: Vec::new(),
            sid: None,
            config: None,
            metrics: None,
            clock_ahead_ms: None,
        }
    }
}
