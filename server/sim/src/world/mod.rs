//! Everything that a run consists of, and the one loop that lets it happen.
//!
//! ```text
//!   queue ──Event──> World::happen ─┬─ members   tell a peer, perform its effects, observe it
//!                                   ├─ disks     what a disk's threads do, and when
//!                                   ├─ links     the quorum port
//!                                   ├─ votes     the election port
//!                                   ├─ visits    clients and their connections
//!                                   ├─ config    who the members are, as each of them knows
//!                                   ├─ steward, reconfig   machines that join and leave
//!                                   ├─ handover  an operator wants another leader
//!                                   └─ faults    what goes wrong
//! ```

mod config;
mod disks;
mod faults;
mod handover;
mod hearing;
mod links;
mod members;
mod nemesis;
mod reconfig;
mod steward;
mod visits;
mod votes;

use std::collections::BTreeMap;

use zoowarden_shared::config::{DynamicConfig, Role as MemberRole};

use crate::{
    chance::Chance,
    checkers::Live,
    client::{Client, Role},
    event::Event,
    history::History,
    machine::{ConfigFiles, Machine},
    net::{Conn, Elections, Links},
    queue::Queue,
    settings::{LocalSessions, Settings},
    trace::Trace,
    weather::Weather,
};

/// A run under way.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) settings: Settings,
    pub(crate) now_us: u64,
    pub(crate) queue: Queue<Event>,
    pub(crate) chance: Chance,
    pub(crate) machines: Vec<Machine>,
    pub(crate) links: Links,
    pub(crate) elections: Elections,
    pub(crate) conns: BTreeMap<u64, Conn>,
    pub(crate) clients: Vec<Client>,
    pub(crate) weather: Weather,
    pub(crate) history: History,
    pub(crate) live: Live,
    pub(crate) trace: Trace,
    /// The newest configuration that is in force anywhere.
    pub(crate) latest_config: DynamicConfig,
    /// The one that was asked for last.
    pub(crate) asked_config: Option<DynamicConfig>,
    /// Whether faults still come.
    pub(crate) is_wild: bool,
    /// The first thing that must not be.
    pub(crate) violation: Option<String>,
    next_conn: u64,
}

/// Every other spare begins as an observer.
fn joins_as(index: usize) -> MemberRole {
    if index.is_multiple_of(2) {
        MemberRole::Participant
    } else {
        MemberRole::Observer
    }
}

impl World {
    /// The start: every machine is about to be started, every client to connect.
    pub(crate) fn new(settings: Settings) -> Self {
        let mut chance = Chance::new(settings.seed);
        let first_config = config::first_config(&settings);
        let mut queue = Queue::new();
        let machines: Vec<Machine> = (0..settings.machines())
            .map(|index| {
                queue.push(
                    chance.machines.between(0, 100_000),
                    Event::Start { member: index },
                );
                let files = ConfigFiles::new(first_config.clone(), joins_as(index));
                let mut machine = Machine::new(index, chance.machines.number(), files);
                machine.is_wanted = index < settings.members();
                machine
            })
            .collect();
        let ticks_ms = u64::from(settings.tick_time_ms);
        let operators = usize::from(settings.is_reconfigured());
        let clients = (0..settings.clients + operators)
            .map(|index| {
                let at_us = chance.clients.between(0, 500_000);
                queue.push(
                    at_us,
                    Event::Act {
                        client: index,
                        token: 0,
                    },
                );
                let timeout_ms = chance.clients.between(3 * ticks_ms, 15 * ticks_ms) as i32;
                let mut client = Client::new(index, timeout_ms, settings.outstanding);
                if index == settings.clients {
                    client.role = Role::Operator;
                }
                client.accepts_read_only = settings.read_only && index % 2 == 0;
                client.renews_watches = settings.set_watches;
                client
            })
            .collect();
        for scripted in &settings.script {
            queue.push(scripted.at_ms * 1000, Event::Fault(scripted.fault));
        }
        if settings.fault_gap_ms > 0 {
            queue.push(settings.fault_gap_ms * 1000, Event::Nemesis);
        }
        if settings.is_reconfigured() {
            queue.push(settings.reconfig_gap_ms * 1000, Event::Steward);
        }
        if settings.handover_gap_ms > 0 {
            queue.push(settings.handover_gap_ms * 1000, Event::Handover);
        }
        Self {
            now_us: 0,
            queue,
            chance,
            weather: Weather::new(machines.len()),
            machines,
            links: Links::default(),
            elections: Elections::default(),
            conns: BTreeMap::new(),
            clients,
            history: History::new(settings.local_sessions != LocalSessions::None),
            live: Live::default(),
            trace: Trace::new(settings.trace),
            latest_config: first_config,
            asked_config: None,
            is_wild: true,
            violation: None,
            next_conn: 1,
            settings,
        }
    }

    /// Lets everything happen that is due up to this time, or until something is wrong.
    pub(crate) fn run_until(&mut self, until_us: u64) {
        while self.violation.is_none()
            && self
                .queue
                .next_at_us()
                .is_some_and(|at_us| at_us <= until_us)
        {
            if let Some((at_us, event)) = self.queue.pop() {
                self.now_us = at_us;
                self.happen(event);
            }
        }
        self.now_us = self.now_us.max(until_us);
    }

    /// Something that must not be. The first one counts.
    pub(crate) fn violate(&mut self, what: impl Into<String>) {
        if self.violation.is_none() {
            let what = what.into();
            self.trace
                .note(self.now_us, "VIOLATION", 0, 0, || what.clone());
            self.violation = Some(what);
        }
    }

    fn happen(&mut self, event: Event) {
        let Some(event) = self.unless_paused(event) else {
            return;
        };
        match event {
            Event::Wake { member, boot } => self.wake(member, boot),
            Event::DiskDone { member, boot, side } => self.disk_done(member, boot, side),
            Event::RaiseMark { member, boot } => self.raise_mark(member, boot),
            Event::DiskSays {
                member,
                boot,
                event,
            } => self.disk_says(member, boot, *event),
            Event::Link { key, side } => self.pump_link(key, side),
            Event::Dial { key } => self.dial_ends(key),
            Event::Tell {
                member,
                boot,
                input,
            } => {
                if self.machines[member].runs(boot) {
                    self.tell(member, *input);
                }
            }
            Event::Vote { from, to } => self.pump_vote(from, to),
            Event::ElectionDial { one, other } => self.election_dial(one, other),
            Event::ToServer { conn } => self.pump_to_server(conn),
            Event::ToClient { conn } => self.pump_to_client(conn),
            Event::Act { client, token } => self.act(client, token),
            Event::Start { member } => self.start(member),
            Event::Resume { member, boot } => self.resume(member, boot),
            Event::Heal { id } => self.heal(id),
            Event::Nemesis => self.nemesis(),
            Event::Steward => self.steward(),
            Event::Handover => self.handover(),
            Event::Fault(fault) => self.inject(fault),
        }
    }

    /// What is meant for a paused process waits until it goes on.
    fn unless_paused(&mut self, event: Event) -> Option<Event> {
        let (Event::Wake { member, .. }
        | Event::DiskDone { member, .. }
        | Event::DiskSays { member, .. }
        | Event::RaiseMark { member, .. }
        | Event::Tell { member, .. }) = &event
        else {
            return Some(event);
        };
        let machine = &mut self.machines[*member];
        if machine.is_paused {
            machine.backlog.push(event);
            return None;
        }
        Some(event)
    }
}
