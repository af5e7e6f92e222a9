//! The fleet: several clusters in a line each, keystrokes in, screen out.

use ratatui::{Terminal, backend::TestBackend};
use zoowarden_console::{
    event::{Command, Event},
    fleet::{
        board::{Board, Wish},
        row::Row,
    },
    keymap::{Key, bound::Keys},
    model::{
        Model,
        alarm::{Alarms, Section},
        clock::Now,
        member::State,
        probe::{Fault, Outcome, Probe, Via},
    },
    update::update,
    view::{Look, fleet::draw},
};

use crate::{
    fixture::{console, named},
    screens::check,
};

/// One cluster in each state that there is, in the order in which console.toml might list them.
fn board() -> Board {
    let mut board = Board::new(Keys::of_the_fleet(&[]), true);
    for (fixture, name, tag) in [
        ("healthy", "prod-eu/orders", Some("PROD")),
        ("only-srvr", "test/a", None),
        ("one-silent", "prod-us/locks", Some("PROD")),
        ("no-quorum", "prod-eu/search", Some("PROD")),
    ] {
        let console = console(fixture);
        let mut model = console.model;
        model.cluster.name = name.to_owned();
        model.cluster.tag = tag.map(str::to_owned);
        board.now = model.now;
        board.rows.push(Row::of(&model));
    }
    let mut unasked = Model::new(
        board.now,
        Default::default(),
        vec!["zk9:2181".to_owned()],
        Default::default(),
    );
    unasked.cluster.name = "lab".to_owned();
    board.rows.push(Row::of(&unasked));
    unasked.cluster.name = "bank".to_owned();
    let why = "auth.digest: /etc/zk/digest: others may read it: chmod 600";
    board.rows.push(Row::unreachable(&unasked, why.to_owned()));
    board
}

