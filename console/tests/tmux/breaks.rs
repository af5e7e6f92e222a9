//! The menu `B` on a real demo: a member is killed and started by keys alone.

use crate::pane::Pane;

#[test]
#[ignore = "needs tmux: cargo test -p zoowarden --test tmux -- --ignored"]
fn a_member_is_killed_by_the_menu_and_started_by_it() {
    let pane = Pane::run(120, 35, "demo");
    pane.wait("a healthy demo", |screen| screen.contains("● HEALTHY"));
    pane.keys(&["B"]);
    pane.wait("the list", |screen| screen.contains("1 kill -9 member 1"));
    pane.keys(&["1"]);
    pane.wait("the number", |screen| {
        screen.contains("number: 1    Enter: kill -9 member 1")
    });
    pane.keys(&["Enter", "4"]);
    pane.wait("its death, and whose doing it was", |screen| {
        screen.contains("DEGRADED")
            && screen.contains("you: kill -9 member 1 (demo)")
            && screen.contains("SIGKILL")
    });
    // Where nothing starts it again by itself, the menu does.
    pane.keys(&["B"]);
    let screen = pane.wait("the list", |screen| screen.contains("kill -9 member 2"));
    match screen.contains("1 start member 1") {
        true => pane.keys(&["1", "Enter"]),
        false => pane.keys(&["Escape"]),
    }
    pane.wait("all of them again", |screen| screen.contains("● HEALTHY"));
}
