//! Which phi means what. *Suspect* draws and probes; *elect* ([`super::ElectPolicy`]) is
//! another thing.
//!
//! A *vantage* is a place from which a member is watched: another member, or the console.

/// From here on the silent member is probed faster.
pub const PROBE_PHI: f64 = 1.5;
/// Two healthy vantages at this phi make a suspect.
pub const SUSPECT_PHI: f64 = 4.0;
/// One vantage alone makes a suspect at this phi.
pub const SUSPECT_ALONE_PHI: f64 = 8.0;
/// The silence at this phi, within [`super::ElectPolicy`]'s bounds, allows an election.
pub const ELECT_PHI: f64 = 12.0;

/// Whether these phi, one of each **healthy** vantage, make the member a suspect. A vantage
/// that has just paused, or to which most members are silent at once, is not healthy.
#[must_use]
pub fn corroborated(phis: impl IntoIterator<Item = f64>) -> bool {
    let mut agreeing = 0;
    phis.into_iter().any(|phi| {
        agreeing += u32::from(phi >= SUSPECT_PHI);
        phi >= SUSPECT_ALONE_PHI || agreeing >= 2
    })
}
