//! The public crate `zookeeper-client`, unchanged, against the `zoowarden-server` program: it
//! must not be able to tell that the server is not Apache's.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers fail the test"
)]

use std::{future::Future, time::Duration};

use zookeeper_client::{
    Acl, Acls, AddWatchMode, AuthId, Client, Connector, CreateMode, CreateOptions, Error,
    EventType, LockOptions, LockPrefix, MultiReadResult, MultiWriteError, MultiWriteResult,
    Permission, WatchedEvent,
};
use zoowarden_testkit::{Kind, Setup, Standalone, words};

/// How long anything may take before a test fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// What most znodes are created with.
const PERSISTENT: CreateOptions<'static> = CreateMode::Persistent.with_acls(Acls::anyone_all());
const EPHEMERAL: CreateOptions<'static> = CreateMode::Ephemeral.with_acls(Acls::anyone_all());

/// A server of ours, gone when dropped.
struct Server(Standalone);

impl Server {
    fn start() -> Self {
        let setup = Setup {
            settings: "extendedTypesEnabled=true\n",
            ..Setup::default()
        };
        Self(Standalone::start(Kind::Ours, setup))
    }

    /// The client removes a watch in the background once its watcher is dropped.
    async fn wait_until_nobody_watches(&self) {
        soon(async {
            loop {
                let answer = words::ask(self.0.address(), "wchs");
                if answer.ends_with("Total watches:0\n") {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        })
        .await;
    }

    async fn client(&self) -> Client {
        self.client_of(Client::connector()).await
    }

    async fn client_of(&self, connector: Connector) -> Client {
        let connector = connector.with_session_timeout(Duration::from_secs(10));
        soon(connector.connect(&self.0.address().to_string()))
            .await
            .unwrap()
    }
}

/// What comes before patience ends.
async fn soon<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future)
        .await
        .unwrap_or_else(|_| panic!("nothing came"))
}

fn shown(event: &WatchedEvent) -> (EventType, &str) {
    (event.event_type, event.path.as_str())
}

#[tokio::test]
async fn znodes_of_every_mode_are_created() {
    let server = Server::start();
    let client = server.client().await;
    let (stat, _) = client.create("/a", b"one", &PERSISTENT).await.unwrap();
    assert_eq!((stat.version, stat.data_length), (0, 3));
    assert_eq!(stat.czxid, stat.mzxid);
    assert_eq!(
        client.create("/a", b"", &PERSISTENT).await,
        Err(Error::NodeExists)
    );
    assert_eq!(
        client.create("/no/a", b"", &PERSISTENT).await,
        Err(Error::NoNode)
    );

    let sequential = CreateMode::PersistentSequential.with_acls(Acls::anyone_all());
    for expected in 0..3 {
        let (_, sequence) = client.create("/a/s-", b"", &sequential).await.unwrap();
        assert_eq!(sequence.into_i64(), expected);
    }
    let (stat, _) = client.create("/a/e", b"", &EPHEMERAL).await.unwrap();
    assert_eq!(stat.ephemeral_owner, client.session_id().0);
    assert_eq!(
        client.create("/a/e/x", b"", &PERSISTENT).await,
        Err(Error::NoChildrenForEphemerals)
    );
    let both = CreateMode::EphemeralSequential.with_acls(Acls::anyone_all());
    let (_, sequence) = client.create("/a/es-", b"", &both).await.unwrap();
    // The parent's cversion counts every child, not only the sequential ones.
    assert_eq!(sequence.to_string(), "0000000004");
    let container = CreateMode::Container.with_acls(Acls::anyone_all());
    let (stat, _) = client.create("/a/c", b"", &container).await.unwrap();
    // How the files mark a container is not the clients' to see.
    assert_eq!(stat.ephemeral_owner, 0);
    let ttl = PERSISTENT.with_ttl(Duration::from_secs(3600));
    client.create("/a/t", b"", &ttl).await.unwrap();

    let (mut children, stat) = client.get_children("/a").await.unwrap();
    children.sort_unstable();
    let expected = [
        "c",
        "e",
        "es-0000000004",
        "s-0000000000",
        "s-0000000001",
        "s-0000000002",
        "t",
    ];
    assert_eq!(children, expected);
    assert_eq!(stat.num_children, 7);
    assert_eq!(client.count_descendants_number("/a").await, Ok(7));
    let mut ephemerals = client.list_ephemerals("/a").await.unwrap();
    ephemerals.sort_unstable();
    assert_eq!(ephemerals, ["/a/e", "/a/es-0000000004"]);
    assert_eq!(client.delete("/a", None).await, Err(Error::NotEmpty));
}

