//! How long a redraw takes with 20,000 sessions and 1,000,000 znodes behind the screen, and how
//! long the model takes to take in what happens. Nothing is asserted.
//!
//! ```text
//!   cargo bench -p zoowarden --bench redraw
//! ```
//!
//! Five members of ours beat; each of the ten screens is drawn anew after each event, as ratatui
//! does it: all widgets, the comparison with the last picture, and a terminal in memory.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on should say where"
)]

use std::{
    fmt::Write as _,
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;
use ratatui::{Terminal, backend::TestBackend};
use zoowarden_console::{
    event::{Event, TreeEvent},
    keymap::Key,
    model::{
        Cluster, Model,
        clock::Now,
        probe::{Outcome, Probe, Via},
    },
    update::update,
    view::{Look, draw},
};
use zoowarden_shared::{
    SessionId, Sid, Zxid,
    acl::Acl,
    admin::{
        ClientConnection, EnsembleBeat, Heartbeat, LearnerBeat, MemberReport, Role, SessionDump,
    },
    config::DynamicConfig,
    stat::Stat,
};

const MEMBERS: i64 = 5;
const SESSIONS: i64 = 20_000;
const ZNODES: i64 = 1_000_000;
/// As many as a family may have to be listed without being asked for twice.
const FAMILY: i32 = 20_000;
const ROUNDS: u32 = 400;
const WINDOWS: [(u16, u16); 2] = [(120, 35), (250, 80)];
/// Screens by their keys, some with what is typed on them.
const SCREENS: [(&str, &str); 13] = [
    ("overview", "1"),
    ("members", "2"),
    ("links", "3"),
    ("timeline", "4"),
    ("sessions", "5"),
    ("... filtered", "5/10.1.7.1"),
    ("... by client", "5oa"),
    ("watches", "6"),
    ("znodes", "7"),
    ("... of a wide family", "7jG"),
    ("metrics", "8"),
    ("alarms", "9"),
    ("recover", "0"),
];

fn main() {
    println!(
        "{SESSIONS} sessions, {ZNODES} znodes, {MEMBERS} members; {ROUNDS} redraws each; milliseconds"
    );
    println!(
        "{:<24}{:>9}{:>9}{:>9}{:>9}{:>9}",
        "screen", "window", "p50", "p99", "most", "update"
    );
    for window in WINDOWS {
        for (name, keys) in SCREENS {
            let mut play = Play::new(window);
            play.keys(keys);
            let (draws, updates) = play.rounds();
            let shown = |of: &Histogram<u64>, quantile: f64| {
                format!("{:.3}", of.value_at_quantile(quantile) as f64 / 1e6)
            };
            println!(
                "{name:<24}{:>9}{:>9}{:>9}{:>9}{:>9}",
                format!("{}x{}", window.0, window.1),
                shown(&draws, 0.5),
                shown(&draws, 0.99),
                shown(&draws, 1.0),
                shown(&updates, 0.99),
            );
        }
    }
}

/// A console in the middle of its work.
struct Play {
    model: Model,
    at_ms: u64,
    zxid: i64,
    terminal: Terminal<TestBackend>,
}

impl Play {
    fn new((columns, rows): (u16, u16)) -> Self {
        let seeds: Vec<String> = (1..=MEMBERS).map(address).collect();
        let cluster = Cluster {
            name: "prod".into(),
            ..Cluster::default()
        };
        let mut play = Self {
            model: Model::new(now(0), cluster, seeds, Default::default()),
            at_ms: 0,
            zxid: 0x5_0000_0000,
            terminal: Terminal::new(TestBackend::new(columns, rows)).unwrap(),
        };
        play.tell(Event::Resize(columns, rows));
        let mut servers = String::new();
        for sid in 1..=MEMBERS {
            writeln!(
                servers,
                "server.{sid}=zk{sid}:2888:3888:participant;0.0.0.0:2181"
            )
            .unwrap();
        }
        play.tell(Event::Config(DynamicConfig::parse_lenient(&servers)));
        for sid in 1..=MEMBERS {
            play.tell(probe(sid));
        }
        for _ in 0..20 {
            play.beat();
        }
        for sid in 1..=MEMBERS {
            play.tell(Event::Connections {
                address: address(sid),
                answer: Ok(connections(sid)),
            });
        }
        play.tell(Event::Dump(Ok(dump())));
        play.tree();
        play
    }

    /// The root's children, and one wide family unfolded.
    fn tree(&mut self) {
        self.keys("7");
        self.tell_znode("/", vec!["wide".to_owned()]);
        let family = (0..FAMILY).map(|n| format!("member-{n:010}")).collect();
        self.keys("j");
        self.tell(Event::Key(Key::Enter));
        self.tell_znode("/wide", family);
        self.tell(Event::Key(Key::Right));
        self.keys("1");
    }

    fn tell_znode(&mut self, path: &str, children: Vec<String>) {
        let stat = stat(i32::try_from(children.len()).unwrap());
        let path = || path.to_owned();
        self.tell(Event::Tree(TreeEvent::Stat {
            path: path(),
            answer: Ok(Some(stat)),
        }));
        self.tell(Event::Tree(TreeEvent::Children {
            path: path(),
            answer: Ok((children, stat)),
        }));
        self.tell(Event::Tree(TreeEvent::Acl {
            path: path(),
            answer: Ok((Acl::open(), 0)),
        }));
    }

    fn tell(&mut self, event: Event) {
        let commands = update(&mut self.model, now(self.at_ms), event);
        drop(commands);
    }

    fn keys(&mut self, keys: &str) {
        for key in keys.chars() {
            self.tell(Event::Key(Key::Char(key)));
        }
        if keys.contains('/') {
            self.tell(Event::Key(Key::Enter));
        }
    }

    /// All members' next beats, a tenth of a second later.
    fn beat(&mut self) {
        self.at_ms += 100;
        self.zxid += 20;
        for sid in 1..=MEMBERS {
            self.tell(heartbeat(sid, self.at_ms, self.zxid));
        }
        if self.at_ms.is_multiple_of(500) {
            self.tell(Event::Tick);
        }
        if self.at_ms.is_multiple_of(1000) {
            self.tell(probe(1 + (self.at_ms / 1000).cast_signed() % MEMBERS));
        }
    }

    /// Times of redraws, and of what was told between two of them, nanoseconds.
    fn rounds(&mut self) -> (Histogram<u64>, Histogram<u64>) {
        let mut draws = Histogram::new(3).unwrap();
        let mut updates = Histogram::new(3).unwrap();
        for round in 0..ROUNDS {
            let begun = Instant::now();
            self.beat();
            updates.record(nanos(begun.elapsed())).unwrap();
            if round % 4 == 0 {
                let key = if round % 8 == 0 { Key::Down } else { Key::Up };
                self.tell(Event::Key(key));
            }
            let begun = Instant::now();
            let model = &self.model;
            self.terminal
                .draw(|frame| draw(model, Look::default(), frame))
                .unwrap();
            draws.record(nanos(begun.elapsed())).unwrap();
        }
        (draws, updates)
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap()
}

fn now(mono_ms: u64) -> Now {
    Now {
        mono_ms,
        wall_ms: 1_795_356_157_000 + mono_ms.cast_signed(),
    }
}

fn address(sid: i64) -> String {
    format!("zk{sid}:2181")
}

fn heartbeat(sid: i64, at_mono_ms: u64, zxid: i64) -> Event {
    let leads = sid == MEMBERS;
    let learner = |sid: i64| LearnerBeat {
        sid,
        votes: true,
        synced: true,
        synced_by: Some("DIFF".into()),
        acked: zxid,
        silent_ms: None,
    };
    let beat = Heartbeat {
        seq: at_mono_ms / 100,
        boot: format!("{sid:x}"),
        interval_ms: 100,
        serving: true,
        role: if leads { "leader" } else { "follower" }.into(),
        zxid,
        epoch: Some(5),
        connections: SESSIONS / MEMBERS,
        outstanding: 0,
        znodes: ZNODES,
        watches: 40_000,
        uptime_ms: 86_400_000 + at_mono_ms.cast_signed(),
        fsync_last_us: Some(700 + at_mono_ms % 700),
        fsync_p99_us: Some(3000),
        ensemble: Some(EnsembleBeat {
            sid,
            leader: Some(MEMBERS),
            voters: MEMBERS.unsigned_abs(),
            logged: zxid,
            learners: if leads {
                (1..MEMBERS).map(learner).collect()
            } else {
                Vec::new()
            },
            ..EnsembleBeat::default()
        }),
    };
    Event::Heartbeat {
        address: address(sid),
        at_mono_ms,
        beat: Box::new(beat),
    }
}

fn probe(sid: i64) -> Event {
    let leads = sid == MEMBERS;
    let report = MemberReport {
        role: Some(if leads { Role::Leader } else { Role::Follower }),
        sid: Some(Sid(sid)),
        zxid: Some(Zxid(0x5_0000_0000)),
        version: Some("3.9.4-zoowarden-0.1.0".into()),
        connections: Some(SESSIONS / MEMBERS),
        znodes: Some(ZNODES),
        ..MemberReport::default()
    };
    Event::Probe(Probe {
        address: address(sid),
        at_mono_ms: 0,
        outcome: Outcome::Serving {
            facts: Box::new(report),
            via: Via::Mntr,
        },
        round_trip_us: Some(900),
        interval_ms: 1000,
        closed: Vec::new(),
    })
}

fn session(sid: i64, number: i64) -> SessionId {
    SessionId((sid << 56) + 0x1_6362_5000_0000 + number)
}

fn connections(sid: i64) -> Vec<ClientConnection> {
    let one = |number: i64| ClientConnection {
        remote: format!(
            "10.1.{}.{}:{}",
            number / 250,
            number % 250,
            40_000 + number % 20_000
        ),
        session: Some(session(sid, number)),
        timeout_ms: Some(30_000),
        queued: Some(0),
        received: Some(number),
        sent: Some(number),
        last_op: Some("GETD".into()),
        established_ms: Some(1_795_356_000_000),
        ..ClientConnection::default()
    };
    (0..SESSIONS / MEMBERS).map(one).collect()
}

fn dump() -> SessionDump {
    let mut dump = SessionDump::default();
    for sid in 1..=MEMBERS {
        for number in 0..SESSIONS / MEMBERS {
            let entry = dump.sessions.entry(session(sid, number)).or_default();
            if number % 2 == 0 {
                entry
                    .ephemerals
                    .push(format!("/services/{sid}/{number:010}"));
            }
        }
    }
    dump
}

fn stat(children: i32) -> Stat {
    Stat {
        czxid: Zxid(1),
        mzxid: Zxid(2),
        ctime: 1_795_356_000_000,
        mtime: 1_795_356_000_000,
        version: 1,
        cversion: children,
        aversion: 0,
        ephemeral_owner: 0,
        data_length: 0,
        num_children: children,
        pzxid: Zxid(3),
    }
}
