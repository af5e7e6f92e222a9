//! Two operators with a console each on one ensemble see each other, by the word of its members.

use crate::{
    pane::{Pane, is_healthy},
    serviced::Ensemble,
};

#[test]
#[ignore = "needs tmux: cargo test -p zoowarden --test tmux -- --ignored presence"]
fn two_consoles_see_each_other_and_an_open_gate() {
    let ensemble = Ensemble::ours(3);
    let config = ensemble.config_with_admin_ports();
    let open = |user: &str| {
        let binary = env!("CARGO_BIN_EXE_zoowarden");
        let file = config.display();
        Pane::run_command(
            160,
            35,
            &format!("env USER={user} {binary} --config {file}"),
        )
    };
    let ann = open("ann");
    ann.wait("a healthy ensemble", is_healthy);
    assert!(!ann.screen().contains(" here: you"), "she is alone");

    let bob = open("bob");
    bob.wait("her", |screen| screen.contains("2 here: you, ann@"));
    ann.wait("him", |screen| screen.contains("2 here: you, bob@"));

    let leader = ensemble.leader().to_string();
    bob.keys(&[":"]);
    bob.keys(&["-l", &format!("act restart {leader}")]);
    bob.keys(&["Enter"]);
    ann.wait("what he is about to do", |screen| {
        screen.contains("at the gate of restart")
    });
    bob.keys(&["Escape"]);
    ann.wait("that he let it be", |screen| {
        screen.contains("bob@") && !screen.contains("at the gate")
    });
    bob.vanish();
    ann.wait("that he is gone", |screen| !screen.contains("bob@"));
}
