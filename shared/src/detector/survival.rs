//! Survival under loss: a beat may be late, or it may never come and the next one counts.
//!
//! `S(t) = sum_j (1 - p) p^j S_logistic(t - j interval)`, for a share `p` of beats lost.
//! Without this a link that loses five in a hundred is accused many times a day.

use super::logistic::Logistic;

/// Lost beats in a row that are told apart; the last term stands for all beyond.
const TERMS: i32 = 64;
/// No phi beyond this is told apart: a double's smallest survival is 1e-308.
const MAX_PHI: f64 = 300.0;
/// Halvings until a deadline is exact to the microsecond: 2^40 µs are twelve days.
const HALVINGS: u32 = 40;

/// The chance that a living sender is silent for longer than `t`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Survival {
    pub(super) logistic: Logistic,
    pub(super) interval_us: f64,
    /// In [0, 1).
    pub(super) loss: f64,
}

impl Survival {
    /// `S(t)`.
    pub(super) fn at(&self, t_us: f64) -> f64 {
        if self.loss == 0.0 {
            return self.logistic.survival(t_us);
        }
        let (mut sum, mut weight) = (0.0, 1.0);
        for lost in 0..TERMS {
            let survival = self
                .logistic
                .survival(t_us - f64::from(lost) * self.interval_us);
            // The terms rise towards 1: from here on they are 1, and their weights add up.
            if survival == 1.0 {
                return sum + weight;
            }
            sum += weight * (1.0 - self.loss) * survival;
            weight *= self.loss;
        }
        sum + weight
            * self
                .logistic
                .survival(t_us - f64::from(TERMS) * self.interval_us)
    }

    /// `-log10 S(t)/S(0)`: 0 at 0 and below, rising with `t`, at most 300.
    pub(super) fn phi(&self, t_us: f64) -> f64 {
        if t_us <= 0.0 {
            return 0.0;
        }
        let phi = if self.loss == 0.0 {
            self.logistic.phi(t_us) - self.logistic.phi(0.0)
        } else {
            (self.at(0.0) / self.at(t_us)).log10()
        };
        phi.clamp(0.0, MAX_PHI)
    }

    /// The `t` at which [`Self::phi`] reaches `phi`: closed form without loss, bisection with.
    pub(super) fn time_of_phi_us(&self, phi: f64) -> f64 {
        let phi = phi.clamp(0.0, MAX_PHI);
        let without_loss_us = self
            .logistic
            .time_of_phi_us(phi + self.logistic.phi(0.0))
            .max(0.0);
        if self.loss == 0.0 {
            return without_loss_us;
        }
        // Loss only delays, and beyond the last term the logistic decides alone.
        let (mut low, mut high) = (
            without_loss_us,
            without_loss_us + f64::from(TERMS) * self.interval_us,
        );
        for _ in 0..HALVINGS {
            let middle = f64::midpoint(low, high);
            if self.phi(middle) < phi {
                low = middle;
            } else {
                high = middle;
            }
        }
        high
    }
}
