//! The drill as its operator sees it: a fault is found and repaired by keys, and scored.

use crate::pane::Pane;

#[test]
#[ignore = "needs tmux: cargo test -p zoowarden --test tmux -- --ignored drill"]
fn a_dead_follower_is_repaired_by_keys_and_the_table_printed_at_the_end() {
    let pane = Pane::run(120, 35, "drill --only dead-follower --seed 3");
    pane.wait("the rules", |screen| {
        screen.contains("DRILL 1 of 1") && screen.contains("Space: the first one begins")
    });
    pane.keys(&["Space"]);
    pane.wait("the fault, and its next step", |screen| {
        screen.contains("find it and repair it") && screen.contains("0 Enter  ● SAFE  start ")
    });
    pane.keys(&["0", "Enter"]);
    pane.wait("the gate", |screen| screen.contains("type y: "));
    pane.keys(&["y"]);
    pane.wait("its end", |screen| screen.contains("● done and verified"));
    pane.keys(&["Enter"]);
    pane.wait("the lesson and the table", |screen| {
        screen.contains("a follower's process was gone.")
            && screen.contains("DRILL 1 of 1   over: ")
            && screen.contains(" of 100 points")
    });
    pane.keys(&["q", "q", "q"]);
    let end = pane.wait("the end", |screen| screen.contains("EXIT=0"));
    assert!(
        end.contains("dead-follower ") && end.contains("--seed 3"),
        "{end}"
    );
}
