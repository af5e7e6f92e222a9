//! What the state machine beside replication asks of it.

use bytes::Bytes;
use zoowarden_shared::{Sid, Zxid, config::DynamicConfig, quorum::QuorumPacket};

use super::{Role, Zab};
use crate::{
    common::Lost,
    effect::{Effect, Outputs},
    input::LinkId,
    leader::HandoverRefusal,
};

impl Zab {
    /// The leader's state machine proposes its next transaction. Ignored where it does not
    /// lead: the proposer is told to stop then.
    pub fn propose(&mut self, now_us: u64, zxid: Zxid, txn: Bytes, out: &mut Outputs) {
        if let Role::Leading(leader) = &mut self.role {
            leader.propose(&mut self.common, now_us, zxid, txn, out);
        }
    }

    /// The leader gives up its office: its counter is used up (ZOOKEEPER-1277), or it cannot
    /// do what a leader must.
    pub fn resign(&mut self, now_us: u64, reason: &str, out: &mut Outputs) {
        if let Role::Leading(_) = self.role {
            self.settle(now_us, Err(Lost::new(reason)), out);
        }
    }

    /// Begins to hand the leadership over to this server. That it was done is told by
    /// [`crate::Upcall::Stop`]; that it was given up, by [`crate::Event::HandoverGivenUp`],
    /// and this member leads on.
    ///
    /// # Errors
    /// [`HandoverRefusal`]; nothing has changed then.
    pub fn hand_over(
        &mut self,
        now_us: u64,
        heir: Sid,
        out: &mut Outputs,
    ) -> Result<(), HandoverRefusal> {
        let Role::Leading(leader) = &mut self.role else {
            return Err(HandoverRefusal::NotLeading);
        };
        let step = leader.hand_over(&mut self.common, now_us, heir, out)?;
        self.settle(now_us, step, out);
        Ok(())
    }

    /// The leader's state machine tells a learner something, behind all that it was sent.
    pub fn send(&mut self, link: LinkId, packet: QuorumPacket, out: &mut Outputs) {
        if let Role::Leading(leader) = &mut self.role {
            leader.send(link, packet, out);
        }
    }

    /// The learner's state machine tells its leader something (REQUEST, REVALIDATE). Whether
    /// there is one.
    pub fn send_to_leader(&mut self, packet: QuorumPacket, out: &mut Outputs) -> bool {
        match &self.role {
            Role::Learning(learner) if learner.is_serving() => {
                out.effects.push(Effect::Send(learner.link(), packet));
                true
            }
            _ => false,
        }
    }

    /// Answers [`crate::Upcall::TouchesWanted`] with
    /// [`zoowarden_shared::quorum::SessionTouches`].
    pub fn touches(&mut self, touches: Bytes, out: &mut Outputs) {
        if let Role::Learning(learner) = &self.role {
            learner.touches(&self.common, touches, out);
        }
    }

    /// The snapshot that a learner needs begins now, of the state after this transaction, the
    /// last delivered. The SNAP packet is sent; the stream may follow it. Whether the learner
    /// is still there.
    pub fn snapshot_begun(&mut self, link: LinkId, zxid: Zxid, out: &mut Outputs) -> bool {
        match &mut self.role {
            Role::Leading(leader) => leader.snapshot_begun(&self.common, link, zxid, out),
            _ => false,
        }
    }

    /// Everything of the snapshot, its signature too, was given to the shell.
    pub fn snapshot_sent(&mut self, now_us: u64, link: LinkId, out: &mut Outputs) {
        if let Role::Leading(leader) = &mut self.role {
            leader.snapshot_sent(now_us, link, out);
        }
    }

    /// Asks a quorum whether this member still leads. [`crate::Upcall::Confirmed`] answers with
    /// this number, or a later one; numbers count up while the member leads, and begin anew
    /// with each of its leaderships. `None` where it does not lead.
    pub fn confirm(&mut self, out: &mut Outputs) -> Option<u64> {
        match &mut self.role {
            Role::Leading(leader) => leader.confirm(&self.common, out),
            _ => None,
        }
    }

    /// The configuration in force.
    #[must_use]
    pub fn members(&self) -> &DynamicConfig {
        self.common.members()
    }

    /// Whether a reconfig is proposed and not in force.
    #[must_use]
    pub fn is_reconfiguring(&self) -> bool {
        self.common.pending().is_some()
    }

    /// Whether this member leads, and a quorum of this configuration is connected to it and in
    /// step, observers not counted.
    #[must_use]
    pub fn has_quorum_of(&self, config: &DynamicConfig) -> bool {
        match &self.role {
            Role::Leading(leader) => leader.has_quorum_of(&self.common, config),
            _ => false,
        }
    }

    /// Whether this member leads, and every learner that is connected to it is one of ours.
    #[must_use]
    pub fn leads_ours_alone(&self) -> bool {
        match &self.role {
            Role::Leading(leader) => leader.leads_ours_alone(),
            _ => false,
        }
    }
}
