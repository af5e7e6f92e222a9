//! What the pictures show: a production ensemble of five voters and two Apache observers, a few
//! minutes of its life, the loss of its leader and a member that is brought back.

use zoowarden_console::{
    event::{Event, SessionEvent},
    model::Load,
};
use zoowarden_shared::{
    SessionId, Sid, Zxid,
    admin::{LearnerBeat, Role, parse_cons, parse_dump},
    config::DynamicConfig,
};

use crate::{
    alarm_stage::{Speaks, Stage},
    recover::able,
};

/// Voters; they are members of ours.
const VOTERS: usize = 5;
/// Clients of each member, the observers' last.
const CLIENTS: [i64; 7] = [388, 412, 203, 210, 201, 251, 242];
const VERSION: &str = "3.9.4-zoowarden-0.1.0";
const APACHES: &str = "3.8.0";

/// The ensemble, and who leads it in which epoch.
pub(super) struct Show {
    pub(super) stage: Stage,
    leader: i64,
    counter: i64,
    epoch: i64,
    /// Steps of 100 ms so far.
    steps: u64,
}

impl Show {
    /// The ensemble after some forty seconds under 5.
    pub(super) fn healthy() -> Self {
        let mut show = Self::new();
        show.live(39_000);
        show
    }

    /// Its leader is killed, 4 leads, and that was ten seconds ago.
    pub(super) fn elected() -> Self {
        let mut show = Self::healthy();
        show.stage.kill(5);
        for id in 1..VOTERS {
            show.looks_for_a_leader(id);
        }
        show.stage.play(200);
        show.leader = 4;
        show.epoch += 1;
        show.counter = 1;
        for (id, more) in [(1, 60), (2, 71), (3, 38), (4, 32)] {
            show.stage.member(id).beat.connections += more;
        }
        show.live(10_000);
        show
    }

    /// ... and soon after 5 is back, in step, its process another one.
    pub(super) fn recovered() -> Self {
        let mut show = Self::elected();
        show.live(12_000);
        show.stage.revive(5, Speaks::Beats);
        let beat = &mut show.stage.member(5).beat;
        beat.boot = "5b".into();
        beat.uptime_ms = 900;
        beat.connections = 3;
        show.live(9_000);
        show
    }

    /// Follower 2 does not hear its leader any more, which hears it: a cut of one direction.
    pub(super) fn cut_one_way() -> Self {
        let mut show = Self::healthy();
        show.looks_for_a_leader(2);
        show.live_without(&[2], 6000);
        show
    }

    fn new() -> Self {
        let mut stage = able(Stage::of_ours(VOTERS as u64));
        for id in 6..=7 {
            let mut observer = stage.actors[0].clone();
            observer.address = format!("us{id}:2181");
            observer.speaks = Speaks::Answers;
            observer.report.role = Some(Role::Observer);
            observer.report.version = Some(APACHES.into());
            stage.actors.push(observer);
        }
        for (at, clients) in CLIENTS.into_iter().enumerate() {
            let actor = &mut stage.actors[at];
            let up_ms = (19 * 86_400_000) - 7_000_000 * at as i64;
            actor.beat.connections = clients;
            actor.beat.uptime_ms = up_ms;
            actor.report.connections = Some(clients);
            actor.report.uptime_ms = Some(up_ms);
            actor.report.max_client_cnxns = Some(0);
            if at < VOTERS {
                actor.report.version = Some(VERSION.into());
            }
        }
        let lines: Vec<String> = (1..=7)
            .map(|n| match n {
                1..=5 => format!("server.{n}=zk{n}:2888:3888:participant;0.0.0.0:2181"),
                _ => format!("server.{n}=us{n}:2888:3888:observer;0.0.0.0:2181"),
            })
            .collect();
        let config = DynamicConfig::parse_lenient(&lines.join("\n"));
        stage.event(Event::Config(config));
        stage.event(Event::Session(SessionEvent::Connected {
            address: "zk1:2181".into(),
            id: SessionId(0x1_0000_1636_2500),
            timeout_ms: 15_000,
            read_only: false,
        }));
        stage.event(Event::Session(SessionEvent::Ping { us: 840 }));
        stage.event(Event::Load(Load {
            requests_per_s: Some(3.2),
            watches: 1,
            streams: VOTERS,
        }));
        Self {
            stage,
            leader: 5,
            counter: 0x9_a1c4,
            epoch: 0x2f,
            steps: 0,
        }
    }

    fn looks_for_a_leader(&mut self, id: usize) {
        let beat = &mut self.stage.member(id).beat;
        beat.serving = false;
        beat.role = "leaderelection".into();
        if let Some(ensemble) = &mut beat.ensemble {
            ensemble.leader = None;
        }
    }

    /// Lets it serve for so long.
    pub(super) fn live(&mut self, ms: u64) {
        self.live_without(&[], ms);
    }

    fn live_without(&mut self, cut: &[i64], ms: u64) {
        for _ in 0..ms / 100 {
            self.steps += 1;
            self.counter += wave(self.steps, &[62, 58, 66, 74, 61, 55, 70, 90, 76, 64]);
            let zxid = (self.epoch << 32) + self.counter;
            for at in 0..self.stage.actors.len() {
                self.serve(at, zxid, cut);
            }
            self.stage.play(100);
        }
    }

