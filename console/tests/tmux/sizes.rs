//! Every screen by its key in every kind of window, on members that are real.

use crate::pane::{Pane, is_healthy};

/// Keys, and what stands on their screens where there is room.
const SCREENS: [(&str, &str); 11] = [
    ("2", "members   3 of 3"),
    ("3", "links"),
    ("4", "timeline"),
    ("5", "sessions"),
    ("6", "watches"),
    ("7", "znodes"),
    ("8", "metrics"),
    ("9", "alarms"),
    ("0", "safe next steps"),
    ("?", "help: "),
    ("1", "ensemble"),
];

#[test]
#[ignore = "needs tmux: cargo test -p zoowarden --test tmux -- --ignored sizes"]
fn every_screen_opens_in_every_window_and_none_panics() {
    let pane = Pane::run(120, 35, "demo");
    pane.wait("a healthy demo", is_healthy);
    for (columns, rows) in [(120, 35), (80, 24), (60, 15), (20, 5)] {
        pane.resize(columns, rows);
        for (key, title) in SCREENS {
            pane.keys(&[key]);
            pane.wait(&format!("{title} at {columns}x{rows}"), |screen| {
                if rows < 15 {
                    is_healthy(screen) && screen.contains(" DEMO")
                } else {
                    screen.contains(title) && screen.contains("DEMO")
                }
            });
            if key == "?" {
                pane.keys(&["?"]);
            }
        }
    }
    pane.keys(&["q", "q"]);
    let end = pane.wait("the end", |screen| screen.contains("EXIT="));
    assert!(end.contains("EXIT=0"), "{end}");
}
