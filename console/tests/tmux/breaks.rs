//! The menu `B` on a real demo: a member is killed, held down and started by keys alone.

use crate::pane::{Pane, is_healthy};

#[test]
#[ignore = "needs tmux: cargo test -p zoowarden --test tmux -- --ignored"]
fn what_the_menu_kills_comes_back_by_itself_and_what_it_holds_down_does_not() {
    let pane = Pane::run(120, 35, "demo");
    pane.wait("a healthy demo", is_healthy);
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
    pane.wait("its return, and whose doing it was", |screen| {
        is_healthy(screen) && screen.contains("is back by itself")
    });
    pane.keys(&["B", "3", "Enter"]);
    pane.wait("that it stays down", |screen| {
        screen.contains("it was stopped: screen 0 starts it") && screen.contains("DEGRADED")
    });
    pane.keys(&["B"]);
    pane.wait("the way back", |screen| screen.contains("1 start member 1"));
    pane.keys(&["1", "Enter"]);
    pane.wait("all of them again", is_healthy);
}
