//! What every role of a member works on: its settings, its log, its epochs.

use zoowarden_shared::{
    Epoch, Sid, Zxid,
    config::DynamicConfig,
    jute::Buffer,
    quorum::{PacketType, QuorumPacket},
};

use crate::{
    config::{Config, Durable},
    effect::{Effect, Event, Outputs, Upcall},
    history::History,
    input::LinkId,
    quorums::Quorums,
    reconfig::{self, Appointment},
};

/// Why a role cannot be gone on with: the member looks for a leader again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lost(pub(crate) String);

impl Lost {
    pub(crate) fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

/// What an input comes to in a role.
pub(crate) type Step = Result<(), Lost>;

/// What the disk is busy with, during which nothing may be appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DiskWork {
    None,
    /// The log is being cut.
    Truncating,
    /// A leader's snapshot is being made what a restart begins with.
    Sealing,
    /// The state is being loaded anew.
    Reloading,
}

/// Who is to be voted for in the next election.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Nomination {
    pub(crate) leader: Sid,
    /// Who resigned.
    pub(crate) by: Sid,
    /// The last transaction of the leader that resigned, and of the nominee.
    pub(crate) last: Zxid,
}

/// Of every role.
#[derive(Debug)]
pub(crate) struct Common {
    /// Its members and the member's role change by reconfigs.
    pub(crate) config: Config,
    /// Of the members, and of each configuration that was seen.
    pub(crate) quorums: Quorums,
    /// Configurations newer than the one in force here, oldest first: each may be in force
    /// elsewhere, or come to be.
    pub(crate) seen: Vec<DynamicConfig>,
    /// Set where members, role or quorums are not what they were, for the election.
    pub(crate) config_changed: bool,
    /// Set where a reconfig says who leads next.
    pub(crate) appointed: Option<Appointment>,
    /// Set where the leader hands its office over.
    pub(crate) nominated: Option<Nomination>,
    pub(crate) history: History,
    /// The newest epoch whose leader this member promised to follow, durably.
    pub(crate) accepted_epoch: Epoch,
    /// The newest epoch that anybody was heard to have accepted: the next one is above it.
    pub(crate) heard_epoch: Epoch,
    /// The epoch whose history it holds, durably.
    pub(crate) current_epoch: Epoch,
    pub(crate) disk: DiskWork,
    /// Whether this member can vouch for its history. Where it cannot, it says so by the zxid
    /// -1, wins no election, counts for no quorum, and takes a snapshot only. It can again once
    /// it holds all that a leader had when its epoch began, durably.
    pub(crate) vouches: bool,
    /// What the state machine was built from is being changed: it must be loaded anew, whoever
    /// leads by then.
    pub(crate) must_reload: bool,
    /// Set by a role that has just come into office, for the election to tell others.
    pub(crate) established: Option<Epoch>,
}

impl Common {
    pub(crate) fn new(config: Config, durable: Durable) -> Self {
        let seen = reconfig::still_seen(&config, durable.last_zxid);
        Self {
            quorums: Quorums::joint(&config.members, &seen),
            seen,
            config_changed: false,
            appointed: None,
            nominated: None,
            history: History::new(durable.last_zxid, config.history_txns, config.history_bytes),
            accepted_epoch: durable.accepted_epoch,
            heard_epoch: durable.accepted_epoch,
            current_epoch: durable.current_epoch,
            disk: DiskWork::None,
            vouches: durable.last_zxid >= Zxid::ZERO,
            must_reload: false,
            established: None,
            config,
        }
    }

    pub(crate) fn me(&self) -> Sid {
        self.config.sid
    }

    pub(crate) fn members(&self) -> &DynamicConfig {
        &self.config.members
    }

    /// The last transaction that this member can vouch for.
    pub(crate) fn vouched(&self) -> Zxid {
        if self.vouches {
            self.history.last()
        } else {
            Zxid(-1)
        }
    }

    fn ticks_us(&self, ticks: u32) -> u64 {
        u64::from(ticks.max(1)) * u64::from(self.config.tick_time_ms) * 1000
    }

    /// Half a tick: the interval of Apache's PINGs, microseconds.
    pub(crate) fn half_tick_us(&self) -> u64 {
        u64::from(self.config.tick_time_ms.max(2)) * 500
    }

    /// How often there is a sign of life on a quorum link, microseconds: of ours, or Apache's.
    pub(crate) fn sign_of_life_us(&self, is_ours: bool) -> u64 {
        match is_ours {
            true => self.heartbeat_us(),
            false => self.half_tick_us(),
        }
    }

    pub(crate) fn heartbeat_us(&self) -> u64 {
        u64::from(self.config.heartbeat_ms.max(1)) * 1000
    }

    /// `initLimit`, microseconds.
    pub(crate) fn init_limit_us(&self) -> u64 {
        self.ticks_us(self.config.init_limit_ticks)
    }

    /// `syncLimit`, microseconds.
    pub(crate) fn sync_limit_us(&self) -> u64 {
        self.ticks_us(self.config.sync_limit_ticks)
    }

    /// Gives the state machine everything up to this transaction that it does not have. A
    /// reconfig comes into force.
    pub(crate) fn deliver(&mut self, upto: Zxid, out: &mut Outputs) {
        while let Some((zxid, txn)) = self.history.deliver_next(upto) {
            let config = reconfig::config_of(&txn);
            out.upcalls.push(Upcall::Deliver { zxid, txn });
            // One that cannot be read was not let into the log.
            if let Some(Ok(config)) = config {
                self.activate(config, out);
            }
        }
        self.history.trim();
    }

    /// Has the state machine loaded anew.
    pub(crate) fn reload(&mut self, out: &mut Outputs) {
        self.disk = DiskWork::Reloading;
        out.effects.push(Effect::Reload);
    }
}

impl Outputs {
    pub(crate) fn send(&mut self, link: LinkId, kind: PacketType, zxid: Zxid, data: Buffer) {
        let packet = QuorumPacket::new(kind, zxid, data);
        self.effects.push(Effect::Send(link, packet));
    }

    pub(crate) fn event(&mut self, event: Event) {
        self.upcalls.push(Upcall::Event(event));
    }
}
