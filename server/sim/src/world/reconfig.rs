//! What the operator asks for: one client, that has members join, leave and change their
//! roles, one request at a time.

use zoowarden_shared::{
    Sid,
    config::{DynamicConfig, Role},
    election::PeerState,
    proto::{ReconfigRequest, Request},
};

use super::World;
use crate::{
    chance::Dice,
    client::Role as ClientRole,
    machine::{Health, server_spec},
};

const FEWEST_VOTERS: usize = 3;

/// How a change is put.
#[derive(Clone, Copy, Debug)]
enum Form {
    /// Who joins and who leaves.
    Incremental,
    /// All that are to be members.
    Whole,
}

impl World {
    /// The operator may get something to ask for.
    pub(super) fn instruct(&mut self, client: usize) {
        let operator = &self.clients[client];
        if operator.role != ClientRole::Operator || !operator.is_settled() {
            return;
        }
        // It has its turn every 40 ms or so.
        let odds = (self.settings.reconfig_gap_ms / 40).max(1) as usize;
        if self.chance.members.one_in(odds)
            && let Some((next, request)) = self.draw_reconfig()
        {
            self.asked_config = Some(next);
            self.clients[client].errand = Some(Request::Reconfig(request));
        }
    }

    /// A change of the newest configuration, on condition that it is still that, so that a
    /// request that is late cannot leave too few voters.
    fn draw_reconfig(&mut self) -> Option<(DynamicConfig, ReconfigRequest)> {
        let present = self.latest_config.clone();
        let mut next = present.clone();
        let is_wide = self.settings.wide_reconfigs && self.chance.members.one_in(2);
        if is_wide {
            self.replace_voters(&mut next);
        } else {
            for _ in 0..1 + self.chance.members.below(2) {
                self.change(&mut next);
            }
        }
        let voters = next.voters().count();
        let is_sound = is_wide || self.keeps_sound_majority(&next, None);
        if next == present || voters < FEWEST_VOTERS || !is_sound {
            return None;
        }
        let dice = &mut self.chance.members;
        let form = dice.pick(&[Form::Incremental, Form::Incremental, Form::Whole])?;
        let mut request = request(&present, &next, form);
        request.current_config_id = match dice.below(12) {
            // Of a configuration that never was.
            0 => present.version + 1,
            _ => present.version,
        };
        Some((next, request))
    }

    /// The fewest voters there may be, drawn from all that run.
    fn replace_voters(&mut self, next: &mut DynamicConfig) {
        let mut candidates = self.sound_sids();
        let dice = &mut self.chance.members;
        next.servers.clear();
        while next.servers.len() < FEWEST_VOTERS
            && let Some(sid) = dice.pick(&candidates)
        {
            candidates.retain(|candidate| *candidate != sid);
            if let Some(spec) = server_spec(sid, Role::Participant) {
                next.servers.insert(sid, spec);
            }
        }
    }

    /// Of the machines that run and whose disk is whole.
    fn sound_sids(&self) -> Vec<Sid> {
        let machines = self.machines.iter();
        let sound =
            machines.filter(|machine| machine.process.is_some() && machine.health == Health::Sound);
        sound.map(|machine| machine.sid).collect()
    }

    fn change(&mut self, next: &mut DynamicConfig) {
        let sids: Vec<Sid> = next.servers.keys().copied().collect();
        let mut outside = self.sound_sids();
        outside.retain(|sid| !next.servers.contains_key(sid));
        let leader = self.leader_sid();
        let dice = &mut self.chance.members;
        match dice.below(6) {
            0..=2 if !outside.is_empty() => {
                let role = draw_role(dice);
                if let Some(sid) = dice.pick(&outside)
                    && let Some(spec) = server_spec(sid, role)
                {
                    next.servers.insert(sid, spec);
                }
            }
            3 => {
                let sid = leader.filter(|_| dice.one_in(3));
                if let Some(sid) = sid.or_else(|| dice.pick(&sids)) {
                    next.servers.remove(&sid);
                }
            }
            _ => {
                let role = draw_role(dice);
                if let Some(sid) = dice.pick(&sids)
                    && let Some(spec) = server_spec(sid, role)
                {
                    next.servers.insert(sid, spec);
                }
            }
        }
    }

    fn leader_sid(&self) -> Option<Sid> {
        self.machines
            .iter()
            .find(|machine| {
                machine
                    .replication_status()
                    .is_some_and(|status| status.state == PeerState::Leading && status.serving)
            })
            .map(|machine| machine.sid)
    }
}

fn draw_role(dice: &mut Dice) -> Role {
    dice.pick(&[Role::Participant, Role::Participant, Role::Observer])
        .unwrap_or(Role::Participant)
}

fn request(present: &DynamicConfig, next: &DynamicConfig, form: Form) -> ReconfigRequest {
    let line = |(sid, server): (&Sid, _)| format!("server.{sid}={server}");
    let listed = |parts: Vec<String>| (!parts.is_empty()).then(|| parts.join(","));
    match form {
        Form::Whole => ReconfigRequest {
            joining: None,
            leaving: None,
            new_members: listed(next.servers.iter().map(line).collect()),
            current_config_id: -1,
        },
        Form::Incremental => {
            let is_new = |(sid, server): &(&Sid, _)| present.servers.get(sid) != Some(*server);
            let joining = next.servers.iter().filter(is_new).map(line);
            let gone = present.servers.keys();
            let gone = gone.filter(|sid| !next.servers.contains_key(sid));
            ReconfigRequest {
                joining: listed(joining.collect()),
                leaving: listed(gone.map(Sid::to_string).collect()),
                new_members: None,
                current_config_id: -1,
            }
        }
    }
}
