//! What can be known of one znode and done to it, without the wire.
//!
//! ```text
//!   heat     how large and how wide, as a mark      holding  what a family holds, counted
//!   acl_text, quota   how rights and limits are written
//!   change   one change, and the one that takes it back      outcome  how it went
//!   transaction   the operations that make it, in packets
//!   refuse   what this console does not change      review   what a change will do, in words
//!   journal  what was changed from here, to be taken back      record  what is written down
//!   form, dialog   what is typed and confirmed before a change;  desk   what outlives it
//! ```
//!
//! Every change names the version that was seen: what somebody else has changed since is
//! refused by the server, never overwritten.

pub mod acl_text;
pub mod change;
pub mod desk;
pub mod dialog;
pub mod form;
pub mod heat;
pub mod holding;
pub mod journal;
pub mod outcome;
pub mod quota;
pub mod record;
pub mod refuse;
pub mod review;
pub mod transaction;
