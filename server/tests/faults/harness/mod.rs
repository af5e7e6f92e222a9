//! Ensembles of our processes, where they live, and what is done to them.
//!
//! ```text
//!   Ensemble ──> zoowarden-testkit   processes, signals, conditions to wait for
//!      ├── record                    clients whose history every test checks at its end
//!      └── Network                   directions between members that are cut and healed
//!         ├── namespaces             by packets that nft drops, as root
//!         │    └── delay             the same with links that take their time
//!         ├── proxies                by streams that stand still, without privileges
//!         └── link                   one direction, as both relays pass it on
//!   Volume                           a file system of its own for one member
//! ```

#[cfg(target_os = "linux")]
mod delay;
mod ensemble;
mod link;
#[cfg(target_os = "linux")]
mod namespaces;
mod network;
mod proxies;
mod root;
mod volume;

pub(crate) use ensemble::Ensemble;
pub(crate) use network::{Between, Network};
pub(crate) use volume::Volume;
