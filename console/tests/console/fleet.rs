//! The fleet: several clusters in a line each, keystrokes in, screen out.

use ratatui::{Terminal, backend::TestBackend};
use zoowarden_console::{
    event::{Command, Event},
    fleet::{
        board::{Board, Wish},
        row::Row,
    },
    keymap::{Key, bound::Keys},
    model::Model,
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
    assert_eq!(type_in(&mut board, "esc"), Some(Wish::Quit));
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
