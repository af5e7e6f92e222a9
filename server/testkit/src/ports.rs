//! Ports that stay free while a member is down.

use std::{
    net::TcpListener,
    sync::atomic::{AtomicU16, Ordering},
};

/// Below the range from which the system takes ports for outgoing connections: one of those
/// would keep a restarted member from its own port.
const FIRST: u16 = 12_000;
const RANGE: u16 = 19_000;

static NEXT: AtomicU16 = AtomicU16::new(0);

/// A loopback port that nobody listens on and that this process has not given out before.
pub fn free_port() -> u16 {
    // Test processes that run at the same time start at different places.
    let offset = u16::try_from(std::process::id().wrapping_mul(97) % u32::from(RANGE))
        .expect("it is below RANGE");
    for _ in 0..RANGE {
        let step = NEXT.fetch_add(1, Ordering::Relaxed);
        let port = FIRST + (offset + step % RANGE) % RANGE;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
    panic!("no free port");
}