fn screen(board: &mut Board, columns: u16, rows: u16, look: Look) -> String {
    board.window = (columns, rows);
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal.draw(|frame| draw(board, look, frame)).unwrap();
    let buffer = terminal.backend().buffer();
    let lines = buffer.content.chunks(usize::from(columns)).map(|cells| {
        let line: String = cells.iter().map(ratatui::buffer::Cell::symbol).collect();
        line.trim_end().to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn type_in(board: &mut Board, keys: &str) -> Option<Wish> {
    let mut wish = None;
    for word in keys.split_inclusive(' ') {
        let word = word.trim_end();
        match named(word) {
            Some(key) => wish = board.key(key),
            None => {
                for c in word.chars() {
                    wish = board.key(Key::Char(c));
                }
            }
        }
    }
    wish
}

#[test]
fn each_cluster_is_a_line_and_the_worst_is_first() {
    let mut board = board();
    let names: Vec<&str> = board.shown().iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names[0], "prod-eu/search", "it has no quorum");
    assert_eq!(names[1], "bank", "nobody can tell how it is");
    assert_eq!(names[2], "prod-us/locks", "a member is silent");
    check(
        "fleet-120x35",
        &screen(&mut board, 120, 35, Look::default()),
    );
    check("fleet-80x24", &screen(&mut board, 80, 24, Look::default()));
    check("fleet-20x5", &screen(&mut board, 20, 5, Look::default()));
    let look = Look {
        ascii: true,
        ..Look::default()
    };
    let ascii = screen(&mut board, 80, 24, look);
    assert!(ascii.is_ascii(), "{ascii}");
    assert!(!ascii.contains('?') || ascii.contains("? CANNOT TELL"));
    type_in(&mut board, "?");
    check(
        "fleet-help-120x35",
        &screen(&mut board, 120, 35, Look::default()),
    );
}

#[test]
fn enter_opens_the_selected_cluster_and_one_that_cannot_be_reached_says_why() {
    let mut board = board();
    let open = |name: &str| Some(Wish::Open(name.to_owned()));
    assert_eq!(type_in(&mut board, "enter"), open("prod-eu/search"));
    assert_eq!(type_in(&mut board, "j enter"), None);
    let shown = screen(&mut board, 120, 35, Look::default());
    assert!(
        shown.contains("bank cannot be opened: auth.digest"),
        "{shown}"
    );
    assert_eq!(type_in(&mut board, "j enter"), open("prod-us/locks"));
    assert_eq!(
        type_in(&mut board, "esc"),
        None,
        "one too many ends nothing"
    );
    assert_eq!(type_in(&mut board, "q"), Some(Wish::Quit));
}

#[test]
fn the_selection_stays_with_its_cluster_when_another_becomes_worse() {
    let mut board = board();
    type_in(&mut board, "G");
    assert_eq!(board.selected.as_deref(), Some("test/a"));
    let mut sick = console("no-quorum").model;
    sick.cluster.name = "prod-eu/orders".to_owned();
    board.rows[0] = Row::of(&sick);
    assert_eq!(
        type_in(&mut board, "enter"),
        Some(Wish::Open("test/a".to_owned()))
    );
}

#[test]
fn the_filter_takes_text_and_nothing_else_does() {
    let mut board = board();
    type_in(&mut board, "/");
    board.paste("prod q\n");
    assert_eq!(type_in(&mut board, "back enter"), None);
    assert_eq!(board.filter.0, "prod ");
    let names: Vec<&str> = board.shown().iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["prod-eu/search", "prod-us/locks", "prod-eu/orders"]);
    board.paste("zzz");
    assert_eq!(board.filter.0, "prod ", "no text field is open");
    assert_eq!(type_in(&mut board, "esc"), None, "it clears the filter");
    assert_eq!(board.shown().len(), 6);
}

#[test]
fn esc_at_the_top_of_a_cluster_and_a_command_lead_to_the_fleet() {
    let mut alone = console("healthy");
    alone.keys(":clusters<enter>");
    assert!(!alone.commands.contains(&Command::Clusters));
    let screen = alone.screen(120, 35);
    assert!(screen.contains("there is no other cluster"), "{screen}");

    let mut one_of_two = console("healthy");
    one_of_two.model.cluster.others = 1;
    one_of_two.keys("2<esc>");
    assert!(
        !one_of_two.commands.contains(&Command::Clusters),
        "not at the top"
    );
    one_of_two.keys("<esc>");
    assert!(one_of_two.commands.contains(&Command::Clusters));
    assert!(!one_of_two.commands.contains(&Command::Quit));
    one_of_two.commands.clear();
    one_of_two.keys("7:clusters<enter>");
    assert!(one_of_two.commands.contains(&Command::Clusters));
    one_of_two.now(Event::Elsewhere(vec!["prod-us".to_owned()]));
    let screen = one_of_two.screen(120, 35);
    assert!(screen.contains("trouble on prod-us, :clusters"), "{screen}");
    one_of_two.keys("<c-c>");
    assert!(one_of_two.commands.contains(&Command::Quit));
}

/// A slow look at every member: the second one is silent.
fn look_at(model: &mut Model, mono_ms: u64) -> Vec<Command> {
    let now = Now {
        mono_ms,
        wall_ms: model.now.wall_ms,
    };
    let mut commands = Vec::new();
    for member in model.members.clone() {
        let outcome = match member.state(model.now) {
            State::Silent(_) => Outcome::Silent(Fault::Timeout),
            _ => Outcome::Serving {
                facts: Box::new(member.facts),
                via: Via::Srvr,
            },
        };
        let probe = Probe {
            address: member.address,
            at_mono_ms: mono_ms,
            outcome,
            round_trip_us: Some(700),
            interval_ms: 5000,
            closed: Vec::new(),
        };
        commands.extend(update(model, now, Event::Probe(probe)));
    }
    commands
}

#[test]
fn an_alarm_book_outlives_the_page() {
    let mut console = console("one-silent");
    let until_ms = console.model.now.mono_ms + 20_000;
    while console.model.now.mono_ms < until_ms {
        let at_ms = console.model.now.mono_ms + 500;
        look_at(&mut console.model, at_ms);
    }
    console.keys("9a");
    let keys: Vec<String> = console
        .model
        .alarms
        .active()
        .map(|a| a.key.clone())
        .collect();
    assert!(!keys.is_empty());
    let acknowledged = |model: &Model| {
        let alarms = model.alarms.active();
        alarms
            .filter(|alarm| Section::of(alarm) == Section::Acknowledged)
            .count()
    };
    assert_eq!(acknowledged(&console.model), 1);
    let past = console.model.history.entries().len();

    // Closed: the same alarms go on, and none is told a second time.
    let now = console.model.now;
    let mut closed = console.model.clone().closed(now, 5000);
    let mut commands = Vec::new();
    for second in 1..60 {
        let at_ms = now.mono_ms + second * 1000;
        match second % 5 {
            0 => commands.extend(look_at(&mut closed, at_ms)),
            _ => commands.extend(update(
                &mut closed,
                Now {
                    mono_ms: at_ms,
                    ..now
                },
                Event::Tick,
            )),
        }
    }
    let told: Vec<&Command> = commands
        .iter()
        .filter(|command| matches!(command, Command::Notify(_)))
        .collect();
    assert!(told.is_empty(), "{told:?}");
    let still: Vec<String> = closed.alarms.active().map(|a| a.key.clone()).collect();
    assert_eq!(still, keys);
    assert_eq!(acknowledged(&closed), 1);
    let row = Row::of(&closed);
    assert_eq!(row.open_alarms().count() + 1, row.alarms.len());

    // Open again, in a fresh page: the book and the past are there at once.
    let mut page = Model::new(
        closed.now,
        closed.cluster.clone(),
        closed.known.seeds.clone(),
        Default::default(),
    );
    page.alarms = Alarms::default();
    page.carry_on(closed);
    assert_eq!(acknowledged(&page), 1);
    assert!(page.history.entries().len() >= past);
    assert!(
        page.members
            .iter()
            .any(|member| member.facts_mono_ms.is_some())
    );
}

#[test]
fn what_begins_while_a_page_is_closed_is_told() {
    let console = console("healthy");
    let now = console.model.now;
    let mut closed = console.model.closed(now, 5000);
    let mut told = Vec::new();
    for second in 1..90 {
        let at = Now {
            mono_ms: now.mono_ms + second * 1000,
            ..now
        };
        if second == 30 {
            let probe = Probe {
                address: closed.members[2].address.clone(),
                at_mono_ms: at.mono_ms,
                outcome: Outcome::Silent(Fault::Refused),
                round_trip_us: None,
                interval_ms: 5000,
                closed: Vec::new(),
            };
            told.extend(update(&mut closed, at, Event::Probe(probe)));
        }
        match second % 5 {
            0 => told.extend(look_at(&mut closed, at.mono_ms)),
            _ => told.extend(update(&mut closed, at, Event::Tick)),
        }
    }
    let notices: Vec<String> = told
        .iter()
        .filter_map(|command| match command {
            Command::Notify(notice) => Some(format!("{}: {}", notice.title, notice.body)),
            _ => None,
        })
        .collect();
    // The lost margin and the member that is down, as one.
    assert_eq!(notices.len(), 1, "{notices:?}");
    assert!(
        notices[0].starts_with("quorum margin 0 (and 1 more): "),
        "{notices:?}"
    );
    assert!(notices[0].contains("zk3:2181"), "{notices:?}");
}
