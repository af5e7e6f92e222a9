//! What single writes do beyond the recorded exchanges: modes, in-flight multis, digests.

use zoowarden_peer::{Event, PeerConfig};
use zoowarden_shared::{
    ErrorCode,
    acl::{Acl, Id},
    proto::{
        CreateMode, CreateTtlRequest, MultiOp, MultiResult, OpCode, Request, Response,
        SetAclRequest, SetDataRequest, xid,
    },
    txn::{ErrorTxn, MultiTxn, Txn},
};

use crate::support::{
    Client, Harness,
    client::{
        create, create_request, create_with, delete, digest_auth, exists, get_data, path_version,
        request_frame, set_data,
    },
};

fn harness() -> Harness {
    Harness::new(PeerConfig::default())
}

fn ttl(path: &str) -> Request {
    Request::CreateTtl(CreateTtlRequest {
        path: path.to_owned(),
        data: None,
        acl: Acl::open(),
        flags: CreateMode::PersistentWithTtl.flags(),
        ttl_ms: 1000,
    })
}

#[test]
fn ttl_znodes_need_the_extended_types() {
    let mut harness = harness();
    let mut client = harness.connect();
    assert_eq!(
        harness.err(&mut client, &ttl("/t")),
        ErrorCode::Unimplemented
    );
    let last = harness.log.last().unwrap();
    let err = ErrorCode::Unimplemented;
    assert_eq!(last.txn, Txn::Error(ErrorTxn { err }));
    assert_eq!(last.digest, None, "an error carries no digest");
}

#[test]
fn a_failed_multi_leaves_no_trace_in_flight() {
    let mut harness = harness();
    let mut client = harness.connect();
    harness.ok(&mut client, &create("/a"));
    harness.auto_flush = false;
    harness.post(&mut client, &set_data("/a", b"in flight"));
    let multi = Request::Multi(vec![
        MultiOp::SetData(SetDataRequest {
            path: "/a".to_owned(),
            data: None,
            version: 1,
        }),
        MultiOp::Create(
            OpCode::Create,
            create_request("/a/s-", b"", CreateMode::PersistentSequential),
        ),
        MultiOp::Check(path_version("/a", 77)),
        MultiOp::Delete(path_version("/a", -1)),
    ]);
    harness.post(&mut client, &multi);
    let sequential = create_with("/a/s-", b"", CreateMode::PersistentSequential);
    harness.post(&mut client, &sequential);
    harness.post(&mut client, &exists("/a", false));
    harness.flush();
    let replies = harness.replies(&client);
    let outcomes = [
        ErrorCode::Ok,
        ErrorCode::Ok,
        ErrorCode::BadVersion,
        ErrorCode::RuntimeInconsistency,
    ];
    let expected = outcomes.map(MultiResult::Error).to_vec();
    assert_eq!(
        replies[1].response(OpCode::Multi),
        Response::Multi(expected)
    );
    let Response::Path(path) = replies[2].response(OpCode::Create) else {
        panic!()
    };
    assert_eq!(path.path, "/a/s-0000000000");
    let Response::Stat(response) = replies[3].response(OpCode::Exists) else {
        panic!()
    };
    assert_eq!((response.stat.version, response.stat.num_children), (1, 1));
    let txns = outcomes.map(|err| Txn::Error(ErrorTxn { err })).to_vec();
    let multi = harness
        .log
        .iter()
        .find(|record| matches!(record.txn, Txn::Multi(_)))
        .unwrap();
    assert_eq!(multi.txn, Txn::Multi(MultiTxn { txns }));
    assert!(multi.digest.is_some(), "a failed multi carries a digest");
}

#[test]
fn the_parts_of_a_multi_see_each_other() {
    let mut harness = harness();
    let mut client = harness.connect();
    let multi = Request::Multi(vec![
        MultiOp::Create(
            OpCode::Create,
            create_request("/p", b"", CreateMode::Persistent),
        ),
        MultiOp::Create(
            OpCode::Create,
            create_request("/p/c", b"", CreateMode::Ephemeral),
        ),
        MultiOp::Delete(path_version("/p/c", 0)),
        MultiOp::Delete(path_version("/p", 0)),
    ]);
    let Response::Multi(results) = harness.ok(&mut client, &multi) else {
        panic!()
    };
    assert_eq!(results.len(), 4);
    assert!(harness.stat(&mut client, "/p").is_none());
}

/// The flags of a create within a multi decide its kind; a TTL flag without a time to live is
/// no request at all.
#[test]
fn a_multi_that_cannot_be_understood_is_undone() {
    let mut harness = Harness::new(PeerConfig {
        extended_types_enabled: true,
        ..PeerConfig::default()
    });
    let mut client = harness.connect();
    let multi = Request::Multi(vec![
        MultiOp::Create(
            OpCode::Create,
            create_request("/first", b"", CreateMode::Persistent),
        ),
        MultiOp::Create(
            OpCode::Create,
            create_request("/t", b"", CreateMode::PersistentWithTtl),
        ),
    ]);
    assert_eq!(
        harness.err(&mut client, &multi),
        ErrorCode::MarshallingError
    );
    assert!(harness.stat(&mut client, "/first").is_none());
    harness.ok(&mut client, &create("/first"));
}

