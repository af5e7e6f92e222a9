//! The cuts that were known when the last leader gave up. A cut that costs the quorum takes with
//! it those who could tell of it: it is kept until somebody leads again.

use std::collections::BTreeMap;

use super::{End, Link, LinkState, MeasuredBy};
use crate::model::{
    Model,
    clock::{Now, age},
};

/// What is silent for less is an election, or a busy machine.
const LASTS_MS: u64 = 1000;
/// Two ends give up one after the other: what one says in between is no end of the cut.
const LINGERS_MS: u64 = 3000;

/// When each cut was last told of, and how long nothing had come over it by then.
pub(super) type Cuts = BTreeMap<(End, String), (Now, Option<u64>)>;

/// Notes the cuts of this moment, and forgets the others once there is a leader to tell.
pub(super) fn note(model: &mut Model, measured: &[Link]) {
    let now = model.now;
    let members = &model.members;
    let is_known = |link: &(End, String)| members.iter().any(|one| one.address == link.1);
    let mut cuts = std::mem::take(&mut model.links.cuts);
    let is_led = model.leader().is_some();
    let lingers = |told: &Now| now.mono_ms.saturating_sub(told.mono_ms) <= LINGERS_MS;
    cuts.retain(|link, (told, _)| is_known(link) && (!is_led || lingers(told)));
    for link in measured.iter().filter(|link| is_a_cut(model, link)) {
        let cut = (link.from.clone(), link.to.clone());
        cuts.insert(cut, (now, link.heard_ms_ago));
    }
    model.links.cuts = cuts;
}

/// Whether members tell of it, no process explains it, and it has lasted.
fn is_a_cut(model: &Model, link: &Link) -> bool {
    let was = model.links.since.get(&(link.from.clone(), link.to.clone()));
    let was_cut = was.filter(|(state, _)| *state == LinkState::Cut);
    let for_ms = was_cut.map(|(_, since)| model.now.mono_ms.saturating_sub(since.mono_ms));
    link.state == LinkState::Cut
        && link.from != End::Here
        && link.process.is_none()
        && link.measured_by != MeasuredBy::Earlier
        && for_ms.max(link.heard_ms_ago) >= Some(LASTS_MS)
}

/// The same link as it was when somebody could tell, where it was cut then.
pub(super) fn known(model: &Model, link: &Link) -> Option<Link> {
    let cut = (link.from.clone(), link.to.clone());
    let (told, silent_ms) = model.links.cuts.get(&cut)?;
    let ago_ms = model.now.mono_ms.saturating_sub(told.mono_ms);
    Some(Link {
        state: LinkState::Cut,
        heard_ms_ago: silent_ms.map(|ms| ms.saturating_add(ago_ms)),
        measured_by: MeasuredBy::Earlier,
        why: format!(
            "cut when a leader could last tell, {} ago: nobody can since",
            age(ago_ms)
        ),
        ..link.clone()
    })
}
