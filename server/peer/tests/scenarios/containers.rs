//! The container manager: what goes, when, and how fast.

use zoowarden_peer::PeerConfig;
use zoowarden_shared::{
    acl::Acl,
    proto::{CreateMode, CreateTtlRequest, OpCode, Request},
    txn::Txn,
};

use crate::support::{
    Client, Harness,
    client::{create, create_request, delete, frame},
};

fn harness(max_per_minute: u32) -> (Harness, Client) {
    let mut harness = Harness::new(PeerConfig {
        extended_types_enabled: true,
        container_check_interval_ms: 10_000,
        container_max_per_minute: max_per_minute,
        ..PeerConfig::default()
    });
    let client = harness.connect();
    (harness, client)
}

fn container(path: &str) -> Request {
    let request = create_request(path, b"", CreateMode::Container);
    Request::Create(OpCode::CreateContainer, request)
}

/// Time passes for a client that pings.
fn pass(harness: &mut Harness, client: &Client, ms: u64) {
    for _ in 0..ms / 1000 {
        harness.advance_ms(1000);
        harness.send(client.conn, frame(-2, OpCode::Ping.code(), &[]));
    }
    harness.received(client.conn);
}

#[test]
fn a_container_goes_once_its_last_child_is_gone() {
    let (mut harness, mut client) = harness(10_000);
    for path in ["/used", "/never-used", "/in-use"] {
        harness.ok(&mut client, &container(path));
    }
    harness.ok(&mut client, &create("/used/c"));
    harness.ok(&mut client, &create("/in-use/c"));
    harness.ok(&mut client, &delete("/used/c"));
    pass(&mut harness, &client, 9_000);
    assert!(harness.stat(&mut client, "/used").is_some());
    pass(&mut harness, &client, 2_000);
    assert!(harness.stat(&mut client, "/used").is_none());
    assert!(harness.stat(&mut client, "/never-used").is_some());
    assert!(harness.stat(&mut client, "/in-use").is_some());
    let deletion = harness.log.last().unwrap();
    assert!(matches!(deletion.txn, Txn::DeleteContainer(_)));
    assert_eq!(deletion.header.session.0, 0);
}

#[test]
fn a_ttl_znode_goes_when_it_was_not_changed_for_its_time() {
    let (mut harness, mut client) = harness(10_000);
    let request = Request::CreateTtl(CreateTtlRequest {
        path: "/ttl".to_owned(),
        data: None,
        acl: Acl::open(),
        flags: CreateMode::PersistentWithTtl.flags(),
        ttl_ms: 15_000,
    });
    harness.ok(&mut client, &request);
    pass(&mut harness, &client, 11_000);
    assert!(harness.stat(&mut client, "/ttl").is_some());
    pass(&mut harness, &client, 10_000);
    assert!(harness.stat(&mut client, "/ttl").is_none());
}

#[test]
fn many_that_are_due_at_once_do_not_go_at_once() {
    let (mut harness, mut client) = harness(60);
    for n in 0..5 {
        harness.ok(&mut client, &container(&format!("/c{n}")));
        harness.ok(&mut client, &create(&format!("/c{n}/x")));
        harness.ok(&mut client, &delete(&format!("/c{n}/x")));
    }
    let left = |harness: &mut Harness, client: &mut Client| {
        (0..5)
            .filter(|n| harness.stat(client, &format!("/c{n}")).is_some())
            .count()
    };
    pass(&mut harness, &client, 10_000);
    assert_eq!(left(&mut harness, &mut client), 4);
    pass(&mut harness, &client, 2_000);
    assert_eq!(left(&mut harness, &mut client), 2);
    pass(&mut harness, &client, 2_000);
    assert_eq!(left(&mut harness, &mut client), 0);
}

#[test]
fn a_container_that_gets_a_child_in_flight_stays() {
    let (mut harness, mut client) = harness(10_000);
    harness.ok(&mut client, &container("/c"));
    harness.ok(&mut client, &create("/c/x"));
    harness.ok(&mut client, &delete("/c/x"));
    pass(&mut harness, &client, 9_000);
    harness.auto_flush = false;
    harness.post(&mut client, &create("/c/y"));
    pass(&mut harness, &client, 2_000);
    harness.auto_flush = true;
    harness.flush();
    harness.received(client.conn);
    assert!(harness.stat(&mut client, "/c/y").is_some());
}
