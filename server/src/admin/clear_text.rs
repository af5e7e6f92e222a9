//! Passwords that come over a network in the clear: the AdminServer speaks no TLS. Said once in
//! a process's life, which is often enough for a log that is read.

use std::{
    net::IpAddr,
    sync::atomic::{AtomicBool, Ordering},
};

/// One a process, as its log is.
static PROCESS: ClearText = ClearText::new();

/// Warns where credentials come from another machine, for the first time.
pub(super) fn notice_credentials(from: IpAddr) {
    if PROCESS.is_news(from) {
        tracing::warn!(
            %from,
            "a password came in the clear: the AdminServer speaks no TLS. Have it listen on this \
             host alone (admin.serverAddress=127.0.0.1) and come by ssh or behind a TLS proxy \
             (this is said once)"
        );
    }
}

#[derive(Debug)]
struct ClearText {
    is_said: AtomicBool,
}

impl ClearText {
    const fn new() -> Self {
        Self {
            is_said: AtomicBool::new(false),
        }
    }

    /// Whether credentials from there are to be warned of, and nobody was yet.
    fn is_news(&self, from: IpAddr) -> bool {
        !from.is_loopback() && !self.is_said.swap(true, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_password_from_another_machine_is_news() {
        let clear_text = ClearText::new();
        let news = ["127.0.0.1", "::1", "10.0.0.1", "10.0.0.1", "10.0.0.2"]
            .map(|from| clear_text.is_news(from.parse().unwrap()));
        assert_eq!(news, [false, false, true, false, false]);
    }
}
