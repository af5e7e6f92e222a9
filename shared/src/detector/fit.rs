//! One sender's detector: heartbeats in, suspicion out.

use super::{
    arrivals::{Arrivals, time_us},
    logistic::Logistic,
    sequence::{Heard, Sequence},
    survival::Survival,
};

/// Beats before there is a verdict.
const FIRST_BEATS: usize = 10;
/// The fixed deadline until then, in intervals.
const FIRST_DEADLINE_INTERVALS: f64 = 10.0;
/// Sigma is at least the interval divided by this: a quiet link's jitter says nothing about a
/// busy minute. It makes `k mu` at most 36.
const SIGMA_FLOOR_DIVISOR: f64 = 20.0;
/// Below this `k mu` the distribution reaches too far below zero to be trusted.
const CALIBRATED_K_MU: f64 = 18.0;

/// How far a detector's word can be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Calibration {
    /// Fewer than ten beats: no phi, a fixed deadline of ten intervals.
    Learning,
    /// Beats scatter so widely (`k mu < 18`) that phi is a rough guide, not evidence.
    Uncalibrated,
    /// Phi means what it says.
    Calibrated,
}

/// Watches one sender of numbered heartbeats over one link.
///
/// Times are µs of one monotonic clock; one that goes backwards is taken to stand still.
/// Beats must be stamped when they arrive, and all that have arrived must be told
/// ([`Self::heard`]) before anybody is judged.
#[derive(Clone, Debug)]
pub struct Detector {
    interval_us: f64,
    link: Option<Link>,
}

/// What is known of a sender that has been heard.
#[derive(Clone, Debug)]
struct Link {
    sequence: Sequence,
    arrivals: Arrivals,
    last_us: u64,
    /// Silence before this time was our own.
    paused_us: Option<u64>,
}

impl Detector {
    /// A detector for a sender that beats every `interval_us` (at least 1).
    #[must_use]
    pub fn new(interval_us: u64) -> Self {
        Self {
            interval_us: time_us(interval_us.max(1)),
            link: None,
        }
    }

    /// The beat numbered `seq` arrived. The sender gives one number to each beat it sends, in
    /// order. Late and duplicate datagrams are welcome; numbers that jump by more than ten
    /// thousand either way are a restart.
    pub fn heard(&mut self, seq: u64, now_us: u64) {
        let Some(link) = &mut self.link else {
            self.link = Some(Link::starting_at(self.interval_us, seq, now_us));
            return;
        };
        let now_us = now_us.max(link.last_us);
        match link.sequence.hear(seq) {
            Heard::Restart => *link = Link::starting_at(self.interval_us, seq, now_us),
            Heard::New => link.arrived(self.interval_us, seq, now_us),
            // It proves life at its own time, not now: the later beat has done so already.
            Heard::Late | Heard::Duplicate => {}
        }
    }

    /// The sender has restarted (its beats carry another boot nonce): its numbers and its
    /// timing begin anew.
    pub fn restarted(&mut self) {
        self.link = None;
    }

    /// This process stood still (scheduler, suspended machine) until `now_us`. Nobody is
    /// accused for that time: the silence counts as if a beat had been due just now.
    pub fn paused(&mut self, now_us: u64) {
        if let Some(link) = &mut self.link {
            link.paused_us = Some(now_us.max(link.last_us));
        }
    }

    /// How much the verdicts are worth.
    #[must_use]
    pub fn calibration(&self) -> Calibration {
        match self.link.as_ref() {
            Some(link) if link.arrivals.len() >= FIRST_BEATS => {
                if link.survival(self.interval_us).logistic.k_mu() < CALIBRATED_K_MU {
                    Calibration::Uncalibrated
                } else {
                    Calibration::Calibrated
                }
            }
            _ => Calibration::Learning,
        }
    }

    /// The suspicion at `now_us`: 0 while the next beat is not yet late, then the more the
    /// longer; 4 means that one living sender in ten thousand is silent for so long. `None`
    /// while [`Calibration::Learning`].
    #[must_use]
    pub fn phi(&self, now_us: u64) -> Option<f64> {
        let (link, survival) = self.judge()?;
        Some(survival.phi(link.silence_us(now_us)))
    }

