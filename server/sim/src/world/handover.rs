//! An operator who wants another leader (`transfer_leadership`), at moments that suit nobody.

use zoowarden_shared::election::PeerState;

use super::World;
use crate::{
    event::Event,
    fault::{Fault, Target},
};

impl World {
    /// One order, and the time of the next.
    pub(super) fn handover(&mut self) {
        if !self.is_wild {
            return;
        }
        let heir = self.chance.members.below(self.machines.len());
        self.inject(Fault::HandOver {
            heir: Target::Member(heir),
        });
        let gap_us = self.settings.handover_gap_ms * 1000;
        let at_us = self.now_us + self.chance.members.around(gap_us);
        self.queue.push(at_us, Event::Handover);
    }

    /// Orders whoever leads to hand its office over. A refusal is an answer, too.
    pub(super) fn hand_over(&mut self, heir: usize) {
        let heir = self.machines[heir].sid;
        let leader = self.machines.iter().find(|machine| {
            let status = machine.replication_status();
            !machine.is_paused && status.is_some_and(|it| it.state == PeerState::Leading)
        });
        let Some(leader) = leader.map(|leader| leader.index) else {
            return;
        };
        let mut answer = Ok(());
        self.call_member(leader, |peer, now, out| {
            answer = peer.hand_over(now, heir, out);
        });
        self.trace
            .note(self.now_us, "order", leader, heir.0 as u64, || {
                format!("hand over to {heir}: {answer:?}")
            });
    }
}
