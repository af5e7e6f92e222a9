//! How the driver comes to rest, and into the hands of threads that are not its own.

use std::{sync::PoisonError, time::Instant};

use super::{Driver, inbox::Inbox};

impl Inbox {
    /// The driver's own thread waits here until the driver has something to do on it: its next
    /// turn, for which it is given all that waits, or to end.
    pub(super) fn rest(&self, driver: Box<Driver>) -> Box<Driver> {
        let rest = driver.rest();
        let mut queues = self.lock();
        if !queues.is_empty() {
            return self.hand_out(queues, driver);
        }
        queues.seat.put(driver, rest);
        loop {
            let now = Instant::now();
            if let Some(driver) = queues.seat.take(now) {
                return self.hand_out(queues, driver);
            }
            queues = match queues.seat.sleep(now) {
                Some(patience) => {
                    self.wake
                        .wait_timeout(queues, patience)
                        .unwrap_or_else(PoisonError::into_inner)
                        .0
                }
                None => self
                    .wake
                    .wait(queues)
                    .unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    fn give_back(&self, driver: Box<Driver>) {
        let mut rest = driver.rest();
        let mut queues = self.lock();
        // Another turn would take time that the borrower has not.
        rest.is_called |= !queues.is_empty();
        let wakes = queues.seat.put(driver, rest);
        drop(queues);
        self.wake_if(wakes);
    }
}

/// The driver in the hands of a thread that is not its own. It goes back to its seat however
/// this ends: a panic is then its own thread's to report.
pub(super) struct Borrowed<'a> {
    inbox: &'a Inbox,
    driver: Option<Box<Driver>>,
}

impl<'a> Borrowed<'a> {
    pub(super) fn new(inbox: &'a Inbox, driver: Box<Driver>) -> Self {
        Self {
            inbox,
            driver: Some(driver),
        }
    }

    pub(super) fn turn(mut self) {
        if let Some(driver) = &mut self.driver {
            driver.turn();
        }
    }
}

impl Drop for Borrowed<'_> {
    fn drop(&mut self) {
        if let Some(driver) = self.driver.take() {
            self.inbox.give_back(driver);
        }
    }
}
