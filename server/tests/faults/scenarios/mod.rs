//! What is done to an ensemble while clients are at work on it.

mod disks;
mod distance;
mod kills;
mod lost_logs;
mod partitions;
mod syncs;

/// How many writes it takes to see that things go on.
const SOME: usize = 20;
