//! Three members in one process, over their real ports.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by them"
)]

mod harness;

use std::{
    net::SocketAddr,
    path::Path,
    str::FromStr,
    time::{Duration, Instant},
};

use harness::{PATIENCE, RawClient, raw_client::create_request, wait_until};
use tokio::{net::TcpListener, runtime::Runtime, task::JoinHandle};
use tokio_util::sync::CancellationToken;
use zoowarden_server::{Configured, Listeners, Member};
use zoowarden_shared::{
    ErrorCode, Sid,
    config::{DynamicConfig, HostPort, ServerConfig, ServerSpec},
    proto::{ConnectRequest, OpCode},
};

/// The ports of a member between the members, held so that nobody else takes them.
struct Ports {
    quorum: TcpListener,
    election: TcpListener,
}

impl Ports {
    async fn free() -> Self {
        let any = || TcpListener::bind("127.0.0.1:0");
        Self {
            quorum: any().await.unwrap(),
            election: any().await.unwrap(),
        }
    }

    fn line(&self) -> ServerSpec {
        let port = |listener: &TcpListener| listener.local_addr().unwrap().port();
        let text = format!("127.0.0.1:{}:{}", port(&self.quorum), port(&self.election));
        ServerSpec::from_str(&text).unwrap()
    }
}

struct Running {
    client: SocketAddr,
    shutdown: CancellationToken,
    ended: JoinHandle<anyhow::Result<()>>,
}

async fn start(sid: Sid, servers: &DynamicConfig, ports: Ports, directory: &Path) -> Running {
    let mut config = ServerConfig {
        data_dir: directory.into(),
        data_log_dir: directory.into(),
        client_address: Some(HostPort::new("127.0.0.1", 0)),
        ..ServerConfig::default()
    };
    config.admin.enabled = false;
    config.storage.pre_alloc_size_kib = 64;
    config.ensemble.servers = servers.clone();
    config.ensemble.init_limit_ticks = 10;
    config.ensemble.sync_limit_ticks = 5;
    let configured = Configured::member(config, sid).unwrap();
    let listeners = Listeners {
        client: TcpListener::bind("127.0.0.1:0").await.unwrap(),
        admin: None,
        metrics: None,
        quorum: vec![ports.quorum],
        election: vec![ports.election],
    };
    let member = Member::start(configured, listeners).await.unwrap();
    let client = member.client_address();
    let shutdown = CancellationToken::new();
    Running {
        client,
        ended: tokio::spawn(member.run(shutdown.clone())),
        shutdown,
    }
}

/// A session, as soon as the member serves.
fn session(address: SocketAddr) -> RawClient {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let request = ConnectRequest {
            timeout_ms: 10_000,
            password: Some(vec![0; 16].into()),
            read_only: Some(false),
            ..Default::default()
        };
        if let Ok(client) = RawClient::handshake(address, &request) {
            return client;
        }
        assert!(Instant::now() < deadline, "{address} does not serve");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Tries to create a znode in a session of its own, which an election may cut.
fn is_created(address: SocketAddr, path: &str) -> bool {
    let mut client = session(address);
    let request = create_request(path, b"2");
    let reply = client
        .send(OpCode::Create, &request)
        .and_then(|_| client.receive());
    let done = [ErrorCode::Ok, ErrorCode::NodeExists];
    reply.is_ok_and(|reply| done.contains(&reply.header.err))
}

#[test]
fn three_members_elect_replicate_and_survive_the_loss_of_one() {
    let directory = tempfile::tempdir().unwrap();
    let runtime = Runtime::new().unwrap();
    let mut members = runtime.block_on(async {
        let ports = [
            Ports::free().await,
            Ports::free().await,
            Ports::free().await,
        ];
        let servers = DynamicConfig {
            servers: (1..).map(Sid).zip(ports.iter().map(Ports::line)).collect(),
            ..DynamicConfig::default()
        };
        let mut members = Vec::new();
        for (sid, ports) in (1..).map(Sid).zip(ports) {
            let directory = directory.path().join(sid.to_string());
            members.push(start(sid, &servers, ports, &directory).await);
        }
        members
    });

    let mut first = session(members[0].client);
    assert_eq!(first.create("/a", b"1"), ErrorCode::Ok);
    let mut others: Vec<_> = members[1..].iter().map(|m| session(m.client)).collect();
    for other in &mut others {
        wait_until("the write is everywhere", || other.get("/a").is_ok());
    }

    // The last one has the largest sid, and so it leads.
    drop(others);
    let leader = members.pop().unwrap();
    leader.shutdown.cancel();
    runtime.block_on(leader.ended).unwrap().unwrap();
    wait_until("the others go on", || is_created(members[1].client, "/b"));
    let mut second = session(members[1].client);
    assert_eq!(second.get("/a").unwrap().data.unwrap(), &b"1"[..]);
    drop(second);
    for member in &members {
        member.shutdown.cancel();
    }
    for member in members {
        runtime.block_on(member.ended).unwrap().unwrap();
    }
}
