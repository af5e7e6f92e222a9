//! The tree by its public face: what transactions do, and what comes out of a snapshot.

mod apply;
mod fuzzy;
mod load;
mod picture;
mod quotas;
mod random;
mod reads;
mod world;
