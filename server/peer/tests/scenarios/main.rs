//! Scenarios for one peer, at the level of `handle`: frames in, frames out.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test ends where something is not as it says"
)]

mod admin;
mod containers;
mod crash;
mod ensemble;
mod golden;
mod limits;
mod log_failure;
mod pipeline;
mod random_bytes;
mod sessions;
mod snapshots;
mod support;
mod watches;
mod writes;
