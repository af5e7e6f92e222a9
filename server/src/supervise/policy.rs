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

use std::collections::VecDeque;

/// How patient the policy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The wait after the first crash; each further one doubles it.
    pub first_backoff_ms: u64,
    /// It is never longer.
    pub max_backoff_ms: u64,
    /// A member that ran so long is healthy: the next wait is the first again.
    pub healthy_after_ms: u64,
    /// So many crashes within the window are too many.
    pub max_ends: usize,
    /// See `max_ends`.
    pub window_ms: u64,
}

impl Default for Limits {
    /// 1 s to 60 s, healthy after a minute, quarantine after 3 ends in 10 minutes.
    fn default() -> Self {
        Self {
            first_backoff_ms: 1000,
            max_backoff_ms: 60_000,
            healthy_after_ms: 60_000,
            max_ends: 3,
            window_ms: 600_000,
        }
    }
}

/// How a child ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// With success, though not by our order: somebody else told it to stop.
    Clean,
    /// By a signal, or with a code that says nothing else.
    Crash,
    /// With a code that says that a restart cannot help.
    NeedsOperator,
}

/// What an operator wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Run it, at once.
    Start,
    /// End it, and leave it down.
    Stop,
    /// End it, and run it again.
    Restart,
    /// Lift the quarantine, and run it.
    Release,
}

/// Something that has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// The child is gone.
    ChildEnded(End),
    /// It has run for [`Limits::healthy_after_ms`].
    ChildHealthy,
    /// An operator's word.
    Order(Order),
    /// [`Policy::due_ms`] has come.
    Due,
}

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Nothing.
    Nothing,
    /// Start the child, now.
    Start,
    /// Start it at this time; [`Happening::Due`] then.
    StartAt {
        /// By the clock of the happenings.
        at_ms: u64,
    },
    /// Ask the child to end; [`Happening::ChildEnded`] then.
    EndChild,
    /// It stays down.
    StayDown(Down),
    /// The order makes no sense now.
    Refuse(Refusal),
}

/// Why a child is down and stays so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Down {
    /// By order, ours or somebody else's.
    Stopped,
    /// Until an operator has mended what it complains of.
    Refused,
    /// It crashed too often.
    Quarantined,
}

/// Why an order is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Only a release lifts a quarantine.
    #[error("it is quarantined: see why it ends, then release it")]
    Quarantined,
    /// There is none to lift.
    #[error("it is not quarantined")]
    NotQuarantined,
}

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

#[cfg(test)]
mod tests {
    use super::*;

    const CRASH: Happening = Happening::ChildEnded(End::Crash);

    /// A policy that never quarantines.
    fn patient() -> Policy {
        Policy::new(Limits {
            max_ends: usize::MAX,
            ..Limits::default()
        })
    }

    fn order(policy: &mut Policy, order: Order) -> Decision {
        policy.handle(0, Happening::Order(order))
    }

    #[test]
    fn each_crash_waits_twice_as_long_up_to_a_minute_and_health_forgives() {
        let mut policy = patient();
        let mut now_ms = 0;
        for wait_ms in [1, 2, 4, 8, 16, 32, 60, 60].map(|s| s * 1000) {
            let at_ms = now_ms + wait_ms;
            assert_eq!(policy.handle(now_ms, CRASH), Decision::StartAt { at_ms });
            assert_eq!(policy.due_ms(), Some(at_ms));
            let early = policy.handle(at_ms - 1, Happening::Due);
            assert_eq!(early, Decision::Nothing);
            assert_eq!(policy.handle(at_ms, Happening::Due), Decision::Start);
            now_ms = at_ms;
        }
        policy.handle(now_ms, Happening::ChildHealthy);
        let at_ms = now_ms + 1000;
        assert_eq!(policy.handle(now_ms, CRASH), Decision::StartAt { at_ms });
    }

    #[test]
    fn the_third_crash_in_ten_minutes_is_the_last_until_a_release() {
        let mut policy = Policy::new(Limits::default());
        for at_ms in [0, 300_000] {
            policy.handle(at_ms, CRASH);
            policy.handle(at_ms + 60_000, Happening::Due);
            policy.handle(at_ms + 120_000, Happening::ChildHealthy);
        }
        let third = policy.handle(600_000, CRASH);
        assert_eq!(third, Decision::StayDown(Down::Quarantined));
        for refused in [Order::Start, Order::Restart] {
            let decision = order(&mut policy, refused);
            assert_eq!(decision, Decision::Refuse(Refusal::Quarantined));
        }
        assert_eq!(order(&mut policy, Order::Release), Decision::Start);
        // It begins anew.
        let again = policy.handle(700_000, CRASH);
        assert_eq!(again, Decision::StartAt { at_ms: 701_000 });
    }

    #[test]
    fn crashes_that_are_far_apart_never_add_up() {
        let mut policy = Policy::new(Limits::default());
        for n in 0..20 {
            let now_ms = n * 300_001;
            assert!(matches!(
                policy.handle(now_ms, CRASH),
                Decision::StartAt { .. }
            ));
            policy.handle(now_ms + 60_000, Happening::Due);
        }
    }

    #[test]
    fn what_only_an_operator_can_mend_is_not_tried_again() {
        let mut policy = Policy::new(Limits::default());
        let refused = policy.handle(0, Happening::ChildEnded(End::NeedsOperator));
        assert_eq!(refused, Decision::StayDown(Down::Refused));
        assert_eq!(policy.down(), Some(Down::Refused));
        assert_eq!(policy.handle(9, Happening::Due), Decision::Nothing);
        assert_eq!(order(&mut policy, Order::Start), Decision::Start);
    }

    #[test]
    fn ordered_ends_do_not_count() {
        let mut policy = Policy::new(Limits::default());
        for _ in 0..10 {
            assert_eq!(order(&mut policy, Order::Restart), Decision::EndChild);
            assert_eq!(policy.handle(0, CRASH), Decision::Start);
            assert_eq!(order(&mut policy, Order::Stop), Decision::EndChild);
            let down = policy.handle(0, CRASH);
            assert_eq!(down, Decision::StayDown(Down::Stopped));
            assert_eq!(order(&mut policy, Order::Start), Decision::Start);
        }
    }

    #[test]
    fn the_last_order_counts_while_it_ends() {
        let mut policy = Policy::new(Limits::default());
        order(&mut policy, Order::Stop);
        assert_eq!(order(&mut policy, Order::Start), Decision::Nothing);
        let ended = policy.handle(0, Happening::ChildEnded(End::Clean));
        assert_eq!(ended, Decision::Start);
        order(&mut policy, Order::Restart);
        order(&mut policy, Order::Stop);
        assert!(matches!(policy.handle(0, CRASH), Decision::StayDown(_)));
    }

    #[test]
    fn an_order_cuts_the_wait_short() {
        let mut policy = Policy::new(Limits::default());
        policy.handle(0, CRASH);
        assert_eq!(order(&mut policy, Order::Start), Decision::Start);
        policy.handle(0, CRASH);
        let down = order(&mut policy, Order::Stop);
        assert_eq!(down, Decision::StayDown(Down::Stopped));
        assert_eq!(policy.handle(u64::MAX, Happening::Due), Decision::Nothing);
    }

    #[test]
    fn a_member_that_somebody_stopped_stays_stopped() {
        let mut policy = Policy::new(Limits::default());
        let ended = policy.handle(0, Happening::ChildEnded(End::Clean));
        assert_eq!(ended, Decision::StayDown(Down::Stopped));
        let decision = order(&mut policy, Order::Release);
        assert_eq!(decision, Decision::Refuse(Refusal::NotQuarantined));
    }
}
