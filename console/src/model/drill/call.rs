//! What no key of a console mends: the ways between hosts, the disks below them. Those who own
//! them are called, and here the demo plays them: they mend what is theirs where it is broken,
//! and a call for nothing costs points.

use super::{Drill, Order, Repair, Stage, Strike, Target};
use crate::model::{
    Model,
    breaks::{BreakMenu, Breakage, LEADER, Offer},
};

/// The right people, too early: that costs nothing but the time.
const NOT_WHILE_IT_LEADS: &str = "the storage people: it is failing; hand over first, it leads";

/// Who is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    /// Whoever owns the network between the members.
    Network,
    /// Whoever owns their volumes.
    Disks,
}

impl Call {
    const ALL: [Self; 2] = [Self::Network, Self::Disks];

    /// What they do when there is something to do.
    fn deed(self) -> Breakage {
        match self {
            Self::Network => Breakage::HealLinks,
            Self::Disks => Breakage::MakeRoom,
        }
    }

    fn made_by(deed: Breakage) -> Option<Self> {
        Self::ALL.into_iter().find(|call| call.deed() == deed)
    }

    /// What they answer to a call about what this did.
    fn answer(self, is_theirs: bool, strike: Strike) -> &'static str {
        match (self, is_theirs) {
            (Self::Network, true) => "the network's people: a route was gone, it is back",
            (Self::Network, false) => "the network's people: all of its links are whole",
            (Self::Disks, true) if strike == Strike::SlowDisk => {
                "the storage people: it was failing, there is a new disk now"
            }
            (Self::Disks, true) => "the storage people: the volume was full, it has room now",
            (Self::Disks, false) => "the storage people: its volume is quick and has room",
        }
    }
}

/// Whom to call about which member: each about all, since the list must not say what is wrong.
///
/// # Errors
/// Where nothing is broken now.
pub fn menu(model: &Model) -> Result<BreakMenu, String> {
    if model
        .drill
        .as_ref()
        .and_then(|drill| drill.round())
        .is_none()
    {
        return Err("nothing is broken now".to_owned());
    }
    let offers = model.members.iter().flat_map(|member| {
        let who = match member.sid {
            Some(sid) => format!("member {sid}"),
            None => member.address.clone(),
        };
        let role = member.current_role(model.now);
        Call::ALL.map(|call| {
            let (what, seen) = match call {
                Call::Network => (
                    format!("network: the links of {who}"),
                    "what was cut between it and the others passes again",
                ),
                Call::Disks => (
                    format!("storage: the disk of {who}"),
                    "a full one has room (then start its member), a slow one is changed",
                ),
            };
            Offer {
                breakage: call.deed(),
                address: member.address.clone(),
                what,
                role: role.map_or("", |role| role.name()),
                seen,
            }
        })
    });
    Ok(BreakMenu {
        title: "call those who own what is below the members",
        offers: offers.collect(),
        typed: String::new(),
    })
}

impl Drill {
    /// A call was made; what is answered, and what follows from it.
    pub fn call(&mut self, now_mono_ms: u64, offer: &Offer) -> (&'static str, Option<Order>) {
        let (Stage::Broken(round), Some(call)) = (&mut self.stage, Call::made_by(offer.breakage))
        else {
            return ("nothing is broken now", None);
        };
        let mut target = round.targets.iter();
        let target = target
            .find(|target| target.address == offer.address)
            .cloned();
        let target = target.filter(|_| round.scenario.call == Some(call));
        let hands_over_first = round.scenario.repair == Repair::HandOver && offer.role == LEADER;
        if target.is_some() && hands_over_first {
            return (NOT_WHILE_IT_LEADS, None);
        }
        round.called(now_mono_ms, target.as_ref());
        let strike = round.scenario.strike;
        let order = target.map(|target: Target| Order::Call { call, target });
        (call.answer(order.is_some(), strike), order)
    }
}

/// The number of the line that calls about this member, as it is typed.
pub(super) fn number(menu: &BreakMenu, call: Call, address: &str) -> Option<usize> {
    let is_it = |offer: &Offer| offer.breakage == call.deed() && offer.address == address;
    menu.offers.iter().position(is_it).map(|at| at + 1)
}
