//! Configurations of the ensemble: what each member is told of it when it starts, what it
//! writes down, and which one counts.

use zoowarden_peer::PeerConfig;
use zoowarden_shared::{
    Sid,
    config::{DynamicConfig, Role},
};

use super::World;
use crate::{
    event::Event,
    flaw::Flaw,
    machine::{Health, server_spec},
    settings::{LocalSessions, Settings},
};

impl World {
    pub(super) fn peer_config(&mut self, member: usize) -> PeerConfig {
        let settings = &self.settings;
        let tick_time_ms = settings.tick_time_ms as i32;
        let machine = &mut self.machines[member];
        let sid = machine.sid;
        let is_reconfigured = settings.is_reconfigured();
        if is_reconfigured {
            // The real server does not start where its own line is missing: somebody wrote it.
            machine.files.enlist(sid);
        }
        let replication = settings.is_replicated().then(|| {
            let mut config = zoowarden_zab::Config::new(sid, machine.files.active.clone());
            config.seen.clone_from(&machine.files.seen);
            config.reconfig_enabled = is_reconfigured;
            config.tick_time_ms = settings.tick_time_ms;
            config.heartbeat_ms = settings.tick_time_ms / 4;
            config.history_txns = settings.history_txns;
            config
        });
        PeerConfig {
            sid,
            tick_time_ms,
            min_session_timeout_ms: 2 * tick_time_ms,
            max_session_timeout_ms: 20 * tick_time_ms,
            snap_count: settings.snap_count,
            // Whoever may reconfig is not what is looked for here.
            skip_acl: is_reconfigured,
            reconfig_enabled: is_reconfigured,
            config_node: is_reconfigured.then(|| machine.files.active.to_string()),
            replication,
            local_sessions_enabled: settings.local_sessions != LocalSessions::None,
            local_sessions_upgrading_enabled: settings.local_sessions == LocalSessions::Upgraded,
            read_only_mode_enabled: settings.read_only,
            ..PeerConfig::default()
        }
    }

    /// Newer configurations may come into force: a restart must know of them.
    pub(super) fn config_seen(&mut self, member: usize, configs: Vec<DynamicConfig>) {
        match configs.last() {
            Some(newest) => self.note_config(member, "seen", newest),
            None => self.trace.note(self.now_us, "config", member, 0, || {
                "no other is seen any more".to_owned()
            }),
        }
        if self.settings.flaw != Some(Flaw::ConfigForgotten) {
            self.machines[member].files.see(configs);
        }
        self.meet_new_members(member);
    }

    /// A configuration is in force: a restart begins with it.
    pub(super) fn config_active(&mut self, member: usize, config: DynamicConfig) {
        self.note_config(member, "active", &config);
        let before = self.machines[member].files.active.version;
        if config.version < before {
            self.violate(format!(
                "members: member {member} goes back from configuration {before:x} to {:x}",
                config.version
            ));
        }
        if config.version > self.latest_config.version {
            self.latest_config = config.clone();
        }
        if self.settings.flaw != Some(Flaw::ConfigForgotten) {
            self.machines[member].files.activate(config);
        }
        self.meet_new_members(member);
    }

    fn note_config(&mut self, member: usize, what: &'static str, config: &DynamicConfig) {
        self.trace
            .note(self.now_us, "config", member, config.version as u64, || {
                format!("{what}: {}", describe(config))
            });
    }

    /// Connects with whoever this member did not know before.
    fn meet_new_members(&mut self, member: usize) {
        for other in 0..self.machines.len() {
            if other != member
                && self.machines[other].process.is_some()
                && self.are_acquainted(member, other)
                && !self.elections.is_connected(member, other)
            {
                let at_us = self.now_us + self.delay_us();
                self.queue
                    .push(at_us, Event::ElectionDial { one: member, other });
            }
        }
    }

    /// Whether one of them knows where the other is.
    pub(super) fn are_acquainted(&self, one: usize, other: usize) -> bool {
        let (one, other) = (&self.machines[one], &self.machines[other]);
        one.files.names(other.sid) || other.files.names(one.sid)
    }

    /// Whether a machine is a member of the newest configuration that is in force anywhere.
    pub(crate) fn is_member(&self, member: usize) -> bool {
        let sid = self.machines[member].sid;
        self.latest_config.servers.contains_key(&sid)
    }

    /// Every configuration that anybody may still go by, or that was asked for.
    fn known_configs(&self) -> impl Iterator<Item = &DynamicConfig> {
        let written = self.machines.iter().flat_map(|machine| machine.files.all());
        written.chain(&self.asked_config)
    }

    /// Whether somebody else may take this machine for a member, now or soon.
    pub(super) fn may_be_member(&self, member: usize) -> bool {
        let sid = self.machines[member].sid;
        let others = self.machines.iter().filter(|it| it.index != member);
        let written = others.flat_map(|machine| machine.files.all());
        let mut known = written.chain(&self.asked_config);
        known.any(|config| config.servers.contains_key(&sid)) || self.is_member(member)
    }

    /// Whether a majority of every configuration's voters stays undamaged when this machine
    /// is damaged, too: what only the others had would be lost otherwise, with nobody to blame.
    pub(super) fn may_be_damaged(&self, member: usize) -> bool {
        self.known_configs()
            .all(|config| self.keeps_sound_majority(config, Some(member)))
    }

    /// Whether a machine cannot be elected, though a reconfig under way may give it a vote.
    fn has_no_vote_yet(&self, member: usize) -> bool {
        let sid = self.machines[member].sid;
        let own = self.latest_config.servers.get(&sid);
        own.is_none_or(|own| own.role == Role::Observer)
    }

    /// See [`Self::may_be_damaged`]. Who becomes a voter by this configuration is as good as
    /// damaged until it is in force: nobody counts an observer's acknowledgements, and whoever
    /// has no vote yet cannot lead, though its log may be the newest of all that are left.
    pub(super) fn keeps_sound_majority(
        &self,
        config: &DynamicConfig,
        damaged: Option<usize>,
    ) -> bool {
        let voters: Vec<Sid> = config.voters().map(|(sid, _)| sid).collect();
        let is_damaged = |sid: &&Sid| {
            self.member_of(**sid).is_none_or(|member| {
                damaged == Some(member)
                    || self.machines[member].health != Health::Sound
                    || self.has_no_vote_yet(member)
            })
        };
        let damaged = voters.iter().filter(is_damaged).count();
        damaged <= voters.len().saturating_sub(1) / 2
    }
}

/// The ensemble as all members' configurations have it at first.
pub(super) fn first_config(settings: &Settings) -> DynamicConfig {
    let mut config = DynamicConfig::default();
    for index in 0..settings.members() {
        let role = if index < settings.voters {
            Role::Participant
        } else {
            Role::Observer
        };
        let sid = Sid(index as i64 + 1);
        if let Some(spec) = server_spec(sid, role) {
            config.servers.insert(sid, spec);
        }
    }
    config
}

/// For a line of the trace.
pub(super) fn describe(config: &DynamicConfig) -> String {
    let members: Vec<String> = config
        .servers
        .iter()
        .map(|(sid, server)| format!("{}:{}", sid.0 - 1, server.role))
        .collect();
    format!("version {:x}, {}", config.version, members.join(" "))
}
