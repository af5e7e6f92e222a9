//! A small ZooKeeper client: one member per connection.
//!
//! ```text
//!   Connection (cheap to clone)          driver (one task per connection)
//!     calls: typed, with deadlines ──────> queue (bounded) ──> socket
//!     state: round trip, last zxid <────── replies, matched in order
//!   Events (bounded) <──────────────────── watch events
//!
//!   fourletter::ask    one four-letter word, one answer, one socket
//!   http::get          one GET at a member's AdminServer
//!   http_lines         a GET whose answer goes on, line by line
//!   hosts::parse       the list of addresses that a command line gives
//! ```
//!
//! - [`Connection`] opens or takes up a session on **one** member and stays there: it never
//!   hops to another by itself, since whoever watches an ensemble wants to know which member
//!   answered. When it breaks, its owner decides where to go on, with the session's
//!   [`Credentials`].
//! - Requests are pipelined: any number of tasks may call at once.
//! - Everything is bounded: requests in flight, bytes of a reply, watch events that nobody
//!   has taken yet, and the time that a call may take.
//!
//! Deliberately absent: lists of members, reconnecting, caches of watches, TLS and SASL
//! handshakes (the raw sasl call is there), chroots.

mod calls;
mod connection;
mod driver;
mod error;
pub mod fourletter;
mod handshake;
pub mod hosts;
pub mod http;
pub mod http_lines;
mod options;
mod pending;

pub use calls::Reply;
pub use connection::{Connection, Events, WatchEvent};
pub use error::{ClientError, EndReason};
pub use handshake::Session;
pub use options::{ConnectOptions, Credentials};
