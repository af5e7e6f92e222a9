//! Ensembles of real processes, and what looks at them from outside.
//!
//! ```text
//!   Ensemble ── Member ── Kind     processes over data directories that outlive them
//!       │          └── words       what a member says of itself
//!       ├── Client ── tree         one session; the whole tree through one member
//!       └── Writer                 a continuous writer that remembers every acknowledgement
//!   Kazoo, zkcli                   clients that are not ours
//! ```

mod client;
mod ensemble;
mod kazoo;
mod kind;
mod member;
mod ports;
mod tree;
mod words;
mod writer;
mod zkcli;

pub(crate) use client::Client;
pub(crate) use ensemble::{Ensemble, Options};
pub(crate) use kazoo::Kazoo;
pub(crate) use kind::Kind;
pub(crate) use writer::{Record, Writer};
pub(crate) use zkcli::zkcli;
