//! Sessions that one member alone knows.

use zoowarden_peer::{CloseReason, PeerConfig};
use zoowarden_shared::{
    ErrorCode, SessionId, Sid,
    proto::{CreateMode, MultiOp, OpCode, Request},
};

use super::network::{Network, clients::Client};
use crate::support::client::{create, create_request, create_with, delete, exists, set_data};

fn local(config: &mut PeerConfig) {
    config.local_sessions_enabled = true;
}

fn upgrading(config: &mut PeerConfig) {
    local(config);
    config.local_sessions_upgrading_enabled = true;
}

/// Two followers, a leader and an observer.
fn ensemble(adjust: impl Fn(&mut PeerConfig)) -> (Network, Sid) {
    let mut network = Network::with_observers(4, 1, adjust);
    let leader = network.settle_leader();
    (network, leader)
}

fn ephemeral(path: &str) -> Request {
    create_with(path, b"", CreateMode::Ephemeral)
}

fn is_known(network: &Network, at: Sid, client: &Client) -> bool {
    let table = network.peer(at).session_table();
    table.iter().any(|(session, _)| *session == client.session)
}

#[test]
fn a_local_session_writes_and_leaves_no_trace() {
    let (mut network, leader) = ensemble(local);
    for sid in network.sids() {
        let before = network.peer(sid).server_view(network.now).last_logged_zxid;
        let mut client = network.connect(sid);
        let after = network.peer(sid).server_view(network.now).last_logged_zxid;
        assert_eq!(before, after, "no transaction");
        let path = format!("/{sid}");
        network.ok(&mut client, &create(&path));
        network.ok(&mut client, &set_data(&path, b"x"));
        network.ok(&mut client, &delete(&path));
        assert!(!network.exists(&mut client, &path));
        for other in network.sids() {
            assert!(!is_known(&network, other, &client));
        }
        let buckets = network.peer(sid).session_buckets();
        assert!(
            buckets
                .iter()
                .any(|bucket| bucket.sessions.contains(&client.session))
        );
        network.ok(&mut client, &Request::CloseSession);
        assert_eq!(network.closed(&client), Some(CloseReason::SessionClosed));
        assert!(network.peer(sid).session_buckets().is_empty());
    }
    assert_eq!(network.leader(), Some(leader));
    network.assert_converged();
}

#[test]
fn what_was_sent_before_the_end_of_a_local_session_is_answered_before_it() {
    let (mut network, leader) = ensemble(local);
    for sid in [leader, network.others(leader)[0]] {
        let mut client = network.connect(sid);
        network.auto_flush(&network.sids(), false);
        network.post(&mut client, &create(&format!("/{sid}")));
        network.post(&mut client, &Request::CloseSession);
        network.post(&mut client, &exists("/", false));
        assert!(network.replies(&client).is_empty());
        network.auto_flush(&network.sids(), true);
        network.run_ms(500);
        let replies = network.replies(&client);
        let told: Vec<_> = replies.iter().map(|reply| (reply.xid, reply.err)).collect();
        assert_eq!(told, [(1, ErrorCode::Ok), (2, ErrorCode::Ok)]);
    }
}

#[test]
fn a_local_session_cannot_own_znodes() {
    let (mut network, leader) = ensemble(local);
    for sid in network.sids() {
        let mut client = network.connect(sid);
        let err = ErrorCode::EphemeralOnLocalSession;
        assert_eq!(network.err(&mut client, &ephemeral("/e")), err, "{sid}");
        let parts = vec![
            MultiOp::Create(
                OpCode::Create,
                create_request("/m", b"", CreateMode::Persistent),
            ),
            MultiOp::Create(
                OpCode::Create,
                create_request("/m/e", b"", CreateMode::EphemeralSequential),
            ),
        ];
        network.call(&mut client, &Request::Multi(parts));
        assert!(!network.exists(&mut client, "/m"));
        network.ok(&mut client, &create(&format!("/{sid}")));
        assert!(!is_known(&network, leader, &client));
    }
}

