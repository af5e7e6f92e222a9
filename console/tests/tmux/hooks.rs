//! Apache's members repaired by keys, through the operator's hooks of console.toml.

use crate::{
    pane::{Pane, is_healthy},
    recover::{number_of, types},
    serviced::Ensemble,
};

fn open(ensemble: &Ensemble) -> Pane {
    let config = ensemble.config();
    let arguments = format!("--cluster test --config {}", config.display());
    let pane = Pane::run(120, 35, &arguments);
    pane.wait("a verdict", is_healthy);
    pane
}

#[test]
#[ignore = "needs tmux, Java and Debian's zookeeper: cargo test -p zoowarden --test tmux -- --ignored hooks"]
fn apaches_members_are_started_and_restarted_by_the_hooks() {
    let ensemble = Ensemble::apache(3);
    let follower = ensemble.follower();
    let pane = open(&ensemble);

    ensemble.script("stop", follower);
    let start = format!("0 Enter  ● SAFE  start {follower}");
    pane.wait("the next step", |screen| screen.contains(&start));
    pane.keys(&["0"]);
    pane.wait("the steps", |screen| screen.contains("safe next steps"));
    pane.keys(&["Enter"]);
    let gate = pane.wait("the gate", |screen| screen.contains("type y: "));
    let hook = format!("run your hook \"start\" for {follower}");
    assert!(gate.contains(&hook), "{gate}");
    pane.keys(&["y"]);
    let done = pane.wait("its end", |screen| screen.contains("● done and verified"));
    let said = format!("started {follower}");
    assert!(
        done.contains(&said),
        "what the hook prints is shown:\n{done}"
    );
    pane.keys(&["Enter"]);
    pane.wait("all of them", is_healthy);

    // The list of `x` on the first member; whichever it is, all three are synced.
    let before = ensemble.pid(1);
    pane.keys(&["2", "g", "x"]);
    let list = pane.wait("what can be done with it", |screen| {
        screen.contains("what can be done with member 1") && screen.contains("restart 1")
    });
    types(&pane, &number_of(&list, "restart 1"));
    let gate = pane.wait("the gate", |screen| screen.contains("then Enter: "));
    if gate.contains("why stability may yield") {
        types(&pane, "a test");
        pane.keys(&["Tab", "Tab"]);
    }
    types(&pane, "1");
    pane.keys(&["Enter"]);
    pane.wait("its end", |screen| screen.contains("● done and verified"));
    assert_ne!(ensemble.pid(1), before, "it is another process");
    pane.keys(&["Enter", "q", "q", "q"]);
    pane.wait("the end", |screen| screen.contains("EXIT=0"));
}

#[test]
#[ignore = "needs tmux, Java and Debian's zookeeper: cargo test -p zoowarden --test tmux -- --ignored hooks"]
fn a_hook_that_fails_is_told_with_what_it_said_and_nothing_is_claimed() {
    let ensemble = Ensemble::apache(3);
    let follower = ensemble.follower();
    let pane = open(&ensemble);
    ensemble.script("stop", follower);
    ensemble.break_hook(follower, true);
    let start = format!("0 Enter  ● SAFE  start {follower}");
    pane.wait("the next step", |screen| screen.contains(&start));
    pane.keys(&["0"]);
    pane.wait("the steps", |screen| screen.contains("safe next steps"));
    pane.keys(&["Enter"]);
    pane.wait("the gate", |screen| screen.contains("type y: "));
    pane.keys(&["y"]);
    let failed = pane.wait("its end", |screen| screen.contains("exit status: 5"));
    assert!(failed.contains("no such unit"), "{failed}");
    pane.keys(&["Enter"]);
    pane.wait("that it was tried", |screen| {
        screen.contains("TRIED") && screen.contains("▲ DEGRADED")
    });
}
