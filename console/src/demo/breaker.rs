//! The way from the menu `B` to the member whose process it is about.

use std::collections::BTreeMap;

use super::handle::MemberHandle;
use crate::{model::breaks::Breakage, permit::Permit};

/// Breaks the members of one demo, for as long as that is there.
#[derive(Clone, Debug)]
pub struct Breaker(pub(super) BTreeMap<String, MemberHandle>);

impl Breaker {
    /// Does it; what came of it, in words.
    ///
    /// # Errors
    /// Why nothing was done.
    pub async fn perform(
        &self,
        _permit: Permit,
        breakage: Breakage,
        address: &str,
    ) -> Result<String, String> {
        let member = self.0.get(address);
        let member = member.ok_or_else(|| format!("{address} is no member of this demo"))?;
        match breakage {
            Breakage::Kill => member.kill().await,
            Breakage::Stop => member.stop().await,
            Breakage::GoOn => member.cont().await,
            Breakage::HoldDown => member.hold_down().await,
            Breakage::Start => member.start().await,
            Breakage::CutOff => member.cut_off(),
            Breakage::HealLinks => member.heal_links(),
            Breakage::DamageLog => member.damage_log().await,
            Breakage::StartAnew => member.start_anew().await,
            Breakage::FillDisk => member.fill_disk(),
            Breakage::MakeRoom => member.make_room(),
            Breakage::SlowDisk => member.slow_disk(),
            Breakage::QuickenDisk => member.quicken_disk(),
        }
    }
}
