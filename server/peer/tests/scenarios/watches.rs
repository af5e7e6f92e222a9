//! Who is told of what, beyond the recorded exchanges.

use zoowarden_peer::PeerConfig;
use zoowarden_shared::{
    acl::Id,
    proto::{AddWatchRequest, CreateMode, EventType, MultiOp, OpCode, Request, xid},
};

use crate::support::{
    Client, Harness,
    client::{
        create, create_request, create_with, delete, digest_auth, path_version, request_frame,
        set_data,
    },
};

fn add_watch(path: &str, mode: i32) -> Request {
    Request::AddWatch(AddWatchRequest {
        path: path.to_owned(),
        mode,
    })
}

fn events(harness: &mut Harness, client: &Client) -> Vec<(EventType, String)> {
    let replies = harness.replies(client);
    replies.iter().filter_map(|reply| reply.event()).collect()
}

/// ZOOKEEPER-4799: since 3.9.2 events are for those only who may read the znode.
#[test]
fn events_of_znodes_that_a_client_may_not_read_are_not_told() {
    let mut harness = Harness::new(PeerConfig::default());
    let (mut owner, mut spy) = (harness.connect(), harness.connect());
    harness.ok(&mut spy, &add_watch("/", 1));
    let auth = request_frame(xid::AUTH, &digest_auth("owner:secret"));
    harness.send(owner.conn, auth);
    harness.replies(&owner);
    let private = |path: &str| {
        let Request::Create(op, mut request) = create(path) else {
            panic!()
        };
        request.acl[0].id = Id::new("auth", "");
        Request::Create(op, request)
    };
    harness.ok(&mut owner, &private("/private"));
    harness.ok(&mut owner, &set_data("/private", b""));
    harness.ok(&mut owner, &delete("/private"));
    let Request::Create(_, in_multi) = private("/flash") else {
        panic!()
    };
    let multi = Request::Multi(vec![
        MultiOp::Create(OpCode::Create, in_multi),
        MultiOp::Delete(path_version("/flash", -1)),
    ]);
    harness.ok(&mut owner, &multi);
    harness.ok(&mut owner, &create("/public"));
    assert_eq!(
        events(&mut harness, &spy),
        [(EventType::NodeCreated, "/public".to_owned())]
    );
}

#[test]
fn a_closed_session_fires_the_watches_of_its_ephemerals() {
    let mut harness = Harness::new(PeerConfig::default());
    let (mut leaver, mut watcher) = (harness.connect(), harness.connect());
    harness.ok(&mut leaver, &create("/g"));
    for name in ["/g/1", "/g/2"] {
        harness.ok(&mut leaver, &create_with(name, b"", CreateMode::Ephemeral));
    }
    harness.ok(&mut watcher, &add_watch("/g", 0));
    harness.ok(&mut watcher, &add_watch("/g", 1));
    harness.post(&mut leaver, &Request::CloseSession);
    let told = events(&mut harness, &watcher);
    let expected: Vec<_> = ["/g/1", "/g/2"]
        .into_iter()
        .flat_map(|path| {
            [
                (EventType::NodeDeleted, path.to_owned()),
                (EventType::NodeChildrenChanged, "/g".to_owned()),
            ]
        })
        .collect();
    assert_eq!(told, expected);
}

#[test]
fn all_events_of_a_multi_carry_its_zxid() {
    let mut harness = Harness::new(PeerConfig::default());
    let (mut writer, mut watcher) = (harness.connect(), harness.connect());
    harness.ok(&mut watcher, &add_watch("/", 1));
    let multi = Request::Multi(vec![
        MultiOp::Create(
            OpCode::Create,
            create_request("/m", b"", CreateMode::Persistent),
        ),
        MultiOp::Delete(path_version("/m", -1)),
    ]);
    harness.ok(&mut writer, &multi);
    let zxid = harness.log.last().unwrap().header.zxid;
    let replies = harness.replies(&watcher);
    assert_eq!(replies.len(), 2);
    assert!(replies.iter().all(|reply| reply.zxid == zxid));
}

#[test]
fn watches_end_with_their_connection() {
    let mut harness = Harness::new(PeerConfig::default());
    let (mut writer, mut watcher) = (harness.connect(), harness.connect());
    harness.ok(&mut watcher, &add_watch("/", 1));
    harness.drop_client(watcher.conn);
    harness.ok(&mut writer, &create("/a"));
    assert!(harness.received(watcher.conn).is_empty());
    assert_eq!(harness.peer.server_view(harness.now).watch_count, 0);
}