    /// One member's next 100 ms.
    fn serve(&mut self, at: usize, zxid: i64, cut: &[i64]) {
        let sid = at as i64 + 1;
        let (leader, steps) = (self.leader, self.steps);
        let beating = self.beating();
        let actor = &mut self.stage.actors[at];
        if cut.contains(&sid) || actor.speaks == Speaks::Refuses {
            return;
        }
        actor.report.zxid = Some(Zxid(zxid));
        actor.report.connections = Some(actor.beat.connections);
        actor.report.znodes = Some(120_441);
        actor.report.sid = Some(Sid(sid));
        if sid > VOTERS as i64 {
            return;
        }
        let leads = sid == leader;
        actor.report.role = Some(if leads { Role::Leader } else { Role::Follower });
        let beat = &mut actor.beat;
        beat.serving = true;
        beat.role = if leads { "leader" } else { "follower" }.into();
        beat.zxid = zxid;
        beat.epoch = Some(self.epoch);
        beat.uptime_ms += 100;
        beat.znodes = 120_441;
        let micros = wave(
            steps + 7 * at as u64,
            &[780, 910, 840, 1300, 860, 950, 2100, 880],
        );
        beat.fsync_last_us = Some(micros.unsigned_abs());
        let Some(ensemble) = &mut beat.ensemble else {
            return;
        };
        ensemble.leader = Some(leader);
        ensemble.logged = zxid;
        let learner = |sid: i64| LearnerBeat {
            sid,
            votes: sid <= VOTERS as i64,
            synced: true,
            synced_by: Some("DIFF".to_owned()),
            acked: zxid,
            silent_ms: None,
        };
        ensemble.learners = match leads {
            true => beating
                .into_iter()
                .filter(|one| *one != leader)
                .map(learner)
                .collect(),
            false => Vec::new(),
        };
    }

    /// Ids of those that run.
    fn beating(&self) -> Vec<i64> {
        let actors = (1..).zip(&self.stage.actors);
        actors
            .filter(|(_, actor)| actor.speaks != Speaks::Refuses)
            .map(|(sid, _)| sid)
            .collect()
    }

    /// What `dump` and the members' `cons` tell of some sessions.
    pub(super) fn with_sessions(mut self) -> Self {
        let mut dump = String::from("SessionTracker dump:\nSession Sets (1)/(1):\n");
        let mut owners = String::new();
        for (at, (address, clients)) in SESSIONS.iter().enumerate() {
            let mut cons = String::new();
            for (port, (host, operation, owns)) in clients.iter().enumerate() {
                let id = ((at as i64 + 1) << 56) + 0x0016_3625_0000 + port as i64;
                cons += &format!(
                    " /{host}:{}[1](queued=0,recved=138,sent=138,sid={id:#x},lop={operation},\
                     est=1795369231541,to=30000,lcxid=0x88,lzxid=0x88,lresp=1455868,llat=0,\
                     minlat=0,avglat=0,maxlat=6)\n",
                    45_646 + 7 * port
                );
                dump += &format!("\t{id:#x}\n");
                if !owns.is_empty() {
                    owners += &format!("{id:#x}:\n\t{}\n", owns.join("\n\t"));
                }
            }
            let mut connections = parse_cons(&cons);
            for (connection, (_, _, owns)) in connections.iter_mut().zip(*clients) {
                connection.watches = Some(2 + 3 * owns.len() as i64);
            }
            self.stage.event(Event::Connections {
                address: (*address).to_owned(),
                answer: Ok(connections),
            });
        }
        dump += &format!("ephemeral nodes dump:\nSessions with Ephemerals (4):\n{owners}");
        self.stage.event(Event::Dump(Ok(parse_dump(&dump))));
        self
    }
}

type Client = (&'static str, &'static str, &'static [&'static str]);

/// Members, and of some of their clients host, last operation and ephemeral znodes.
const SESSIONS: &[(&str, &[Client])] = &[
    (
        "zk1:2181",
        &[
            ("10.1.7.11", "GETD", &["/services/checkout/10.1.7.11:8443"]),
            ("10.1.7.12", "PING", &["/services/checkout/10.1.7.12:8443"]),
            ("10.1.9.40", "GETC", &[]),
        ],
    ),
    (
        "zk2:2181",
        &[
            (
                "10.1.8.3",
                "CREA",
                &[
                    "/election/orders/member-0000000041",
                    "/locks/orders/lock-0000000007",
                    "/locks/orders/lock-0000000011",
                ],
            ),
            ("10.1.8.4", "EXIS", &["/election/orders/member-0000000042"]),
        ],
    ),
    (
        "zk3:2181",
        &[
            ("10.1.9.41", "SETD", &[]),
            ("10.1.9.42", "PING", &["/brokers/ids/3"]),
        ],
    ),
    ("zk4:2181", &[("10.1.9.43", "SETD", &["/brokers/ids/4"])]),
    (
        "zk5:2181",
        &[("10.1.9.44", "MULT", &["/brokers/ids/5", "/controller"])],
    ),
    ("us6:2181", &[("10.4.0.9", "PING", &[])]),
    ("us7:2181", &[("10.4.0.12", "GETD", &[])]),
];

/// Something that goes up and down.
fn wave(step: u64, heights: &[i64]) -> i64 {
    let slow = heights[(step as usize / 60) % heights.len()];
    let quick = heights[step as usize % heights.len()];
    (3 * slow + quick) / 4
}
