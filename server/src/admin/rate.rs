//! Whether and how often something may be asked for (`RateLimiter` of Apache 3.9).

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use super::change::Refusal;

/// Lets one through in an interval, if it lets any.
#[derive(Debug)]
pub(super) struct RateLimit {
    is_on: bool,
    interval: Duration,
    last: Mutex<Option<Instant>>,
}

impl RateLimit {
    pub(super) fn new(is_on: bool, interval: Duration) -> Self {
        Self {
            is_on,
            interval,
            last: Mutex::new(None),
        }
    }

    /// Lets one through.
    ///
    /// # Errors
    /// It is switched off, or there was one a short while ago.
    pub(super) fn admit(&self) -> Result<(), Refusal> {
        if !self.is_on {
            return Err(Refusal::SwitchedOff("this command is switched off"));
        }
        let now = Instant::now();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let interval = self.interval;
        if last.is_some_and(|last| now.duration_since(last) < interval) {
            return Err(Refusal::TooOften { interval });
        }
        *last = Some(now);
        Ok(())
    }
}
