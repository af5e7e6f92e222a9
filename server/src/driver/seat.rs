//! Where the driver rests between two turns, and who may take it from there.
//!
//! It has a thread of its own, which sleeps while it rests. Another thread that brings
//! something to do may borrow it for one turn and puts it back; the own thread is woken only
//! for what the other leaves: messages that came meanwhile, a deadline before the one slept
//! for, the end. The driver is in one place at a time, so no two turns overlap, whoever takes
//! them, and what one did the next one sees.
//!
//! Only states: the lock around it and the waiting are the inbox's.

use std::time::{Duration, Instant};

/// How long a driver rests, and for whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Rest {
    /// When it takes a turn though nobody brings anything.
    pub(super) until: Option<Instant>,
    /// Whether another thread may take it for a turn.
    pub(super) may_lend: bool,
    /// It is wanted on its own thread now.
    pub(super) is_called: bool,
}

/// A driver's place.
#[derive(Debug)]
pub(super) struct Seat<D> {
    /// `None` while it takes a turn, on whatever thread.
    driver: Option<D>,
    /// Of the driver that is here.
    rest: Rest,
    own_thread: OwnThread,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OwnThread {
    Awake,
    /// Until this moment; `None` for until it is woken.
    Asleep(Option<Instant>),
}

impl<D> Default for Seat<D> {
    /// The driver is not here yet.
    fn default() -> Self {
        Self {
            driver: None,
            rest: Rest::default(),
            own_thread: OwnThread::Awake,
        }
    }
}

impl<D> Seat<D> {
    /// Puts the driver here, from whatever thread; true where its own is to be woken.
    pub(super) fn put(&mut self, driver: D, rest: Rest) -> bool {
        self.driver = Some(driver);
        self.rest = rest;
        let OwnThread::Asleep(until) = self.own_thread else {
            return false;
        };
        let is_sooner = |due| until.is_none_or(|until| due < until);
        rest.is_called || rest.until.is_some_and(is_sooner)
    }

    /// Another thread takes it for one turn, where it may and its own is not about to.
    pub(super) fn lend(&mut self) -> Option<D> {
        if self.rest.may_lend && !self.rest.is_called {
            self.driver.take()
        } else {
            None
        }
    }

    /// Something is to be done on its own thread; true where that is to be woken. A driver that
    /// is elsewhere sees what has come before it rests again.
    pub(super) fn call(&mut self) -> bool {
        let wakes = self.driver.is_some() && !self.rest.is_called;
        self.rest.is_called |= wakes;
        wakes
    }

    /// Its own thread, awake, takes it if it is here and has something to do there.
    pub(super) fn take(&mut self, now: Instant) -> Option<D> {
        self.own_thread = OwnThread::Awake;
        if self.rest.is_called || self.rest.until.is_some_and(|until| until <= now) {
            self.driver.take()
        } else {
            None
        }
    }

    /// Its own thread goes to sleep, for the time returned: while the driver is elsewhere, until
    /// it is woken.
    pub(super) fn sleep(&mut self, now: Instant) -> Option<Duration> {
        let until = self.rest.until.filter(|_| self.driver.is_some());
        self.own_thread = OwnThread::Asleep(until);
        until.map(|until| until.saturating_duration_since(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LENDABLE: Rest = Rest {
        until: None,
        may_lend: true,
        is_called: false,
    };

    fn after(start: Instant, seconds: u64) -> Rest {
        Rest {
            until: Some(start + Duration::from_secs(seconds)),
            ..LENDABLE
        }
    }

    /// Its own thread has put it here and sleeps.
    fn resting(rest: Rest, now: Instant) -> Seat<&'static str> {
        let mut seat = Seat::default();
        assert!(!seat.put("driver", rest), "nobody sleeps yet");
        assert_eq!(seat.take(now), None);
        seat.sleep(now);
        seat
    }

    #[test]
    fn it_is_lent_once_and_its_own_thread_sleeps_on() {
        let now = Instant::now();
        let mut seat = resting(LENDABLE, now);
        assert_eq!(seat.lend(), Some("driver"));
        assert_eq!(seat.lend(), None, "it is elsewhere");
        assert!(!seat.call(), "it will see for itself");
        assert!(!seat.put("driver", LENDABLE));
        assert_eq!(seat.take(now), None, "nothing is left to do");
        assert_eq!(seat.lend(), Some("driver"));
    }

    #[test]
    fn its_own_thread_is_woken_once_for_what_is_its_own() {
        let now = Instant::now();
        let mut seat = resting(LENDABLE, now);
        assert!(seat.call());
        assert!(!seat.call(), "it wakes already");
        assert_eq!(seat.lend(), None, "it is about to go");
        assert_eq!(seat.take(now), Some("driver"));
        assert_eq!(seat.take(now), None);
    }

    #[test]
    fn what_a_borrower_leaves_is_for_its_own_thread() {
        let now = Instant::now();
        let mut seat = resting(LENDABLE, now);
        seat.lend();
        let is_called = true;
        assert!(seat.put(
            "driver",
            Rest {
                is_called,
                ..LENDABLE
            }
        ));
        assert_eq!(seat.lend(), None);
        assert_eq!(seat.take(now), Some("driver"));
    }

    #[test]
    fn a_busy_driver_is_not_lent() {
        let may_lend = false;
        let mut seat = resting(
            Rest {
                may_lend,
                ..LENDABLE
            },
            Instant::now(),
        );
        assert_eq!(seat.lend(), None);
        assert!(seat.call());
    }

    #[test]
    fn its_own_thread_is_woken_for_a_nearer_deadline_only() {
        let now = Instant::now();
        let mut seat = resting(after(now, 5), now);
        seat.lend();
        assert!(!seat.put("driver", after(now, 9)));
        seat.lend();
        assert!(seat.put("driver", after(now, 3)));
        assert_eq!(seat.take(now), None, "not yet");
        assert_eq!(seat.sleep(now), Some(Duration::from_secs(3)));
        assert_eq!(seat.take(now + Duration::from_secs(3)), Some("driver"));
    }

    #[test]
    fn a_deadline_that_passes_while_it_is_elsewhere_is_not_missed() {
        let now = Instant::now();
        let mut seat = resting(after(now, 5), now);
        seat.lend();
        let later = now + Duration::from_secs(5);
        assert_eq!(seat.take(later), None);
        assert_eq!(seat.sleep(later), None, "until it is back");
        assert!(seat.put("driver", after(now, 5)));
        assert_eq!(seat.take(later), Some("driver"));
    }
}