    /// The availability `A = 1 - P` at `now_us`, from 1 to 0, for drawing. `None` while
    /// [`Calibration::Learning`].
    #[must_use]
    pub fn availability(&self, now_us: u64) -> Option<f64> {
        let (link, survival) = self.judge()?;
        Some(survival.at(link.silence_us(now_us)))
    }

    /// The time at which [`Self::phi`] reaches `threshold` if nothing more is heard; while
    /// learning, ten intervals after the last beat. `None` where no beat was ever heard: who
    /// never spoke cannot fall silent.
    #[must_use]
    pub fn deadline_us(&self, threshold: f64) -> Option<u64> {
        let link = self.link.as_ref()?;
        let (from_us, after_us) = match self.judge() {
            Some((link, survival)) => (link.silent_from_us(), survival.time_of_phi_us(threshold)),
            None => (
                time_us(link.paused_us.unwrap_or(0).max(link.last_us)),
                FIRST_DEADLINE_INTERVALS * self.interval_us,
            ),
        };
        Some(to_us(from_us + after_us))
    }

    /// When the silence began from which [`Self::phi`] counts: when the last beat was due, or
    /// the end of an own pause. `None` where no beat was ever heard.
    #[must_use]
    pub fn silent_since_us(&self) -> Option<u64> {
        self.link.as_ref().map(|link| to_us(link.silent_from_us()))
    }

    /// The share of beats that the link loses, from 0 to 0.5, as its sequence gaps show.
    #[must_use]
    pub fn loss(&self) -> f64 {
        self.link.as_ref().map_or(0.0, |link| link.sequence.loss())
    }

    /// The fitted distribution of the silence between two beats; `None` while
    /// [`Calibration::Learning`].
    #[must_use]
    pub fn fitted(&self) -> Option<Logistic> {
        self.judge().map(|(_, survival)| survival.logistic)
    }

    fn judge(&self) -> Option<(&Link, Survival)> {
        let link = self.link.as_ref()?;
        (link.arrivals.len() >= FIRST_BEATS).then(|| (link, link.survival(self.interval_us)))
    }
}

impl Link {
    fn starting_at(interval_us: f64, seq: u64, now_us: u64) -> Self {
        Self {
            sequence: Sequence::starting_at(seq),
            arrivals: Arrivals::starting_at(interval_us, seq, now_us),
            last_us: now_us,
            paused_us: None,
        }
    }

    fn arrived(&mut self, interval_us: f64, seq: u64, now_us: u64) {
        self.last_us = now_us;
        // What was queued during our own pause arrives late by our fault, not by the link's.
        if let Some(paused_us) = self.paused_us {
            if time_us(now_us) < time_us(paused_us) + interval_us {
                return;
            }
            self.paused_us = None;
        }
        self.arrivals.add(seq, now_us);
    }

    fn survival(&self, interval_us: f64) -> Survival {
        let mean_us = self.arrivals.interval_us();
        let floor_us = interval_us / SIGMA_FLOOR_DIVISOR;
        Survival {
            logistic: Logistic::new(mean_us, self.arrivals.sigma_us().max(floor_us)),
            interval_us: mean_us,
            loss: self.sequence.loss(),
        }
    }

    /// When the silence began: when the last beat was due, by the line through all of them.
    fn silent_from_us(&self) -> f64 {
        let due_us = self.arrivals.due_us(self.sequence.highest());
        let from_us = if self.arrivals.is_unsettled() {
            due_us.max(time_us(self.last_us))
        } else {
            due_us
        };
        self.paused_us
            .map_or(from_us, |paused_us| from_us.max(time_us(paused_us)))
    }

    fn silence_us(&self, now_us: u64) -> f64 {
        time_us(now_us.max(self.last_us)) - self.silent_from_us()
    }
}

/// A time as whole µs; saturates.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a cast of a double saturates, which is what is wanted"
)]
fn to_us(us: f64) -> u64 {
    us.ceil() as u64
}