#[test]
fn every_digest_in_the_log_is_that_of_the_tree_after_it() {
    let mut harness = harness();
    let mut client = harness.connect();
    let mut other = harness.connect();
    harness.ok(&mut client, &create("/a"));
    harness.auto_flush = false;
    for round in 0..3 {
        harness.post(&mut client, &set_data("/a", &[round]));
        harness.post(
            &mut other,
            &create_with(&format!("/a/e{round}"), b"", CreateMode::Ephemeral),
        );
        let acl = Request::SetAcl(SetAclRequest {
            path: "/a".to_owned(),
            acl: Acl::open(),
            version: -1,
        });
        harness.post(&mut client, &acl);
        harness.post(&mut client, &set_data("/", b"root"));
        harness.post(&mut client, &delete("/missing"));
        // An Apache quirk: the container flag in a plain create makes a plain znode.
        let container = create_with(&format!("/c{round}"), b"", CreateMode::Container);
        harness.post(&mut client, &container);
        if round == 1 {
            harness.flush();
        }
    }
    harness.post(&mut other, &Request::CloseSession);
    harness.flush();
    // Replays the log and compares every digest on the way.
    let mut again = harness.restart(PeerConfig::default());
    let mut client = again.connect();
    assert_eq!(again.stat(&mut client, "/a").unwrap().num_children, 0);
    assert_eq!(again.stat(&mut client, "/c0").unwrap().ephemeral_owner, 0);
}

#[test]
fn digests_can_be_switched_off() {
    let config = PeerConfig {
        digest_enabled: false,
        ..PeerConfig::default()
    };
    let mut harness = Harness::new(config);
    let mut client = harness.connect();
    harness.ok(&mut client, &create("/a"));
    assert!(harness.log.iter().all(|record| record.digest.is_none()));
    assert!(harness.peer.digests().is_empty());
}

fn with_quota(enforce_quota: bool) -> (Harness, Client) {
    let mut harness = Harness::new(PeerConfig {
        enforce_quota,
        ..PeerConfig::default()
    });
    let mut client = harness.connect();
    for path in ["/q", "/zookeeper/quota/q"] {
        harness.ok(&mut client, &create(path));
    }
    let limits = b"count=-1,bytes=3=;byteHardLimit=-1;countHardLimit=2";
    let paths = [
        ("/zookeeper/quota/q/zookeeper_limits", &limits[..]),
        ("/zookeeper/quota/q/zookeeper_stats", b""),
    ];
    for (path, data) in paths {
        harness.ok(
            &mut client,
            &create_with(path, data, CreateMode::Persistent),
        );
    }
    harness.ok(&mut client, &create("/q/1"));
    (harness, client)
}

fn told(harness: &Harness) -> usize {
    let is_quota = |event: &&Event| matches!(event, Event::QuotaExceeded { .. });
    harness.events.iter().filter(is_quota).count()
}

#[test]
fn an_enforced_hard_quota_refuses_and_a_soft_one_is_told() {
    let (mut harness, mut client) = with_quota(true);
    let refused = harness.err(&mut client, &create("/q/2"));
    assert_eq!(refused, ErrorCode::QuotaExceeded);
    assert_eq!(told(&harness), 1);
    harness.ok(&mut client, &set_data("/q/1", b"four"));
    assert_eq!(told(&harness), 1, "not again within ten seconds");
    harness.advance_ms(11_000);
    harness.ok(&mut client, &set_data("/q/1", b"fives"));
    assert_eq!(told(&harness), 2);
    assert_eq!(harness.peer.metrics().quota_exceeded_error, 1);
}

#[test]
fn a_quota_that_is_not_enforced_is_told() {
    let (mut harness, mut client) = with_quota(false);
    harness.ok(&mut client, &create("/q/2"));
    assert_eq!(told(&harness), 1);
}

#[test]
fn skip_acl_lets_everybody_in() {
    let mut harness = Harness::new(PeerConfig {
        skip_acl: true,
        ..PeerConfig::default()
    });
    let mut client = harness.connect();
    let Request::Create(op, mut request) = create("/closed") else {
        panic!()
    };
    request.acl[0].perms = 0;
    harness.ok(&mut client, &Request::Create(op, request));
    harness.ok(&mut client, &get_data("/closed", false));
    harness.ok(&mut client, &set_data("/closed", b""));
}

#[test]
fn a_digest_scheme_that_is_switched_off_proves_nothing_and_is_in_no_acl() {
    let mut harness = Harness::new(PeerConfig {
        digest_auth_enabled: false,
        super_digest: Some("super:D/InIHSb7yEEbrWz8b9l71RjZJU=".to_owned()),
        ..PeerConfig::default()
    });
    let mut client = harness.connect();
    let Request::Create(op, mut request) = create("/mine") else {
        panic!()
    };
    request.acl[0].id = Id::new("digest", "u:hash");
    let refused = harness.err(&mut client, &Request::Create(op, request));
    assert_eq!(refused, ErrorCode::InvalidAcl);
    let auth = request_frame(xid::AUTH, &digest_auth("super:test"));
    harness.send(client.conn, auth);
    assert_eq!(harness.replies(&client)[0].err, ErrorCode::AuthFailed);
    assert!(harness.closed.contains_key(&client.conn));
}

/// ZOOKEEPER-2623.
#[test]
fn a_check_outside_a_multi_is_refused_and_makes_no_transaction() {
    let mut harness = harness();
    let mut client = harness.connect();
    let before = harness.log.len();
    let request = Request::Check(path_version("/", -1));
    assert_eq!(harness.err(&mut client, &request), ErrorCode::Unimplemented);
    assert_eq!(harness.log.len(), before);
    assert!(harness.closed.contains_key(&client.conn));
}
