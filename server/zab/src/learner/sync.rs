//! Synchronisation with a leader (`Learner.syncWithLeader`).
//!
//! A cut or a snapshot changes what the state machine was built from: the disk does it first,
//! whole or not at all, and then everything is loaded anew from there (ZOOKEEPER-3642, 5094).
//! What the leader sends meanwhile waits.

use bytes::Bytes;
use zoowarden_shared::{
    Zxid,
    config::DynamicConfig,
    quorum::{PacketType, QuorumPacket},
};

use super::{Learner, NewLeader};
use crate::{
    common::{Common, DiskWork, Lost, Step},
    effect::{Effect, Event, Outputs},
    input::DiskEvent,
    reconfig,
};

/// Which stream of transactions the leader has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stream {
    NotBegun,
    /// A snapshot is coming, of the state after this transaction.
    Snapshot(Zxid),
    /// Transactions follow what we have.
    Begun,
}

impl Learner {
    pub(super) fn sync_packet(
        &mut self,
        common: &mut Common,
        kind: PacketType,
        packet: QuorumPacket,
        out: &mut Outputs,
    ) -> Step {
        if kind == PacketType::Config {
            return see_config(common, &packet, out);
        }
        if self.stream == Stream::NotBegun {
            return self.begin(common, kind, packet.zxid, out);
        }
        match kind {
            PacketType::Proposal => self.proposal(common, packet, out),
            PacketType::Commit
            | PacketType::CommitAndActivate
            | PacketType::Inform
            | PacketType::InformAndActivate => self.decided(common, kind, packet, out),
            PacketType::NewLeader => self.new_leader(common, &packet, out),
            PacketType::UpToDate => self.up_to_date(common, out),
            // Nobody has been heard from; the leader asks again.
            PacketType::Ping => Ok(()),
            _ => Err(Lost::new(format!("{} during synchronisation", kind.name()))),
        }
    }

    /// The first packet says how the leader will bring us up to date.
    fn begin(
        &mut self,
        common: &mut Common,
        kind: PacketType,
        zxid: Zxid,
        out: &mut Outputs,
    ) -> Step {
        let from = common.history.last();
        out.event(Event::Syncing {
            sid: common.me(),
            how: kind.name(),
            from,
            to: zxid,
        });
        if self.only_snapshot && kind != PacketType::Snap {
            let name = kind.name();
            return Err(Lost(format!("{name}, but only a snapshot will do here")));
        }
        match kind {
            PacketType::Diff => {
                self.stream = Stream::Begun;
                // All that we have is in the leader's history, or it would have cut it.
                self.committed = self.committed.max(zxid.min(from));
            }
            PacketType::Trunc => {
                self.stream = Stream::Begun;
                self.truncate(common, zxid, out)?;
            }
            PacketType::Snap => {
                self.stream = Stream::Snapshot(zxid);
                out.effects.push(Effect::StageBegin(zxid));
            }
            _ => {
                let name = kind.name();
                return Err(Lost::new(format!("{name} instead of DIFF, TRUNC or SNAP")));
            }
        }
        Ok(())
    }

    fn truncate(&mut self, common: &mut Common, zxid: Zxid, out: &mut Outputs) -> Step {
        self.committed = self.committed.max(zxid);
        if zxid == common.history.last() {
            return Ok(());
        }
        if zxid > common.history.last() {
            return Err(Lost::new(format!(
                "TRUNC to {zxid}, which is ahead of the log"
            )));
        }
        // What the state machine has of the tail goes only by loading it anew.
        self.reload_to = (!common.history.truncate(zxid)).then_some(zxid);
        common.must_reload = self.reload_to.is_some();
        common.disk = DiskWork::Truncating;
        out.effects.push(Effect::PauseLink(self.link));
        out.effects.push(Effect::Truncate(zxid));
        Ok(())
    }

    pub(super) fn snapshot_chunk(&mut self, chunk: Bytes, out: &mut Outputs) -> Step {
        match self.stream {
            Stream::Snapshot(_) => {
                out.effects.push(Effect::StageChunk(chunk));
                Ok(())
            }
            _ => Err(Lost::new("a snapshot that was not announced")),
        }
    }

    pub(super) fn snapshot_end(&mut self, common: &mut Common, out: &mut Outputs) -> Step {
        let Stream::Snapshot(zxid) = self.stream else {
            return Err(Lost::new("the end of a snapshot that was not announced"));
        };
        self.reload_to = Some(zxid);
        common.must_reload = true;
        common.disk = DiskWork::Sealing;
        out.effects.push(Effect::PauseLink(self.link));
        out.effects.push(Effect::StageEnd(zxid));
        Ok(())
    }

    /// A cut, a snapshot or a load is done, or failed.
    pub(super) fn state_changed(
        &mut self,
        common: &mut Common,
        event: &DiskEvent,
        out: &mut Outputs,
    ) -> Step {
        match *event {
            DiskEvent::Truncated(_) | DiskEvent::Staged(_) if self.reload_to.is_some() => {
                common.reload(out);
                Ok(())
            }
            DiskEvent::Truncated(_) => self.resume(common, out),
            DiskEvent::StageFailed => Err(Lost::new("the leader's snapshot cannot be written")),
            DiskEvent::Reloaded(last) if self.reload_to == Some(last) => {
                self.reload_to = None;
                self.stream = Stream::Begun;
                self.committed = last;
                self.resume(common, out)
            }
            DiskEvent::Reloaded(last) => Err(Lost::new(format!(
                "the state was loaded up to {last}, not as asked"
            ))),
            _ => Err(Lost::new(
                "the disk did something else than it was asked for",
            )),
        }
    }

    fn new_leader(
        &mut self,
        common: &mut Common,
        packet: &QuorumPacket,
        out: &mut Outputs,
    ) -> Step {
        let epoch = packet.zxid.epoch();
        if epoch != self.epoch || self.new_leader != NewLeader::NotYet {
            return Err(Lost::new(format!("NEWLEADER of epoch {epoch} out of turn")));
        }
        // Apache before 3.5 tells nothing.
        if packet.data.as_ref().is_some_and(|text| text.len() > 1) {
            let config = config_in(packet)?;
            common.see(config.clone(), out);
            self.config = Some(config);
        }
        self.new_leader = NewLeader::Flushing {
            upto: common.history.last(),
        };
        self.log_is_flushed(common, out);
        Ok(())
    }
}

/// A configuration that the leader asks, and that must agree here too before the snapshot comes
/// in which its transaction may be.
fn see_config(common: &mut Common, packet: &QuorumPacket, out: &mut Outputs) -> Step {
    common.see(config_in(packet)?, out);
    Ok(())
}

fn config_in(packet: &QuorumPacket) -> Result<DynamicConfig, Lost> {
    let text = packet.data.as_deref().unwrap_or_default();
    let name = packet.packet_type().map_or("a packet", PacketType::name);
    reconfig::parse(text).map_err(|what| Lost::new(format!("{name} cannot be read: {what}")))
}
