//! The operator's own editor has the terminal for a while, and the console takes it again.

use std::os::unix::fs::PermissionsExt as _;

use crate::pane::{Pane, is_healthy};

/// Writes how long it was in the place of whatever it is given.
const EDITOR: &str =
    "#!/bin/sh\ncat \"$1\" > \"$HOME/was\"\nprintf 'edited=%s' \"$(wc -c < \"$1\")\" > \"$1\"\n";

#[test]
#[ignore = "needs tmux: cargo test -p zoowarden --test tmux -- --ignored editor"]
fn what_the_own_editor_leaves_is_shown_written_and_edited_again() {
    let directory = tempfile::tempdir().unwrap();
    let editor = directory.path().join("editor");
    std::fs::write(&editor, EDITOR).unwrap();
    std::fs::set_permissions(&editor, std::fs::Permissions::from_mode(0o755)).unwrap();
    let binary = env!("CARGO_BIN_EXE_zoowarden");
    let command = format!("env EDITOR={} {binary} demo", editor.display());
    let console = Pane::run_command(120, 35, &command);
    console.wait("a healthy demo", is_healthy);
    console.keys(&["7"]);
    console.wait("the tree", |screen| screen.contains("▸ demo"));
    console.keys(&["Down", "l"]);
    console.wait("what is below", |screen| screen.contains("▸ settings"));
    console.keys(&["Down"]);
    console.wait("a znode", |screen| screen.contains("── /demo/counters"));

    console.keys(&["E"]);
    console.wait("what it will do", |screen| screen.contains("+ edited=0"));
    console.keys(&["y"]);
    console.wait("that it is done", |screen| {
        screen.contains("u takes it back")
    });
    console.wait("what is there now", |screen| {
        screen.contains("data   8 bytes")
    });
    // The keys are the console's again, and the terminal can be lent again.
    console.keys(&["E"]);
    console.wait("what it will do", |screen| screen.contains("y does it"));
    console.keys(&["Escape"]);
    // Every cell is drawn anew without asking the terminal anything.
    console.keys(&["C-l"]);
    console.wait("the znode", |screen| {
        screen.contains("edited=0") && screen.contains("HEALTHY")
    });
    console.keys(&["C-c"]);
    console.wait("its end", |screen| screen.contains("EXIT=0"));
}
