//! A follower or observer: from the first packet to its leader until it loses it (`Learner`,
//! `Follower`, `Observer`).
//!
//! ```text
//!   Dialling ─> Registering ─> Accepting ─> Syncing ──────────────────────────> Serving
//!               INFO sent      LEADERINFO:  DIFF, TRUNC or SNAP, transactions,
//!                              the epoch    NEWLEADER: the log is flushed, then
//!                              is saved     the epoch is saved, then ACK
//! ```
//!
//! Nothing is delivered before UPTODATE: what a new leader calls committed is so only once a
//! quorum has acknowledged NEWLEADER. Everything goes through the log, whichever way it comes
//! (ZOOKEEPER-4785, 4925), and is acknowledged when it is flushed (3911, 4643, 4646).
//!
//! - `registration`, `sync`, `decisions`: what the leader sends, in the order of its life.
//! - `acks`: what is answered, and when.

mod acks;
mod decisions;
mod registration;
mod sync;

use std::collections::VecDeque;

use acks::NewLeader;
use bytes::Bytes;
use sync::Stream;
use zoowarden_shared::{
    Epoch, Sid, Zxid,
    config::{DynamicConfig, Role},
    jute::Jute,
    quorum::{Features, PacketType, QuorumPacket},
};

use crate::{
    common::{Common, DiskWork, Lost, Step},
    effect::{Effect, Outputs, Upcall},
    input::{DiskEvent, LinkEvent, LinkId},
};

/// How far a learner is with its leader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The connection is being made.
    Dialling,
    /// FOLLOWERINFO or OBSERVERINFO is sent.
    Registering,
    /// LEADERINFO has come; the accepted epoch is being saved.
    Accepting,
    /// ACKEPOCH is sent.
    Syncing,
    /// UPTODATE has come.
    Serving,
}

/// A member with a leader.
#[derive(Debug)]
pub(crate) struct Learner {
    leader: Sid,
    link: LinkId,
    /// The link on which the leader ordered a cut that the log cannot make; held until the
    /// leader answers on the new one.
    refused: Option<LinkId>,
    is_observer: bool,
    phase: Phase,
    /// The leader's, once LEADERINFO has come.
    epoch: Epoch,
    features: Features,
    /// ACKEPOCH named no transaction: what a DIFF or TRUNC would begin with is not known.
    only_snapshot: bool,
    stream: Stream,
    /// What the state must be loaded up to: it is being cut, or replaced.
    reload_to: Option<Zxid>,
    new_leader: NewLeader,
    /// What NEWLEADER told: in force from UPTODATE on.
    config: Option<DynamicConfig>,
    /// Who leads the newest configuration, as the leader said with it.
    designated: Option<Sid>,
    /// The last transaction that the leader called committed.
    committed: Zxid,
    /// The last transaction that was acknowledged or needs no acknowledgement.
    acked: Zxid,
    /// What came while the disk was busy.
    held: VecDeque<QuorumPacket>,
    heard_us: u64,
}

impl Learner {
    /// Begins to follow or observe.
    pub(crate) fn new(
        common: &Common,
        now_us: u64,
        leader: Sid,
        link: LinkId,
        out: &mut Outputs,
    ) -> Self {
        out.effects.push(Effect::Dial(link, leader));
        Self {
            leader,
            link,
            refused: None,
            is_observer: common.config.role == Role::Observer,
            phase: Phase::Dialling,
            epoch: 0,
            features: Features::default(),
            only_snapshot: false,
            stream: Stream::NotBegun,
            reload_to: None,
            new_leader: NewLeader::NotYet,
            config: None,
            designated: None,
            committed: common.history.delivered(),
            acked: Zxid::ZERO,
            held: VecDeque::new(),
            heard_us: now_us,
        }
    }

    /// The log cannot be cut where the leader says: it is asked again, for a snapshot.
    ///
    /// What this member has acknowledged it still has, so that its promise and its vote stay
    /// good; without them there might be no quorum (simulator, seed 6006011). A leader sends a
    /// snapshot for the zxid -1, which promises nothing, but in an epoch that was promised
    /// already nothing is to be promised any more. So this must be the same leadership: the
    /// link on which it was promised is held until the leader answers on the new one, since
    /// ours resign where they lose their quorum. (Apache's member ends its process,
    /// ZOOKEEPER-3701.)
    pub(crate) fn ask_for_snapshot(
        &mut self,
        common: &Common,
        now_us: u64,
        link: LinkId,
        out: &mut Outputs,
    ) {
        let refused = Some(self.link);
        *self = Self::new(common, now_us, self.leader, link, out);
        self.refused = refused;
    }

    pub(crate) fn leader(&self) -> Sid {
        self.leader
    }

    pub(crate) fn link(&self) -> LinkId {
        self.link
    }

    pub(crate) fn epoch(&self) -> Epoch {
        self.epoch
    }

    pub(crate) fn is_serving(&self) -> bool {
        self.phase == Phase::Serving
    }

    /// Whether the leader is one of ours, as it said on this very link.
    pub(crate) fn leader_beats(&self) -> bool {
        self.features.are_cumulative()
    }

    /// When the leader was last heard of, microseconds.
    pub(crate) fn heard_us(&self) -> u64 {
        self.heard_us
    }

