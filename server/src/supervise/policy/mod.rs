//! When a member is started again, and when not any more: pure, time is an argument.
//!
//! ```text
//!            Start ──> Running ──crash──> Waiting ──backoff over──> Running
//!              ^          │                  └──(too many ends)──> Quarantined ──Release──> ...
//!              │          ├──it needs the operator──> Refused
//!              └──Start── ├──Stop────────────────────> Stopped
//!                         └──it was told to stop by somebody else──> Stopped
//! ```
//!
//! An end that was ordered is no crash: it neither counts nor makes the next start wait.
//!
//! - `terms`: what it is told, and what it answers.

mod terms;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

pub use terms::{Decision, Down, End, Happening, Limits, Order, Refusal};

/// The state of one child's supervision.
#[derive(Clone, Debug)]
pub struct Policy {
    limits: Limits,
    phase: Phase,
    /// Crashes since it was last healthy: they make the wait longer.
    in_a_row: u32,
    /// When it crashed, within the window.
    ends_ms: VecDeque<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Running,
    /// It was told to end; what comes then.
    Ending {
        again: bool,
    },
    Waiting {
        until_ms: u64,
    },
    Down(Down),
}

impl Policy {
    /// One whose child is started at once.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self::in_phase(limits, Phase::Running)
    }

    /// One whose child was quarantined by an earlier supervisor.
    #[must_use]
    pub fn quarantined(limits: Limits) -> Self {
        Self::in_phase(limits, Phase::Down(Down::Quarantined))
    }

    fn in_phase(limits: Limits, phase: Phase) -> Self {
        Self {
            limits,
            phase,
            in_a_row: 0,
            ends_ms: VecDeque::new(),
        }
    }

    /// When [`Happening::Due`] is due, where something waits.
    #[must_use]
    pub fn due_ms(&self) -> Option<u64> {
        match self.phase {
            Phase::Waiting { until_ms } => Some(until_ms),
            _ => None,
        }
    }

    /// Why it is down and stays so; `None` while it runs or is about to.
    #[must_use]
    pub fn down(&self) -> Option<Down> {
        match self.phase {
            Phase::Down(down) => Some(down),
            _ => None,
        }
    }

    /// Takes in what has happened at this time, milliseconds of a clock that never goes back.
    pub fn handle(&mut self, now_ms: u64, happening: Happening) -> Decision {
        match happening {
            Happening::ChildEnded(end) => self.ended(now_ms, end),
            Happening::ChildHealthy => {
                self.in_a_row = 0;
                Decision::Nothing
            }
            Happening::Order(order) => self.ordered(order),
            Happening::Due => match self.phase {
                Phase::Waiting { until_ms } if until_ms <= now_ms => self.start(),
                _ => Decision::Nothing,
            },
        }
    }

    fn ended(&mut self, now_ms: u64, end: End) -> Decision {
        match (self.phase, end) {
            (Phase::Ending { again: true }, _) => self.start(),
            (Phase::Ending { again: false }, _) | (_, End::Clean) => self.stay(Down::Stopped),
            (_, End::NeedsOperator) => self.stay(Down::Refused),
            (_, End::Crash) => self.crashed(now_ms),
        }
    }

    fn crashed(&mut self, now_ms: u64) -> Decision {
        let since_ms = now_ms.saturating_sub(self.limits.window_ms);
        self.ends_ms.retain(|at_ms| *at_ms >= since_ms);
        self.ends_ms.push_back(now_ms);
        if self.ends_ms.len() >= self.limits.max_ends {
            return self.stay(Down::Quarantined);
        }
        let doubled = 1_u64.checked_shl(self.in_a_row).unwrap_or(u64::MAX);
        let backoff_ms = self.limits.first_backoff_ms.saturating_mul(doubled);
        self.in_a_row = self.in_a_row.saturating_add(1);
        let at_ms = now_ms.saturating_add(backoff_ms.min(self.limits.max_backoff_ms));
        self.phase = Phase::Waiting { until_ms: at_ms };
        Decision::StartAt { at_ms }
    }

    fn ordered(&mut self, order: Order) -> Decision {
        match (order, self.phase) {
            (Order::Release, Phase::Down(Down::Quarantined)) => {
                self.ends_ms.clear();
                self.in_a_row = 0;
                self.start()
            }
            (Order::Release, _) => Decision::Refuse(Refusal::NotQuarantined),
            (Order::Start | Order::Restart, Phase::Down(Down::Quarantined)) => {
                Decision::Refuse(Refusal::Quarantined)
            }
            (Order::Start | Order::Restart, Phase::Waiting { .. } | Phase::Down(_)) => self.start(),
            (Order::Start, Phase::Running) => Decision::Nothing,
            (Order::Start | Order::Restart, Phase::Ending { .. }) => {
                self.phase = Phase::Ending { again: true };
                Decision::Nothing
            }
            (Order::Restart, Phase::Running) => {
                self.phase = Phase::Ending { again: true };
                Decision::EndChild
            }
            (Order::Stop, Phase::Running) => {
                self.phase = Phase::Ending { again: false };
                Decision::EndChild
            }
            (Order::Stop, Phase::Ending { .. }) => {
                self.phase = Phase::Ending { again: false };
                Decision::Nothing
            }
            (Order::Stop, Phase::Waiting { .. }) => self.stay(Down::Stopped),
            (Order::Stop, Phase::Down(_)) => Decision::Nothing,
        }
    }

    fn start(&mut self) -> Decision {
        self.phase = Phase::Running;
        Decision::Start
    }

    fn stay(&mut self, down: Down) -> Decision {
        self.phase = Phase::Down(down);
        Decision::StayDown(down)
    }
}