#[tokio::test]
async fn versions_guard_data() {
    let server = Server::start();
    let client = server.client().await;
    client.create("/v", b"0", &PERSISTENT).await.unwrap();
    let stat = client.set_data("/v", b"1", Some(0)).await.unwrap();
    assert_eq!(stat.version, 1);
    assert_eq!(
        client.set_data("/v", b"2", Some(0)).await,
        Err(Error::BadVersion)
    );
    client.set_data("/v", b"three", None).await.unwrap();
    let (data, stat) = client.get_data("/v").await.unwrap();
    assert_eq!((data.as_slice(), stat.version), (&b"three"[..], 2));
    client.sync("/v").await.unwrap();
    assert_eq!(client.delete("/v", Some(1)).await, Err(Error::BadVersion));
    client.delete("/v", Some(2)).await.unwrap();
    assert_eq!(client.get_data("/v").await, Err(Error::NoNode));
    assert_eq!(client.check_stat("/v").await, Ok(None));
}

#[tokio::test]
async fn one_shot_watches_fire_once_and_on_what_they_watch() {
    let server = Server::start();
    let (watching, writing) = (server.client().await, server.client().await);
    let (none, created) = watching.check_and_watch_stat("/w").await.unwrap();
    assert_eq!(none, None);
    writing.create("/w", b"", &PERSISTENT).await.unwrap();
    let event = soon(created.changed()).await;
    assert_eq!(shown(&event), (EventType::NodeCreated, "/w"));

    let (_, _, data) = watching.get_and_watch_data("/w").await.unwrap();
    let (_, children) = watching.list_and_watch_children("/w").await.unwrap();
    writing.create("/w/child", b"", &PERSISTENT).await.unwrap();
    let event = soon(children.changed()).await;
    assert_eq!(shown(&event), (EventType::NodeChildrenChanged, "/w"));
    writing.set_data("/w", b"new", None).await.unwrap();
    let event = soon(data.changed()).await;
    assert_eq!(shown(&event), (EventType::NodeDataChanged, "/w"));

    let (_, _, removed) = watching.get_and_watch_data("/w").await.unwrap();
    drop(removed);
    server.wait_until_nobody_watches().await;
}

#[tokio::test]
async fn persistent_watches_go_on() {
    let server = Server::start();
    let (watching, writing) = (server.client().await, server.client().await);
    writing.create("/p", b"", &PERSISTENT).await.unwrap();
    let recursive = AddWatchMode::PersistentRecursive;
    let mut recursive = watching.watch("/p", recursive).await.unwrap();
    let mut plain = watching
        .watch("/p", AddWatchMode::Persistent)
        .await
        .unwrap();
    writing.create("/p/a", b"", &PERSISTENT).await.unwrap();
    writing.create("/p/a/b", b"", &PERSISTENT).await.unwrap();
    writing.set_data("/p/a/b", b"x", None).await.unwrap();
    writing.delete("/p/a/b", None).await.unwrap();
    writing.set_data("/p", b"x", None).await.unwrap();
    for expected in [
        (EventType::NodeCreated, "/p/a"),
        (EventType::NodeCreated, "/p/a/b"),
        (EventType::NodeDataChanged, "/p/a/b"),
        (EventType::NodeDeleted, "/p/a/b"),
        (EventType::NodeDataChanged, "/p"),
    ] {
        assert_eq!(shown(&soon(recursive.changed()).await), expected);
    }
    for expected in [
        (EventType::NodeChildrenChanged, "/p"),
        (EventType::NodeDataChanged, "/p"),
    ] {
        assert_eq!(shown(&soon(plain.changed()).await), expected);
    }
    drop((recursive, plain));
    server.wait_until_nobody_watches().await;
}

