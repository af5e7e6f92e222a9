//! Scenarios for three members: frames in at one, frames out at another.

mod catching_up;
mod failover;
mod hostile;
mod network;
mod random_faults;
mod requests;
mod sessions;
mod views;
