//! The log fails: nothing that waits for it is answered, and nothing more is taken on.

use zoowarden_peer::{CloseReason, DiskEvent, Input, PeerConfig};

use crate::support::{
    Harness,
    client::{create, exists, request_frame},
};

/// ZOOKEEPER-3701.
#[test]
fn a_member_whose_log_failed_stops_serving() {
    let mut harness = Harness::new(PeerConfig::default());
    let (mut writer, mut reader) = (harness.connect(), harness.connect());
    harness.ok(&mut reader, &exists("/", false));
    harness.auto_flush = false;
    harness.post(&mut writer, &create("/lost"));
    let unflushed = harness.log.last().unwrap().header.zxid;
    harness.input(Input::Disk(DiskEvent::LogFailed));
    for client in [&writer, &reader] {
        assert!(harness.received(client.conn).is_empty());
        assert_eq!(
            harness.closed.get(&client.conn),
            Some(&CloseReason::NotServing)
        );
    }
    let late = harness.open();
    assert_eq!(harness.closed.get(&late), Some(&CloseReason::NotServing));
    // Whatever still comes in is of no consequence.
    harness.send(reader.conn, request_frame(9, &create("/more")));
    harness.flush_upto(unflushed);
    harness.input(Input::Tick);
    assert!(harness.received(writer.conn).is_empty());
    assert_eq!(harness.log.last().unwrap().header.zxid, unflushed);
    assert!(!harness.peer.server_view(harness.now).serving);
    assert_eq!(harness.peer.deadline(), None);
}
