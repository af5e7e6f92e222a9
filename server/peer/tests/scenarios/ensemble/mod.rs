//! Scenarios for three members: frames in at one, frames out at another.

mod catching_up;
mod failover;
mod hostile;
mod local_sessions;
mod network;
mod random_faults;
mod read_only;
mod real_sync;
mod reconfig;
mod requests;
mod sessions;
mod views;
