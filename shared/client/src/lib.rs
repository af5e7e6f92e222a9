//! A small ZooKeeper client: one member per connection.
//!
//! ```text
//!   Connection (cheap to clone)          driver (one task per connection)
//!     calls: typed, with deadlines ──────> queue (bounded) ──> socket
//!     state: round trip, last zxid <────── replies, matched in order
//!   Events (bounded) <──────────────────── watch events
//!
//!   Connector          how a cluster is reached, and as whom: TCP, TLS, through a command;
//!                      digest, SASL DIGEST-MD5
//!   TlsOver, SaslLogin the same without tasks, for who drives sockets by itself
//!   fourletter::ask    one four-letter word, one answer, one socket
//!   http::get          one GET or POST at a member's AdminServer; a file is streamed (file_body)
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
//! Each of the three questions has a form `..._by` that takes a [`Connector`]; the short form
//! connects plainly, as nobody.
//!
//! Deliberately absent: lists of members, reconnecting, caches of watches, SASL by Kerberos,
//! chroots.

mod auth;
mod calls;
mod connection;
mod connector;
mod driver;
mod error;
mod file_body;
pub mod fourletter;
mod handshake;
pub mod hosts;
pub mod http;
pub mod http_lines;
mod options;
mod pending;
mod secret;

pub use auth::{Identity, SaslLogin};
pub use calls::Reply;
pub use connection::{Connection, Events, WatchEvent};
pub use connector::{
    Certificate, Connector, Proxy, ProxyError, Tls, TlsOptions, TlsOver, broken, is_host,
    is_server_name, speaks_tls,
};
pub use error::{ClientError, EndReason};
pub use handshake::Session;
pub use options::{ConnectOptions, Credentials};
pub use secret::Secret;
