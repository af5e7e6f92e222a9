//! Apache alone: what the scenarios may demand of anybody.

use crate::{
    harness::{Ensemble, Kind, Kind::Apache, Options},
    scenarios::{catching_up, catching_up::Since, crashes, membership, sessions},
};

const THREE: [Kind; 3] = [Apache; 3];

fn three() -> Ensemble {
    Ensemble::started(&THREE, &Options::default())
}

#[test]
#[ignore = "needs Java and Debian's zookeeper; run: cargo test -p zoowarden-server --test ensemble -- --ignored apache"]
fn members() {
    membership::writes_through_each(three());
    membership::watches_fire_everywhere(three());
}

#[test]
#[ignore = "needs Java and Debian's zookeeper; run: cargo test -p zoowarden-server --test ensemble -- --ignored apache"]
fn crashes() {
    crashes::leader_killed(&mut three());
    crashes::each_killed_in_turn(three());
    crashes::all_killed_at_once(three());
    crashes::leader_paused(three());
}

#[test]
#[ignore = "needs Java and Debian's zookeeper; run: cargo test -p zoowarden-server --test ensemble -- --ignored apache"]
fn catching_up() {
    catching_up::by_diff(three());
    catching_up::by_snapshot_after_a_wipe(three());
    catching_up::without_its_uncommitted_tail(three(), Since::Nothing);
    catching_up::without_its_uncommitted_tail(three(), Since::Writes);
}

#[test]
#[ignore = "needs Java and Debian's zookeeper; run: cargo test -p zoowarden-server --test ensemble -- --ignored apache"]
fn sessions() {
    sessions::a_session_goes_round(three());
    sessions::a_silent_session_expires(three());
}

#[test]
#[ignore = "needs Java, Debian's zookeeper and Python; run: cargo test -p zoowarden-server --test ensemble -- --ignored apache"]
fn kazoo() {
    sessions::kazoo_outlives_each_member(three());
}
