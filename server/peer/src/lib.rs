//! One member, pure: `handle(now, input) -> effects`. (The map is written by its owner.)

pub mod config;
pub mod effect;
pub mod input;

pub use config::PeerConfig;
pub use effect::{Effect, Effects, Event};
pub use input::{ClientEvent, CloseReason, ConnId, DiskEvent, Input, Now};
