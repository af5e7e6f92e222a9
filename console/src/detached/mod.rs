//! Plans that go on without the screen: what runs long must not end with an ssh connection.
//!
//! ```text
//!   gate ──orders──> launch ──> `zoowarden act`, a process of its own
//!                                  │ entry, one JSON line each
//!   gate <──progress── follow <── journal, in $XDG_STATE_HOME/zoowarden/plans
//!                                  │
//!   any console on this host <── shelf: which plans there are, and which still run
//! ```
//!
//! The process tells members of ours how far it is (`announce`), so that consoles on other hosts
//! see it too. It looks afresh, judges again, and begins only what was shown (`shown`): leader,
//! epoch, configuration and each step. It holds the lock of its journal for as long as it
//! lives, so that one which died is told from one that runs.

pub(crate) mod announce;
pub mod command;
pub mod entry;
pub(crate) mod follow;
pub mod journal;
pub mod launch;
pub mod shelf;
mod shown;
pub(crate) mod watch;

pub use shelf::{Plan, Shelf};
pub use shown::shown;
