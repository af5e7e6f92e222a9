//! Access control: who may do what to a znode, and what a client's list becomes when it is set.
//!
//! Pure functions over the identities that a connection has proved. Proving them (`auth`
//! requests, handshakes) is the peer's, and so is `skipACL`: where it is set nobody asks.

mod fix_up;
mod ip;
mod permit;

pub use fix_up::fix_up;
pub use permit::is_permitted;