#[tokio::test]
async fn a_multi_does_all_or_nothing() {
    let server = Server::start();
    let client = server.client().await;
    let mut writer = client.new_multi_writer();
    writer.add_create("/m", b"m", &PERSISTENT).unwrap();
    writer.add_create("/m/a", b"a", &PERSISTENT).unwrap();
    writer.add_set_data("/m/a", b"aa", Some(0)).unwrap();
    writer.add_check_version("/m/a", 1).unwrap();
    let results = writer.commit().await.unwrap();
    assert!(
        matches!(
            results.as_slice(),
            [
                MultiWriteResult::Create { .. },
                MultiWriteResult::Create { path, .. },
                MultiWriteResult::SetData { stat },
                MultiWriteResult::Check,
            ] if path == "/m/a" && stat.version == 1
        ),
        "{results:?}"
    );

    let mut writer = client.new_multi_writer();
    writer.add_delete("/m/a", None).unwrap();
    writer.add_create("/m", b"", &PERSISTENT).unwrap();
    let failed = writer.commit().await.unwrap_err();
    assert!(
        matches!(
            failed,
            MultiWriteError::OperationFailed {
                index: 1,
                source: Error::NodeExists
            }
        ),
        "{failed:?}"
    );

    let mut reader = client.new_multi_reader();
    reader.add_get_data("/m/a").unwrap();
    reader.add_get_children("/m").unwrap();
    reader.add_get_data("/none").unwrap();
    let results = reader.commit().await.unwrap();
    assert!(
        matches!(
            results.as_slice(),
            [
                MultiReadResult::Data { data, .. },
                MultiReadResult::Children { children },
                MultiReadResult::Error { err: Error::NoNode },
            ] if data == b"aa" && children == &["a"]
        ),
        "{results:?}"
    );

    let mut checked = client.new_check_writer("/m", Some(7)).unwrap();
    checked.add_delete("/m/a", None).unwrap();
    assert!(checked.commit().await.is_err());
    assert!(client.check_stat("/m/a").await.unwrap().is_some());
}

#[tokio::test]
async fn ephemerals_go_with_their_session() {
    let server = Server::start();
    let (watching, owner) = (server.client().await, server.client().await);
    owner.create("/mine", b"", &EPHEMERAL).await.unwrap();
    let (_, gone) = watching.check_and_watch_stat("/mine").await.unwrap();
    drop(owner);
    let event = soon(gone.changed()).await;
    assert_eq!(shown(&event), (EventType::NodeDeleted, "/mine"));
}

