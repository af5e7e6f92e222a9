//! Many members in one process, under virtual time, with faults: one seed replays one run.
//!
//! ```text
//!   seed ──> settings ──> world ──┬─ machine   a peer, its real log, snapshot and epoch code,
//!                                 │            and a disk that loses, tears, stalls, fills, rots,
//!                                 │            and whose logs are removed
//!                                 ├─ net       links that delay, hold, break, never reorder
//!                                 ├─ client    sessions, real frames, moves between members
//!                                 ├─ fault     drawn (nemesis) or scripted (a scenario file)
//!                                 └─ history   what the clients saw
//!                                       │
//!   run: faults, then calm ──> checkers <┘     one rule a file
//! ```
//!
//! Whatever is random comes from the seed (`chance`), whatever happens goes through one queue,
//! ordered by time and sequence (`queue`), and no member is told the real time: the same seed
//! is the same run, which the trace's hash shows (`trace`).
//!
//! [`Flaw`]s break one safety rule each, outside the members' code, to show that a checker
//! notices. Deliberately absent: sockets, files, threads, clocks; Apache members.

mod chance;
mod checkers;
mod client;
mod event;
mod fault;
mod flaw;
mod history;
mod machine;
mod net;
mod pipe;
mod queue;
mod run;
mod scenario;
mod settings;
mod trace;
mod weather;
mod world;

pub use fault::{Fault, Scripted, Target, Way};
pub use flaw::Flaw;
pub use run::{Outcome, run};
pub use scenario::Scenario;
pub use settings::{LocalSessions, Settings};
