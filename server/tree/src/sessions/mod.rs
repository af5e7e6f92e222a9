//! Who is connected to the ensemble, until when, and through whom.
//!
//! ```text
//!   tracker   SessionTracker: ids, owners, closing, the table that snapshots keep
//!   local     LocalSessions: those that one member alone knows
//!   expiry    ExpiryQueue: sessions in buckets of one tick
//! ```
//!
//! Time is microseconds of a clock that only goes forward. Deliberately absent: passwords
//! (`zoowarden_shared::password`), connections (the owner is a number to us).

mod expiry;
mod local;
mod tracker;

pub use local::LocalSessions;
pub use tracker::{Owner, SessionTracker};
