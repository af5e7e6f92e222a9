//! Ways to a member: TLS, a command, both, and as whom; with a real TLS server in this process
//! and, ignored where there is no Java, with Apache's secureClientPort.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers fail as the test does"
)]

mod apache;
mod papers;
mod server;
mod tls;
mod via;
