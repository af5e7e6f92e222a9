//! Ensembles of our processes, where they live, and what is done to them.
//!
//! ```text
//!   Ensemble ── Member ── Place     processes; on loopback or each in a namespace
//!   Network                         namespaces on a bridge, and directed drops between them
//!   Volume                          a file system of its own for one member
//! ```
//!
//! What only looks at members from outside is shared with the tests of whole ensembles.

mod ensemble;
mod member;
mod network;
#[path = "../../ensemble/harness/ports.rs"]
mod ports;
mod root;
#[path = "../../ensemble/harness/tree.rs"]
mod tree;
mod volume;
mod words;

pub(crate) use ensemble::Ensemble;
pub(crate) use network::Network;
pub(crate) use volume::Volume;
