//! The pictures of the README, drawn from the real screens.
//!
//! ```text
//!   scenes   an ensemble played through the model    svg, shapes   its screen as a picture
//! ```
//!
//! `ZOOWARDEN_PICTURES=draw cargo test -p zoowarden --test console pictures` draws them anew;
//! without it, the same fails where one is not what the screens show.

mod scenes;
mod shapes;
mod svg;

use std::{env, fs, path::Path};

use ratatui::{Terminal, backend::TestBackend};
use zoowarden_console::{
    event::Event,
    view::{Look, draw},
};

use crate::recover::poll;
use scenes::Show;

const COMMAND: &str = "ZOOWARDEN_PICTURES=draw cargo test -p zoowarden --test console pictures";
const TITLE: &str = "zoowarden --connect zk1:2181,zk2:2181";

/// Draws a scene's screen after these keys, or checks that it has been.
fn check(name: &str, caption: &str, mut show: Show, keys: &str) {
    show.stage.console.keys(keys);
    compare(name, caption, &mut show, 35);
}

fn compare(name: &str, caption: &str, show: &mut Show, rows: u16) {
    let console = &mut show.stage.console;
    console.now(Event::Resize(120, rows));
    let mut terminal = Terminal::new(TestBackend::new(120, rows)).unwrap();
    terminal
        .draw(|frame| draw(&console.model, Look::default(), frame))
        .unwrap();
    let drawn = svg::picture(terminal.backend().buffer(), TITLE, caption);
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../assets/pictures/{name}.svg"));
    if env::var("ZOOWARDEN_PICTURES").is_ok_and(|what| what == "draw") {
        fs::write(&file, drawn).unwrap();
        return;
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    assert!(
        kept == drawn,
        "{name}.svg is not what the screen shows; {COMMAND}"
    );
}

#[test]
fn overview() {
    let caption = "The overview ten seconds after the loss of the leader: who leads now, what is \
                   left, and the next safe step";
    check("overview", caption, Show::elected(), "1");
}

#[test]
fn members() {
    let caption = "The members: role, phase, lag, heartbeats, disks, and why one is called down";
    check("members", caption, Show::elected(), "2G");
}

#[test]
fn links() {
    let caption = "The links: a cut of one direction, and the sentence for the network team";
    check("links", caption, Show::cut_one_way(), "3/zk2<enter>j");
}

#[test]
fn timeline() {
    let caption = "The timeline: an election with its cause, its gap and what each voter had";
    check("timeline", caption, Show::recovered(), "4jj");
}

#[test]
fn sessions() {
    let caption = "The sessions of all members in one list, and what one of them owns";
    check(
        "sessions",
        caption,
        Show::healthy().with_sessions(),
        "5jjjj",
    );
}

#[test]
fn recover() {
    let caption = "Recovery: the safe steps, the refused ones with their arithmetic, and the gate \
                   of one of them";
    let mut show = Show::elected();
    show.stage.console.keys("0<enter>");
    poll(&mut show.stage);
    compare("recover", caption, &mut show, 35);
}
