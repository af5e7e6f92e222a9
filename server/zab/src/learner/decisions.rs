//! Transactions that the leader proposes, and what it says of them: committed, in force, up to
//! date.

use zoowarden_shared::{
    Zxid,
    config::Role,
    quorum::{InformAndActivate, Nominate, PacketType, QuorumPacket},
};

use super::{Learner, Phase, acks::NewLeader, payload};
use crate::{
    common::{Common, Lost, Nomination, Step},
    effect::{Effect, Event, Outputs, Serving, Upcall},
    reconfig::{self, Appointment},
};

impl Learner {
    /// A transaction for the log. One that is there already is harmless; a hole is not
    /// (ZOOKEEPER-4925).
    pub(super) fn proposal(
        &mut self,
        common: &mut Common,
        packet: QuorumPacket,
        out: &mut Outputs,
    ) -> Step {
        let zxid = packet.zxid;
        let last = common.history.last();
        if zxid <= last {
            return Ok(());
        }
        if !common.history.may_append(zxid) {
            out.event(Event::BadPeer {
                sid: self.leader,
                what: format!("it proposes {zxid} behind {last}"),
            });
            return Err(Lost::new(format!("a hole between {last} and {zxid}")));
        }
        let txn = packet.data.unwrap_or_default();
        if let Some(config) = reconfig::config_of(&txn) {
            common.see(config?, out);
        }
        common.history.append(zxid, txn.clone());
        out.effects.push(Effect::Append { zxid, txn });
        Ok(())
    }

    /// The leader has a quorum for everything up to here.
    pub(super) fn commit(&mut self, common: &Common, zxid: Zxid) -> Step {
        if zxid > common.history.last() {
            return Err(Lost::new(format!(
                "COMMIT of {zxid}, which was never proposed"
            )));
        }
        self.committed = self.committed.max(zxid);
        Ok(())
    }

    /// Something is committed, and comes with it or came before.
    pub(super) fn decided(
        &mut self,
        common: &mut Common,
        kind: PacketType,
        packet: QuorumPacket,
        out: &mut Outputs,
    ) -> Step {
        let zxid = packet.zxid;
        match kind {
            PacketType::Inform => self.proposal(common, packet, out)?,
            PacketType::InformAndActivate => {
                let activate: InformAndActivate = payload(&packet)?;
                self.designated = Some(activate.designated_leader);
                let txn = Some(activate.txn);
                let packet = QuorumPacket::new(PacketType::Inform, zxid, txn);
                self.proposal(common, packet, out)?;
            }
            PacketType::CommitAndActivate => self.designated = Some(payload(&packet)?),
            _ => {}
        }
        self.commit(common, zxid)
    }

    /// A reconfig may have changed what this member is, or who leads it: then it begins anew,
    /// with that leader, and nobody is elected (`QuorumPeer.processReconfig`).
    pub(super) fn check_office(&self, common: &mut Common) -> Step {
        let leader = self.designated.unwrap_or(self.leader);
        let is_observer = common.config.role == Role::Observer;
        if leader == self.leader && is_observer == self.is_observer {
            return Ok(());
        }
        common.appointed = Some(Appointment::new(leader));
        Err(Lost::new(if leader == self.leader {
            "a reconfig changes this member's role".to_owned()
        } else {
            format!("a reconfig makes server {leader} the leader")
        }))
    }

    /// The leader resigns, and names who is to be voted for.
    pub(super) fn nominated(&self, common: &mut Common, packet: &QuorumPacket) -> Lost {
        match payload::<Nominate>(packet) {
            Ok(nominate) => {
                common.nominated = Some(Nomination {
                    leader: nominate.leader,
                    by: self.leader,
                    last: packet.zxid,
                });
                Lost::new(format!(
                    "server {} hands the leadership over to server {}",
                    self.leader, nominate.leader
                ))
            }
            Err(lost) => lost,
        }
    }

    /// UPTODATE: a quorum has acknowledged NEWLEADER; clients may be served.
    pub(super) fn up_to_date(&mut self, common: &mut Common, out: &mut Outputs) -> Step {
        if self.new_leader != NewLeader::Acked {
            return Err(Lost::new("UPTODATE before NEWLEADER was acknowledged"));
        }
        self.phase = Phase::Serving;
        let epoch = self.epoch;
        out.send(self.link, PacketType::Ack, Zxid::new(epoch, 0), None);
        common.deliver(self.committed, out);
        self.take_leaders_config(common, out);
        self.check_office(common)?;
        common.established = Some(epoch);
        out.upcalls.push(Upcall::Serve(if self.is_observer {
            Serving::Observing(epoch)
        } else {
            Serving::Following(epoch)
        }));
        out.event(Event::Established {
            leader: self.leader,
            epoch,
        });
        Ok(())
    }

    /// What NEWLEADER told is in force, unless it is a reconfig whose commit is to come.
    pub(super) fn take_leaders_config(&mut self, common: &mut Common, out: &mut Outputs) {
        if let Some(config) = self.config.take() {
            let (version, zxid) = (config.version, Zxid(config.version));
            if zxid.counter() == 0 || zxid <= common.history.delivered() {
                common.activate(config, out);
            }
            common.forget_undone_seen(self.epoch, version, out);
        }
    }
}
