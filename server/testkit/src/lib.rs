//! For tests and benchmarks alone: servers as real processes, ours and Apache's, and what
//! looks at them from outside.
//!
//! ```text
//!   Ensemble ──> Member ──┐            members that know each other, conditions to wait for
//!                Standalone ──> Process ──> Kind ──> apache      which program is run, and how
//!      │           │
//!      │           └── Place, ports    where a member runs and is reached
//!      ├── Writer ──> Record           a continuous writer, and what it was promised
//!      ├── Client ──> tree             one session; the whole tree through one member
//!      └── words                       what a member says of itself
//!   wait_until, Random                 what every test of faults needs
//! ```
//!
//! What fails, fails the test: functions here panic where a library would return an error.
//!
//! Deliberately absent: members inside the test's own process (`server/tests/harness`), whose
//! tests reach into the server; and what only one test crate needs, such as namespaces.
#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a test's helpers fail the test"
)]

pub mod apache;
mod client;
mod ensemble;
mod kind;
mod member;
mod place;
mod ports;
mod process;
mod random;
mod record;
mod standalone;
pub mod tree;
mod wait;
pub mod words;
mod writer;

pub use client::Client;
pub use ensemble::{Ensemble, Options};
pub use kind::{Kind, our_server};
pub use member::Member;
pub use place::Place;
pub use ports::free_port;
pub use process::Process;
pub use random::Random;
pub use record::Record;
pub use standalone::{Setup, Standalone};
pub use wait::wait_until;
pub use writer::Writer;