#[tokio::test]
async fn acls_let_in_whom_they_name() {
    let server = Server::start();
    let stranger = server.client().await;
    let owner = Client::connector().with_auth("digest", b"bob:secret");
    let owner = server.client_of(owner).await;
    let private = CreateMode::Persistent.with_acls(Acls::creator_all());
    owner.create("/acl", b"x", &private).await.unwrap();
    assert_eq!(stranger.get_data("/acl").await, Err(Error::NoAuth));
    assert_eq!(
        stranger.create("/acl/x", b"", &PERSISTENT).await,
        Err(Error::NoAuth)
    );
    let nobody = CreateMode::Persistent.with_acls(Acls::creator_all());
    assert_eq!(
        stranger.create("/none", b"", &nobody).await,
        Err(Error::InvalidAcl)
    );

    let (acls, stat) = owner.get_acl("/acl").await.unwrap();
    assert_eq!((acls.len(), stat.aversion), (1, 0));
    assert_eq!(acls[0].scheme(), "digest");
    let readable = [
        acls[0].clone(),
        Acl::new(Permission::READ, AuthId::anyone()),
    ];
    owner.set_acl("/acl", &readable, Some(0)).await.unwrap();
    let (data, stat) = stranger.get_data("/acl").await.unwrap();
    assert_eq!((data.as_slice(), stat.aversion), (&b"x"[..], 1));
    assert_eq!(
        stranger.set_data("/acl", b"", None).await,
        Err(Error::NoAuth)
    );

    stranger.auth("digest", b"bob:secret").await.unwrap();
    stranger.set_data("/acl", b"y", None).await.unwrap();
    let users = stranger.list_auth_users().await.unwrap();
    let users: Vec<_> = users
        .iter()
        .map(|user| (user.scheme(), user.user()))
        .collect();
    assert!(users.contains(&("digest", "bob")), "{users:?}");
    assert!(users.contains(&("ip", "127.0.0.1")), "{users:?}");
}

#[tokio::test]
async fn a_detached_session_is_taken_up_again() {
    let server = Server::start();
    let first = server.client_of(Client::connector().with_detached()).await;
    first.create("/kept", b"", &EPHEMERAL).await.unwrap();
    let session = first.into_session();
    let id = session.id();
    let again = Client::connector().with_session(session);
    let again = server.client_of(again).await;
    assert_eq!(again.session_id(), id);
    let stat = again.check_stat("/kept").await.unwrap().unwrap();
    assert_eq!(stat.ephemeral_owner, id.0);
}

#[tokio::test]
async fn sessions_and_watches_outlive_a_crash_of_the_server() {
    let mut server = Server::start();
    let client = server.client().await;
    client.create("/kept", b"1", &EPHEMERAL).await.unwrap();
    let (_, _, changed) = client.get_and_watch_data("/kept").await.unwrap();
    let id = client.session_id();
    server.0.crash_and_restart();
    let writing = server.client().await;
    let stat = writing.set_data("/kept", b"2", None).await.unwrap();
    assert_eq!(stat.ephemeral_owner, id.0);
    // Set again by the client's setWatches when it is back, which may be after the change.
    let event = soon(changed.changed()).await;
    assert_eq!(shown(&event), (EventType::NodeDataChanged, "/kept"));
    assert_eq!(client.session_id(), id);
}

#[tokio::test]
async fn its_lock_recipe_takes_turns() {
    let server = Server::start();
    let (first, second) = (server.client().await, server.client().await);
    let options = || {
        LockOptions::new(Acls::anyone_all())
            .with_ancestor_options(PERSISTENT)
            .unwrap()
    };
    let prefix = || LockPrefix::new_curator("/locks", "n-").unwrap();
    let held = soon(first.lock(prefix(), b"first", options())).await;
    let held = held.unwrap();
    let waiting = second.lock(prefix(), b"second", options());
    tokio::pin!(waiting);
    // It waits once both have their znode, the second with a watch on the first's.
    loop {
        let both = async { first.list_children("/locks").await.unwrap().len() == 2 };
        tokio::select! {
            _ = &mut waiting => panic!("two hold the lock"),
            both = both => if both { break },
        }
    }
    drop(held);
    let held = soon(waiting).await.unwrap();
    assert_eq!(second.list_children("/locks").await.unwrap().len(), 1);
    drop(held);
}

#[tokio::test]
async fn a_chroot_is_the_clients_own_affair() {
    let server = Server::start();
    let client = server.client().await;
    client.create("/root", b"", &PERSISTENT).await.unwrap();
    let within = client.clone().chroot("/root").unwrap();
    within.create("/x", b"x", &PERSISTENT).await.unwrap();
    assert_eq!(client.get_data("/root/x").await.unwrap().0, b"x");
    // A standalone server has the znode, with nothing in it.
    assert_eq!(client.get_config().await.unwrap().0, b"");
}
