//! Sessions that move between members, with their ephemerals and watches.

use zoowarden_shared::proto::CreateMode;

use crate::harness::{Ensemble, Kazoo};

/// A session goes round all members; its ephemeral stays, is seen everywhere, and goes with
/// the session's end.
pub(crate) fn a_session_goes_round(mut ensemble: Ensemble) {
    let sids: Vec<usize> = ensemble.sids().collect();
    let mut client = ensemble.client(sids[0]);
    let id = client.connection.session().credentials.id;
    client
        .create("/mine", b"", CreateMode::Ephemeral)
        .expect("it is created");
    for &sid in sids[1..].iter().chain([&sids[0]]) {
        client = client.moved_to(ensemble.address(sid));
        assert_eq!(client.connection.session().credentials.id, id);
        for &other in &sids {
            assert!(
                ensemble.client(other).read("/mine").is_some(),
                "member {other}"
            );
        }
    }
    client.close();
    for &other in &sids {
        assert_eq!(ensemble.client(other).read("/mine"), None, "member {other}");
    }
    ensemble.assert_agreed(&[]);
}

/// A session whose client is gone ends after its timeout, on every member.
pub(crate) fn a_silent_session_expires(mut ensemble: Ensemble) {
    let sids: Vec<usize> = ensemble.sids().collect();
    for &sid in &sids {
        let client = ensemble.client(sid);
        client
            .create(&format!("/of{sid}"), b"", CreateMode::Ephemeral)
            .expect("it is created");
        // Dropped, not closed: only its silence tells.
    }
    for &sid in &sids {
        let observer = ensemble.client(sid);
        ensemble.wait("the ephemerals are gone", |_| {
            sids.iter()
                .all(|other| observer.read(&format!("/of{other}")).is_none())
                .then_some(())
        });
    }
    ensemble.assert_agreed(&[]);
}

/// The member under a kazoo client is killed, one after the other; kazoo goes on elsewhere
/// with its session, its ephemeral and its watch, and is never told that it lost anything.
pub(crate) fn kazoo_outlives_each_member(mut ensemble: Ensemble) {
    ensemble.wait_level();
    let mut kazoo = Kazoo::connect(&ensemble.addresses(), 15);
    let session = kazoo.ask("session");
    assert_eq!(kazoo.ask("ephemeral /held"), "done");
    assert_eq!(kazoo.ask("create /watched first"), "done");
    assert_eq!(kazoo.ask("watch /watched"), "first");
    for round in 0..ensemble.sids().count() {
        let server = kazoo.ask("server");
        let under = ensemble
            .sids()
            .find(|&sid| ensemble.address(sid).to_string() == server);
        let under = under.expect("kazoo is on one of them");
        ensemble.kill(under);
        let value = format!("round{round}");
        let rest = ensemble.wait_settled();
        ensemble.client(rest).set("/watched", value.as_bytes());
        let seen = kazoo.ask(&format!("seen /watched {value}"));
        assert!(seen.contains(&value), "the watch saw only {seen}");
        ensemble.start(under);
        ensemble.wait_settled();
        assert_eq!(kazoo.ask("session"), session);
        assert!(
            ensemble.client(under).read("/held").is_some(),
            "the ephemeral is gone"
        );
    }
    let states = kazoo.ask("states");
    assert!(!states.contains("LOST"), "kazoo was told: {states}");
    ensemble.assert_agreed(&[]);
}
