//! Ensembles of ours and of Apache's, played event by event, for the tests of alarms.

use zoowarden_console::{
    event::{Command, Event},
    model::{
        Cluster, Model,
        alarm::{Alarm, notice::Notice},
        clock::Now,
        probe::{Fault, Outcome, Probe, Via},
    },
    update::update,
};
use zoowarden_shared::{
    Zxid,
    admin::{EnsembleBeat, Heartbeat, MemberReport, Role},
    config::DynamicConfig,
};

use crate::fixture::{Console, WALL_MS};

/// What one member does in the play.
#[derive(Clone, Debug)]
pub(crate) struct Actor {
    pub(crate) address: String,
    pub(crate) speaks: Speaks,
    pub(crate) beat: Heartbeat,
    pub(crate) report: MemberReport,
}

/// How a member answers just now.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Speaks {
    /// Beats of its own, and answers.
    Beats,
    /// Answers to polls.
    Answers,
    NotServing,
    Refuses,
    /// Nothing comes, and no poll has run into its deadline yet.
    Quiet,
    /// Nothing comes, and polls run into their deadline.
    Hangs,
    /// The same, and its host takes the connections.
    Frozen,
}

/// A console on an ensemble of so many voters.
pub(crate) struct Stage {
    pub(crate) console: Console,
    pub(crate) actors: Vec<Actor>,
    pub(crate) at_ms: u64,
}

impl Stage {
    /// Members of ours: ten beats a second each.
    pub(crate) fn of_ours(voters: u64) -> Self {
        Self::new(voters, &Speaks::Beats)
    }

    /// Apache's: one answer a second each.
    pub(crate) fn of_apache(voters: u64) -> Self {
        Self::new(voters, &Speaks::Answers)
    }

    fn new(voters: u64, speaks: &Speaks) -> Self {
        let address = |n: u64| format!("zk{n}:2181");
        let lines: Vec<String> = (1..=voters)
            .map(|n| format!("server.{n}=zk{n}:2888:3888:participant;0.0.0.0:2181"))
            .collect();
        let cluster = Cluster {
            name: "prod-eu/orders".into(),
            ..Cluster::default()
        };
        let seeds = (1..=voters).map(address).collect();
        let model = Model::new(now(0), cluster, seeds, Default::default());
        let mut stage = Self {
            console: Console {
                model,
                commands: Vec::new(),
                told: Vec::new(),
            },
            actors: (1..=voters)
                .map(|n| actor(address(n), n, voters, speaks.clone()))
                .collect(),
            at_ms: 0,
        };
        let config = DynamicConfig::parse_lenient(&lines.join("\n"));
        stage.event(Event::Config(config));
        stage
    }

    /// The member of this id.
    pub(crate) fn member(&mut self, id: usize) -> &mut Actor {
        &mut self.actors[id - 1]
    }

    /// Lets time pass: beats every 100 ms, polls every second, ticks every 500 ms.
    pub(crate) fn play(&mut self, ms: u64) {
        let until = self.at_ms + ms;
        while self.at_ms < until {
            self.at_ms += 100;
            if self.at_ms.is_multiple_of(500) {
                self.event(Event::Tick);
            }
            for index in 0..self.actors.len() {
                let polled = self.at_ms % 1000 == 100 * (index as u64 % 10);
                self.speak(index, polled);
            }
        }
    }

    /// Lets hours of Apache's members pass: polls and ticks every two seconds, which is no
    /// pause of the console's own yet.
    pub(crate) fn pass_hours(&mut self, hours: u64) {
        let until = self.at_ms + hours * 3_600_000;
        while self.at_ms < until {
            self.at_ms += 2000;
            self.event(Event::Tick);
            for index in 0..self.actors.len() {
                self.speak(index, true);
            }
        }
    }

    /// One event now.
    pub(crate) fn event(&mut self, event: Event) {
        let commands = update(&mut self.console.model, now(self.at_ms), event);
        self.console.commands.extend(commands);
    }

    fn speak(&mut self, index: usize, polled: bool) {
        let at_mono_ms = self.at_ms;
        let actor = &mut self.actors[index];
        actor.beat.seq += 1;
        let outcome = match actor.speaks {
            Speaks::Beats if !actor.beat.serving => Outcome::NotServing,
            Speaks::Beats | Speaks::Answers => Outcome::Serving {
                facts: Box::new(actor.report.clone()),
                via: Via::Mntr,
            },
            Speaks::NotServing => Outcome::NotServing,
            Speaks::Refuses => Outcome::Silent(Fault::Refused),
            Speaks::Hangs => Outcome::Silent(Fault::Timeout),
            // Its poll is under way.
            Speaks::Quiet => return,
            Speaks::Frozen => Outcome::Silent(Fault::Hangs),
        };
        let beat = (actor.speaks == Speaks::Beats).then(|| Event::Heartbeat {
            address: actor.address.clone(),
            at_mono_ms,
            beat: Box::new(actor.beat.clone()),
        });
        let probe = polled.then(|| probe(&actor.address, at_mono_ms, outcome));
        for event in beat.into_iter().chain(probe) {
            self.event(event);
        }
    }

