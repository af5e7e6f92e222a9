//! Apache's leader is killed and comes back while the screen is watched.

use crate::{
    ensemble::Ensemble,
    pane::{Pane, is_healthy},
};

/// Which member's row says LEADER.
fn leader(screen: &str, ensemble: &Ensemble) -> Option<usize> {
    let row = screen.lines().find(|line| line.contains(" LEADER "))?;
    (0..3).find(|n| row.contains(&ensemble.address(*n)))
}

#[test]
#[ignore = "needs tmux, Java and Debian's zookeeper (or ZOOKEEPER_CLASSPATH): \
            cargo test -p zoowarden --test tmux -- --ignored"]
fn a_killed_leader_is_seen_and_so_are_the_election_and_its_return() {
    let mut ensemble = Ensemble::start();
    let pane = Pane::run(120, 35, &format!("--connect {}", ensemble.addresses()));
    pane.wait("a verdict", is_healthy);
    pane.keys(&["2"]);
    let healthy = pane.wait("three members", |screen| {
        screen.contains("members   3 of 3")
    });
    let old = leader(&healthy, &ensemble).expect("a leader is drawn");

    ensemble.kill_member(old);
    pane.wait("the loss", |screen| !screen.contains("HEALTHY"));
    let elected = pane.wait("the election", |screen| {
        assert!(!screen.contains("HEALTHY"), "a member is dead:\n{screen}");
        // The other follower says that it serves at its next answer.
        screen.contains("▲ DEGRADED")
            && screen.contains("survives 0 more")
            && leader(screen, &ensemble).is_some_and(|new| new != old)
    });
    let row = elected
        .lines()
        .find(|line| line.contains(&format!(" {} ", ensemble.address(old))));
    let noted = elected.lines().find(|line| line.contains("● election"));
    assert!(
        noted.is_some_and(|line| line.contains(" → ") && line.contains("without a leader")),
        "{elected}"
    );
    assert!(
        elected
            .lines()
            .any(|line| line.contains(&ensemble.address(old)) && line.contains("refused")),
        "the dead one is drawn, and why: {row:?}\n{elected}"
    );

    ensemble.start_member(old);
    let back = pane.wait("its return", is_healthy);
    assert_ne!(
        leader(&back, &ensemble),
        Some(old),
        "it follows now:\n{back}"
    );
    assert!(back.contains("survives 1 more"), "{back}");
    assert!(back.contains("serves again, after"), "{back}");
}

#[test]
#[ignore = "needs tmux, Java and Debian's zookeeper (or ZOOKEEPER_CLASSPATH): \
            cargo test -p zoowarden --test tmux -- --ignored"]
fn from_one_address_of_a_static_ensemble_nothing_is_invented() {
    let ensemble = Ensemble::start();
    let pane = Pane::run(120, 35, &format!("--connect {}", ensemble.address(0)));
    pane.wait("the first screen", |screen| screen.contains("ensemble"));
    pane.keys(&["2"]);
    let screen = pane.wait("the configuration", |screen| {
        screen.contains("members   3 of 3") && screen.contains("our session")
    });
    assert!(!screen.contains("NO QUORUM"), "{screen}");
    let screen = pane.wait("a word on the two others", |screen| {
        screen.contains("nothing is known of") || is_healthy(screen)
    });
    assert!(screen.contains("voter, ?"), "{screen}");
}
