//! Every call against a running Apache ZooKeeper 3.8 (Debian's package `zookeeper`).

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test's helpers fail as the test does"
)]

use std::{
    fs,
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use tempfile::TempDir;
use zoowarden_client::{
    ClientError, ConnectOptions, Connection, Credentials, Events, WatchEvent, fourletter, http,
};
use zoowarden_shared::{
    ErrorCode,
    acl::{Acl, Id, perms},
    admin,
    proto::{
        AddWatchMode, CreateMode, CreateRequest, EventType, MultiOp, MultiResult, OpCode,
        PathVersionRequest, PathWatchRequest, ReconfigRequest, SetWatches2Request,
        SetWatchesRequest, WatcherType,
    },
};

const DEADLINE: Duration = Duration::from_secs(30);

/// A standalone Apache server on free ports, ended on drop.
struct Apache {
    server: Child,
    addr: String,
    admin: String,
    dir: TempDir,
}

impl Drop for Apache {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

impl Apache {
    async fn start() -> Self {
        let dir = TempDir::new().unwrap();
        let (port, admin_port) = (free_port(), free_port());
        let config = dir.path().join("zoo.cfg");
        let data = dir.path().join("data");
        let lines = format!(
            "tickTime=2000\ndataDir={}\nclientPort={port}\nextendedTypesEnabled=true\n\
             4lw.commands.whitelist=*\nadmin.serverPort={admin_port}\n",
            data.display()
        );
        fs::write(&config, lines).unwrap();
        let server = Command::new("java")
            .args(["-cp", "/usr/share/java/*", "-Xmx256m"])
            .arg("org.apache.zookeeper.server.quorum.QuorumPeerMain")
            .arg(&config)
            .stdout(fs::File::create(dir.path().join("log")).unwrap())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut apache = Self {
            server,
            addr: format!("127.0.0.1:{port}"),
            admin: format!("127.0.0.1:{admin_port}"),
            dir,
        };
        let start = Instant::now();
        // It answers before it serves.
        while !apache.serves().await {
            let ended = apache.server.try_wait().unwrap();
            assert!(
                start.elapsed() < DEADLINE && ended.is_none(),
                "Apache does not serve ({ended:?}): {}",
                fs::read_to_string(apache.dir.path().join("log")).unwrap_or_default()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        apache
    }

    /// Asked anew every second: a connection that it takes in the moment between its listening
    /// and its serving stays without any answer (seen in one start of four).
    async fn serves(&self) -> bool {
        let answer = fourletter::ask(&self.addr, "srvr", Duration::from_secs(1)).await;
        answer.is_ok_and(|text| admin::word_refusal("srvr", &text).is_none())
    }

    async fn connect(&self) -> (Connection, Events) {
        let options = ConnectOptions::default();
        Connection::connect(&self.addr, options).await.unwrap()
    }
}

#[tokio::test]
#[ignore = "needs Java and Debian's zookeeper: cargo test -p zoowarden-client -- --ignored"]
async fn every_call_against_apache() {
    let apache = Apache::start().await;
    let (zk, mut events) = apache.connect().await;
    let open = Acl::open();

    let created = zk.create("/a", "1", &open, CreateMode::Persistent).await;
    assert_eq!(created.unwrap().value, "/a");
    let twice = zk.create("/a", "1", &open, CreateMode::Persistent).await;
    assert_eq!(twice.unwrap_err().code(), Some(ErrorCode::NodeExists));
    let numbered = zk
        .create2("/a/n-", "", &open, CreateMode::EphemeralSequential)
        .await
        .unwrap();
    assert_eq!(numbered.value.path, "/a/n-0000000000");
    zk.create_container("/c", "", &open).await.unwrap();
    zk.create_ttl("/t", "", &open, CreateMode::PersistentWithTtl, 60_000)
        .await
        .unwrap();

    assert!(zk.exists("/none", true).await.unwrap().value.is_none());
    let read = zk.get_data("/a", true).await.unwrap().value;
    assert_eq!(read.data.as_deref(), Some(&b"1"[..]));
    assert_eq!(
        zk.set_data("/a", "2", Some(0)).await.unwrap().value.version,
        1
    );
    let event = next(&mut events).await;
    assert_eq!(
        (event.kind, event.path.as_str()),
        (EventType::NodeDataChanged, "/a")
    );
    let stale = zk.set_data("/a", "2", Some(0)).await.unwrap_err();
    assert_eq!(stale.code(), Some(ErrorCode::BadVersion));

    assert_eq!(zk.get_children("/a", false).await.unwrap().value.len(), 1);
    let children = zk.get_children2("/a", false).await.unwrap().value;
    assert_eq!(children.stat.num_children, 1);
    assert_eq!(zk.get_all_children_number("/a").await.unwrap().value, 1);
    assert_eq!(
        zk.get_ephemerals("/").await.unwrap().value,
        ["/a/n-0000000000"]
    );
    assert_eq!(zk.sync("/a").await.unwrap().value, "/a");

    zk.add_auth("digest", "user:secret").await.unwrap();
    let who = zk.who_am_i().await.unwrap().value;
    assert!(who.iter().any(|id| id.auth_scheme == "digest"));
    let mine = [Acl {
        perms: perms::ALL,
        id: Id::new("auth", ""),
    }];
    assert_eq!(
        zk.set_acl("/a", &mine, None).await.unwrap().value.aversion,
        1
    );
    let acl = zk.get_acl("/a").await.unwrap().value.acl;
    assert_eq!(acl[0].id.scheme, "digest");

    multi(&zk).await;
    watches(&zk, &mut events).await;

    let reconfig = zk.reconfig(ReconfigRequest::default()).await.unwrap_err();
    assert_eq!(reconfig.code(), Some(ErrorCode::ReconfigDisabled));
    assert!(zk.ping().await.unwrap().value < DEADLINE);
    zk.delete("/c", None).await.unwrap();

    sessions(&apache, &zk).await;
    admin_answers(&apache).await;
}

async fn next(events: &mut Events) -> WatchEvent {
    let event = tokio::time::timeout(DEADLINE, events.next());
    event.await.unwrap().unwrap()
}

async fn multi(zk: &Connection) {
    let create = |path: &str| {
        let body = CreateRequest {
            path: path.to_owned(),
            data: Some("".into()),
            acl: Acl::open(),
            flags: 0,
        };
        MultiOp::Create(OpCode::Create, body)
    };
    let check = |path: &str| {
        MultiOp::Check(PathVersionRequest {
            path: path.to_owned(),
            version: -1,
        })
    };
    let done = zk.multi(vec![create("/m"), check("/m")]).await.unwrap();
    assert!(matches!(
        done.value.as_slice(),
        [MultiResult::Create(_), MultiResult::Check]
    ));
    let failed = zk.multi(vec![create("/m2"), check("/none")]).await.unwrap();
    assert_eq!(
        failed.value,
        [
            MultiResult::Error(ErrorCode::Ok),
            MultiResult::Error(ErrorCode::NoNode)
        ]
    );
    let read = |path: &str| {
        MultiOp::GetData(PathWatchRequest {
            path: path.to_owned(),
            watch: false,
        })
    };
    let read = zk
        .multi_read(vec![read("/m"), read("/none")])
        .await
        .unwrap();
    assert!(matches!(
        read.value.as_slice(),
        [
            MultiResult::GetData(_),
            MultiResult::Error(ErrorCode::NoNode)
        ]
    ));
}

async fn watches(zk: &Connection, events: &mut Events) {
    zk.add_watch("/m", AddWatchMode::PersistentRecursive)
        .await
        .unwrap();
    let open = Acl::open();
    zk.create("/m/x", "", &open, CreateMode::Persistent)
        .await
        .unwrap();
    let event = next(events).await;
    assert_eq!(
        (event.kind, event.path.as_str()),
        (EventType::NodeCreated, "/m/x")
    );
    zk.check_watches("/m", WatcherType::Any).await.unwrap();
    zk.remove_watches("/m", WatcherType::Any).await.unwrap();
    let gone = zk.check_watches("/m", WatcherType::Any).await.unwrap_err();
    assert_eq!(gone.code(), Some(ErrorCode::NoWatcher));

    let behind = SetWatchesRequest {
        data: vec!["/gone".to_owned()],
        ..SetWatchesRequest::default()
    };
    zk.set_watches(behind).await.unwrap();
    assert_eq!(next(events).await.kind, EventType::NodeDeleted);
    let persistent = SetWatches2Request {
        persistent: vec!["/m".to_owned()],
        ..SetWatches2Request::default()
    };
    zk.set_watches2(persistent).await.unwrap();
    zk.check_watches("/m", WatcherType::Any).await.unwrap();
}

async fn sessions(apache: &Apache, zk: &Connection) {
    // Taken up elsewhere by id and derived password, the first connection ends.
    let session = zk.session().credentials;
    assert_eq!(Credentials::derived(session.id), session);
    let options = ConnectOptions {
        session: Some(session),
        last_zxid_seen: zk.last_zxid(),
        ..ConnectOptions::default()
    };
    let (moved, _events) = Connection::connect(&apache.addr, options).await.unwrap();
    assert_eq!(moved.session().credentials, session);
    zk.ended().await;
    moved.close().await.unwrap();
    let gone = Connection::connect(&apache.addr, options).await;
    assert!(matches!(gone, Err(ClientError::SessionRefused { .. })));
    // A client that has seen the future is hung up on.
    let ahead = ConnectOptions {
        last_zxid_seen: zoowarden_shared::Zxid(i64::MAX),
        ..ConnectOptions::default()
    };
    let refused = Connection::connect(&apache.addr, ahead).await;
    assert!(matches!(refused, Err(ClientError::HandshakeRefused { .. })));
}

async fn admin_answers(apache: &Apache) {
    let srvr = fourletter::ask(&apache.addr, "srvr", DEADLINE)
        .await
        .unwrap();
    let mut report = admin::MemberReport::default();
    admin::absorb_srvr(&mut report, &srvr);
    assert_eq!(report.role, Some(admin::Role::Standalone));
    let answer = http::get(&apache.admin, "/commands/monitor", DEADLINE)
        .await
        .unwrap();
    let object = admin::admin_object(answer.status, &answer.body).unwrap();
    admin::Monitor::from_json(&object).absorb_into(&mut report);
    assert!(report.fd_max.is_some());
}
