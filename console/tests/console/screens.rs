//! Whole screens: what an operator sees of each state, in each size and look.
//!
//! A changed screen fails here and shows the difference; `INSTA_UPDATE=always cargo test -p
//! zoowarden` accepts it, and the diff of `tests/snapshots` is then read in review.

use zoowarden_console::view::{Look, Theme};

use crate::fixture::{console, on_members};

pub(crate) fn check(name: &str, screen: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../snapshots");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, screen));
}

#[test]
fn healthy_at_every_size() {
    for (columns, rows) in [(120, 35), (80, 24), (60, 15), (59, 15), (20, 5), (250, 80)] {
        check(
            &format!("healthy-{columns}x{rows}"),
            &on_members("healthy").screen(columns, rows),
        );
    }
}

#[test]
fn the_leader_is_lost_and_nobody_leads_yet() {
    check(
        "leader-lost-120x35",
        &on_members("leader-lost").screen(120, 35),
    );
    check("leader-lost-20x5", &on_members("leader-lost").screen(20, 5));
}

#[test]
fn a_silent_member_is_greyed_with_its_age() {
    check(
        "one-silent-120x35",
        &on_members("one-silent").screen(120, 35),
    );
    check("one-silent-80x24", &on_members("one-silent").screen(80, 24));
}

#[test]
fn no_quorum_is_said_by_those_who_are_alive() {
    check("no-quorum-120x35", &on_members("no-quorum").screen(120, 35));
    check("no-quorum-20x5", &on_members("no-quorum").screen(20, 5));
}

#[test]
fn a_console_started_in_an_outage_draws_what_was_last_seen() {
    check("remembered-80x24", &on_members("remembered").screen(80, 24));
}

#[test]
fn with_srvr_alone_it_says_which_line_opens_the_rest() {
    check("only-srvr-80x24", &on_members("only-srvr").screen(80, 24));
}

#[test]
fn a_static_configuration_leaves_members_that_cannot_be_asked() {
    check(
        "one-address-120x35",
        &on_members("one-address").screen(120, 35),
    );
}

#[test]
fn the_demo_says_so_everywhere() {
    for (keys, name) in [
        ("2", "members"),
        ("5", "sessions"),
        ("7", "znodes"),
        ("?", "help"),
    ] {
        let mut demo = on_members("demo");
        demo.keys(keys);
        for (columns, rows) in [(120, 35), (80, 24), (20, 5)] {
            assert!(
                demo.screen(columns, rows).contains("DEMO"),
                "{name} at {columns}x{rows}"
            );
        }
    }
    check("demo-80x24", &on_members("demo").screen(80, 24));
}

#[test]
fn sessions_are_joined_over_the_members() {
    check("sessions-120x35", &console("sessions").screen(120, 35));
    check("sessions-80x24", &console("sessions").screen(80, 24));
}

#[test]
fn znodes_show_tree_stat_acl_and_data() {
    check("znodes-120x35", &console("znodes").screen(120, 35));
    check("znodes-80x24", &console("znodes").screen(80, 24));
}

#[test]
fn the_help_lists_the_keys_of_its_screen() {
    let mut console = on_members("healthy");
    console.keys("?");
    check("help-members-120x35", &console.screen(120, 35));
}

#[test]
fn in_ascii_every_glyph_has_its_twin() {
    let look = Look {
        ascii: true,
        theme: Theme::Mono,
    };
    for fixture in ["healthy", "one-silent", "no-quorum", "sessions", "znodes"] {
        let screen = console(fixture).screen_with(120, 35, look);
        assert!(screen.is_ascii(), "{fixture}");
    }
    check(
        "one-silent-ascii-80x24",
        &on_members("one-silent").screen_with(80, 24, look),
    );
}

#[test]
fn no_size_panics_and_every_size_says_something() {
    for fixture in ["healthy", "no-quorum", "remembered", "sessions", "znodes"] {
        let mut console = console(fixture);
        for (columns, rows) in (1..=130)
            .step_by(7)
            .flat_map(|c| (1..=50).step_by(3).map(move |r| (c, r)))
        {
            let screen = console.screen(columns, rows);
            assert!(!screen.trim().is_empty(), "{fixture} at {columns}x{rows}");
        }
    }
}

#[test]
fn without_colours_only_shapes_and_words_are_left() {
    use ratatui::{Terminal, backend::TestBackend, style::Color};
    let console = on_members("one-silent");
    let mut terminal = Terminal::new(TestBackend::new(120, 35)).unwrap();
    let look = Look {
        ascii: false,
        theme: Theme::Mono,
    };
    terminal
        .draw(|frame| zoowarden_console::view::draw(&console.model, look, frame))
        .unwrap();
    let cells = &terminal.backend().buffer().content;
    assert!(
        cells
            .iter()
            .all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset)
    );
}

#[test]
fn text_from_outside_never_reaches_the_terminal_raw() {
    let mut console = console("znodes");
    console.keys("v");
    let screen = console.screen(120, 35);
    assert!(
        !screen.contains('\u{1b}') && screen.contains("\\x1b"),
        "{screen}"
    );
}
