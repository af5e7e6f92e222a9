//! At most one leader is established in each epoch, and no process leads an epoch that it or
//! another has led before. Nobody leads who says that some of its data is missing.

use std::collections::BTreeMap;

use zoowarden_shared::{Epoch, election::PeerState};

use crate::machine::Machine;

/// Who led which epoch: the member, and which of its processes.
#[derive(Debug, Default)]
pub(super) struct Leaders {
    of_epoch: BTreeMap<Epoch, (usize, u32)>,
}

impl Leaders {
    pub(super) fn observe(&mut self, machine: &Machine) -> Result<(), String> {
        let Some(status) = machine.replication_status() else {
            return Ok(());
        };
        if status.state != PeerState::Leading || !status.serving {
            return Ok(());
        }
        if !status.vouches {
            return Err(format!(
                "leaders: member {} leads epoch {} and cannot vouch for its data",
                machine.index, status.epoch
            ));
        }
        let this = (machine.index, machine.boot);
        let first = *self.of_epoch.entry(status.epoch).or_insert(this);
        if first == this {
            return Ok(());
        }
        Err(format!(
            "leaders: epoch {} has member {} (start {}) as its leader, and had member {} (start \
             {})",
            status.epoch, this.0, this.1, first.0, first.1
        ))
    }
}
