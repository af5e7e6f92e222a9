//! The failure detector: how long a silence may last before it means something.
//!
//! `P(t) = 1 / (1 + e^(-k (t - mu)))` is the distribution function of the logistic
//! distribution with mean `mu` and `sigma = pi / (k sqrt 3)`. It **rises** with `t`, so read
//! literally it is *un*availability, and `k` is its steepness. It is used twice:
//!
//! 1. `t` is the silence of a peer, counted from when its last heartbeat was due; `mu` and `k`
//!    are fitted to the arrivals. `P(t)` is the suspicion and `A(t) = 1 - P(t)` the
//!    availability that is drawn ([`Detector::availability`]). Decisions are made on
//!    `Phi = -log10 S(t)/S(0)`, where `S` is `A` with the link's learned loss taken in
//!    ([`Detector::phi`]).
//! 2. `t` is a horizon; `mu` is the time at which a resource will run out and `1/k` comes from
//!    the error of that forecast ([`Horizon`]): "mean time of failure" at its word.
//!
//! ```text
//!   heard(seq, now) ─> sequence   new, late, duplicate? what was lost?
//!                  └─> arrivals   the line through the arrivals, and the scatter around it
//!                        └─> logistic ─> survival (with loss) ─> phi, deadline
//!   thresholds   which phi means what, and how vantages are counted
//!   elect        the longer silence after which a leader may be elected away
//!   horizon      the early warning
//! ```
//!
//! Deliberately absent: sockets, clocks (every time is an argument, in µs of one monotonic
//! clock), and the decision itself: closed sockets, other channels' bytes and other voters'
//! agreement are the caller's to weigh.

mod arrivals;
mod elect;
mod fit;
mod horizon;
mod logistic;
mod sequence;
mod survival;
#[cfg(test)]
mod tests;
mod thresholds;

pub use elect::ElectPolicy;
pub use fit::{Calibration, Detector};
pub use horizon::{Forecast, Horizon};
pub use logistic::Logistic;
pub use thresholds::{ELECT_PHI, PROBE_PHI, SUSPECT_ALONE_PHI, SUSPECT_PHI, corroborated};