    /// Something happened on the link with the leader.
    pub(crate) fn link_event(
        &mut self,
        common: &mut Common,
        now_us: u64,
        event: LinkEvent,
        out: &mut Outputs,
    ) -> Step {
        self.heard_us = now_us;
        match event {
            LinkEvent::Connected => {
                self.register(common, out);
                Ok(())
            }
            LinkEvent::DialFailed => Err(Lost::new("the leader cannot be reached")),
            LinkEvent::Closed => Err(Lost::new("the leader closed the connection")),
            LinkEvent::Packet(packet) if common.disk != DiskWork::None => {
                self.held.push_back(packet);
                Ok(())
            }
            LinkEvent::Packet(packet) => self.packet(common, packet, out),
            LinkEvent::SnapshotChunk(chunk) => self.snapshot_chunk(chunk, out),
            LinkEvent::SnapshotEnd => self.snapshot_end(common, out),
            LinkEvent::Accepted { .. } => Ok(()),
        }
    }

    fn packet(&mut self, common: &mut Common, packet: QuorumPacket, out: &mut Outputs) -> Step {
        let Some(kind) = packet.packet_type() else {
            // As Apache does with what it does not know.
            return Ok(());
        };
        match self.phase {
            Phase::Dialling | Phase::Accepting => {
                Err(Lost::new(format!("{} comes too early", kind.name())))
            }
            Phase::Registering => self.leader_info(common, kind, &packet, out),
            Phase::Syncing => self.sync_packet(common, kind, packet, out),
            Phase::Serving => self.serving_packet(common, kind, packet, out),
        }
    }

    fn serving_packet(
        &mut self,
        common: &mut Common,
        kind: PacketType,
        packet: QuorumPacket,
        out: &mut Outputs,
    ) -> Step {
        match kind {
            PacketType::Proposal => self.proposal(common, packet, out),
            PacketType::Commit
            | PacketType::CommitAndActivate
            | PacketType::Inform
            | PacketType::InformAndActivate => {
                self.decided(common, kind, packet, out)?;
                common.deliver(self.committed, out);
                self.check_office(common)
            }
            PacketType::Ping => {
                out.upcalls.push(Upcall::TouchesWanted);
                Ok(())
            }
            PacketType::Revalidate | PacketType::Sync => {
                out.upcalls.push(Upcall::FromLeader(packet));
                Ok(())
            }
            PacketType::Nominate => Err(self.nominated(common, &packet)),
            // An Apache leader repeats it to who acknowledges late.
            PacketType::UpToDate => Ok(()),
            _ => Err(Lost::new(format!("{} while serving", kind.name()))),
        }
    }

    /// The disk has done something that a learner waits for.
    pub(crate) fn disk(
        &mut self,
        common: &mut Common,
        event: &DiskEvent,
        out: &mut Outputs,
    ) -> Step {
        match *event {
            DiskEvent::Flushed { .. } => {
                self.log_is_flushed(common, out);
                Ok(())
            }
            DiskEvent::AcceptedEpochSaved(epoch) => {
                if self.phase == Phase::Accepting && epoch == self.epoch {
                    self.ack_epoch(common.current_epoch, common.vouched(), out);
                }
                Ok(())
            }
            DiskEvent::CurrentEpochSaved(epoch) => {
                self.current_epoch_saved(common, epoch, out);
                Ok(())
            }
            DiskEvent::Truncated(_)
            | DiskEvent::Staged(_)
            | DiskEvent::StageFailed
            | DiskEvent::Reloaded(_) => self.state_changed(common, event, out),
            DiskEvent::TruncateRefused(_) | DiskEvent::LogRead { .. } => Ok(()),
        }
    }

    /// Handles what came while the disk was busy.
    fn resume(&mut self, common: &mut Common, out: &mut Outputs) -> Step {
        while common.disk == DiskWork::None
            && let Some(packet) = self.held.pop_front()
        {
            self.packet(common, packet, out)?;
        }
        if common.disk == DiskWork::None {
            out.effects.push(Effect::ResumeLink(self.link));
        }
        Ok(())
    }

    /// Whether the leader has been silent too long.
    pub(crate) fn tick(&mut self, common: &Common, now_us: u64) -> Step {
        if self.deadline_us(common) <= now_us {
            return Err(Lost::new("the leader has been silent too long"));
        }
        Ok(())
    }

    /// When the leader will have been silent too long. While our own disk is busy it may be.
    pub(crate) fn deadline_us(&self, common: &Common) -> u64 {
        if common.disk != DiskWork::None {
            return u64::MAX;
        }
        let limit = match self.phase {
            Phase::Serving => common.sync_limit_us(),
            _ => common.init_limit_us(),
        };
        self.heard_us.saturating_add(limit)
    }

    /// This member was not awake: nobody was silent.
    pub(crate) fn forgive(&mut self, now_us: u64) {
        self.heard_us = now_us;
    }

    /// Lets the leader go.
    pub(crate) fn close(&self, common: &Common, out: &mut Outputs) {
        let links = self.refused.into_iter().chain([self.link]);
        out.effects.extend(links.map(Effect::Hangup));
        if matches!(self.stream, Stream::Snapshot(_)) && common.disk == DiskWork::None {
            out.effects.push(Effect::StageAbort);
        }
    }

    /// The sessions that were heard from, as the reply to a PING.
    pub(crate) fn touches(&self, common: &Common, touches: Bytes, out: &mut Outputs) {
        let last = common.history.last();
        out.send(self.link, PacketType::Ping, last, Some(touches));
    }
}

/// The packet's data as the record that its type prescribes.
fn payload<T: Jute>(packet: &QuorumPacket) -> Result<T, Lost> {
    packet
        .payload()
        .map_err(|error| Lost::new(format!("a packet of the leader cannot be read: {error}")))
}