#[test]
fn an_ephemeral_makes_the_session_known_to_all() {
    let (mut network, leader) = ensemble(upgrading);
    for sid in network.sids() {
        let mut client = network.connect(sid);
        let (e, f) = (format!("/e{sid}"), format!("/f{sid}"));
        network.post(&mut client, &ephemeral(&e));
        network.post(&mut client, &ephemeral(&f));
        network.run_ms(500);
        let replies = network.replies(&client);
        let told: Vec<_> = replies.iter().map(|reply| (reply.xid, reply.err)).collect();
        assert_eq!(told, [(1, ErrorCode::Ok), (2, ErrorCode::Ok)]);
        for other in network.sids() {
            assert!(is_known(&network, other, &client), "{sid} {other}");
        }
        let other = network.others(sid)[0];
        network.drop_client(&client);
        let mut client = network.move_to(&client, other);
        network.ok(&mut client, &set_data(&e, b"moved"));
        network.ok(&mut client, &Request::CloseSession);
        let mut reader = network.connect(leader);
        assert!(!network.exists(&mut reader, &e));
    }
    network.assert_converged();
}

#[test]
fn a_multi_with_an_ephemeral_makes_it_known_too() {
    let (mut network, leader) = ensemble(upgrading);
    let mut client = network.connect(network.others(leader)[0]);
    network.ok(&mut client, &create("/plain"));
    assert!(!is_known(&network, leader, &client));
    let part = create_request("/e", b"", CreateMode::Ephemeral);
    let multi = Request::Multi(vec![MultiOp::Create(OpCode::Create2, part)]);
    network.ok(&mut client, &multi);
    assert!(is_known(&network, leader, &client));
    // It lives as long as it is heard of, and no longer.
    for _ in 0..20 {
        network.run_ms(3000);
        assert!(network.exists(&mut client, "/e"));
    }
    network.drop_client(&client);
    network.run_ms(40_000);
    let mut reader = network.connect(leader);
    assert!(!network.exists(&mut reader, "/e"));
}

#[test]
fn a_silent_local_session_is_ended_by_its_member() {
    let (mut network, _) = ensemble(local);
    for sid in network.sids() {
        let client = network.connect_for(sid, 4000);
        let mut lively = network.connect_for(sid, 4000);
        for _ in 0..4 {
            network.run_ms(2000);
            assert!(!network.exists(&mut lively, "/none"));
        }
        assert_eq!(network.closed(&client), Some(CloseReason::SessionExpired));
        assert_eq!(network.closed(&lively), None);
    }
}

#[test]
fn a_local_session_goes_on_at_its_member_alone() {
    let (mut network, leader) = ensemble(local);
    for sid in network.sids() {
        let mut client = network.connect(sid);
        network.ok(&mut client, &create(&format!("/{sid}")));
        let mut again = network.move_to(&client, sid);
        assert_eq!(network.closed(&client), Some(CloseReason::SessionMoved));
        network.ok(&mut again, &set_data(&format!("/{sid}"), b"again"));
        for other in network.others(sid) {
            let conn = network.reattach(&again, other);
            let response = network.handshake_answer(other, conn);
            assert_eq!(response.session_id, SessionId::NONE, "{sid} {other}");
        }
        network.ok(&mut again, &set_data(&format!("/{sid}"), b"still"));
    }
    // With the member's office it ends.
    let client = network.connect(leader);
    for other in network.others(leader) {
        network.cut(leader, other);
    }
    network.run_ms(1000);
    network.heal();
    network.settle_leader();
    let conn = network.reattach(&client, leader);
    let response = network.handshake_answer(leader, conn);
    assert_eq!(response.session_id, SessionId::NONE);
}

#[test]
fn an_operator_ends_a_local_session() {
    let (mut network, leader) = ensemble(local);
    let client = network.connect(leader);
    let mut out = zoowarden_peer::Effects::new();
    let now = network.now;
    let peer = network.member(leader).peer.as_mut().unwrap();
    assert!(peer.close_session(now, client.session, &mut out));
    assert!(!peer.close_session(now, client.session, &mut out));
    network.perform(leader, out);
    assert_eq!(network.closed(&client), Some(CloseReason::SessionExpired));
}

/// Where the leader has none, it takes nothing from a session that it does not know.
#[test]
fn a_leader_without_local_sessions_refuses_those_of_others() {
    let (mut network, leader) = ensemble(|config| {
        config.local_sessions_enabled = config.sid == Sid(1);
    });
    assert_ne!(leader, Sid(1));
    let mut client = network.connect(Sid(1));
    let err = network.err(&mut client, &delete("/a"));
    assert_eq!(err, ErrorCode::SessionExpired);
}
