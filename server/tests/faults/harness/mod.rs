//! Ensembles of our processes, where they live, and what is done to them.
//!
//! ```text
//!   Ensemble ──> zoowarden-testkit   processes, signals, conditions to wait for
//!      ├── record                    clients whose history every test checks at its end
//!      └── Network                   namespaces on a bridge, and directed drops between them
//!         └── delay                  the same with links that take their time
//!   Volume                           a file system of its own for one member
//! ```

mod delay;
mod ensemble;
mod network;
mod root;
mod volume;

pub(crate) use ensemble::Ensemble;
pub(crate) use network::Network;
pub(crate) use volume::Volume;
