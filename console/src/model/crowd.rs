//! What the demo's clients count from their side: what a fault costs those who use the
//! ensemble, which no member can tell.

use serde::{Deserialize, Serialize};

/// All counts since the demo's start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cost {
    pub clients: usize,
    /// Of them, how many are on some member now.
    pub connected: usize,
    /// Writes that were answered with success.
    pub acknowledged: u64,
    /// Writes that a member refused to take. (One that lost a race with another client's, by
    /// its version or its name, was taken.)
    pub refused: u64,
    /// Writes that were sent and got no answer: they may or may not have happened.
    pub unknown: u64,
    /// Writes that were acknowledged and are not there any more.
    #[serde(default)]
    pub lost: u64,
    /// Sessions that were gone when their clients came back.
    pub sessions_lost: u64,
    /// Since the last acknowledgement to any client.
    pub gap_us: u64,
    /// The longest time between two acknowledgements, to whichever clients.
    pub longest_gap_us: u64,
    pub last_fault: Option<FaultCost>,
}

/// The same for the newest fault: from the first client that was cut off, turned away or left
/// without an answer, until 5 s after the last one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FaultCost {
    /// The first is 1.
    pub number: u64,
    pub began_ms_ago: u64,
    pub is_over: bool,
    /// Connections lost.
    pub cut_off: u64,
    pub refused: u64,
    pub unknown: u64,
    #[serde(default)]
    pub lost: u64,
    pub sessions_lost: u64,
    pub longest_gap_us: u64,
}
