//! What a run is like: how many members and clients, how long, how wild. All of it is drawn
//! from the seed; a scenario file may fix what matters to it.

use serde::Deserialize;

use crate::{chance::Dice, fault::Scripted, flaw::Flaw};

/// The largest ensemble.
const MOST_MEMBERS: usize = 7;

/// Sessions that one member alone knows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LocalSessions {
    /// There are none.
    #[default]
    None,
    /// They stay what they are (`localSessionsEnabled`).
    Kept,
    /// An ephemeral makes them known to all (`localSessionsUpgradingEnabled`).
    Upgraded,
}

/// A run, before it begins.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Everything that is random comes from it.
    pub seed: u64,
    /// Members that vote; 1 and no observers is a standalone server.
    pub voters: usize,
    /// Members that do not.
    pub observers: usize,
    /// Clients.
    pub clients: usize,
    /// How long faults come, milliseconds.
    pub fault_phase_ms: u64,
    /// Mean time between two faults, milliseconds; 0 for none but those of the script.
    pub fault_gap_ms: u64,
    /// Mean time that a client thinks between two requests, microseconds.
    pub think_us: u64,
    /// How many requests a client has outstanding at most.
    pub outstanding: usize,
    /// `tickTime`, milliseconds.
    pub tick_time_ms: u32,
    /// `snapCount`.
    pub snap_count: u32,
    /// Whether old snapshots and logs are removed behind each new snapshot, so that learners
    /// that lag need a snapshot.
    pub purge: bool,
    /// Transactions that a leader keeps in memory for learners that lag.
    pub history_txns: usize,
    /// Mean delay of a packet, microseconds.
    pub delay_us: u64,
    /// Mean time of a sync of the disk, microseconds.
    pub sync_us: u64,
    /// Machines that are no members at first, and may become some (`reconfigEnabled`).
    pub spares: usize,
    /// Mean time between two reconfigs, milliseconds; 0 where members do not change.
    pub reconfig_gap_ms: u64,
    /// Whether a reconfig may put others in the place of most voters, or of all.
    pub wide_reconfigs: bool,
    /// Mean time between two orders to hand the leadership over, milliseconds; 0 for none.
    pub handover_gap_ms: u64,
    /// `localSessionsEnabled`, and whether those sessions may be upgraded.
    pub local_sessions: LocalSessions,
    /// `readonlymode.enabled`, and clients that take a member without a leader.
    pub read_only: bool,
    /// Whether clients that move bring their watches along (`setWatches2`).
    pub set_watches: bool,
    /// Faults at given times.
    #[serde(rename = "fault")]
    pub script: Vec<Scripted>,
    /// A safety rule that is broken.
    #[serde(skip)]
    pub flaw: Option<Flaw>,
    /// Whether every event is printed.
    #[serde(skip)]
    pub trace: bool,
}

impl Default for Settings {
    /// A calm ensemble of three.
    fn default() -> Self {
        Self {
            seed: 0,
            voters: 3,
            observers: 0,
            clients: 3,
            fault_phase_ms: 4000,
            fault_gap_ms: 0,
            think_us: 40_000,
            outstanding: 2,
            tick_time_ms: 200,
            snap_count: 100,
            purge: false,
            history_txns: 100,
            delay_us: 500,
            sync_us: 1000,
            spares: 0,
            reconfig_gap_ms: 0,
            wide_reconfigs: false,
            handover_gap_ms: 0,
            local_sessions: LocalSessions::None,
            read_only: false,
            set_watches: false,
            script: Vec::new(),
            flaw: None,
            trace: false,
        }
    }
}

impl Settings {
    /// The run of this seed.
    #[must_use]
    pub fn from_seed(seed: u64) -> Self {
        let dice = &mut Dice::new(seed ^ 0x5e77_1e55);
        let (voters, observers) = match dice.below(20) {
            0 | 1 => (1, 0),
            2..=11 => (3, dice.below(2)),
            12..=14 => (3, 1 + dice.below(2)),
            15..=18 => (5, dice.below(2)),
            _ => (7, 0),
        };
        let mut settings = Self {
            seed,
            voters,
            observers,
            clients: 2 + dice.below(3),
            fault_phase_ms: dice.between(2500, 6000),
            fault_gap_ms: dice.between(150, 900),
            think_us: dice.between(20_000, 90_000),
            outstanding: 1 + dice.below(4),
            tick_time_ms: dice.pick(&[100, 200, 300]).unwrap_or(200),
            snap_count: dice.pick(&[4, 10, 30, 100, 100_000]).unwrap_or(100),
            purge: dice.one_in(2),
            history_txns: dice.pick(&[5, 20, 100, 10_000]).unwrap_or(100),
            delay_us: dice.pick(&[100, 500, 500, 2000, 8000]).unwrap_or(500),
            sync_us: dice.pick(&[100, 1000, 1000, 5000, 15_000]).unwrap_or(1000),
            ..Self::default()
        };
        settings.draw_features();
        settings
    }

    /// What only some ensembles use, drawn apart from all else.
    fn draw_features(&mut self) {
        let dice = &mut Dice::new(self.seed ^ 0xfea7_0e55);
        self.set_watches = dice.one_in(2);
        if !self.is_replicated() {
            return;
        }
        if dice.one_in(3) {
            self.spares = dice.below(1 + MOST_MEMBERS.saturating_sub(self.members()).min(3));
            self.reconfig_gap_ms = dice.between(150, 700);
            self.fault_phase_ms += 1500;
        }
        if dice.one_in(4) {
            self.local_sessions = dice
                .pick(&[LocalSessions::Kept, LocalSessions::Upgraded])
                .unwrap_or_default();
        }
        if dice.one_in(4) {
            self.read_only = true;
            // Its grace is longer than most elections.
            self.fault_phase_ms += 4000;
        }
        if dice.one_in(4) {
            self.handover_gap_ms = dice.between(150, 1500);
        }
        let dice = &mut Dice::new(self.seed ^ 0x51de_0e55);
        if self.is_reconfigured() && self.voters == 3 && dice.one_in(2) {
            self.wide_reconfigs = true;
            self.spares = MOST_MEMBERS - self.members();
        }
    }

    /// Members at first.
    #[must_use]
    pub fn members(&self) -> usize {
        self.voters + self.observers
    }

    /// Members, and those that may become some.
    #[must_use]
    pub fn machines(&self) -> usize {
        self.members() + self.spares
    }

    /// Whether members come and go.
    #[must_use]
    pub fn is_reconfigured(&self) -> bool {
        self.reconfig_gap_ms > 0 && self.is_replicated()
    }

    /// Whether there is an ensemble, not one standalone server.
    #[must_use]
    pub fn is_replicated(&self) -> bool {
        self.members() > 1
    }
}
