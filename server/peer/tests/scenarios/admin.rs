//! What operators see and do.

use zoowarden_peer::{CloseReason, Effects, PeerConfig};
use zoowarden_shared::{
    SessionId,
    proto::{CreateMode, Request},
};

use crate::support::{
    Client, Harness,
    client::{create, create_with, exists, get_data, path_watch, set_data},
};

fn scene() -> (Harness, Client, Client) {
    let mut harness = Harness::new(PeerConfig::default());
    let (mut a, mut b) = (harness.connect(), harness.connect());
    harness.ok(&mut a, &create_with("/e", b"12345", CreateMode::Ephemeral));
    harness.ok(&mut b, &get_data("/e", true));
    harness.ok(&mut b, &Request::GetChildren(path_watch("/", true)));
    harness.post(&mut b, &exists("/none", true));
    harness.replies(&b);
    (harness, a, b)
}

#[test]
fn the_server_view_counts_what_srvr_tells() {
    let (mut harness, mut a, _) = scene();
    harness.auto_flush = false;
    harness.post(&mut a, &set_data("/e", b""));
    harness.now.mono_us += 5_000;
    let view = harness.peer.server_view(harness.now);
    assert_eq!((view.zxid.0, view.last_logged_zxid.0), (3, 4));
    assert_eq!((view.packets_received, view.packets_sent), (7, 6));
    assert_eq!((view.alive_connections, view.session_count), (2, 2));
    assert_eq!((view.outstanding_requests, view.ephemerals_count), (1, 1));
    assert_eq!(view.watch_count, 3);
    assert_eq!((view.mode, view.uptime_ms), ("standalone", 5));
    harness.flush();
    let view = harness.peer.server_view(harness.now);
    assert_eq!((view.max_latency_ms, view.outstanding_requests), (5, 0));
    let metrics = harness.peer.metrics();
    assert_eq!(metrics.updatelatency.count(), 4);
    assert_eq!(metrics.readlatency.count(), 3);
    assert_eq!(
        metrics.outstanding_changes_queued,
        metrics.outstanding_changes_removed
    );
    harness.peer.reset_server_stats();
    assert_eq!(harness.peer.server_view(harness.now).max_latency_ms, 0);
}

#[test]
fn connections_are_told_as_cons_tells_them() {
    let (mut harness, mut a, b) = scene();
    harness.now.mono_us += 2_000;
    harness.ok(&mut a, &create("/x"));
    let views = harness.peer.connection_views();
    let view = views.iter().find(|view| view.conn == a.conn).unwrap();
    assert_eq!(view.session, Some(a.session));
    assert_eq!((view.received, view.sent, view.outstanding), (3, 3, 0));
    assert_eq!(
        (view.last_op, view.last_cxid, view.last_zxid),
        ("CREA", 2, 4)
    );
    assert_eq!(view.timeout_ms, 30_000);
    assert!(view.reading);
    // b was told of /x being a new child of the root.
    let view = views.iter().find(|view| view.conn == b.conn).unwrap();
    assert_eq!((view.last_op, view.sent), ("EXIS", 5));
    harness.peer.reset_connection_stats();
    let views = harness.peer.connection_views();
    assert!(
        views
            .iter()
            .all(|view| view.sent == 0 && view.last_op == "NA")
    );
}

#[test]
fn sessions_and_ephemerals_are_dumped() {
    let (harness, a, b) = scene();
    let buckets = harness.peer.session_buckets();
    let sessions: Vec<SessionId> = buckets
        .iter()
        .flat_map(|bucket| bucket.sessions.clone())
        .collect();
    assert_eq!(sessions, [a.session, b.session]);
    let now_us = harness.now.mono_us;
    assert!(buckets[0].expires_mono_us >= now_us + 30_000_000);
    assert!(buckets[0].expires_mono_us <= now_us + 33_000_000);
    let ephemerals = harness.peer.ephemerals();
    assert_eq!(ephemerals.len(), 1);
    assert_eq!(ephemerals[0].session, a.session);
    assert_eq!(ephemerals[0].paths, ["/e"]);
}

#[test]
fn watches_are_told_by_path_and_by_session() {
    let (harness, _, b) = scene();
    let summary = harness.peer.watch_summary();
    assert_eq!(
        (summary.connections, summary.paths, summary.watches),
        (1, 2, 2)
    );
    let by_path = harness.peer.watches_by_path();
    let paths: Vec<&str> = by_path.iter().map(|view| view.path.as_str()).collect();
    assert_eq!(paths, ["/e", "/none"]);
    assert_eq!(by_path[0].sessions, [b.session]);
    let by_session = harness.peer.watches_by_session();
    assert_eq!(by_session[0].session, b.session);
    assert_eq!(by_session[0].paths, ["/e", "/none"]);
}

#[test]
fn the_tree_is_digested_at_every_128th_transaction() {
    let (mut harness, mut a, _) = scene();
    for n in 0..=255 {
        harness.ok(&mut a, &set_data("/e", &[n]));
    }
    let digests = harness.peer.digests();
    let zxids: Vec<i64> = digests.iter().map(|digest| digest.zxid.0).collect();
    assert_eq!(zxids, [128, 256]);
    let logged = harness.log[127].digest.unwrap();
    assert_eq!(digests[0].digest, logged.tree_digest);
}

#[test]
fn an_operator_ends_a_session() {
    let (mut harness, a, mut b) = scene();
    let mut out = Effects::new();
    assert!(harness.peer.close_session(harness.now, a.session, &mut out));
    assert!(
        !harness.peer.close_session(harness.now, a.session, &mut out),
        "once is enough"
    );
    harness.perform(out);
    assert_eq!(
        harness.closed.get(&a.conn),
        Some(&CloseReason::SessionExpired)
    );
    harness.received(b.conn);
    assert!(harness.stat(&mut b, "/e").is_none());
    let mut out = Effects::new();
    let unknown = SessionId(77);
    assert!(!harness.peer.close_session(harness.now, unknown, &mut out));
}
