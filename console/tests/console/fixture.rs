//! Reads a fixture: what members answered and when, in the words they use on the wire.

use std::{fs, path::Path};

use ratatui::{Terminal, backend::TestBackend};
use serde::Deserialize;
use zoowarden_console::{
    event::{Command, Event, SessionEvent, TreeEvent},
    keymap::Key,
    model::{
        Cluster, Load, Model,
        clock::Now,
        memory::Memory,
        probe::{Closed, Fault, Outcome, Probe, Via},
    },
    update::update,
    view::{Look, draw},
};
use zoowarden_shared::{
    SessionId, Zxid,
    acl::Acl,
    admin::{MemberReport, Monitor, absorb_srvr, parse_cons, parse_dump},
    config::DynamicConfig,
    stat::Stat,
};

/// 2026-11-22 14:02:37 UTC.
pub(crate) const WALL_MS: i64 = 1_795_356_157_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fixture {
    /// When it is looked at.
    now_ms: u64,
    name: String,
    tag: Option<String>,
    colour: Option<String>,
    #[serde(default)]
    demo: bool,
    connect: Vec<String>,
    #[serde(default)]
    config: String,
    memory: Option<Memory>,
    session: Option<Session>,
    #[serde(default)]
    poll: Vec<Poll>,
    #[serde(default)]
    cons: Vec<Listing>,
    dump: Option<String>,
    #[serde(default)]
    znode: Vec<Znode>,
    /// Typed at the end; `<enter>`, `<esc>`, `<down>` and the like are keys.
    #[serde(default)]
    keys: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Session {
    member: String,
    id: i64,
    ping_us: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Poll {
    member: String,
    /// When the (first) answer came.
    at_ms: u64,
    /// So many polls, a second apart.
    #[serde(default = "one")]
    times: u64,
    /// `srvr`'s text where it serves; else `not serving`, `shut`, `refused`, `no answer`.
    answer: String,
    #[serde(default)]
    mntr: String,
    round_trip_us: Option<u64>,
    /// Whether everything but srvr is shut.
    #[serde(default)]
    only_srvr: bool,
}

fn one() -> u64 {
    1
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Listing {
    member: String,
    text: Option<String>,
    fault: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Znode {
    path: String,
    #[serde(default)]
    children: Vec<String>,
    #[serde(default)]
    data: String,
    #[serde(default)]
    owner: i64,
}

/// A console in the middle of something.
pub(crate) struct Console {
    pub(crate) model: Model,
    pub(crate) commands: Vec<Command>,
    /// All events and when, keys among them.
    pub(crate) told: Vec<(u64, Event)>,
}

/// The fixture of this name under `tests/fixtures`, played up to its `now_ms`.
pub(crate) fn console(name: &str) -> Console {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/{name}.toml"));
    let text = fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
    let fixture: Fixture = toml::from_str(&text).unwrap_or_else(|e| panic!("{name}: {e}"));
    Console::play(fixture)
}

/// The same, with the members' screen open.
pub(crate) fn on_members(name: &str) -> Console {
    let mut console = console(name);
    console.keys("2");
    console
}

impl Console {
    fn play(fixture: Fixture) -> Self {
        let cluster = Cluster {
            name: fixture.name,
            tag: fixture.tag,
            colour: fixture.colour,
            demo: fixture.demo,
            ..Cluster::default()
        };
        let model = Model::new(now(0), cluster, fixture.connect, Default::default());
        let mut console = Self {
            model,
            commands: Vec::new(),
            told: Vec::new(),
        };
        if let Some(memory) = fixture.memory {
            console.at(0, Event::Recalled(memory));
        }
        if !fixture.config.is_empty() {
            console.at(
                0,
                Event::Config(DynamicConfig::parse_lenient(&fixture.config)),
            );
        }
        let load = Load {
            requests_per_s: Some(3.5),
            watches: 1,
            streams: 0,
        };
        console.at(0, Event::Load(load));
        if let Some(Session {
            member,
            id,
            ping_us,
        }) = fixture.session
        {
            let connected = SessionEvent::Connected {
                address: member,
                id: SessionId(id),
                timeout_ms: 15_000,
                read_only: false,
            };
            console.at(0, Event::Session(connected));
            console.at(0, Event::Session(SessionEvent::Ping { us: ping_us }));
        }
        let mut polls: Vec<(u64, Event)> = fixture.poll.iter().flat_map(Poll::events).collect();
        polls.sort_by_key(|(at_ms, _)| *at_ms);
        for (at_ms, event) in polls {
            console.at(at_ms, event);
        }
        for listing in fixture.cons {
            let answer = match listing.fault {
                Some(fault) => Err(fault),
                None => Ok(parse_cons(&listing.text.unwrap_or_default())),
            };
            let event = Event::Connections {
                address: listing.member,
                answer,
            };
            console.at(fixture.now_ms - 2000, event);
        }
        if let Some(dump) = fixture.dump {
            console.at(fixture.now_ms - 2000, Event::Dump(Ok(parse_dump(&dump))));
        }
        for znode in fixture.znode {
            for event in znode.events() {
                console.at(fixture.now_ms - 5000, Event::Tree(event));
            }
        }
        console.at(fixture.now_ms, Event::Tick);
        for keys in fixture.keys {
            console.keys(&keys);
        }
        console
    }

    /// One event at a moment.
    pub(crate) fn at(&mut self, mono_ms: u64, event: Event) {
        self.told.push((mono_ms, event.clone()));
        let commands = update(&mut self.model, now(mono_ms), event);
        self.commands.extend(commands);
    }

    /// The keys among what was told.
    pub(crate) fn keys_told(&self) -> Vec<Key> {
        let keys = self.told.iter().filter_map(|(_, event)| match event {
            Event::Key(key) => Some(*key),
            _ => None,
        });
        keys.collect()
    }

    /// One event at the present moment.
    pub(crate) fn now(&mut self, event: Event) {
        self.at(self.model.now.mono_ms, event);
    }

    /// Types keys: characters, or `<enter>`, `<esc>`, `<tab>`, `<up>`, `<down>`, `<c-c>`...
    pub(crate) fn keys(&mut self, keys: &str) {
        let mut rest = keys;
        while let Some(c) = rest.chars().next() {
            let (key, used) = match rest.strip_prefix('<').and_then(|rest| rest.split_once('>')) {
                Some((name, _)) if named(name).is_some() => (named(name).unwrap(), name.len() + 2),
                _ => (Key::Char(c), c.len_utf8()),
            };
            rest = &rest[used..];
            self.now(Event::Key(key));
        }
    }

    /// The whole screen in a window of this size.
    pub(crate) fn screen(&mut self, columns: u16, rows: u16) -> String {
        self.screen_with(columns, rows, Look::default())
    }

    /// The same with another look.
    pub(crate) fn screen_with(&mut self, columns: u16, rows: u16, look: Look) -> String {
        self.now(Event::Resize(columns, rows));
        let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
        terminal
            .draw(|frame| draw(&self.model, look, frame))
            .unwrap();
        let buffer = terminal.backend().buffer();
        let lines = buffer.content.chunks(usize::from(columns)).map(|cells| {
            let line: String = cells.iter().map(ratatui::buffer::Cell::symbol).collect();
            line.trim_end().to_owned()
        });
        lines.collect::<Vec<_>>().join("\n")
    }
}

pub(crate) fn named(name: &str) -> Option<Key> {
    Some(match name {
        "enter" => Key::Enter,
        "esc" => Key::Esc,
        "tab" => Key::Tab,
        "up" => Key::Up,
        "down" => Key::Down,
        "left" => Key::Left,
        "right" => Key::Right,
        "pgdn" => Key::PageDown,
        "back" => Key::Backspace,
        "c-c" => Key::Ctrl('c'),
        "c-u" => Key::Ctrl('u'),
        "c-l" => Key::Ctrl('l'),
        "c-s" => Key::Ctrl('s'),
        "c-e" => Key::Ctrl('e'),
        _ => return None,
    })
}

fn now(mono_ms: u64) -> Now {
    Now {
        mono_ms,
        wall_ms: WALL_MS + i64::try_from(mono_ms).unwrap(),
    }
}

impl Poll {
    fn events(&self) -> Vec<(u64, Event)> {
        (0..self.times)
            .map(|n| {
                let at_mono_ms = self.at_ms + n * 1000;
                (at_mono_ms, Event::Probe(self.probe(at_mono_ms)))
            })
            .collect()
    }

    fn probe(&self, at_mono_ms: u64) -> Probe {
        let outcome = match self.answer.as_str() {
            "not serving" => Outcome::NotServing,
            "shut" => Outcome::Shut,
            "refused" => Outcome::Silent(Fault::Refused),
            "no answer" => Outcome::Silent(Fault::Timeout),
            srvr => {
                let mut report = MemberReport::default();
                Monitor::from_text(&self.mntr).absorb_into(&mut report);
                absorb_srvr(&mut report, srvr);
                let via = if self.mntr.is_empty() {
                    Via::Srvr
                } else {
                    Via::Mntr
                };
                Outcome::Serving {
                    facts: Box::new(report),
                    via,
                }
            }
        };
        let closed = if self.only_srvr {
            vec![Closed {
                what: "Zab phase, watches, file descriptors (mntr); sessions (cons, dump)".into(),
                line: "4lw.commands.whitelist=srvr,mntr,conf,cons,dump".into(),
            }]
        } else {
            Vec::new()
        };
        Probe {
            address: self.member.clone(),
            at_mono_ms,
            outcome,
            round_trip_us: self.round_trip_us,
            interval_ms: 1000,
            closed,
        }
    }
}

impl Znode {
    fn events(self) -> Vec<TreeEvent> {
        let stat = Stat {
            czxid: Zxid(0x5_0000_0001),
            mzxid: Zxid(0x5_0000_0002),
            ctime: WALL_MS,
            mtime: WALL_MS + 1000,
            version: 1,
            cversion: 2,
            aversion: 0,
            ephemeral_owner: self.owner,
            data_length: i32::try_from(self.data.len()).unwrap(),
            num_children: i32::try_from(self.children.len()).unwrap(),
            pzxid: Zxid(0x5_0000_0003),
        };
        let path = || self.path.clone();
        vec![
            TreeEvent::Stat {
                path: path(),
                answer: Ok(Some(stat)),
            },
            TreeEvent::Children {
                path: path(),
                answer: Ok((self.children.clone(), stat)),
            },
            TreeEvent::Data {
                path: path(),
                answer: Ok((self.data.clone().into(), stat)),
            },
            TreeEvent::Acl {
                path: path(),
                answer: Ok((Acl::open(), 0)),
            },
        ]
    }
}
