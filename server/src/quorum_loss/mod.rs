//! What a member does for an operator whose ensemble has lost its quorum for good.
//!
//! ```text
//!   inspect ──> facts       what is on this disk, and how much of it is sound
//!   reserve ──> reservation, hold   the member stands aside: no election, no leader, no client
//!   force_quorum ──> force  it goes on as a voter of a new, smaller ensemble
//! ```
//!
//! - `args`, `offline`: the same for whoever has the data directory of a stopped member, and
//!   `aside`: its data get another name, so that it cannot vote by them.
//!
//! **What a forced quorum is safe against, and what not.** The new configuration's version is the
//! new epoch's first zxid, above every version that any member can know, and the new voters
//! promise to follow nobody of that epoch or an older one. So:
//!
//! - A voter of the old ensemble that comes back with its old disk and reaches any new voter
//!   learns the new configuration from its first answer, in which it has no vote: it can only
//!   follow, and its history is brought in line with the new leader's. What it alone had is lost
//!   then: copy its directory first.
//! - Nothing protects against old voters that are a *majority of the old ensemble*, reach one
//!   another and no new voter: they know the old configuration only, and lead on. There are two
//!   ensembles then. Whoever forces a quorum must have stopped each absent voter and moved its
//!   data aside, or know that it is off for good.
//! - A member of Apache's takes a configuration over from votes only where `reconfigEnabled=true`.
//!
//! **Which survivors, in which order.** A write may be on one survivor alone. Force the one with
//! the highest (currentEpoch, zxid) and just so many others that they are a majority of the new
//! voters with it, so that it takes part in every quorum and wins; the rest once it leads.
//!
//! **Who may.** Without a quorum nobody can ask the ensemble: `Authorization` is checked against
//! the ACL of `/` in this member's own tree, as far as its log goes. A member that cannot vouch
//! for its data takes no such orders; there, and where nobody remembers a password, the way is
//! the offline one, which is open to whoever may write the data directory.

mod args;
mod aside;
mod facts;
mod force;
mod hold;
mod offline;
mod reservation;

pub use args::QuorumLossArgs;
pub(crate) use facts::DiskFacts;
pub(crate) use force::{ForceError, NewQuorum};
pub(crate) use hold::{Held, HeldError, hold};
pub(crate) use offline::{force_offline, inspect, parse_zxid, set_aside};
pub(crate) use reservation::{Reservation, ReservationError};
