//! The logistic distribution, in forms that neither overflow nor lose their small tails.

use std::f64::consts::{LN_10, PI};

/// A logistic distribution over times in µs: `P(t) = 1 / (1 + e^(-(t - mean) / scale))`.
///
/// The scale is `1/k` of the formula: `sigma sqrt 3 / pi`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Logistic {
    mean_us: f64,
    scale_us: f64,
}

impl Logistic {
    /// The distribution with this mean and this standard deviation, both in µs. A deviation
    /// that is not a positive number counts as one µs.
    #[must_use]
    pub fn new(mean_us: f64, sigma_us: f64) -> Self {
        // `max` also turns a NaN into the other operand.
        let sigma_us = sigma_us.max(1.0);
        Self {
            mean_us,
            scale_us: sigma_us * 3f64.sqrt() / PI,
        }
    }

    /// `mu`, in µs.
    #[must_use]
    pub fn mean_us(self) -> f64 {
        self.mean_us
    }

    /// `1/k`, in µs.
    #[must_use]
    pub fn scale_us(self) -> f64 {
        self.scale_us
    }

    /// `k mu`: how many scales the mean lies from zero. `P(0) = 1 / (1 + e^(k mu))`.
    #[must_use]
    pub fn k_mu(self) -> f64 {
        self.mean_us / self.scale_us
    }

    /// `P(t)`.
    #[must_use]
    pub fn cdf(self, t_us: f64) -> f64 {
        1.0 / (1.0 + (-self.exponent(t_us)).exp())
    }

    /// `1 - P(t)`, exact where it is tiny.
    #[must_use]
    pub fn survival(self, t_us: f64) -> f64 {
        1.0 / (1.0 + self.exponent(t_us).exp())
    }

    /// `-log10 (1 - P(t))`, that is `log10(1 + e^(k (t - mu)))`; grows without bound.
    #[must_use]
    pub fn phi(self, t_us: f64) -> f64 {
        let x = self.exponent(t_us);
        // For a large x, e^x overflows, and 1 + e^x is e^x.
        let ln = if x > 30.0 { x } else { x.exp().ln_1p() };
        ln / LN_10
    }

    /// The `t` at which [`Self::phi`] reaches `phi > 0`: `mu + s ln(10^phi - 1)`.
    #[must_use]
    pub fn time_of_phi_us(self, phi: f64) -> f64 {
        // ln(10^phi - 1), without 10^phi overflowing.
        let ln = phi * LN_10 + (-(-phi * LN_10).exp()).ln_1p();
        self.mean_us + self.scale_us * ln
    }

    fn exponent(self, t_us: f64) -> f64 {
        (t_us - self.mean_us) / self.scale_us
    }
}
