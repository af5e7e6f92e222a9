//! Conditions to wait for, in the place of sleeps.

use std::{
    thread,
    time::{Duration, Instant},
};

/// Between two looks.
const INTERVAL: Duration = Duration::from_millis(5);

/// Waits until the condition holds; fails the test where it does not within this time.
#[track_caller]
pub fn wait_until(what: &str, patience: Duration, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + patience;
    while !condition() {
        assert!(
            Instant::now() < deadline,
            "waited in vain until {what}: {patience:?}"
        );
        thread::sleep(INTERVAL);
    }
}
