//! What is done to an ensemble while clients are at work on it.

/// Makes tests of these scenarios: over proxies, and in namespaces where those are to be had.
macro_rules! on_both_networks {
    ($($scenario:ident),* $(,)?) => {
        mod over_proxies {
            $(#[test]
            fn $scenario() {
                super::$scenario(super::Between::Proxies);
            })*
        }

        #[cfg(target_os = "linux")]
        mod in_namespaces {
            $(#[test]
            #[ignore = "needs root, ip and nft: cargo test -p zoowarden-server --test faults -- --ignored --test-threads 1"]
            fn $scenario() {
                super::$scenario(super::Between::Namespaces);
            })*
        }
    };
}

mod disks;
mod distance;
mod kills;
mod lost_logs;
mod partitions;
mod syncs;

/// How many writes it takes to see that things go on.
const SOME: usize = 20;
