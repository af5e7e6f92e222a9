//! The rules, one a file. Their order is that of the list on screen 9.

mod certificate;
mod clock_offset;
mod connections;
mod descriptors;
mod digest;
mod disk;
mod down;
mod fsync;
mod heartbeats;
mod lagging;
mod latency;
mod leader;
mod margin;
mod own_connection;
mod split;
mod storm;
mod version;

pub use storm::SESSION_STORM;

use super::rule::Rule;

/// All of them, with nothing seen yet.
#[must_use]
pub fn all() -> Vec<Box<dyn Rule>> {
    vec![
        Box::new(own_connection::OwnConnection),
        Box::new(margin::QuorumMargin),
        Box::new(leader::NoLeader),
        Box::new(down::MemberDown),
        Box::new(heartbeats::MissedHeartbeats::default()),
        Box::new(lagging::MemberLagging),
        Box::new(split::SplitEpoch),
        Box::new(digest::DigestMismatch),
        Box::new(fsync::SlowFsync::default()),
        Box::new(latency::Latency::default()),
        Box::new(descriptors::Descriptors),
        Box::new(connections::ConnectionLimit),
        Box::new(storm::Storm::of_sessions()),
        Box::new(storm::Storm::of_watches()),
        Box::new(version::VersionSkew::default()),
        Box::new(certificate::CertificateExpires),
        Box::new(disk::DiskFilling::default()),
        Box::new(clock_offset::ClockOffset),
    ]
}

/// The median; `None` of nothing.
fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut sorted: Vec<f64> = values.into_iter().collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied()
}