    /// Its process is gone: the stream breaks, and the poll that follows is refused.
    pub(crate) fn kill(&mut self, id: usize) {
        let address = self.member(id).address.clone();
        let was_beating = self.member(id).speaks == Speaks::Beats;
        self.member(id).speaks = Speaks::Refuses;
        if was_beating {
            let address = address.clone();
            self.event(Event::StreamEnded { address });
        }
        let refused = probe(&address, self.at_ms, Outcome::Silent(Fault::Refused));
        self.event(refused);
    }

    /// Its process stands still (SIGSTOP): its host takes connections, and nothing comes. The
    /// stream notices after a second, the poll that follows after another.
    pub(crate) fn freeze(&mut self, id: usize) {
        let address = self.member(id).address.clone();
        let was_beating = self.member(id).speaks == Speaks::Beats;
        self.member(id).speaks = Speaks::Hangs;
        if was_beating {
            self.play(1000);
            self.event(Event::StreamEnded { address });
        }
        self.member(id).speaks = Speaks::Frozen;
    }

    /// It serves again, as a member of ours or of Apache's.
    pub(crate) fn revive(&mut self, id: usize, speaks: Speaks) {
        self.member(id).speaks = speaks;
    }

    /// Takes out the notices that were asked for so far.
    pub(crate) fn notices(&mut self) -> Vec<Notice> {
        let commands = std::mem::take(&mut self.console.commands);
        let notices = commands.into_iter().filter_map(|command| match command {
            Command::Notify(notice) => Some(*notice),
            _ => None,
        });
        notices.collect()
    }

    /// The keys of the alarms that have not ended, in their order.
    pub(crate) fn active(&self) -> Vec<String> {
        let alarms = self.console.model.alarms.active();
        alarms.map(|alarm| alarm.key.clone()).collect()
    }

    /// The alarm of this key.
    pub(crate) fn alarm(&self, key: &str) -> &Alarm {
        let alarm = self.console.model.alarms.get(key);
        alarm.unwrap_or_else(|| panic!("no {key} in {:?}", self.active()))
    }
}

/// Lets time pass until the alarm begins; tells after how many ms.
pub(crate) fn until_begun(stage: &mut Stage, key: &str, at_most_ms: u64) -> u64 {
    let from = stage.at_ms;
    while stage.console.model.alarms.get(key).is_none() {
        let waited = stage.at_ms - from;
        assert!(
            waited <= at_most_ms,
            "no {key} after {waited} ms; {:?}",
            stage.active()
        );
        stage.play(100);
    }
    stage.at_ms - from
}

pub(crate) fn until_over(stage: &mut Stage, key: &str, at_most_ms: u64) {
    let from = stage.at_ms;
    while stage.console.model.alarms.get(key).is_some() {
        assert!(stage.at_ms - from <= at_most_ms, "{key} does not end");
        stage.play(100);
    }
}

fn actor(address: String, id: u64, voters: u64, speaks: Speaks) -> Actor {
    let sid = i64::try_from(id).unwrap();
    let leads = id == voters;
    let role = if leads { "leader" } else { "follower" };
    let beat = Heartbeat {
        seq: 0,
        boot: format!("{id:x}"),
        interval_ms: 100,
        serving: true,
        role: role.into(),
        zxid: 0x5_0000_001f,
        epoch: Some(5),
        connections: 20,
        outstanding: 0,
        znodes: 100,
        watches: 10,
        uptime_ms: 1000,
        fsync_last_us: Some(800),
        fsync_p99_us: Some(3000),
        ensemble: Some(EnsembleBeat {
            sid,
            leader: i64::try_from(voters).ok(),
            voters,
            ..EnsembleBeat::default()
        }),
    };
    let report = MemberReport {
        role: Some(if leads { Role::Leader } else { Role::Follower }),
        zxid: Some(Zxid(0x5_0000_001f)),
        version: Some("3.8.0".into()),
        connections: Some(20),
        watches: Some(10),
        fd_open: Some(100),
        fd_max: Some(1000),
        max_client_cnxns: Some(60),
        digest_mismatches: Some(0),
        ..MemberReport::default()
    };
    Actor {
        address,
        speaks,
        beat,
        report,
    }
}

fn probe(address: &str, at_mono_ms: u64, outcome: Outcome) -> Event {
    Event::Probe(Probe {
        address: address.to_owned(),
        at_mono_ms,
        outcome,
        round_trip_us: Some(900),
        interval_ms: 1000,
        closed: Vec::new(),
    })
}

fn now(mono_ms: u64) -> Now {
    Now {
        mono_ms,
        wall_ms: WALL_MS + i64::try_from(mono_ms).unwrap(),
    }
}
